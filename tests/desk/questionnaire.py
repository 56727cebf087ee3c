"""Sixty questions over the sample plans, as a workbook; asked of no program here."""

import io
from collections.abc import Sequence

_TOPICS = (
    "生态修复措施", "养老服务", "托育服务", "招商引资", "乡村旅游", "湿地保护", "老旧小区改造", "科技创新", "粮食产量", "森林覆盖率",
    "产业园区", "医疗服务", "水资源", "数字政府", "人才引进",
)  # fmt: skip
SIXTY = [*(f"各区{t}" for t in _TOPICS), *(f"沧浦区{t}" for t in _TOPICS), *(f"怎样做好{t}" for t in _TOPICS), *(f"{t}目标" for t in _TOPICS)]


def workbook(rows: Sequence[Sequence[str | int | float | None]], *, above: int = 0) -> bytes:
    """An XLSX with these rows on its first sheet, so many empty ones above them."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("清单")
        for number, row in enumerate(rows, above):
            sheet.write_row(number, 0, row)
    return stream.getvalue()


def sixty() -> bytes:
    """A workbook of the sixty, each with its number."""
    return workbook([["序号", "问题"], *([number, question] for number, question in enumerate(SIXTY, 1))])
