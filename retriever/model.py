"""The types of a question's way to its answer. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.model import Document, Passage, Region, Span
from retriever.expand import Expansion

MODES = ("hybrid", "bm25", "dense")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks about: its weighty terms with their idf, and the official words it was translated to.

    parts: the terms of each alternative where the question names several (「渔业和水产养殖」); otherwise all in one.
    """

    terms: Mapping[str, float]
    parts: tuple[Mapping[str, float], ...] = ()
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the user's own restrictions. k bounds the flat hits, per_region each group's.

    previous: the question before, where this one may follow it up. literal: words of the question that restrict nothing.
    """

    text: str
    k: int = 10
    per_region: int = 3
    mode: str = "hybrid"
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    document: str | None = None
    expand: bool = True
    previous: str = ""
    literal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """Words of a question and what they were read as: region, fan_out, period, kind, status, document, exact, excluded or
    wants, with its value. loose: a restriction that is lifted where nothing meets it (今年 of a report of last year)."""

    words: str
    what: str
    value: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was understood of a question: its topic, the regions named or fanned out to, and the filters in force.

    fan_out: a level, or None; within: the regions that it is limited to; without: regions set aside; mentioned: regions
    that restrict nothing. period: as shown; periods: the years asked about, from the question's words. document: words of
    a title. wants: one of retriever.interpret.wants.WANTS. exact, excluded: what a passage must and must not hold.
    compare: whether things are to stand side by side. read: which words say so. notes: what the user should know.
    """

    topic: str
    regions: tuple[Region, ...] = ()
    fan_out: str | None = None
    period: str | None = None
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    notes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    within: tuple[Region, ...] = ()
    without: tuple[Region, ...] = ()
    mentioned: tuple[Region, ...] = ()
    wants: str | None = None
    exact: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    document: str | None = None
    compare: bool = False
    read: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """One ranker's word on a hit: its rank there (from 1), its score, the terms that matched."""

    rank: int
    score: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score and rank; evidence: the probability that it speaks of what was asked; also: the other regions
    of a fan-out that word it alike."""

    passage: Passage
    document: Document
    text: str
    score: float
    rank: int
    evidence: float
    why: Mapping[str, Why] = field(default_factory=dict)
    also: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One region's hits; status found or not_found, then best_rejected is what came nearest."""

    region: Region
    status: str
    hits: tuple[Hit, ...]
    best_rejected: Hit | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a search: what was understood, the flat ranking, the groups where the question fans out, and the
    terms by which evidence was weighed. answered: the probability that the question is answered here at all."""

    query: Query
    interpretation: Interpretation
    hits: tuple[Hit, ...]
    groups: tuple[Group, ...]
    what: Asked
    answered: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One region's cells of a matrix, a group a column; region: None where the question names none."""

    region: Region | None
    cells: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What stands side by side: by is topic, period or status, columns its values."""

    query: Query
    interpretation: Interpretation
    by: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quotation: `span` of the document's text equals `quote`; `label` is how it is cited."""

    document: Document
    trail: tuple[str, ...]
    paragraph: int
    span: Span
    quote: str
    label: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer with the citations it rests on."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Findings with statements. status: answered, partly (some regions silent) or not_found.

    by_region: a fan-out's statements by region code.
    """

    findings: Findings
    status: str
    statements: tuple[Statement, ...]
    by_region: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
