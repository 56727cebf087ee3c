"""Turns one file into a document with its passages. Never looks for files and never writes to the store."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from corpus import archives, formats
from corpus.errors import UnreadableFile
from corpus.links.continuation import clues
from corpus.metadata import read_metadata
from corpus.model import KINDS, READER_VERSION, STATUSES, Document, Evidence, Passage, Reading, Region
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
    changes: dict[str, object] = {}
    for key, value in override.items():
        if key == "region":
            codes = gazetteer.named(value)
            if not codes:
                raise UnreadableFile(
                    f"metadata.csv 中的地区「{value}」不在行政区划表内。请改用全称、代码，或在 regions.csv 中补充。"
                )
            if len(codes) > 1:
                names = "、".join(gazetteer.full_name(c) for c in codes[:5])
                raise UnreadableFile(f"metadata.csv 中的地区「{value}」有多个同名地区：{names}。请写全称或代码。")
            changes[key] = gazetteer.region(codes[0])
        elif key == "kind" and value not in KINDS:
            raise UnreadableFile(f"metadata.csv 中的文种「{value}」无法识别，可用：{'、'.join(KINDS)}。")
        elif key == "status" and value not in STATUSES:
            raise UnreadableFile(f"metadata.csv 中的状态「{value}」无法识别，可用：{'、'.join(STATUSES)}。")
        else:
            changes[key] = value
    evidence = dict(document.evidence) | {key: Evidence(None, 1.0, "metadata.csv") for key in changes}
    return replace(document, evidence=evidence, **changes)  # type: ignore[arg-type]


def _passage(document: Document, piece: Piece, gazetteer: Gazetteer) -> Passage:
    return Passage(
        document.id, piece.span, piece.trail, piece.headings, piece.first, piece.last,
        _region_of(document, piece, gazetteer), document.page_of(piece.span.start),
    )  # fmt: skip


_BEFORE_NAME = re.compile(
    r"^(?:[0-9一二三四五六七八九十（()）.、\s—]*)(?:支持|推动|推进|加快|做强|做优|引导|促进|发挥|依托|立足)?"
)


_LONGEST_NAME = 24
"""Characters that hold any region's name: autonomous counties run to fifteen."""


def _region_of(document: Document, piece: Piece, gazetteer: Gazetteer) -> Region | None:
    """The document's region, or a subordinate one whose name heads the section or the lead phrase, or with which a
    passage opens that names no other of them."""
    own = document.region
    if own is None or own.level in ("国家", "县级", "乡级"):
        return own
    for heading in reversed(piece.trail):
        found = _headed_by(heading[_BEFORE_NAME.match(heading).end() :], own, document.issued, gazetteer)  # type: ignore[union-attr]
        if found:
            return gazetteer.region(found)
    passage = piece.span.of(document.text)
    opened = _headed_by(passage, own, document.issued, gazetteer)
    if opened:
        level = gazetteer.places[opened].level
        others = {
            code
            for mention in gazetteer.mentions(passage, document.issued)
            for code in mention.codes
            if mention.full and gazetteer.places[code].level == level and gazetteer.within(code, own.code)
        }
        if others == {opened}:
            return gazetteer.region(opened)
    return own


def _headed_by(text: str, own: Region, on: str | None, gazetteer: Gazetteer) -> str | None:
    """The code of the one region inside `own` whose full name a text begins with, not as one of several."""
    mention = next(iter(gazetteer.mentions(text[:_LONGEST_NAME], on)), None)
    if (
        mention is None
        or mention.start > 0
        or not mention.full
        or text[mention.end : mention.end + 1] in tuple("、和及与")
    ):
        return None
    inside = [c for c in mention.codes if c != own.code and gazetteer.within(c, own.code)]
    return inside[0] if len(inside) == 1 else None
