"""Reads a question: which regions, years and documents, what topic, what kind of answer. Proposes; what the user sets
outranks it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import KINDS, STATUSES, Region
from corpus.regions.places import LEVELS, Gazetteer
from retriever.interpret import follow
from retriever.interpret.fan_out import take_fan_out
from retriever.interpret.places import Named, chosen, compares, excluded_place, take_places
from retriever.interpret.question import Question
from retriever.interpret.times import bounds, take_times
from retriever.interpret.topic import topic
from retriever.interpret.wants import take_kinds, take_statuses, wanted
from retriever.interpret.words import take_exact, take_excluded, take_title
from retriever.model import MODES, Interpretation, Query

__all__ = ["LONGEST_QUESTION", "check", "interpret"]

LONGEST_QUESTION = 1000
"""Characters; a longer text is a document, not a question."""


def check(query: Query) -> None:
    """Raise PlanSeekError, one line that says what to do, for a query that cannot be searched."""
    text = query.text.strip()
    if not text or not any(c.isalnum() for c in text):
        raise PlanSeekError("问题是空的。请输入要查的内容，例如：各区生态修复措施")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise PlanSeekError("问题里有无法识别的字符（不是 UTF-8）。请重新输入。")
    for words in (text, query.previous):
        if len(words) > LONGEST_QUESTION:
            raise PlanSeekError(f"问题有 {len(words)} 个字，超过 {LONGEST_QUESTION} 字的上限。请只写要问的话。")
    if query.mode not in MODES:
        raise PlanSeekError(f"检索方式「{query.mode}」无法识别，可用：{'、'.join(MODES)}。")
    for name, number, most in (("-k", query.k, 1000), ("--per-region", query.per_region, 50)):
        if not 1 <= number <= most:
            raise PlanSeekError(f"{name} 应在 1 到 {most} 之间。")
    for what, given, known in (("文种", query.kinds, KINDS), ("状态", query.statuses, STATUSES)):
        for value in given:
            if value not in known:
                raise PlanSeekError(f"{what}「{value}」无法识别，可用：{'、'.join(known)}。")


def interpret(
    query: Query, gazetteer: Gazetteer, present: Collection[Region], today: date | None = None
) -> Interpretation:
    """Understand a question. `present`: the regions that the corpus has documents or passages of. `today` dates 今年.

    Raises PlanSeekError for a region given by the user that is not in the gazetteer.
    """
    today = today or date.today()
    understood = _read(query.text.strip(), query.literal, gazetteer, present, today)
    if query.previous.strip():
        own = follow.bare(understood.topic, _names(understood.mentioned, gazetteer))
        if follow.follows_on(query.text) or not own:
            before = _read(query.previous.strip(), query.literal, gazetteer, present, today)
            understood = _joined(query.text, follow.continued(before, understood, own), before, gazetteer, present)
    if query.regions:
        codes = [chosen(name, gazetteer, present) for name in query.regions]
        understood = replace(understood, **_regions(codes, understood.fan_out, gazetteer, present))
    notes: list[str] = []
    if understood.fan_out is None or not understood.regions:
        have = {region.code for region in present}
        notes += [f"语料中没有{r.name}本级的文件。" for r in understood.regions if r.code not in have]
    return replace(
        understood,
        topic=understood.topic or query.text.strip(),
        period=query.periods[0] if query.periods else "、".join(understood.periods) or None,
        periods=() if query.periods else understood.periods,
        kinds=query.kinds or understood.kinds,
        statuses=query.statuses or understood.statuses,
        document=None if query.document else understood.document,
        notes=tuple(notes),
    )


def _read(
    text: str, literal: tuple[str, ...], gazetteer: Gazetteer, present: Collection[Region], today: date
) -> Interpretation:
    """What the words of one question say; the topic may be empty."""
    question = Question(text, literal)
    have = {region.code for region in present}
    title = take_title(question)
    periods = take_times(question, today)
    exact = take_exact(question)
    excluded, aside = _set_aside(question, gazetteer, have)
    fan_out = take_fan_out(question, present)
    named, mentioned = take_places(question, gazetteer, have, fan_out)
    statuses = take_statuses(question)
    kinds = take_kinds(question)
    wants = wanted(question)
    regions = _regions([list(place.codes) for place in named], fan_out, gazetteer, present)
    regions["regions"] = tuple(r for r in regions["regions"] if not any(gazetteer.within(r.code, c) for c in aside))
    compare = compares(question) or len(statuses) > 1 or _side_by_side(question)
    return Interpretation(
        topic(question.text, compare),
        periods=periods,
        kinds=kinds,
        statuses=statuses,
        wants=wants,
        exact=exact,
        excluded=excluded,
        without=tuple(gazetteer.region(code) for code in aside),
        mentioned=_once(gazetteer, mentioned),
        compare=compare,
        document=title,
        read=tuple(question.read),
        **regions,
    )


def _side_by_side(question: Question) -> bool:
    """Whether a question names two periods of which none lies in the other."""
    periods = [bounds(read.value) for read in question.read if read.what == "period" and not read.loose]
    return any(last < begins or ends < first for first, last in periods for begins, ends in periods)


def _joined(
    asked: str, now: Interpretation, before: Interpretation, gazetteer: Gazetteer, present: Collection[Region]
) -> Interpretation:
    """A follow-up with the regions it takes over: all of them, those it is compared with, or those it looks into."""

    def fields(regions: tuple[Region, ...], level: str | None) -> Interpretation:
        found = _regions([[region.code] for region in regions], level, gazetteer, present)
        aside = {region.code for region in now.without}
        found["regions"] = tuple(r for r in found["regions"] if r.code not in aside)
        return replace(now, **found)

    if now.fan_out and now.within:
        return now
    if now.fan_out and any(read.what == "fan_out" for read in now.read):
        outer = before.within or (before.regions if before.fan_out is None else ())
        levels = {level: rank for rank, level in enumerate(LEVELS)}
        return fields(tuple(r for r in outer if levels[r.level] < levels[now.fan_out]), now.fan_out)
    if now.regions:
        named = not any(read.what == "fan_out" for read in before.read)
        besides = before.regions if follow.compared(asked) and named else ()
        return fields((*besides, *now.regions), None) if besides else now
    if before.fan_out and not any(read.what == "region" for read in before.read if before.within == ()):
        return fields(before.within, before.fan_out)
    return fields(before.regions, None)


def _set_aside(question: Question, gazetteer: Gazetteer, present: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(words, codes of regions) that the question does not want."""
    words: list[str] = []
    codes: list[str] = []
    for span, word in take_excluded(question):
        places = excluded_place(word, gazetteer, present)
        if question.take(span, "excluded", word):
            codes += places
            words += [] if places else [word]
    return tuple(dict.fromkeys(words)), tuple(dict.fromkeys(codes))


def _names(regions: tuple[Region, ...], gazetteer: Gazetteer) -> list[str]:
    return [name for r in regions for name in (gazetteer.places[r.code].name, gazetteer.places[r.code].short)]


def _once(gazetteer: Gazetteer, places: list[Named]) -> tuple[Region, ...]:
    return tuple({place.codes[0]: gazetteer.region(place.codes[0]) for place in places}.values())


def _regions(
    named: list[list[str]], level: str | None, gazetteer: Gazetteer, present: Collection[Region]
) -> dict[str, Any]:
    """The fields regions, fan_out and within: every region of the level, within those named; or those named."""
    if level:
        regions = [r for r in present if r.level == level]
        if named:
            regions = [r for r in regions if any(gazetteer.within(r.code, c) for codes in named for c in codes)]
        within = tuple(gazetteer.region(codes[0]) for codes in named)
        return {"regions": tuple(sorted(regions, key=lambda r: r.code)), "fan_out": level, "within": within}
    regions = [gazetteer.region(code) for codes in named for code in codes]
    unique = tuple({region.code: region for region in regions}.values())
    return {"regions": unique, "fan_out": regions[0].level if len(named) > 1 else None, "within": ()}
