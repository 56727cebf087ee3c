"""What stands side by side: the columns that a question has, and every cell of a region that says nothing."""

import pytest

from corpus.errors import PlanSeekError
from retriever.matrix import EVERYWHERE, MOST_COLUMNS, matrix
from retriever.model import Matrix, Query
from retriever.search import Searcher

SILENT = "月球基地氦三"


def laid(searcher: Searcher, text: str, *columns: str, per_region: int = 3, regions: tuple[str, ...] = ()) -> Matrix:
    query = Query(text, per_region=per_region, regions=regions)
    return matrix(query, columns, searcher.corpus(), searcher.tools)


def test_columns_stand_in_the_order_given(searcher: Searcher) -> None:
    one, other = laid(searcher, "各区", "托育", SILENT, "养老"), laid(searcher, "各区", "养老", "托育", SILENT)
    assert (one.by, one.columns, other.columns) == ("topic", ("托育", SILENT, "养老"), ("养老", "托育", SILENT))
    assert len(one.rows) == 9
    for left, right in zip(one.rows, other.rows, strict=True):
        assert left.region == right.region
        assert left.cells == (right.cells[1], right.cells[2], right.cells[0])


def test_a_silent_region_has_all_its_cells(searcher: Searcher) -> None:
    found = laid(searcher, "各区", "养老", "托育")
    assert len(found.rows) == 9
    silent = [row for row in found.rows if not any(cell.hits for cell in row.cells)]
    assert {row.region.name[-3:] for row in silent if row.region} == {"云麓区", "开发区"}
    for row in found.rows:
        assert [cell.status for cell in row.cells] == ["found" if cell.hits else "not_found" for cell in row.cells]
        assert [cell.region for cell in row.cells] == [row.region] * 2


def test_cells_hold_no_more_than_asked(searcher: Searcher) -> None:
    for most in (1, 2):
        (row,) = laid(searcher, "茶溪县", "养老", per_region=most).rows
        assert row.region is not None and row.region.name.endswith("茶溪县")
        assert len(row.cells[0].hits) == most and row.cells[0].status == "found"


def test_no_region_is_everywhere(searcher: Searcher) -> None:
    (row,) = laid(searcher, "怎么做", "养老", SILENT).rows
    assert row.region is None and {cell.region for cell in row.cells} == {EVERYWHERE}
    assert [cell.status for cell in row.cells] == ["found", "not_found"]


@pytest.mark.parametrize(
    ("text", "columns", "by", "names"),
    [
        ("各区养老", ("十三五", "2026年"), "period", ("十三五", "2026年")),
        # one that is no period makes them all topics
        ("各区养老", ("十三五", "托育"), "topic", ("十三五", "托育")),
        ("十三五和十四五各区养老", (), "period", ("2016-2020", "2021-2025")),
        ("墨池区人才公寓征求意见稿和正式稿", (), "status", ("征求意见稿", "正式")),
        # what is given goes before what the question names
        ("十三五和十四五各区养老", ("托育",), "topic", ("托育",)),
    ],
)
def test_what_is_compared_by(
    searcher: Searcher, text: str, columns: tuple[str, ...], by: str, names: tuple[str, ...]
) -> None:
    found = laid(searcher, text, *columns)
    assert (found.by, found.columns) == (by, names)
    assert all(len(row.cells) == len(names) for row in found.rows)


def test_nothing_to_compare_by(searcher: Searcher) -> None:
    with pytest.raises(PlanSeekError, match="没有可以并排的列"):
        laid(searcher, "各区养老")
    with pytest.raises(PlanSeekError, match=f"最多对比 {MOST_COLUMNS} 列，现有 {MOST_COLUMNS + 1} 列"):
        laid(searcher, "各区养老", *["养老"] * (MOST_COLUMNS + 1))
    with pytest.raises(PlanSeekError, match="问题是空的"):
        laid(searcher, "各区养老", "养老", "　")
