"""Which headings stand open above a place of a text, and what of that a continuing text goes on with. Reads no text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from corpus.structure.outline import NumberedLine

CAPTION, STANDALONE, BOX, TABLE = 0.0, 10.0, 11.0, 12.0
"""Ranks of what opens without a number: a second document's title, a sentence alone on a line, a box, a table."""
ITEM_RANK = 5
"""Ranks above it count what may as well be items of a list."""


class Open(NamedTuple):
    """A heading that stands open: `rank` orders numbering styles, `paragraphs` counts the body under it so far."""

    rank: float
    ordinal: int
    heading: str
    paragraphs: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """What is open at a text's end, so that the text that continues it goes on there.

    opens: rank and ordinal of the first numbered heading in this text, None without one. `suspended` is what a caption
    interrupted, `hosted` (rank, rank inside the host, the host) what counts inside an item, `listed` (rank, ordinal,
    depth) the last item of a list, `box_items` the last item's ordinal of an open box, `habits` what the text does
    throughout.
    """

    stack: tuple[Open, ...] = ()
    unheaded: int = 0
    outermost: int | None = None
    opens: tuple[float, int] | None = None
    suspended: tuple[Open, ...] = ()
    hosted: tuple[tuple[int, float, Open], ...] = ()
    listed: tuple[float, int, int] | None = None
    box_items: int | None = None
    habits: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The outline in values that JSON knows."""
        return {
            "stack": [_row(entry) for entry in self.stack],
            "unheaded": self.unheaded,
            "outermost": self.outermost,
            "opens": list(self.opens) if self.opens else None,
            "suspended": [_row(entry) for entry in self.suspended],
            "hosted": [[rank, inner, _row(host)] for rank, inner, host in self.hosted],
            "listed": list(self.listed) if self.listed else None,
            "box_items": self.box_items,
            "habits": list(self.habits),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Outline":
        """The outline again of what `as_row` gave, also after a passage through JSON."""
        opens, listed = row["opens"], row["listed"]
        return cls(
            stack=tuple(Open(*entry) for entry in row["stack"]),
            unheaded=row["unheaded"],
            outermost=row["outermost"],
            opens=(opens[0], opens[1]) if opens else None,
            suspended=tuple(Open(*entry) for entry in row["suspended"]),
            hosted=tuple((rank, inner, Open(*host)) for rank, inner, host in row["hosted"]),
            listed=(listed[0], listed[1], listed[2]) if listed else None,
            box_items=row["box_items"],
            habits=tuple(row["habits"]),
        )


NOTHING_OPEN = Outline()
"""Where a text that continues none begins."""


def _row(entry: Open) -> list[Any]:
    return [entry.rank, entry.ordinal, entry.heading, entry.paragraphs]


class Stack:
    """The open headings, outermost first; lives for one text."""

    def __init__(self, numbers: Sequence[NumberedLine | None], after: Outline) -> None:
        self.numbers = numbers
        self.entries = list(after.stack)
        self.unheaded = after.unheaded
        own = min((n.rank for n in numbers if n and n.heading and n.rank <= ITEM_RANK), default=None)
        ranks = [rank for rank in (own, after.outermost) if rank is not None]
        self.outermost = min(ranks, default=1)
        self.known = bool(ranks)
        self.opens: tuple[float, int] | None = None
        self.suspended = list(after.suspended)
        self.hosted = {rank: (inner, host) for rank, inner, host in after.hosted}
        self.listed = after.listed
        self._trail: tuple[str, ...] | None = None

    def ending(self, box_items: int | None, habits: tuple[str, ...]) -> Outline:
        """What is open now."""
        return Outline(
            tuple(self.entries), self.unheaded, self.outermost if self.known else None, self.opens,
            tuple(self.suspended), tuple((rank, inner, host) for rank, (inner, host) in self.hosted.items()),
            self.listed, box_items, habits,
        )  # fmt: skip

    def pop(self, rank: float) -> None:
        """Close every heading of this rank or further in."""
        while self.entries and self.entries[-1].rank >= rank:
            self.entries.pop()
            self._trail = None

    def push(self, rank: float, ordinal: int, heading: str) -> int:
        """Open a heading; its level, from 1."""
        self.pop(rank)
        self.entries.append(Open(rank, ordinal, heading))
        self._trail = None
        return len(self.entries)

    def count(self) -> tuple[tuple[str, ...], int]:
        """Count one more paragraph: the headings above it and its number within the innermost."""
        if self._trail is None:
            self._trail = tuple(entry.heading for entry in self.entries)
        if not self.entries:
            self.unheaded += 1
            return (), self.unheaded
        last = self.entries[-1]
        self.entries[-1] = Open(last.rank, last.ordinal, last.heading, last.paragraphs + 1)
        return self._trail, last.paragraphs + 1

    def suspend(self) -> list[Open]:
        """The numbered headings that a caption interrupts."""
        return [entry for entry in self.entries if entry.ordinal]

    def resume(self, number: NumberedLine) -> None:
        """Go on with the numbers that a caption interrupted where this one is the next of them."""
        captioned = bool(self.entries) and self.entries[0].rank == CAPTION and not self.entries[0].ordinal
        if captioned and number.heading and any(
            (entry.rank, entry.ordinal) == (number.rank, number.ordinal - 1) for entry in self.suspended
        ):  # fmt: skip
            self.entries = [entry for entry in self.suspended if entry.rank < number.rank]
            self._trail = None

    def rank_of(self, index: int, number: NumberedLine) -> float:
        """A style's rank, deeper where 「一、」 counts a list inside 「（三）」 that 「（四）」 follows."""
        if number.rank in self.hosted:
            rank, host = self.hosted[number.rank]
            if any((e.rank, e.ordinal, e.heading) == (host.rank, host.ordinal, host.heading) for e in self.entries):
                return rank
            del self.hosted[number.rank]
        deeper = next((entry for entry in self.entries if entry.rank > number.rank), None)
        if number.ordinal != 1 or deeper is None or not self.hosts(index, number, deeper.rank, deeper.ordinal):
            return number.rank
        rank = self.entries[-1].rank + 0.1
        self.hosted[number.rank] = (rank, deeper)
        return rank

    def hosts(self, index: int, number: NumberedLine, rank: float, ordinal: int) -> bool:
        """Whether the style of a host goes on counting below a list, before the list's own style is outranked."""
        for following in self.numbers[index + 1 :]:
            if following and following.rank < number.rank:
                return False
            if following and following.rank == rank:
                return following.ordinal == ordinal + 1
        return False

    def follows_list(self, rank: float, ordinal: int) -> bool:
        """Whether a number is the next of the list at this place."""
        depth = sum(entry.rank < rank for entry in self.entries)
        return self.listed == (rank, ordinal - 1, depth)

    def follows_heading(self, rank: float, ordinal: int) -> bool:
        """Whether the heading before this number, of the same style, is open."""
        return any((entry.rank, entry.ordinal) == (rank, ordinal - 1) for entry in self.entries)
