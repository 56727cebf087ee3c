"""Papers put together of others: what a user collected, and many questions in one file. Asks nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import Region
from retriever.model import Citation
from retriever.paper.answers import quoted
from retriever.paper.model import FOUND, NOT_FOUND, Cell, Chapter, Paper, Part, Table
from retriever.wire import citation_json, region_json


@dataclass(frozen=True, slots=True)
class Kept:
    """A quotation that a user put aside: for what question, with a note of their own, when (as it is to be shown)."""

    question: str
    note: str
    region: Region | None
    citation: Citation
    added: str = ""


def of_basket(name: str, kept: Sequence[Kept], made: str, edition: str) -> Paper:
    """What a user collected, question by question in the order in which they were first kept."""
    by_question: dict[str, list[Kept]] = {}
    for item in kept:
        by_question.setdefault(item.question, []).append(item)
    parts = tuple(
        Part(
            question or "未写明问题", "",
            tuple(quoted(item.citation, item.question, item.region, note=item.note, added=item.added) for item in items),
        )
        for question, items in by_question.items()
    )  # fmt: skip
    raw = {
        "name": name,
        "items": [
            {"query": item.question, "note": item.note, "region": region_json(item.region), "added": item.added}
            | {"citation": citation_json(item.citation)}
            for item in kept
        ],
    }
    chapter = Chapter(name, (), f"共 {len(kept)} 条。", parts=parts)
    return Paper(name, (chapter,), made, edition, raw)


def of_batch(title: str, papers: Sequence[Paper], made: str, edition: str) -> Paper:
    """Many papers as one, a chapter each, with tables of what was found for each question and where."""
    chapters = tuple(chapter for paper in papers for chapter in paper.chapters)
    raw = {"title": title, "answers": [paper.raw for paper in papers]}
    return Paper(title, chapters, made, edition, raw, tuple(_overviews(chapters)))


def _overviews(chapters: Sequence[Chapter]) -> list[Table]:
    rows: list[tuple[Cell, ...]] = []
    for number, chapter in enumerate(chapters, 1):
        found = sum(1 for _ in chapter.quotations())
        summary = chapter.summary or (FOUND if found else NOT_FOUND)
        rows.append((number, chapter.question, summary, found))
    overview = Table("总览", ("序号", "问题", "结果", "摘录数"), tuple(rows))
    regions = {p.region.code: p.region.name for chapter in chapters for p in chapter.parts if p.region}
    if not regions:
        return [overview]
    crossed = []
    for chapter in chapters:
        verdicts = {part.region.code: part.verdict for part in chapter.parts if part.region}
        if verdicts:
            crossed.append((chapter.question, *(verdicts.get(code) for code in sorted(regions))))
    names = tuple(regions[code] for code in sorted(regions))
    return [overview, Table("问题与地区", ("问题", *names), tuple(crossed), printed=False)]
