"""Checks a written sentence against the passages it cites: what it says of figures, places, words and negation must stand
there. Believes no model, and mends no sentence."""

import re
from collections.abc import Callable, Iterable, Sequence

from corpus.regions.places import Gazetteer
from retriever.generators.facts import Fact, facts, plain
from retriever.generators.reading import (
    Material,
    Place,
    Reader,
    apart,
    claimed,
    governing,
    is_year,
    same,
    without,
    years,
)
from retriever.generators.sources import Source
from retriever.generators.wording import CLAUSE, SENTENCE, around, bounded_alike, live, misquoted, negation, pairs

Similarity = Callable[[str, str], float]

LEAST_SIMILARITY = 0.35
"""Under the bundled model's cosine of 22 sentences that reword a sample passage none fell below 0.352; of the other 82
passages beside each 3.9 % came above, and of ten empty phrases (加强组织领导, 形成合力) with any passage 5 % above 0.144. It
sorts out what is of another matter; that the matter is told rightly is for the other checks."""

OWN_WORDS = 0.75
"""Share of a sentence's pairs of characters, names and figures aside, from which it speaks in the source's own words: the
cosine of a short clause with a passage of many is low, however literal it is. Of those 22 a third does, of other passages
0.3 %."""

LONGEST_SENTENCE = 400
"""Characters; a longer one says too much at once to be checked by what stands near what."""

_WHOLE = re.compile(r"全(?:国|省|自治区|市|区|县|旗|州|镇|域)|[我本](?:国|省|市|区|县|旗|州)")
SPECIMENS = {"whole": "全市"}


class Checker:
    """Checks sentences against the sources of one answer. similarity: of two texts, 1 for the same meaning."""

    def __init__(self, sources: Iterable[Source], similarity: Similarity, gazetteer: Gazetteer) -> None:
        sources = tuple(sources)
        self._similarity = similarity
        self._reader = Reader(gazetteer, [source.region.code for source in sources if source.region])
        self.materials = {source.number: self._reader.material(source) for source in sources}

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
            or self._clauses(said, cited)
            or self._meaning(said, sentence, cited)
        )

    # — places and figures ——————————————————————————————————————————————————————————————————————————————

    def _places(self, said: str, cited: list[Material]) -> str | None:
        for place in self._reader.named(said):
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
        places, figures = list(self._reader.named(said)), claimed(said)
        owners = apart(said, 0, len(said), places, figures)
        if None in owners.values():
            return "句中“分别”所指无法逐一核对"
        for fact in figures:
            words = said[fact.start : fact.end]
            where = [(m, held) for m in cited for held in m.facts if same(fact, held, m)]
            lifted = any(same(fact, held, m) for m in cited for held in m.above_facts)
            if not where and not lifted:
                return f"「{words}」不见于所引原文"
            if not where or fact.unit in ("外文", "规划"):
                continue
            place = None if is_year(fact) else owners.get(fact) or governing(places, fact.start)
            if place is not None:
                near = around(CLAUSE, said, fact.start)[0] <= place.start
                where = [(m, h) for m, h in where if self._figure_of(place, near, h, m)]
            if not where and not lifted:
                assert place is not None
                return f"「{words}」在所引原文中说的不是「{said[place.start : place.end]}」"
            year = None if is_year(fact) else governing(years(said), fact.start)
            if where and year is not None:
                where = [(m, h) for m, h in where if _in_year(year, h, m)]
                if not where:
                    return f"「{words}」在所引原文中不属于「{said[year.start : year.end]}」"
            if where and not is_year(fact) and not any(bounded_alike(said, fact, m.text, h) for m, h in where):
                return f"「{words}」的增减或上下限与所引原文不同"
        return None

    def _figure_of(self, place: Place, near: bool, held: Fact, material: Material) -> bool:
        if held in material.owners:
            owner = material.owners[held]
            return owner is not None and bool(place.keys & owner.keys)
        return self._governs(place, near, held.start, held.end, material)

    def _clauses(self, said: str, cited: list[Material]) -> str | None:
        """A clause that a source holds in nearly the same words is said there of the same place and with the same figures."""
        places, figures = list(self._reader.named(said)), claimed(said)
        for match in CLAUSE.finditer(said):
            start, end = match.span()
            place, own = governing(places, end), pairs(without(match.group(), start, [*places, *figures]))
            held = [(m, c) for m in cited for c in m.clauses if len(own & c[2]) >= OWN_WORDS * len(own)]
            if len(own) < 4 or not held:
                continue
            if place and not any(self._governs(place, start <= place.start, c[1], c[1], m) for m, c in held):
                return f"「{match.group()[:20]}」在所引原文中说的不是「{said[place.start : place.end]}」"
            there = [(m, f) for m, c in held for f in m.facts if c[0] <= f.start < c[1] and not is_year(f)]
            for fact in figures:
                inside = start <= fact.start < end and not is_year(fact) and fact.unit not in ("外文", "规划")
                if inside and there and not any(same(fact, f, m) for m, f in there):
                    return f"「{said[fact.start : fact.end]}」在所引原文中说的是别的事"
        return None

    def _governs(self, place: Place, near: bool, start: int, end: int, material: Material) -> bool:
        """Whether what stands at [start, end) of a source is said there of a place: by the last name before it in its
        sentence, else by what the source is about.

        「按临澜市要求，恢复…」 in a district's plan is the district's, unless it is told just so. near: whether the sentence
        that is checked names the place in the very clause.
        """
        begin, _ = around(SENTENCE, material.text, max(start - 1, 0))
        first, last = around(CLAUSE, material.text, max(start - 1, 0))
        named = governing([p for p in material.places if p.start >= begin], start)
        if named is None:
            behind = [p for p in material.places if end <= p.start < last]
            return bool(place.keys & material.own) or any(place.keys & p.keys for p in behind)
        region = material.source.region
        if named.end <= first and region is not None and self._reader.inside([region.code], named.keys):
            return bool(place.keys & (material.own if near else material.own | named.keys))
        return bool(place.keys & named.keys)

    def _meaning(self, said: str, sentence: str, cited: list[Material]) -> str | None:
        """What names and figures are left out of, in the source's own words or near them in meaning."""
        bare = without(said, 0, [*self._reader.named(said), *facts(said)])
        own = {pair for part in bare.split() for pair in pairs(part)}
        if own and sum(any(pair in m.text for m in cited) for pair in own) >= OWN_WORDS * len(own):
            return None
        near = max(self._similarity(sentence, material.source.citation.quote) for material in cited)
        # Not «near < …»: a similarity that is no number passes no check.
        return None if near >= LEAST_SIMILARITY else f"与所引原文意思相差较远（相近程度 {near:.2f}）"


def _in_year(year: Place, held: Fact, material: Material) -> bool:
    """Whether a figure of a source may be one of a year: the last year before it in its sentence, if there is any."""
    start, _ = around(SENTENCE, material.text, held.start)
    last = governing([p for p in years(material.text) if p.start >= start], held.start)
    return last is None or bool(year.keys & last.keys)


def _word(name: Iterable[str]) -> str:
    return max((key for key in name if not key.isdigit()), key=len, default="")
