"""Paragraph numbers of stored documents: those of the annotation, shown only where a paragraph's beginning is certain."""

from pathlib import Path

import pytest

from corpus import formats
from corpus.intake import read_document
from corpus.metadata.read import read_metadata
from corpus.model import Document, Evidence, Passage, Section, Span, Table
from corpus.paragraphs import Numbered, paragraphs
from corpus.regions.places import Gazetteer
from corpus.structure.annotate import annotate
from corpus.tray import find

TRAY = find([Path(__file__).parents[2] / "corpus" / "samples"])
GAZETTEER = Gazetteer(TRAY.places)


def at(text: str, words: str, behind: int = 0) -> Span:
    start = text.index(words, behind)
    return Span(start, start + len(words))


def of(text: str, *passages: tuple[str, int, int], **more: object) -> list[tuple[str, int, int]]:
    """The paragraphs of passages (words, first, last), which follow one another, in the same form."""
    document = Document("d" * 64, ("a.txt",), text, "甲县规划", **more)  # type: ignore[arg-type]
    made, end = [], 0
    for words, first, last in passages:
        span = at(text, words, end)
        made.append(Passage(document.id, span, ("一、水",), 1, first, last))
        end = span.end
    return [(row.span.of(text), row.first, row.last) for row in paragraphs(document, made)]


@pytest.mark.parametrize("found", TRAY.files, ids=lambda found: found.name)
def test_the_samples_are_numbered_as_they_were_annotated(found):
    content = found.path.read_bytes()
    reading = formats.read(content, found.name)
    annotated = annotate(reading, read_metadata(reading, found.key, GAZETTEER).title_span).paragraphs
    document, passages = read_document(content, found, GAZETTEER)
    rows = paragraphs(document, passages)
    own = {p.span.start: p.number for p in annotated}
    assert len(rows) > 20 and {row.span.start for row in rows} <= own.keys()
    assert {row.span.start: row.first for row in rows} == {row.span.start: own[row.span.start] for row in rows}
    told_apart = [row for row in rows if row.first == row.last]
    assert len(told_apart) >= len(rows) - 1
    assert {row.span.start for row in told_apart} >= {p.span.start for p in annotated} - _hidden(rows, own) - _dropped(passages, own)


def _hidden(rows: list[Numbered], own: dict[int, int]) -> set[int]:
    """Beginnings inside rows that hold several paragraphs."""
    return {start for row in rows if row.first != row.last for start in own if row.span.start <= start < row.span.end}


def _dropped(passages: list[Passage], own: dict[int, int]) -> set[int]:
    """Paragraphs too short to be in a passage."""
    return {start for start in own if not any(p.span.start <= start < p.span.end for p in passages)}


def test_a_passage_of_several_paragraphs_is_told_apart_by_its_lines():
    text = "种树。\n\n  挖塘。\n修路。"
    assert of(text, (text, 3, 5)) == [("种树。", 3, 3), ("挖塘。", 4, 4), ("修路。", 5, 5)]


def test_paragraphs_that_cannot_be_told_apart_stay_together():
    text = "种树。\n挖塘。\n修路。"
    assert of(text, (text, 3, 4)) == [(text, 3, 4)]


def test_a_paragraph_cut_into_passages_is_one():
    text = "种树三百亩。挖塘两口。\n修路。"
    assert of(text, ("种树三百亩。", 1, 1), ("挖塘两口。", 1, 1), ("修路。", 2, 2)) == [("种树三百亩。挖塘两口。", 1, 1), ("修路。", 2, 2)]
    assert of(text, ("种树三百亩。", 1, 1), ("挖塘两口。\n修路。", 1, 2)) == [("种树三百亩。挖塘两口。", 1, 1), ("修路。", 2, 2)]


@pytest.mark.parametrize("kind", ["heading", "boilerplate"])
def test_numbers_that_begin_anew_are_other_paragraphs(kind):
    text = "种树。\n二章\n挖塘。"
    wall = (Section(at(text, "二章"), 1, "二章", kind),)
    assert of(text, ("种树。", 1, 1), ("挖塘。", 1, 1), sections=wall) == [("种树。", 1, 1), ("挖塘。", 1, 1)]


def test_the_title_parts_paragraphs_and_marks_inside_do_not():
    text = "种树。\n规划\n挖塘。"
    titled = {"title": Evidence(at(text, "规划"), 1.0)}
    assert of(text, ("种树。", 1, 1), ("挖塘。", 1, 1), evidence=titled) == [("种树。", 1, 1), ("挖塘。", 1, 1)]
    text = "种树，[1]挖塘。"
    marks = (Section(at(text, "[1]"), 0, "标记", "boilerplate"),)
    assert of(text, ("种树，", 1, 1), ("挖塘。", 1, 1), sections=marks) == [(text, 1, 1)]


def test_a_row_of_a_table_is_a_paragraph_however_many_lines_it_has():
    text = "林地\n（公顷） | 12\n水面 | 3"
    assert of(text, (text, 1, 2)) == [(text, 1, 2)]
    rows = ((at(text, "林地\n（公顷）"), at(text, "12")), (at(text, "水面"), at(text, "3")))
    table = Table(Span(0, len(text)), (), rows)
    assert of(text, (text, 1, 2), tables=(table,)) == [("林地\n（公顷） | 12", 1, 1), ("水面 | 3", 2, 2)]
