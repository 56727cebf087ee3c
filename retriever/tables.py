"""Tables of what passages promise and who is in charge: targets and duties, every row cited. Extracts nothing itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.duties.extract import duties
from corpus.duties.model import Duty
from corpus.model import Document, Passage, Region
from corpus.targets.amounts import amount
from corpus.targets.extract import targets
from corpus.targets.model import Target
from index.tokenizer import fold
from retriever.cite import cite
from retriever.evidence import GENERIC
from retriever.model import Citation, Interpretation, Query
from retriever.score import Tools
from retriever.search import LEADING, Looked, look
from retriever.state import Corpus
from retriever.verdict.judge import ANSWERED, RELATED, answered, fitted

_LIKE = 0.45
"""Least likeness of a target's name to what is asked."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target of a region. amount: its lower bound in base units, with the unit, to sort and chart by."""

    region: Region | None
    target: Target
    amount: tuple[float, str]
    citation: Citation


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A measure with its units in charge, by role, as they stand in the text."""

    region: Region | None
    measure: str
    lead: tuple[str, ...]
    responsible: tuple[str, ...]
    support: tuple[str, ...]
    citation: Citation


def target_table(query: Query, corpus: Corpus, tools: Tools) -> tuple[Interpretation, list[TargetRow]]:
    """The targets on what is asked, region by region, the likest names first."""
    looked = look(query, corpus, tools)
    if isinstance(looked, Interpretation):
        return looked, []
    if not _told(looked):
        return looked.understood, []
    like: list[tuple[float, TargetRow]] = []
    for row, _ in looked.looked_at:
        passage = corpus.passages[row]
        document = corpus.documents[passage.document]
        for target in targets(document, passage):
            likeness = _likeness(looked.understood.topic, target)
            if likeness >= _LIKE:
                like.append((likeness, _target_row(document, passage, target)))
    like.sort(key=lambda item: (_code(item[1]), -item[0], item[1].target.year or 0, item[1].citation.span.start))
    return looked.understood, _once([row for _, row in like])


def _code(row: TargetRow) -> str:
    return row.region.code if row.region else ""


def targets_of(document: Document, passages: Iterable[Passage]) -> list[TargetRow]:
    """All targets of a document, in the order of its text."""
    return [_target_row(document, passage, t) for passage in passages for t in targets(document, passage)]


def duty_table(query: Query, corpus: Corpus, tools: Tools) -> tuple[Interpretation, list[DutyRow]]:
    """Who is in charge of what is asked, the likeliest passages first."""
    looked = look(query, corpus, tools)
    if isinstance(looked, Interpretation):
        return looked, []
    if not _told(looked):
        return looked.understood, []
    weights = looked.scores.what.terms
    of_passage, _ = fitted()
    found = zip(looked.looked_at, of_passage.probability(looked.values).tolist(), strict=True)
    rows: list[DutyRow] = []
    for (row, _), probability in sorted(found, key=lambda item: -item[1]):
        passage = corpus.passages[row]
        document = corpus.documents[passage.document]
        if probability >= RELATED:
            rows += [duty_row(document, passage, duty) for duty in _asked(duties(document, passage), weights, document.text)]
    return looked.understood, rows


def _told(looked: Looked) -> bool:
    """Whether what is asked is told at all; of a fan-out each passage is judged by itself."""
    return looked.understood.fan_out is not None or answered(looked.values[:LEADING]) >= ANSWERED


def _asked(found: Sequence[Duty], weights: Mapping[str, float], text: str) -> list[Duty]:
    """Of a passage with many measures, those that hold most of what is asked; all where none holds any of it."""
    weighed = [(sum(w for term, w in weights.items() if term in fold(duty.measure.of(text))), duty) for duty in found]
    most = max((weight for weight, _ in weighed), default=0.0)
    return [duty for weight, duty in weighed if weight == most]


def duties_of_unit(unit: str, corpus: Corpus) -> list[DutyRow]:
    """Every task of a unit in the whole corpus: rows that name it (区教育局, or 教育局 for those of all places)."""
    asked = fold(unit).strip()
    rows: list[DutyRow] = []
    for passage in corpus.passages:
        document = corpus.documents[passage.document]
        # The name stands in the text as it is asked for, or no rule need look.
        if asked and asked in fold(passage.span.of(document.text)):
            rows += [duty_row(document, passage, d) for d in duties(document, passage) if _names(d, asked, document.text)]
    return rows


def _names(duty: Duty, asked: str, text: str) -> bool:
    return any(asked in fold(unit.of(text)) for unit in (*duty.lead, *duty.responsible, *duty.support))


def duty_row(document: Document, passage: Passage, duty: Duty) -> DutyRow:
    text = document.text
    lead, responsible, support = (
        tuple(span.of(text) for span in units) for units in (duty.lead, duty.responsible, duty.support)
    )
    return DutyRow(
        passage.region or document.region, " ".join(duty.measure.of(text).split()), lead, responsible, support,
        cite(document, passage, duty.span),
    )  # fmt: skip


def _target_row(document: Document, passage: Passage, target: Target) -> TargetRow:
    region = passage.region or document.region
    return TargetRow(region, target, amount(target.low, target.unit), cite(document, passage, target.sentence))


def _likeness(topic: str, target: Target) -> float:
    """Dice's coefficient of the character pairs of what is asked and of a target's name, generic words of the former aside."""
    asked = fold(topic)
    for word in sorted(GENERIC, key=len, reverse=True):
        asked = asked.replace(word, " ") if len(word) > 1 else asked
    one, other = _pairs(asked) or _pairs(fold(topic)), _pairs(fold(target.indicator))
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()}


def _once(rows: Sequence[TargetRow]) -> list[TargetRow]:
    """Passages overlap in no place, but a restated target is told once for a region."""
    seen: dict[tuple[object, ...], TargetRow] = {}
    for row in rows:
        t = row.target
        seen.setdefault((row.region, fold(t.indicator), t.low, t.high, t.unit, t.year), row)
    return list(seen.values())

