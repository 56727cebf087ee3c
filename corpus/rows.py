"""Documents and passages as the rows of the store, and back. Reads and writes no database."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.edits import Edits, applied
from corpus.layout import pack
from corpus.model import Document, Evidence, Passage, Section, Span, Table
from corpus.regions.places import Gazetteer, Place

COLUMNS = (
    "id", "title", "region", "kind", "period", "status", "issued", "number", "issuer", "collection", "text", "sections",
    "tables", "pages", "notes", "joints", "evidence",
)  # fmt: skip
SETTLED = ("follows", "missing", "final", "edits")
"""What a document's own file does not tell: putting the document again leaves it as it is."""
HEAVY = {"text": "''", "sections": "'[]'", "tables": "'[]'"}


@dataclass(frozen=True, slots=True)
class Sheaf:
    """A document and its passages as plain rows: what travels between processes and is written as it is."""

    document: tuple[Any, ...]
    passages: tuple[tuple[Any, ...], ...]
    layout: bytes

    @property
    def id(self) -> str:
        return str(self.document[0])


def sheaf(document: Document, passages: Sequence[Passage], joints: Mapping[str, Any]) -> Sheaf:
    """The rows of a document. `joints`: what links it with its neighbours, kept for corpus.links.continuation."""
    row = (
        document.id, document.title, document.region.code if document.region else None, document.kind,
        document.period, document.status, document.issued, document.number, document.issuer, document.collection,
        document.text,
        dump([[s.span.start, s.span.end, s.level, s.heading, s.kind] for s in document.sections]),
        dump([[_ends(t.span), [_ends(c) for c in t.columns], [[_ends(c) for c in row] for row in t.rows]]
               for t in document.tables]),
        dump(document.pages), dump(document.notes), dump(joints),
        dump({key: asdict(e) for key, e in document.evidence.items()}),
    )  # fmt: skip
    rows = tuple(
        (p.document, p.span.start, p.span.end, dump(p.trail), p.headings, p.paragraph, p.last_paragraph,
         p.region.code if p.region else None, p.page)
        for p in passages
    )  # fmt: skip
    return Sheaf(row, rows, pack(document.runs))


def fingerprint(text: str, passages: Iterable[Sequence[Any]]) -> str:
    """What of a document is indexed, in 32 hex digits: its text, and of each passage its place, trail, paragraphs and page (the
    columns of Sheaf.passages but the region)."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for _, start, end, trail, headings, first, last, _, page in passages:
        digest.update(f"{start}\t{end}\t{headings}\t{first}\t{last}\t{page}\t{trail}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def listed(bound: Sheaf, file: str, gazetteer: Gazetteer, edits: Edits) -> Document:
    """A sheaf's document as a listing shows it: without text, sections and tables."""
    row = [HEAVY[name].strip("'") if name in HEAVY else value for name, value in zip(COLUMNS, bound.document, strict=True)]
    return document_of((*row, None, None, None, dump(edits)), (file,), gazetteer)


def document_of(row: Sequence[Any], files: tuple[str, ...], gazetteer: Gazetteer) -> Document:
    content = dict(zip((*COLUMNS, *SETTLED), row, strict=True))
    code = content.pop("region")
    content.pop("joints")
    edits = json.loads(content.pop("edits"))
    sections, tables = leaves_of(content.pop("sections"), content.pop("tables"))
    pages, notes, evidence = (json.loads(content.pop(name)) for name in ("pages", "notes", "evidence"))
    document = Document(
        **content, files=files,
        region=gazetteer.region(code) if code in gazetteer.places else None,
        sections=sections, tables=tables,
        pages=tuple(pages), notes=tuple(notes),
        evidence={
            key: Evidence(Span(**e["span"]) if e["span"] else None, e["confidence"], e["source"])
            for key, e in evidence.items()
        },
    )  # fmt: skip
    return applied(document, edits, gazetteer)


def leaves_of(sections: str, tables: str) -> tuple[tuple[Section, ...], tuple[Table, ...]]:
    """Sections and tables as they are stored."""
    return (
        tuple(Section(Span(a, b), level, heading, k) for a, b, level, heading, k in json.loads(sections)),
        tuple(
            Table(Span(*span), tuple(Span(*c) for c in columns), tuple(tuple(Span(*c) for c in cells) for cells in rows))
            for span, columns, rows in json.loads(tables)
        ),
    )


def place_row(place: Place) -> tuple[Any, ...]:
    """code, name, level, parent, aliases and the rest as JSON."""
    rest = {key: value for key, value in asdict(place).items() if key not in _PLACE and value is not None}
    return place.code, place.name, place.level, place.parent, "|".join(place.aliases), dump(rest)


def place_of(row: Sequence[Any]) -> Place:
    code, name, level, parent, aliases, rest = row
    return Place(code, name, level, parent, tuple(filter(None, aliases.split("|"))), **json.loads(rest))


_PLACE = ("code", "name", "level", "parent", "aliases")


def _ends(span: Span) -> list[int]:
    return [span.start, span.end]


def dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
