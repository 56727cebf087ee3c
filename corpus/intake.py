"""Turns one file into a document with its passages. Never looks for files and never writes to the store."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from corpus import archives, formats
from corpus.about import region_of
from corpus.edits import of_vocabulary, region_code
from corpus.errors import PlanSeekError, UnreadableFile
from corpus.links.continuation import clues
from corpus.metadata.read import read_metadata
from corpus.model import READER_VERSION, Document, Evidence, Passage, Reading
from corpus.regions.places import Gazetteer
from corpus.rows import Sheaf, sheaf
from corpus.structure.annotate import Annotation, Outline, annotate
from corpus.structure.cut import Piece, cut
from corpus.tray import Found


def reading_key(found: Found, places_digest: str) -> str:
    """What, besides its bytes, decides how a file is read; it stands in the store beside the file."""
    override = "\n".join(f"{k}={v}" for k, v in sorted(found.override.items()))
    return hashlib.sha256(f"{READER_VERSION}\n{places_digest}\n{override}".encode()).hexdigest()[:16]


def load(found: Found) -> bytes:
    """A file's bytes. Raises UnreadableFile where it is too large or may not be read."""
    if found.member:
        return archives.read_member(found.path, found.member)
    try:
        limit = formats.size_limit(found.name)
        if found.path.stat().st_size > limit:
            raise UnreadableFile(f"文件超过 {limit >> 20} MB 的上限。请拆分后再导入。")
        return found.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"无法读取（{error.strerror or error}）。请检查文件权限。") from error


@dataclass(frozen=True, slots=True)
class Before:
    """The document that a file continues: what it lends to it, and the outline that is open at its end."""

    document: Document
    outline: Outline

    @property
    def stamp(self) -> str:
        """Changes with everything that the reading of the next part depends on."""
        lent = [repr(getattr(self.document, name)) for name in _LENT]
        return hashlib.sha256(json.dumps([self.document.id, lent, self.outline.as_row()]).encode()).hexdigest()[:16]


def read_document(
    content: bytes, found: Found, gazetteer: Gazetteer, before: Before | None = None
) -> tuple[Document, list[Passage]]:
    """Read, annotate and cut one file. Raises UnreadableFile with what the user can do."""
    own, passages, _ = _read(content, found, gazetteer, before)
    return _final(own, found, gazetteer, before), passages


def bind(content: bytes, found: Found, gazetteer: Gazetteer, before: Before | None = None) -> Sheaf:
    """The same as rows for the store, with what links the document to its neighbours as the file alone says it."""
    own, passages, annotation = _read(content, found, gazetteer, before)
    evidence = own.evidence.get("title")
    joints = {
        "title": own.title, "titled": evidence is not None and evidence.span is not None,
        "region": own.region.code if own.region else None, "issued": own.issued, "clues": clues(own.text),
        "ending": annotation.ending.as_row(), "after": before.stamp if before else None,
        "parts": Counter(section.kind for section in own.sections),
    }  # fmt: skip
    return sheaf(_final(own, found, gazetteer, before), passages, joints)


def _read(
    content: bytes, found: Found, gazetteer: Gazetteer, before: Before | None
) -> tuple[Document, list[Passage], Annotation]:
    """The document as its own text describes it, its passages, and the annotation."""
    reading = formats.read(content, found.name)
    metadata = read_metadata(reading, found.key, gazetteer)
    annotation = annotate(reading, metadata.title_span, before.outline if before else None)
    own = Document(
        id=hashlib.sha256(content).hexdigest(), files=(found.key,), text=reading.text, title=metadata.title,
        region=metadata.region, kind=metadata.kind, period=metadata.period, status=metadata.status,
        issued=metadata.issued, number=metadata.number, issuer=metadata.issuer, sections=annotation.sections,
        tables=annotation.tables, pages=reading.pages, runs=reading.runs, notes=reading.notes,
        evidence=metadata.evidence,
    )  # fmt: skip
    named = _final(own, found, gazetteer, before)
    passages = [
        _passage(named, piece, gazetteer)
        for piece in cut(reading.text, annotation.paragraphs)
        if _worth(reading, piece)
    ]
    if not passages:
        raise UnreadableFile("没有读到正文（只有标题、导航或空白）。请确认文件内容。")
    return own, passages, annotation


def _final(own: Document, found: Found, gazetteer: Gazetteer, before: Before | None) -> Document:
    """metadata.csv outranks what the file says, and that what the part before it says."""
    return _override(_continued(own, before.document) if before else own, found.override, gazetteer)


_LENT = ("title", "region", "kind", "period", "status", "issued", "number", "issuer")


def _continued(document: Document, before: Document) -> Document:
    """A further part has what the first says, but for what it says of itself with more certainty."""
    changes: dict[str, object] = {}
    evidence = dict(document.evidence)
    for name in _LENT:
        lent, own = before.evidence.get(name), evidence.get(name)
        shown = own is not None and own.span is not None and own.confidence >= (lent.confidence if lent else 0.0)
        if getattr(before, name) is not None and lent is not None and not shown:
            changes[name] = getattr(before, name)
            evidence[name] = Evidence(None, lent.confidence, "continued")
    return replace(document, evidence=evidence, **changes)  # type: ignore[arg-type]


def _worth(reading: Reading, piece: Piece) -> bool:
    """A piece of a few characters without a word in it (a stray mark, a bare number) is no passage."""
    return _WORDED.match(reading.text, piece.span.start, piece.span.end) is not None


_WORDED = re.compile(r"(?:[^\u4e00-\u9fffA-Za-z]*[\u4e00-\u9fffA-Za-z]){4}")


def _override(document: Document, override: Mapping[str, str], gazetteer: Gazetteer) -> Document:
    """metadata.csv outranks what was read."""
    changes: dict[str, object] = dict(override)
    where = "metadata.csv 中的"
    try:
        if name := override.get("region"):
            changes["region"] = gazetteer.region(region_code(name, gazetteer, where))
        for key in override.keys() & {"kind", "status"}:
            of_vocabulary(key, override[key], where)
    except PlanSeekError as error:
        raise UnreadableFile(str(error)) from error
    evidence = dict(document.evidence) | {key: Evidence(None, 1.0, "metadata.csv") for key in changes}
    return replace(document, evidence=evidence, **changes)  # type: ignore[arg-type]


def _passage(document: Document, piece: Piece, gazetteer: Gazetteer) -> Passage:
    return Passage(
        document.id, piece.span, piece.trail, piece.headings, piece.first, piece.last,
        region_of(document, piece.trail, piece.span, gazetteer), document.page_of(piece.span.start),
    )  # fmt: skip
