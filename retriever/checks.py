"""Checks a written sentence against the passages it cites: what it says of figures, places, words and negation must stand
there. Believes no model, and mends no sentence."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.regions.places import Gazetteer
from retriever.generators.facts import Fact, facts, plain
from retriever.generators.sources import Source
from retriever.generators.wording import CLAUSE, SENTENCE, around, bounded_alike, live, misquoted, negation

Similarity = Callable[[str, str], float]

LEAST_SIMILARITY = 0.45
LONGEST_SENTENCE = 400
"""Characters; a longer one says too much at once to be checked by what stands near what."""

# Places or years side by side govern together: 沧浦区和墨池区, 2021—2025年, 到2025年比2020年.
_JOIN = re.compile(r"[、,和与及或至到比较年—~\-]{0,3}")
_RESPECTIVELY = re.compile(r"分别|依次")
_WHOLE = re.compile(r"全(?:国|省|自治区|市|区|县|旗|州|镇|域)|[我本](?:国|省|市|区|县|旗|州)")
SPECIMENS = {"join": "和", "whole": "全市"}



@dataclass(frozen=True, slots=True)
class Place:
    """One or more names side by side at [start, end) of a plain text; keys: their words and codes. outer: names that
    only say where the last one lies (临澜市 of 临澜市沧浦区)."""

    start: int
    end: int
    keys: frozenset[str]
    outer: tuple[str, ...] = ()
    names: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """A source read for comparison: its text, and what stands above it (title, headings, region, period). own: the keys
    of the places that it is about where its text names none; owners: see _apart."""

    source: Source
    text: str
    above: str
    facts: tuple[Fact, ...]
    above_facts: tuple[Fact, ...]
    places: tuple[Place, ...]
    own: frozenset[str]
    owners: Mapping[Fact, Place | None]


class Checker:
    """Checks sentences against the sources of one answer. similarity: of two texts, 1 for the same meaning."""

    def __init__(self, sources: Iterable[Source], similarity: Similarity, gazetteer: Gazetteer) -> None:
        self._similarity, self._gazetteer = similarity, gazetteer
        self._regions = {source.region.code for source in sources if source.region}
        self.materials = {source.number: self._material(source) for source in sources}

    def fault(self, sentence: str, numbers: Sequence[int]) -> str | None:
        """What is wrong with a sentence (without its marks) that cites sources by number, in Chinese; None if nothing."""
        cited = [self.materials[number] for number in numbers if number in self.materials]
        if not numbers:
            return "没有注明出处"
        if not cited:
            return f"注明的出处不存在（{'、'.join(str(number) for number in numbers)}）"
        if len(sentence) > LONGEST_SENTENCE:
            return "句子过长，无法核对"
        said = plain(sentence)
        texts, above = [m.text for m in cited], [m.above for m in cited]
        return (
            live(sentence)
            or misquoted(said, [*texts, *above])
            or self._places(said, cited)
            or self._facts(said, cited)
            or negation(said, "\n".join(texts))
            or self._meaning(sentence, cited)
        )

    # — places and figures ——————————————————————————————————————————————————————————————————————————————

    def _material(self, source: Source) -> Material:
        document, citation = source.citation.document, source.citation
        text = plain(citation.quote)
        region = source.region
        period = " ".join([document.period or "", _plan_of(document.period)])
        above = "\n".join(plain(part) for part in (document.title, *citation.trail, region.name if region else "", period))
        own = {region.code, plain(region.name)} if region else set()
        # A heading that names a place makes what stands below it that place's; so does the title, unless the passage is
        # about another: a district's part of its city's plan.
        heads = (*citation.trail, document.title) if region in (None, document.region) else citation.trail
        own |= {key for place in self._named(plain("\n".join(heads))) for key in place.keys}
        places, found = list(self._named(text)), facts(text)
        owners: dict[Fact, Place | None] = {}
        for match in SENTENCE.finditer(text):
            start, end = match.span()
            inside = [p for p in places if start <= p.start < end], [f for f in found if start <= f.start < end]
            owners |= _apart(text, start, end, *inside)
        return Material(source, text, above, tuple(found), tuple(facts(above)), tuple(places), frozenset(own), owners)

    def _named(self, text: str) -> Iterator[Place]:
        """The places of a plain text, those side by side as one. A bare name counts where it is a province's, a city's or
        that of a region of the sources: 「乡村振兴」 is not 振兴区."""
        found: list[Place] = []
        for mention in self._gazetteer.mentions(text):
            codes = [c for c in mention.codes if self._gazetteer.places[c].level != "国家"]
            if not mention.full:
                large = [c for c in codes if self._gazetteer.places[c].level in ("省级", "地级")]
                codes = [c for c in codes if c in self._regions] or large
            if not codes:
                continue
            word = text[mention.start : mention.end]
            keys = frozenset((word, *codes))
            before = found[-1] if found else None
            if before and before.end == mention.start and self._inside(codes, before.names[-1]):
                inner = (*before.names[:-1], keys)
                outer = (*before.outer, text[before.start : before.end])
                found[-1] = Place(before.start, mention.end, frozenset().union(*inner), outer, inner)
            elif before and _JOIN.fullmatch(text[before.end : mention.start]):
                names = (*before.names, keys)
                found[-1] = Place(before.start, mention.end, before.keys | keys, before.outer, names)
            else:
                found.append(Place(mention.start, mention.end, keys, (), (keys,)))
        yield from found

    def _inside(self, codes: Iterable[str], outer: Iterable[str]) -> bool:
        held = [key for key in outer if key in self._gazetteer.places]
        return any(c != o and self._gazetteer.within(c, o) for c in codes for o in held)

    def _places(self, said: str, cited: list[Material]) -> str | None:
        for place in self._named(said):
            for name in place.names:
                if not any(name & m.own or any(name & p.keys for p in m.places) for m in cited):
                    return f"所引原文说的不是「{_word(name)}」"
            for outer in place.outer:
                if not any(outer in m.text or outer in m.above for m in cited):
                    return f"「{outer}」不见于所引原文"
        for match in _WHOLE.finditer(said):
            if not any(match.group() in m.text for m in cited):
                return f"「{match.group()}」不见于所引原文"
        return None

    def _facts(self, said: str, cited: list[Material]) -> str | None:
        places, figures = list(self._named(said)), _claimed(said)
        owners = _apart(said, 0, len(said), places, figures)
        if None in owners.values():
            return "句中“分别”所指无法逐一核对"
        for fact in figures:
            words = said[fact.start : fact.end]
            where = [(m, held) for m in cited for held in m.facts if _same(fact, held, m)]
            lifted = any(_same(fact, held, m) for m in cited for held in m.above_facts)
            if not where and not lifted:
                return f"「{words}」不见于所引原文"
            if not where or fact.unit in ("外文", "规划"):
                continue
            place = owners.get(fact) or _governing(places, fact.start)
            where = where if place is None else [(m, h) for m, h in where if self._governs(place, h, m)]
            if not where and not lifted:
                assert place is not None
                return f"「{words}」在所引原文中说的不是「{said[place.start : place.end]}」"
            year = None if _is_year(fact) else _governing(_years(said), fact.start)
            if where and year is not None:
                where = [(m, h) for m, h in where if _in_year(year, h, m)]
                if not where:
                    return f"「{words}」在所引原文中不属于「{said[year.start : year.end]}」"
            if where and not _is_year(fact) and not any(bounded_alike(said, fact, m.text, h) for m, h in where):
                return f"「{words}」的增减或上下限与所引原文不同"
        return None

    def _governs(self, place: Place, held: Fact, material: Material) -> bool:
        """Whether a figure of a source is said there of a place: by the last name before it in its sentence, else by
        what the source is about. 「按临澜市要求，恢复…」 in a district's plan is the district's."""
        if held in material.owners:
            owner = material.owners[held]
            return owner is not None and bool(place.keys & owner.keys)
        start, _ = around(SENTENCE, material.text, held.start)
        last = _governing([p for p in material.places if p.start >= start], held.start)
        if last is None:
            following = [p for p in material.places if start <= p.start and held.end <= p.start]
            return bool(place.keys & material.own) or any(place.keys & p.keys for p in following)
        if place.keys & last.keys:
            return True
        region = material.source.region
        earlier = last.end <= around(CLAUSE, material.text, held.start)[0]
        return bool(place.keys & material.own) and earlier and region is not None and self._inside([region.code], last.keys)

    # — meaning ————————————————————————————————————————————————————————————————————————————————————————

    def _meaning(self, sentence: str, cited: list[Material]) -> str | None:
        near = max(self._similarity(sentence, material.source.citation.quote) for material in cited)
        # Not «near < …»: a similarity that is no number passes no check.
        return None if near >= LEAST_SIMILARITY else f"与所引原文意思相差较远（相近程度 {near:.2f}）"


def _claimed(said: str) -> list[Fact]:
    """The facts that a sentence must account for: of a date the date alone, no 一 (一批, 一个)."""
    found = facts(said)
    widest = {fact.start: fact for fact in sorted(found, key=lambda f: (f.unit == "年月日", len(f.value)))}
    return [fact for fact in widest.values() if not (said[fact.start] == "一" and fact.value == "1")]


def _same(fact: Fact, held: Fact, material: Material) -> bool:
    """The same value with the same unit; in a table the unit may stand apart from its figures."""
    if fact.value != held.value:
        return False
    apart = not held.unit and (fact.unit in material.text or fact.unit in material.above)
    return fact.unit == held.unit or apart or (not fact.unit and held.unit != "外文")


def _governing(places: Sequence[Place], at: int) -> Place | None:
    """The last one that ends before a place in the text."""
    return max((p for p in places if p.end <= at), key=lambda p: p.end, default=None)


def _apart(
    text: str, start: int, end: int, places: Sequence[Place], figures: Sequence[Fact]
) -> dict[Fact, Place | None]:
    """Of a sentence 「沧浦区、墨池区分别恢复410亩、300亩」 which figure is whose; None where that cannot be told."""
    match = _RESPECTIVELY.search(text, start, end)
    group = _governing(places, match.start()) if match else None
    if match is None or group is None or len(group.names) < 2:
        return {}
    behind = [f for f in figures if f.start >= match.end() and f.unit not in ("年", "年月日", "月", "规划", "外文")]
    if len(behind) != len(group.names):
        return dict.fromkeys(behind)
    owners = [Place(group.start, group.end, keys, (), (keys,)) for keys in group.names]
    return dict(zip(behind, owners, strict=True))


def _is_year(fact: Fact) -> bool:
    return fact.unit == "年月日" or (fact.unit in ("年", "") and bool(re.fullmatch(r"(?:19|20)\d\d", fact.value)))


def _years(text: str) -> list[Place]:
    """The years of a plain text as places are: those side by side as one."""
    found: list[Place] = []
    for fact in facts(text):
        year = fact.value.split("-")[0]
        if not _is_year(fact) or not year:
            continue
        before = found[-1] if found else None
        if before and (fact.start < before.end or _JOIN.fullmatch(text[before.end : fact.start])):
            found[-1] = Place(before.start, max(before.end, fact.end), before.keys | {year})
        else:
            found.append(Place(fact.start, fact.end, frozenset({year})))
    return found


def _in_year(year: Place, held: Fact, material: Material) -> bool:
    """Whether a figure of a source may be one of a year: the last year before it in its sentence, if there is any."""
    start, _ = around(SENTENCE, material.text, held.start)
    last = _governing([p for p in _years(material.text) if p.start >= start], held.start)
    return last is None or bool(year.keys & last.keys)


def _word(name: Iterable[str]) -> str:
    return max((key for key in name if not key.isdigit()), key=len, default="")


def _plan_of(period: str | None) -> str:
    """2021-2025 → 十四五: the name of the plan whose five years they are."""
    if period and (match := re.fullmatch(r"(20\d\d)-(20\d\d)", period)) and int(match[2]) - int(match[1]) == 4:
        number, odd = divmod(int(match[1]) - 1951, 5)
        return "" if odd or not 0 <= number - 10 <= 8 else f"十{'一二三四五六七八九'[number - 10]}五"
    return ""
