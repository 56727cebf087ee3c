"""Reads judged sets: our JSON lines by name, BEIR and C-MTEB folders, qrels. Never searches and never writes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Span
from eval.model import Nugget, Question, QuestionSet

SPLITS = ("dev", "test", "all")


def sets_folder() -> Path:
    """Where the sets that ship lie: eval/sets."""
    return Path(str(resources.files("eval"))) / "sets"


def names() -> list[str]:
    """The names of the sets that ship."""
    return sorted(file.parent.name for file in sets_folder().glob("*/questions.jsonl"))


def sets_in(name: str, home: Path) -> Path | None:
    """The folder of a home's own sets where it holds one of this name; None: a set that ships."""
    folder = home / "sets"
    return folder if (folder / name / "questions.jsonl").is_file() else None


def rows_of(name: str, home: Path) -> list[dict[str, Any]]:
    """The raw rows of a set, the home's own before one that ships; none where there is no such set."""
    file = (sets_in(name, home) or sets_folder()) / name / "questions.jsonl"
    return [row for _, row in _lines(file)] if file.is_file() else []


def read_set(name: str, split: str = "all", folder: Path | None = None) -> QuestionSet:
    """A set by name, from eval/sets or the folder given; `split` dev or test keeps that half.

    Raises PlanSeekError for an unknown name, a line that is not a question, and a half that is empty.
    """
    file = (folder or sets_folder()) / name / "questions.jsonl"
    if not file.is_file():
        raise PlanSeekError(f"没有名为「{name}」的评测集。可用：{'、'.join(names())}；BEIR 文件夹请用 --beir。")
    questions = []
    for number, row in _lines(file):
        try:
            questions.append(_question(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PlanSeekError(
                f"{file} 第 {number} 行不是一道评测题（{error!r}）。格式见 docs/evaluation.md。"
            ) from error
    return QuestionSet(name, _half(questions, split, name))


def read_beir(folder: Path, split: str = "all") -> QuestionSet:
    """A folder in the layout of BEIR or C-MTEB: corpus.jsonl and queries.jsonl with "_id" or "id", and the judgements in
    qrels/test.tsv, qrels/dev.tsv or, whatever the split, qrels.tsv; each may be .jsonl instead.

    Without a split the first of them that is there counts. Each passage is a document of one item: title and text.
    "kind", "split" and "regions" come from a query's metadata where `planseek eval convert` has written it. Queries
    without a relevant passage are left out. Raises PlanSeekError naming the file at fault.
    """
    if not folder.is_dir():
        raise PlanSeekError(f"BEIR 文件夹 {folder} 不存在。应含 corpus.jsonl、queries.jsonl 与 qrels/test.tsv。")
    texts: dict[str, str] = {}
    queries: dict[str, Question] = {}
    for number, row in _lines(folder / "corpus.jsonl"):
        name, text = _entry(row, folder / "corpus.jsonl", number)
        title = str(row.get("title") or "")
        texts[name] = f"{title}\n{text}" if title else text
    for number, row in _lines(folder / "queries.jsonl"):
        name, text = _entry(row, folder / "queries.jsonl", number)
        about = row.get("metadata") if isinstance(row.get("metadata"), dict) else {}
        try:
            queries[name] = _question({**(about or {}), "id": name, "query": text, "nuggets": (), "within": ()})
        except (TypeError, ValueError, AttributeError):
            # Somebody else's metadata: it says nothing that we could read.
            queries[name] = Question(name, text)
    judged: dict[str, list[Nugget]] = {}
    for query, document, grade in judgements(_qrels(folder, split)):
        if grade > 0 and query in queries and document in texts:
            judged.setdefault(query, []).append(Nugget(document, Span(0, len(texts[document])), grade))
    if not judged:
        raise PlanSeekError(f"BEIR 文件夹 {folder} 的 qrels 与 queries、corpus 没有共同的编号。")
    questions = tuple(replace(queries[i], nuggets=tuple(found)) for i, found in judged.items())
    return QuestionSet(folder.resolve().name, questions, texts)


def _entry(row: dict[str, Any], file: Path, number: int) -> tuple[str, str]:
    try:
        return str(row["_id"] if "_id" in row else row["id"]), str(row["text"])
    except (KeyError, TypeError) as error:
        raise PlanSeekError(f"{file} 第 {number} 行缺少 _id（或 id）或 text。请补上，或删去这一行。") from error


def _qrels(folder: Path, split: str) -> Path:
    if split not in SPLITS:
        raise PlanSeekError(f"--split「{split}」无法识别，可用：{'、'.join(SPLITS)}。")
    halves = ("test", "dev") if split == "all" else (split,)
    stems = (*(f"qrels/{half}" for half in halves), "qrels")
    for stem in stems:
        for suffix in (".tsv", ".jsonl"):
            if (folder / (stem + suffix)).is_file():
                return folder / (stem + suffix)
    raise PlanSeekError(f"无法读取 {folder} 的判断：没有 {'、'.join(f'{s}.tsv' for s in stems)}。请检查文件是否齐全。")


def _half(questions: list[Question], split: str, name: str) -> tuple[Question, ...]:
    if split not in SPLITS:
        raise PlanSeekError(f"--split「{split}」无法识别，可用：{'、'.join(SPLITS)}。")
    kept = tuple(question for question in questions if split in ("all", question.split))
    if not kept:
        raise PlanSeekError(f"评测集「{name}」的 {split} 部分没有题目。")
    return kept


def _question(row: dict[str, Any]) -> Question:
    nuggets = tuple(
        Nugget(str(n["document"]), Span(int(n["start"]), int(n["end"])), int(n.get("grade", 1)))
        for n in row.get("nuggets", ())
    )
    for nugget in nuggets:
        if not 0 <= nugget.span.start < nugget.span.end:
            raise ValueError(nugget.span)
    regions = row.get("regions") or {}
    return Question(
        str(row["id"]), str(row["query"]), str(row.get("kind", "")), str(row.get("split", "")),
        bool(row.get("answerable", True)), nuggets, tuple(row.get("within", ())),
        tuple(regions.get("found", ())), tuple(regions.get("silent", ())),
    )  # fmt: skip


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    # Not splitlines(): a text may hold a line separator of Unicode's.
    for number, line in enumerate(_text(file).split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise PlanSeekError(f"{file} 第 {number} 行不是 JSON（{error}）。") from error


_QUERY, _PASSAGE, _GRADE = ("query-id", "qid", "query_id"), ("corpus-id", "pid", "docid", "corpus_id"), ("score", "grade")
"""What BEIR, C-MTEB and their copies call the three columns of a judgement."""


def judgements(file: Path, *, trec: bool = False) -> Iterator[tuple[str, str, int]]:
    """(question, passage, grade) of each line: with `trec` as TREC qrels (question, 0, passage, grade between blanks),
    else .jsonl by the names of its fields and everything else by tabs, in the order of its header where it has one.

    Raises PlanSeekError naming the line at fault.
    """
    if file.suffix == ".jsonl" and not trec:
        for number, row in _lines(file):
            try:
                yield _judged(*(_field(row, keys) for keys in (_QUERY, _PASSAGE, _GRADE)))
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise PlanSeekError(f"{file} 第 {number} 行应有 query-id、corpus-id 与 score 三项。请补上。") from error
        return
    columns = (0, 2, 3) if trec else (0, 1, 2)
    for number, line in enumerate(_text(file).split("\n"), 1):
        cells = line.split() if trec else [cell.strip() for cell in line.split("\t")]
        if not any(cells):
            continue
        if number == 1 and not trec and (named := _columns(cells)):
            columns = named
            continue
        try:
            yield _judged(*(cells[column] for column in columns))
        except (IndexError, ValueError, OverflowError) as error:
            expected = "题号、0、段号、分数，以空格分隔" if trec else "题号、段号、分数，以制表符分隔"
            raise PlanSeekError(f"{file} 第 {number} 行应为：{expected}。请改正这一行。") from error


def _field(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in row:
            return row[name]
    raise KeyError(names[0])


def _columns(header: list[str]) -> tuple[int, int, int] | None:
    places = [next((i for i, cell in enumerate(header) if cell in keys), -1) for keys in (_QUERY, _PASSAGE, _GRADE)]
    return (places[0], places[1], places[2]) if min(places) >= 0 else None


def _judged(query: Any, passage: Any, grade: Any) -> tuple[str, str, int]:
    if float(grade) != int(float(grade)):
        raise ValueError(grade)
    return str(query), str(passage), int(float(grade))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanSeekError(f"无法读取 {file}（{error}）。请检查文件是否存在、是否为 UTF-8。") from error
