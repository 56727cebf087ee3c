"""The gazetteer of regions, today's and those of former years: finds names in a text and looks them up. Never decides
what a document is about."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from corpus.model import Region
from corpus.regions.place_names import EVERYDAY, Finder, short_name
from corpus.regions.place_rows import LEVELS, Former, Place, read_former, read_places

__all__ = ["LEVELS", "Former", "Gazetteer", "Mention", "Place", "read_former", "read_places"]

_FOLDER = Path(__file__).parent
# 「公开县级」, 「主任县长」, 「交通县道」 are not 开县, 任县, 通县.
_NO_COUNTY = frozenset("级域城道长委政直乡区市")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text at [start, end); `full`: with its administrative suffix or an explicit alias; `former`: a
    name no longer borne, the codes being its successors'."""

    start: int
    end: int
    codes: tuple[str, ...]
    full: bool
    former: bool = False


def digest(added: Iterable[Place]) -> str:
    """Sixteen hex digits that change with any row of the built-in tables and of those added."""
    content = hashlib.sha256()
    for table in ("gbt2260.csv", "former.csv"):
        content.update((_FOLDER / table).read_bytes())
    for place in added:
        content.update(repr(place).encode())
    return content.hexdigest()[:16]


@cache
def _built_in() -> tuple[Place, ...]:
    """The rows that ship: read once, for every store that is opened has a gazetteer of its own."""
    return tuple(read_places((_FOLDER / "gbt2260.csv").read_text("utf-8"), "gbt2260.csv"))


class Gazetteer:
    """All known regions: the built-in county table and the rows users add; later rows replace earlier ones by code."""

    def __init__(self, extra: Iterable[Place] = ()) -> None:
        self.places: dict[str, Place] = {place.code: place for place in _built_in()}
        self.places.update({place.code: place for place in extra})

    def region(self, code: str) -> Region:
        """The region of a code, its name with those of its parents (the nation's left out)."""
        place = self.places[code]
        return Region(place.code, self.full_name(code), place.level, place.parent)

    def full_name(self, code: str) -> str:
        names = [self.places[c].name for c in self.line(code) if self.places[c].level != "国家"]
        return "".join(reversed(names)) or self.places[code].name

    def line(self, code: str) -> list[str]:
        """The codes from a region up to the outermost known one."""
        codes: list[str] = []
        current: str | None = code
        while current and current in self.places and current not in codes:
            codes.append(current)
            current = self.places[current].parent
        return codes

    def within(self, code: str, ancestor: str) -> bool:
        """Whether a region is the other one or lies in it."""
        return ancestor in self.line(code)

    def named(self, name: str, on: str | None = None) -> list[str]:
        """The codes that a user may mean by a name: a code, full name, own name, alias, short or former name, best first;
        a former name stands for all of its successors. `on` (ISO date, month or year): what the name meant then."""
        name = name.strip()
        if name in self.places:
            return [name]
        if on and (then := self._named_on(name, on)):
            return list(then)
        for names in (self._full_names, self._own_names, self._short_names, self._former_names, self._former_short):
            if name in names:
                return list(names[name])
        # 芜湖市弋江区, 安徽弋江, 襄樊市襄阳区: a name behind that of a region which holds it.
        for cut in range(1, len(name) - 1):
            inner = self._by_name(name[cut:], on)
            if inner and (outer := self.named(name[:cut], on)):
                inside = [c for c in inner if any(self.within(c, o) for o in outer)]
                if inside:
                    return inside
        return []

    def bearing(self, name: str) -> tuple[str, ...]:
        """All regions of a name, alias or short name, the outermost first: 海南 → 海南省, 海南藏族自治州, 海南区."""
        codes = dict.fromkeys((*self._own_names.get(name, ()), *self._short_names.get(name, ())))
        return tuple(sorted(codes, key=lambda c: LEVELS.index(self.places[c].level)))

    def mentions(self, text: str, on: str | None = None) -> Iterator[Mention]:
        """The names in a text from left to right, the longest at each place, never overlapping. `on` (ISO date, month or
        year): what a name meant then, where it changed."""
        last = -1
        for start, end in self._finder.find(text):
            word = text[start:end]
            codes, full, former = self._words[word]
            if former and end - start == 2 and start != last and text[end : end + 1] in _NO_COUNTY and end < len(text):
                continue
            if on and full and (then := self._named_on(word, on)):
                former = then != codes or former
                codes = then
            last = end
            yield Mention(start, end, codes, full, former)

    def _by_name(self, name: str, on: str | None) -> tuple[str, ...]:
        then = self._named_on(name, on) if on else ()
        return then or self._own_names.get(name) or self._short_names.get(name) or self._former_names.get(name) or ()

    def _named_on(self, name: str, on: str) -> tuple[str, ...]:
        """What a name that changed its meaning stood for on a day; nothing where it never changed."""
        rows = self._former_rows.get(name, ())
        codes = self._bearers.get(name, ())
        if not rows and not any(
            c in self._former_by_code or self.places[c].since or self.places[c].until for c in codes
        ):
            return ()
        then = [c for c in codes if self.places[c].stood(on) and not self._later(name, c, on)]
        then += [c for row in rows if row.stood(on) for c in row.successors]
        return tuple(dict.fromkeys(then))

    def _later(self, name: str, code: str, on: str) -> bool:
        """Whether a region took a name only after a day: 襄阳市 was 襄樊市 before 2010, 宜春市 a 地区 before 2000."""
        return any(
            row.note != "并入" and row.name != name and row.successors == (code,) and on[: len(row.until)] < row.until
            for row in self._former_by_code.get(code, ())
        )

    @cached_property
    def _former_rows(self) -> dict[str, list[Former]]:
        rows: dict[str, list[Former]] = defaultdict(list)
        for row in read_former((_FOLDER / "former.csv").read_text("utf-8")):
            if all(code in self.places for code in row.successors):
                rows[row.name].append(row)
        return dict(rows)

    @cached_property
    def _former_by_code(self) -> dict[str, list[Former]]:
        rows: dict[str, list[Former]] = defaultdict(list)
        for group in self._former_rows.values():
            for row in group:
                for code in row.successors:
                    rows[code].append(row)
        return rows

    @cached_property
    def _former_names(self) -> dict[str, tuple[str, ...]]:
        """Names that no region bears today."""
        return {
            name: tuple(dict.fromkeys(c for row in rows for c in row.successors))
            for name, rows in self._former_rows.items()
            if name not in self._own_names
        }

    @cached_property
    def _former_short(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, tuple[str, ...]] = {}
        for name, codes in self._former_names.items():
            short = short_name(name)
            if len(short) >= 2 and short not in self._short_names:
                names[short] = tuple(dict.fromkeys((*names.get(short, ()), *codes)))
        return names

    @cached_property
    def _full_names(self) -> dict[str, tuple[str, ...]]:
        known: dict[str, str] = {"": ""}
        for code, place in self.places.items():
            outer = place.parent or ""
            # A parent further down the table, unknown or the nation: the long way.
            name = (
                known[outer] + place.name
                if outer and outer in known and self.places[outer].level != "国家"
                else self.full_name(code)
            )
            known[code] = name
        return {name: (code,) for code, name in known.items() if code}

    @cached_property
    def _bearers(self) -> dict[str, list[str]]:
        """Every region that bears a name or bore it under its present code."""
        names: dict[str, list[str]] = defaultdict(list)
        for code, place in self.places.items():
            for name in (place.name, *place.aliases):
                if code not in names[name]:
                    names[name].append(code)
        return names

    @cached_property
    def _own_names(self) -> dict[str, tuple[str, ...]]:
        # A region that has come to an end steps back behind one that bears the name still.
        return {
            name: tuple([c for c in codes if not self.places[c].until] or codes)
            for name, codes in self._bearers.items()
        }

    @cached_property
    def _short_names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = defaultdict(list)
        for code, place in self.places.items():
            names[place.short].append(code)
        return {
            name: tuple(sorted(codes, key=lambda c: LEVELS.index(self.places[c].level))) if codes[1:] else tuple(codes)
            for name, codes in names.items()
        }

    @cached_property
    def _words(self) -> dict[str, tuple[tuple[str, ...], bool, bool]]:
        """Every name to find in texts: its codes, whether it is a full name, whether it is a former one."""
        words: dict[str, tuple[tuple[str, ...], bool, bool]] = {}
        for name, rows in self._former_rows.items():
            # 襄樊, 莱芜: of districts and counties the bare name is too often an everyday word.
            short = short_name(name)
            if rows[0].level == "地级" and len(short) >= 2 and short not in EVERYDAY and name in self._former_names:
                words[short] = (self._former_names[name], False, True)
        for name, codes in self._short_names.items():
            if len(name) >= 2 and name not in EVERYDAY:
                words[name] = (codes, False, False)
        for name, codes in self._former_names.items():
            words[name] = (codes, True, True)
        for name, codes in self._own_names.items():
            if len(name) >= 2 and not name.isascii():
                words[name] = (codes, True, False)
        return words

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._words)
