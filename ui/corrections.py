"""What is changed in the table of documents and not yet saved: from cells to corrections, and back. Draws nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from ui.client import Json
from ui.library import file_name

FIELDS = {
    "title": "标题", "region": "地区", "kind": "文种", "period": "规划期", "status": "状态", "issued": "日期", "number": "文号",
    "issuer": "发文机关",
}  # fmt: skip
"""The fields that can be corrected, with the heads of their columns."""

KINDS = ("规划纲要", "规划建议", "政府工作报告", "实施意见", "专项规划", "行动计划", "通知", "其他")
STATUSES = ("正式", "征求意见稿", "草案", "送审稿", "修订", "废止")

Pending = dict[str, dict[str, str]]
"""Document id → field → the value that its cell holds now."""


def row(document: Json) -> dict[str, Any]:
    """A document as a row of the table, by the heads of the columns."""
    values = {FIELDS[field]: value(document, field) for field in FIELDS}
    edited = "、".join(FIELDS[field] for field in document["edited"])
    return {"选": False} | values | {"段数": int(document["passages"]), "已更正": edited, "文件": file_name(document["file"])}


def value(document: Json, field: str) -> str:
    """What a document has under a field; a region's full name, nothing as an empty string."""
    found = document[field]
    return (found["name"] if field == "region" else str(found)) if found else ""


def with_pending(document: Json, changes: Mapping[str, str]) -> dict[str, Any]:
    """The row of a document with what is not yet saved."""
    return row(document) | {FIELDS[field]: changed for field, changed in changes.items()}


def pending(documents: Sequence[Json], rows: Sequence[Mapping[str, Any]], edited: Mapping[int, Mapping[str, Any]]) -> Pending:
    """The cells that differ from the documents: `rows` as the table was given them, `edited` by number of row."""
    changes: Pending = {}
    for number, document in enumerate(documents):
        now = {**rows[number], **edited.get(number, {})}
        differing = {
            field: cell for field, head in FIELDS.items() if (cell := str(now[head] or "").strip()) != value(document, field)
        }
        if differing:
            changes[document["id"]] = differing
    return changes


def chosen(documents: Sequence[Json], edited: Mapping[int, Mapping[str, Any]]) -> list[Json]:
    """The documents whose box is ticked."""
    return [document for number, document in enumerate(documents) if edited.get(number, {}).get("选")]


def request(document_id: str, changes: Mapping[str, str], documents: Mapping[str, Json]) -> Json:
    """What the API is asked to keep of a document: a cell that says again what was read takes its correction back."""
    edited = documents[document_id]["edited"]
    back = {field for field, cell in changes.items() if field in edited and cell == (edited[field] or "")}
    return {"id": document_id} | {field: None if field in back else cell for field, cell in changes.items()}
