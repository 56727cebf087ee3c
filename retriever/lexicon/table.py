"""The lexicon as a table: the one that ships and the user's own beside it, read, checked and written. Expands nothing."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from corpus.errors import PlanSeekError

COLUMNS = ("正式用语", "同义写法", "相关用语", "日常说法", "常见问法", "停用")
OWN = "lexicon.csv"
"""The user's own table in a home folder."""
_WORDS, _QUESTIONS = "、，,；;|\n", "；;|\n"
"""What divides the phrases of a cell. A question holds commas of its own."""
_FIELDS = ("same", "official", "everyday", "questions")
_LONGEST = 60
_MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An official term, its other names, official words that stand near it, and what people say and ask."""

    term: str
    same: tuple[str, ...]
    official: tuple[str, ...]
    everyday: tuple[str, ...]
    questions: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """All that people say for it: phrases, then questions."""
        return (*self.everyday, *self.questions)


@cache
def shipped() -> str:
    """The JSON lines of the lexicon that ships."""
    return (resources.files("retriever") / "lexicon" / "everyday-official.jsonl").read_text("utf-8")


def digest(own: Path | None = None) -> str:
    """Twelve hex digits over both tables."""
    content = own.read_bytes() if own is not None and own.is_file() else b""
    return hashlib.sha256(shipped().encode() + content).hexdigest()[:12]


def entries(own: Path | None = None) -> list[Entry]:
    """The shipped entries with the user's own joined to them by term; those that the user stops are left out.

    Raises PlanSeekError where the user's table cannot be read.
    """
    found = {entry.term: entry for entry in map(parsed, shipped().splitlines())}
    if own is not None and own.is_file():
        added, stopped = read(own.read_bytes(), own.name)
        for entry in added:
            before = found.get(entry.term)
            found[entry.term] = _joined(before, entry) if before else entry
        for term in stopped:
            found.pop(term, None)
    return list(found.values())


def parsed(line: str) -> Entry:
    """An entry from one line of JSON."""
    row = json.loads(line)
    return Entry(row["term"], *(tuple(row[field]) for field in _FIELDS))


def unparsed(entry: Entry) -> str:
    """An entry as one line of JSON."""
    return json.dumps({"term": entry.term} | {field: getattr(entry, field) for field in _FIELDS}, ensure_ascii=False)


def read(content: bytes, name: str) -> tuple[list[Entry], list[str]]:
    """A user's table (CSV with COLUMNS as header; words of one cell divided by 、, questions by ；): entries, and stopped terms.

    Raises PlanSeekError with the row at fault, counted as Excel counts.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise PlanSeekError(f"词表 {name} 的编码无法识别。请另存为“CSV UTF-8”后重试。") from error
    rows = csv.reader(io.StringIO(text, newline=""))
    found: dict[str, Entry] = {}
    stopped = []
    try:
        header = [column.strip() for column in next(rows, [])]
        if COLUMNS[0] not in header or unknown_columns(header):
            raise PlanSeekError(f"词表 {name} 的表头应为：{'、'.join(COLUMNS)}（至少要有“{COLUMNS[0]}”）。")
        for number, cells in enumerate(rows, 2):
            if number > _MOST_ROWS:
                raise PlanSeekError(f"词表 {name} 超过 {_MOST_ROWS} 行。请分成几张，或删去用不着的行。")
            row = dict(zip(header, map(_bare, cells), strict=False))
            term = row.get(COLUMNS[0], "")
            if not any(row.values()):
                continue
            if not 2 <= len(term) <= _LONGEST:
                raise PlanSeekError(f"词表 {name} 第 {number} 行：“{COLUMNS[0]}”应有 2 到 {_LONGEST} 个字。")
            if row.get("停用", "") not in ("", "否", "0"):
                stopped.append(term)
                continue
            marks = zip(COLUMNS[1:5], (_WORDS, _WORDS, _WORDS, _QUESTIONS), strict=True)
            entry = Entry(term, *(_phrases(row.get(column, ""), mark, name, number) for column, mark in marks))
            found[term] = _joined(found[term], entry) if term in found else entry
    except csv.Error as error:
        raise PlanSeekError(f"词表 {name} 不是有效的 CSV（{error}）。请用 Excel 或 WPS 另存为“CSV UTF-8”。") from error
    return list(found.values()), stopped


def merge(own: Path, content: bytes, name: str) -> tuple[int, int]:
    """Add a table to the user's own; how many entries it gave and how many it stops. A term of both is joined, and the
    newer table says whether it is stopped. Raises PlanSeekError, and then nothing is changed."""
    new, stop = read(content, name)
    held: dict[str, Entry] = {}
    stopped: set[str] = set()
    if own.is_file():
        before, out = read(own.read_bytes(), own.name)
        held, stopped = {entry.term: entry for entry in before}, set(out)
    for entry in new:
        held[entry.term] = _joined(held[entry.term], entry) if entry.term in held else entry
        stopped.discard(entry.term)
    for term in stop:
        held.pop(term, None)
        stopped.add(term)
    unready = own.with_name(f".{own.name}")
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
        unready.write_bytes(written(list(held.values()), sorted(stopped)))
        unready.replace(own)
    except OSError as error:
        raise PlanSeekError(f"无法写入 {own}（{error.strerror}）。请检查磁盘空间与读写权限。") from error
    return len(new), len(stop)


def unknown_columns(header: Iterable[str]) -> list[str]:
    return [column for column in header if column not in COLUMNS]


def written(rows: Sequence[Entry], stopped: Sequence[str] = ()) -> bytes:
    """Entries as the table that `read` reads, for Excel: UTF-8 with a mark, every cell quoted and none a formula."""
    from retriever.exporters.csv import inert

    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for e in rows:
        words = ["、".join(words) for words in (e.same, e.official, e.everyday)]
        writer.writerow([inert(cell) for cell in (e.term, *words, "；".join(e.questions), "")])
    writer.writerows([inert(term), "", "", "", "", "是"] for term in stopped)
    return text.getvalue().encode("utf-8-sig")


def _bare(cell: str) -> str:
    """A cell without the apostrophe that kept it from being a formula."""
    cell = cell.strip()
    if cell.startswith("'"):
        from retriever.exporters.csv import inert

        return cell[1:] if inert(cell[1:]) == cell else cell
    return cell


def _phrases(cell: str, marks: str, name: str, number: int) -> tuple[str, ...]:
    phrases = dict.fromkeys(phrase.strip() for phrase in re.split(f"[{marks}]", cell))
    phrases.pop("", None)
    for phrase in phrases:
        if len(phrase) > _LONGEST:
            raise PlanSeekError(f"词表 {name} 第 {number} 行：“{phrase[:12]}……”超过 {_LONGEST} 个字，请用顿号分开。")
    return tuple(phrases)


def _joined(one: Entry, other: Entry) -> Entry:
    pairs = ((getattr(one, f), getattr(other, f)) for f in _FIELDS)
    return Entry(one.term, *(tuple(dict.fromkeys((*a, *b))) for a, b in pairs))
