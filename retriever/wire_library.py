"""The JSON of what changes a corpus: corrections, removals, regions, and documents with what was corrected of them."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from corpus.model import Document
from corpus.regions.places import Gazetteer
from retriever.wire import document_json

if TYPE_CHECKING:
    from corpus.regions.own import Row
    from index.library import Corrected, Removed

Json = dict[str, Any]

REREAD = "已入库的文件要重新读入，才会认出新增的地区。"


def listing_json(document: Document, passages: int, edited: Mapping[str, str | None]) -> Json:
    """A document as a list of the corpus shows it; edited: field → what was read under a correction."""
    more = {"issued": document.issued, "number": document.number, "issuer": document.issuer}
    return document_json(document) | more | {"passages": passages, "edited": dict(edited)}


def as_read_json(read: Mapping[str, str | None], edits: Mapping[str, str | None], gazetteer: Gazetteer) -> Json:
    """Corrected field → what was read, a region as its full name."""
    shown = {field: read[field] for field in edits}
    if (code := shown.get("region")) and code in gazetteer.places:
        shown["region"] = gazetteer.full_name(code)
    return shown


def corrected_json(done: "Corrected") -> Json:
    """status: changed, unchanged or refused (with the reason)."""
    status = "refused" if done.refusal else "changed" if done.changed else "unchanged"
    document = document_json(done.document) if done.document else None
    return {"id": done.id, "status": status, "reason": done.refusal, "document": document}


def removed_json(gone: "Removed") -> Json:
    """note: what would bring the document back, or None."""
    names = "、".join(PurePath(path).name for path in gone.left)
    return {
        "id": gone.document.id, "title": gone.document.title, "files": list(gone.document.files), "passages": gone.passages,
        "deleted": list(gone.deleted), "left": list(gone.left),
        "note": f"原文件 {names} 还在原处，没有删除；再次读入它所在的文件夹时会重新入库。" if gone.left else None,
    }  # fmt: skip


def region_row_json(row: "Row") -> Json:
    """name: the full name, own_name: the region's own; own: a user added it; documents: how many are of it."""
    place = row.place
    return {
        "code": place.code, "name": row.name, "own_name": place.name, "level": place.level, "parent": place.parent,
        "aliases": list(place.aliases), "lon": place.lon, "lat": place.lat, "from": place.since, "to": place.until,
        "own": row.own, "documents": row.documents,
    }  # fmt: skip
