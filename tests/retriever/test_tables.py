"""Tables of targets and of units in charge: told once a region, sorted by region, units found by part of their name."""

import pytest

from corpus.model import Document, Passage, Region, Span
from retriever.model import Query
from retriever.search import Searcher
from retriever.tables import _once, duties_of_unit, target_table, targets_of

EAST = Region("990102", "澜江省临澜市沧浦区", "县级", "990100")
WEST = Region("990103", "澜江省临澜市墨池区", "县级", "990100")
SENTENCE = "到2025年，森林覆盖率达到58.2%。"


def document(text: str, region: Region) -> tuple[Document, list[Passage]]:
    found = Document(region.code * 10 + "abcd", ("/x.txt",), text, "规划", region, "规划纲要", "2021-2025")
    return found, [Passage(found.id, Span(0, len(text)), (), 0, 1, 1, region)]


def test_a_restated_target_is_told_once_for_a_region() -> None:
    east, west = targets_of(*document(SENTENCE * 2, EAST)), targets_of(*document(SENTENCE, WEST))
    assert [row.citation.span.start for row in east] == [0, len(SENTENCE)] and len(west) == 1
    assert _once([*east, *west]) == [east[0], west[0]]
    other = targets_of(*document(SENTENCE.replace("58.2", "58.3"), EAST))
    assert _once([*east, *other]) == [east[0], *other]


def test_targets_of_a_document_are_cited() -> None:
    (row,) = targets_of(*document("加强管护。" + SENTENCE, EAST))
    assert (row.region, row.target.indicator, row.target.low, row.target.year) == (EAST, "森林覆盖率", 58.2, 2025)
    assert row.amount == (58.2, "%") and row.target.span.of(row.citation.document.text) == "58.2%"
    assert row.citation.span.of(row.citation.document.text) == row.citation.quote and "58.2%" in row.citation.quote


@pytest.mark.parametrize("text", ["护理型床位占比", "森林覆盖率"])
def test_the_table_is_sorted_and_tells_nothing_twice(searcher: Searcher, text: str) -> None:
    _, rows = target_table(Query(text), searcher.corpus(), searcher.tools)
    codes = [row.region.code if row.region else "" for row in rows]
    assert codes == sorted(codes) and len(set(codes)) >= 4
    told = [(row.region, row.target.indicator, row.target.low, row.target.unit, row.target.year) for row in rows]
    assert len(told) == len(set(told))


def test_the_table_keeps_to_its_region(searcher: Searcher) -> None:
    _, rows = target_table(Query("森林覆盖率", regions=("云麓区",)), searcher.corpus(), searcher.tools)
    assert [(row.region and row.region.code, row.target.low) for row in rows] == [("990104", 69.2)]


def test_a_unit_is_found_by_part_of_its_name(searcher: Searcher) -> None:
    corpus = searcher.corpus()
    part, whole = duties_of_unit("水务局", corpus), duties_of_unit("区水务局", corpus)
    assert {row.measure for row in whole} >= {"青桐水库保护", "镇村污水和温泉尾水"}
    assert all(row in part for row in whole)
    for row in part:
        assert any("水务局" in unit for unit in (*row.lead, *row.responsible, *row.support))
    assert duties_of_unit(" 区水务局　", corpus) == whole


@pytest.mark.parametrize("unit", ["", "　", "月球事务局", "青桐水库保护"])
def test_what_is_no_unit_has_no_tasks(searcher: Searcher, unit: str) -> None:
    """A measure is no unit, though the text names it."""
    assert duties_of_unit(unit, searcher.corpus()) == []
