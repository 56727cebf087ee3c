"""Reads the training texts and cuts them into short pieces with headings and lead phrases; never a test document."""

import hashlib
import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPLIT = Path(__file__).parent.parent / "eval" / "sets" / "plans" / "split.json"
WRITTEN = Path(__file__).parent / "questions" / "questions.jsonl"

# All patterns meet text after NFKC: full-width brackets, digits and marks are ASCII by then.
HEADING = re.compile(
    r"^(?:#+\s*)?(?:第[一二三四五六七八九十百零\d]+[篇章节]|[一二三四五六七八九十]{1,3}、"
    r"|\([一二三四五六七八九十]{1,3}\)|专栏\s*\d*|\d{1,3}[.、]\s*[^\d\s])"
)
NUMBERING = re.compile(
    r"^(?:#+\s*)?(?:第[一二三四五六七八九十百千零\d]+[篇章节条]|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)"
    r"|\d{1,3}[.、]|——|[一二三四五六七八九十]是)\s*"
)
OUTER = re.compile(r"^(?:#+\s*)?(?:第.{1,4}[篇章]|[一二三四五六七八九十]{1,3}、)")
SENTENCE_END = re.compile(r"(?<=[。!?;])")
# OCR'd plans run several headings together on one line, set off by wide blanks.
WIDE_BLANK = re.compile(r"\u3000{2,}|[ \u00a0\t]{4,}")
ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零〇\d]+条\s*(?:【(.{2,20}?)】)?")
LONGEST = 360


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a training text: `lead` is the body's own short first sentence, or empty."""

    source: str
    title: str
    heading: str
    lead: str
    body: str

    @property
    def text(self) -> str:
        return self.lead + self.body

    @property
    def with_heading(self) -> str:
        """The piece as an index would embed it: its heading, then its text."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Question:
    """A question for one passage; `wrong`: passages that come near and do not answer."""

    text: str
    context: str
    wrong: tuple[str, ...] = ()


def frozen_hashes() -> frozenset[str]:
    """SHA-256 of every frozen test document."""
    split = json.loads(SPLIT.read_text(encoding="utf-8"))
    return frozenset(entry["sha256"] for entry in split["test"])


def plan_files(shared: Path) -> list[tuple[str, str]]:
    """(name, text) of every plan that is not a test document; the test documents are hashed, never decoded."""
    frozen = frozen_hashes()
    plans: list[tuple[str, str]] = []
    seen: set[str] = set()
    for path in sorted((shared / "plans").iterdir()):
        raw = path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        seen.add(digest)
        if digest in frozen:
            continue
        plans.append((path.stem, raw.decode("utf-8-sig")))
    assert frozen <= seen, "a frozen test document is missing: its bytes changed, so it could slip into training"
    kept = {hashlib.sha256(text.encode()).hexdigest() for _, text in plans}
    assert not kept & frozen, "a frozen test document reached the training texts"
    return plans


def plan_pieces(shared: Path) -> list[Piece]:
    return [piece for name, text in plan_files(shared) for piece in cut("plan", name, text)]


def office_pieces(shared: Path) -> list[Piece]:
    """Pieces of the State Council's and a district's documents."""
    pieces: list[Piece] = []
    for name, key in (("state-council-documents", "text"), ("tianhe-documents", "original_text")):
        for record in _records(shared / "training" / f"{name}.jsonl"):
            pieces += cut("office", record["title"], record[key])
    return pieces


def law_pieces(shared: Path) -> list[Piece]:
    """One piece an article; its heading is the law's title, the chapter and, where given, the article's name."""
    pieces: list[Piece] = []
    for record in _records(shared / "training" / "laws.jsonl.xz"):
        chapter = ""
        for block in re.split(r"\n\s*(?=第[一二三四五六七八九十百千零〇\d]+条[\s【]|#)", record["text"]):
            line = unicodedata.normalize("NFKC", block).strip()
            if line.startswith("#"):
                chapter = NUMBERING.sub("", line.split("\n", 1)[0]).strip(" #")
                continue
            named = ARTICLE.match(line)
            if not named:
                continue
            body = line[named.end() :].replace("\n", "").strip()[: 2 * LONGEST]
            # 总则 and 附则 stand in every law: they tell nothing of the article.
            chapter_name = "" if chapter in {"总则", "附则", record["title"]} else chapter
            heading = " ".join(filter(None, (record["title"], chapter_name, named.group(1))))
            if len(body) >= 40:
                pieces.append(Piece("law", record["title"], heading, "", body))
    return pieces


def news_pieces(shared: Path) -> list[Piece]:
    """One piece an item, cut at a sentence; items about a work report are left out, as they quote test documents."""
    pieces: list[Piece] = []
    for record in _records(shared / "training" / "news.jsonl.xz"):
        body = record["body"].replace("\n", "")
        if len(body) < 60 or "政府工作报告" in record["title"] + body:
            continue
        title = re.sub(r"^【[^】]*】", "", record["title"]).strip()
        pieces.append(Piece("news", title, title, "", _clip(body, 420)))
    return pieces


def questions(shared: Path) -> list[Question]:
    return [
        Question(record["question"], record["context"])
        for record in _records(shared / "training" / "cmrc2018-train.jsonl.xz")
    ]


def written(shared: Path, file: Path = WRITTEN) -> list[Question]:
    """The questions written by reading single passages of the training documents (training/questions/README.md)."""
    texts = documents(shared)
    found = []
    for row in _records(file):
        places = [(row["document"], *row["passage"]), *row["hard"]]
        passage, *wrong = (unicodedata.normalize("NFKC", texts[name][start:end]) for name, start, end in places)
        found.append(Question(row["question"], passage, tuple(wrong)))
    return found


def documents(shared: Path) -> dict[str, str]:
    """The text of every training document that questions are written for, by the SHA-256 of its UTF-8 bytes.

    A law is its title, an empty line and its text. No test document is among them.
    """
    texts = [text for _, text in plan_files(shared)]
    for name, key in (("state-council-documents", "text"), ("tianhe-documents", "original_text")):
        texts += [record[key] for record in _records(shared / "training" / f"{name}.jsonl")]
    texts += [f"{law['title']}\n\n{law['text']}" for law in _records(shared / "training" / "laws.jsonl.xz")]
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}


def cut(source: str, title: str, text: str) -> Iterator[Piece]:
    """Cuts a text along headings and paragraphs into pieces of some 60–360 characters."""
    headings = ["", ""]
    waiting = ""
    for line in unicodedata.normalize("NFKC", WIDE_BLANK.sub("\n", text)).splitlines():
        line = line.strip()
        if HEADING.match(line) and len(line) <= 40 and not line.endswith(("。", ",", ";", ":")):
            yield from _pieces(source, title, headings, waiting)
            waiting = ""
            name = NUMBERING.sub("", line).strip()
            headings = [name, ""] if OUTER.match(line) else [headings[0], name]
            continue
        if len(line) < 8:
            continue
        # Some files put every sentence on a line of its own: short lines are gathered to a paragraph.
        if waiting and (len(waiting) + len(line) > LONGEST or len(waiting) > 150):
            yield from _pieces(source, title, headings, waiting)
            waiting = ""
        waiting += line if line.endswith(("。", ";", ":", ",", "!", "?")) else line + "。"
    yield from _pieces(source, title, headings, waiting)


def _pieces(source: str, title: str, headings: list[str], paragraph: str) -> Iterator[Piece]:
    paragraph = NUMBERING.sub("", paragraph).strip()
    if len(paragraph) < 30:
        return
    lead = ""
    first = SENTENCE_END.split(paragraph, maxsplit=1)
    if len(first) == 2 and 4 <= len(first[0]) <= 26 and len(first[1]) >= 40:
        lead, paragraph = first
    heading = " ".join(filter(None, headings))
    for count, part in enumerate(_parts(paragraph)):
        yield Piece(source, title, heading, lead if count == 0 else "", part)


def _parts(paragraph: str) -> Iterator[str]:
    part = ""
    for sentence in SENTENCE_END.split(paragraph):
        if part and len(part) + len(sentence) > LONGEST:
            yield part
            part = ""
        part += sentence
    if len(part) >= 20:
        yield part


def _clip(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    end = text.rfind("。", 0, longest)
    return text[: end + 1] if end > longest // 2 else text[:longest]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    opener = lzma.open if path.suffix == ".xz" else Path.open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
