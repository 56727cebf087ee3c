"""Reads a source for comparison: what it is about, where its places, years and figures stand and which go together. Judges
nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.regions.places import Gazetteer
from retriever.generators.facts import Fact, facts, plain
from retriever.generators.sources import Source
from retriever.generators.wording import CLAUSE, SENTENCE, pairs

# Places or years side by side govern together: 沧浦区和墨池区, 2021—2025年, 到2025年比2020年.
_JOIN = re.compile(r"[、,和与及或至到比较年—~\-]{0,3}")
_RESPECTIVELY = re.compile(r"分别|依次")
_STOP = re.compile(r"[;。!?\n]")
SPECIMENS = {"join": "和", "respectively": "分别", "stop": "。"}


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
    of the places that it is about where its text names none; owners: see `apart`;
    clauses: where each stands and its pairs of characters, names left out."""

    source: Source
    text: str
    above: str
    facts: tuple[Fact, ...]
    above_facts: tuple[Fact, ...]
    places: tuple[Place, ...]
    own: frozenset[str]
    owners: Mapping[Fact, Place | None]
    clauses: tuple[tuple[int, int, set[str]], ...]


class Reader:
    """Reads texts with a gazetteer and the regions of the sources."""

    def __init__(self, gazetteer: Gazetteer, regions: Iterable[str]) -> None:
        self._gazetteer, self._regions = gazetteer, frozenset(regions)

    def material(self, source: Source) -> Material:
        """A source with all that its checks look at."""
        document, citation = source.citation.document, source.citation
        text = plain(citation.quote)
        region = source.region
        period = " ".join([document.period or "", _plan_of(document.period)])
        above = "\n".join(
            plain(part) for part in (document.title, *citation.trail, region.name if region else "", period)
        )
        own = {region.code, plain(region.name)} if region else set()
        # A heading that names a place makes what stands below it that place's; so does the title, unless the passage is
        # about another: a district's part of its city's plan.
        heads = (*citation.trail, document.title) if region in (None, document.region) else citation.trail
        own |= {key for place in self.named(plain("\n".join(heads))) for key in place.keys}
        places, found = list(self.named(text)), facts(text)
        owners: dict[Fact, Place | None] = {}
        for match in SENTENCE.finditer(text):
            start, end = match.span()
            inside = [p for p in places if start <= p.start < end], [f for f in found if start <= f.start < end]
            owners |= apart(text, start, end, *inside)
        clauses = [
            (*match.span(), pairs(without(match.group(), match.start(), places))) for match in CLAUSE.finditer(text)
        ]
        return Material(
            source,
            text,
            above,
            tuple(found),
            tuple(facts(above)),
            tuple(places),
            frozenset(own),
            owners,
            tuple(clauses),
        )

    def named(self, text: str) -> Iterator[Place]:
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
            if before and before.end == mention.start and self.inside(codes, before.names[-1]):
                inner = (*before.names[:-1], keys)
                outer = (*before.outer, *(key for key in before.names[-1] if key not in self._gazetteer.places))
                found[-1] = Place(before.start, mention.end, frozenset().union(*inner), outer, inner)
            elif before and _JOIN.fullmatch(text[before.end : mention.start]):
                names = (*before.names, keys)
                found[-1] = Place(before.start, mention.end, before.keys | keys, before.outer, names)
            else:
                found.append(Place(mention.start, mention.end, keys, (), (keys,)))
        yield from found

    def inside(self, codes: Iterable[str], outer: Iterable[str]) -> bool:
        """Whether one of the regions lies in one of the others, and is not the same."""
        held = [key for key in outer if key in self._gazetteer.places]
        return any(c != o and self._gazetteer.within(c, o) for c in codes for o in held)


def without(text: str, offset: int, left_out: Iterable[Place | Fact]) -> str:
    """A part of a plain text that begins at an offset there, with a space for each place or fact in it."""
    free = offset + len(text)
    for start, end in sorted({(part.start, part.end) for part in left_out}, reverse=True):
        if offset <= start < end <= free:
            text, free = f"{text[: start - offset]} {text[end - offset :]}", start
    return text


def claimed(said: str) -> list[Fact]:
    """The facts that a sentence must account for: of a date the date alone, no 一 (一批, 一个)."""
    found = facts(said)
    widest = {fact.start: fact for fact in sorted(found, key=lambda f: (f.unit == "年月日", len(f.value)))}
    return [widest[at] for at in sorted(widest) if (said[at], widest[at].value) != ("一", "1")]


def same(fact: Fact, held: Fact, material: Material) -> bool:
    """The same value with the same unit; in a table the unit may stand apart from its figures."""
    if fact.value != held.value:
        return False
    apart = not held.unit and (fact.unit in material.text or fact.unit in material.above)
    return fact.unit == held.unit or apart or (not fact.unit and held.unit != "外文")


def governing(places: Sequence[Place], at: int) -> Place | None:
    """The last one that ends before a place in the text."""
    return max((p for p in places if p.end <= at), key=lambda p: p.end, default=None)


def apart(
    text: str, start: int, end: int, places: Sequence[Place], figures: Sequence[Fact]
) -> dict[Fact, Place | None]:
    """Of a sentence 「沧浦区、墨池区分别恢复410亩、300亩」 which figure is whose; None where that cannot be told."""
    match = _RESPECTIVELY.search(text, start, end)
    group = governing(places, match.start()) if match else None
    if match is None or group is None or len(group.names) < 2:
        return {}
    ends = [p.start for p in places if p.start > match.start()] + [
        m.start() for m in _STOP.finditer(text, match.end(), end)
    ]
    stop = min([*ends, end])
    inside = [f for f in figures if match.end() <= f.start < stop]
    behind = [f for f in inside if f.unit not in ("年", "年月日", "月", "规划", "外文")]
    if len(behind) != len(group.names):
        return dict.fromkeys(behind)
    owners = [Place(group.start, group.end, keys, (), (keys,)) for keys in group.names]
    return dict(zip(behind, owners, strict=True))


def is_year(fact: Fact) -> bool:
    """Whether a fact is a year or a date."""
    return fact.unit == "年月日" or (fact.unit in ("年", "") and bool(re.fullmatch(r"(?:19|20)\d\d", fact.value)))


def years(text: str) -> list[Place]:
    """The years of a plain text as places are: those side by side as one."""
    found: list[Place] = []
    for fact in facts(text):
        year = fact.value.split("-")[0]
        if not is_year(fact) or not year:
            continue
        before = found[-1] if found else None
        if before and (fact.start < before.end or _JOIN.fullmatch(text[before.end : fact.start])):
            found[-1] = Place(before.start, max(before.end, fact.end), before.keys | {year})
        else:
            found.append(Place(fact.start, fact.end, frozenset({year})))
    return found


def _plan_of(period: str | None) -> str:
    """2021-2025 → 十四五: the name of the plan whose five years they are."""
    if period and (match := re.fullmatch(r"(20\d\d)-(20\d\d)", period)) and int(match[2]) - int(match[1]) == 4:
        number, odd = divmod(int(match[1]) - 1951, 5)
        return "" if odd or not 11 <= number <= 19 else f"十{'一二三四五六七八九'[number - 11]}五"
    return ""
