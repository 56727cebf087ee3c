"""Tables of what passages promise and who is in charge: targets and duties, every row cited. Extracts nothing itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.duties.extract import duties
from corpus.duties.model import Duty
from corpus.model import Document, Passage, Region
from corpus.regions.coordinates import Point, coordinates
from corpus.targets.amounts import amount
from corpus.targets.extract import targets
from corpus.targets.model import Target
from index.tokenizer import fold
from retriever.answer import asked_about
from retriever.cite import cite
from retriever.evidence import GENERIC
from retriever.expand import Lexicon
from retriever.interpret.times import bounds
from retriever.model import Citation, Interpretation, Query
from retriever.score import Tools
from retriever.search import LEADING, Looked, look
from retriever.state import Corpus
from retriever.verdict.judge import ANSWERED, RELATED, answered, fitted

_LIKE = 0.45
"""Least likeness of a target's name to what is asked."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target of a region. amount: its lower bound in base units, with the unit, to sort and chart by; place: where the
    region lies, None where that was not looked up or is not known."""

    region: Region | None
    target: Target
    amount: tuple[float, str]
    citation: Citation
    place: Point | None = None


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
    if not _is_told(looked):
        return looked.understood, []
    called = _called(looked.understood.topic, tools.lexicon)
    like: list[tuple[float, TargetRow]] = []
    for row, _ in looked.looked_at:
        passage = corpus.passages[row]
        document = corpus.documents[passage.document]
        for target in targets(document, passage):
            likeness = max(_likeness(topic, target) for topic in called)
            if likeness >= _LIKE:
                like.append((likeness, _target_row(document, passage, target)))
    like.sort(key=lambda item: (_code(item[1]), -item[0], item[1].target.year or 0, item[1].citation.span.start))
    rows = _of_years([row for _, row in like], looked.understood.periods)
    return looked.understood, [_placed(row, corpus) for row in _once(rows)]


def _of_years(rows: list[TargetRow], periods: Sequence[str]) -> list[TargetRow]:
    """The targets for the years asked about, and those that name no year; all where none is for those years: a report of
    2026 tells the goals of 2030, too."""
    asked = [bounds(period) for period in periods]
    own = [row for row in rows if row.target.year and any(first <= row.target.year <= last for first, last in asked)]
    return [row for row in rows if row in own or not row.target.year] if own else rows


def _placed(row: TargetRow, corpus: Corpus) -> TargetRow:
    return replace(row, place=coordinates(row.region.code, corpus.gazetteer)) if row.region else row


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
    if not _is_told(looked):
        return looked.understood, []
    of_passage, _ = fitted()
    found = zip(looked.looked_at, of_passage.probability(looked.values).tolist(), strict=True)
    rows: list[DutyRow] = []
    for (row, _), probability in sorted(found, key=lambda item: -item[1]):
        passage = corpus.passages[row]
        document = corpus.documents[passage.document]
        if probability >= RELATED:
            every = duties(document, passage)
            chosen = asked_about(every, looked.scores.what, document.text) or every
            rows += [duty_row(document, passage, duty) for duty in chosen]
    return looked.understood, rows


def _is_told(looked: Looked) -> bool:
    """Whether what is asked is told at all; of a fan-out each passage is judged by itself."""
    return looked.understood.fan_out is not None or answered(looked.values[:LEADING]) >= ANSWERED


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


def _called(topic: str, lexicon: Lexicon) -> list[str]:
    """What is asked, and the same with each thing in it under its other names: GDP增长 is 地区生产总值增长."""
    folded = fold(topic)
    others = [(own, name) for found in lexicon.named(topic) for own in found.names if own in folded for name in found.names - {own}]
    return [topic, *(folded.replace(own, name) for own, name in others)]


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

