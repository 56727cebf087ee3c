"""Keeps the families of near-copies up to date while wordings come and go: what is new is compared, not what is known. Reads
and writes no store."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.links.copies import CERTAIN, HEAD, OPEN, SHORTEST, copies, digests_of, shingles, signatures
from corpus.links.sketches import BANDS, SHELF, VALUES, Bucket, Mates, Memory, Shelves

if TYPE_CHECKING:
    from corpus.regions.places import Gazetteer

RECORD = np.dtype(
    [("digest", "<u8"), ("centre", "<i4"), ("family", "<i4"), ("count", "<u4"), ("length", "<u2"), ("alike", "u1")]
)
"""What is known of a wording: its digest, the rows of its star's centre and of its family's (UNSETTLED where that is open), how
many passages have it, how many letters it has when folded, and in how many values of the sketch its star's centre agrees."""
UNSETTLED = -1

_BATCH = 1 << 14
_CLUSTER = 64
"""Wordings up to which joined stars are divided anew."""


def families(texts: Sequence[str], gazetteer: "Gazetteer | None" = None) -> list[str | None]:
    """The family of each passage, None for one that stands alone: `link` over the `signatures` of all."""
    return link(signatures(texts, gazetteer), texts.__getitem__, gazetteer)


def link(
    rows: NDArray[np.uint16], text: Callable[[int], str], gazetteer: "Gazetteer | None" = None
) -> list[str | None]:
    """The family of each row: sixteen hex digits, the smallest digest among its members; None without a copy.

    rows: of `signatures`, in any order. text: the passage of a row, asked for only where the rows leave a pair open.
    gazetteer: that of the rows.
    """
    digests = digests_of(rows)
    first = dict(zip(digests[::-1].tolist(), reversed(range(len(rows))), strict=True))
    stars = Stars(np.zeros(0, RECORD), Memory(), lambda digest: text(first[digest]), gazetteer)
    stars.add(rows)
    stars.settle()
    named = stars.families(digests)
    return [named.get(digest) for digest in digests.tolist()]


class Stars:
    """The wordings of passages, by families.

    A family is a star (Aslam, Pelekhov and Rus 2004): a centre and copies of it, so that none hangs on another by a chain.
    First, from the longest to the shortest, then by digest, each wording joins the centre most like it or becomes one. That
    order is the wordings' own: the stars follow from which wordings there are, never from how they came, and whoever comes or
    goes concerns its own copies only (Censor-Hillel, Haramaty and Karnin 2016 keep independent sets so). Then, where a wording
    is a copy of several centres, the few wordings of their stars are divided anew, from the most central on.

    records: (n,) of RECORD, as they were left. text: the words of a passage by its digest, asked for only where the sketches
    leave a pair open. bridges: (row, centre) for each copy of a centre that belongs to another one's star, as they were left.
    """

    def __init__(
        self, records: NDArray[Any], shelves: Shelves, text: Callable[[int], str], gazetteer: "Gazetteer | None" = None,
        bridges: Iterable[tuple[int, int]] = (),
    ) -> None:  # fmt: skip
        self.records = records
        self.bridges = set(bridges)
        self._shelves = shelves
        self._own = _Own(text, gazetteer)
        self._by_digest = np.argsort(records["digest"], kind="stable")
        self._names = self._named()
        self._grown = False
        self._last = shelves.read(len(records) // SHELF) if len(records) % SHELF else np.zeros((VALUES, 0), np.uint16)

    @property
    def passages(self) -> int:
        """How many passages have these wordings."""
        return int(self.records["count"].sum())

    def add(self, rows: NDArray[np.uint16]) -> None:
        """Take in passages by their signatures; those too short to be anybody's copies are left out."""
        rows = rows[rows[:, HEAD - 1] >= SHORTEST]
        digests, first, counts = np.unique(digests_of(rows), return_index=True, return_counts=True)
        places = self._places(digests)
        known = places >= 0
        self.records["count"][places[known]] += counts[known].astype(np.uint32)
        new = np.zeros(np.count_nonzero(~known), RECORD)
        new["digest"], new["count"], new["length"] = digests[~known], counts[~known], rows[first[~known], HEAD - 1]
        new["centre"] = new["family"] = UNSETTLED
        if not len(new):
            return
        at = np.searchsorted(self.records["digest"], new["digest"], sorter=self._by_digest)
        self._by_digest = np.insert(self._by_digest, at, np.arange(len(new)) + len(self.records))
        filling = np.concatenate((self._last, rows[first[~known], HEAD:].T), axis=1)
        for number in range(len(self.records) // SHELF, (len(self.records) + len(new)) // SHELF):
            self._shelves.write(number, filling[:, :SHELF])
            filling = filling[:, SHELF:]
        self._last = np.ascontiguousarray(filling)
        self.records = np.concatenate((self.records, new))
        self._grown = True

    def remove(self, digests: NDArray[np.uint64]) -> None:
        """Take out one passage for each of these digests."""
        gone, counts = np.unique(digests, return_counts=True)
        places = self._places(gone)
        self.records["count"][places[places >= 0]] -= counts[places >= 0].astype(np.uint32)

    def settle(self) -> dict[int, str | None]:
        """Decide what is open; the digests whose family is now another than before, with that."""
        records = self.records
        centres, bridges = records["centre"].copy(), self.bridges.copy()
        gone = records["count"] == 0
        self._leave(np.flatnonzero(gone & (records["centre"] >= 0)))
        records["centre"][gone] = UNSETTLED
        while len(waiting := np.flatnonzero((records["centre"] == UNSETTLED) & ~gone)):
            # The first ones first: nothing that is decided then is overturned by what comes behind it.
            order = np.lexsort((records["digest"][waiting], -records["length"][waiting].astype(np.int64)))
            self._visit(waiting[order[:_BATCH]])
        centre = records["centre"]
        self.bridges = {(row, to) for row, to in self.bridges if centre[to] == to and centre[row] not in (to, row, UNSETTLED)}
        moved = np.flatnonzero(centres != centre)
        ends = [end for pair in bridges ^ self.bridges for end in pair]
        touched = np.concatenate((centres[moved], centre[moved], centres[ends], centre[ends]))
        self._divide(np.unique(touched[touched != UNSETTLED]))
        before = np.zeros(len(records), np.uint64)
        before[: len(self._names)] = self._names
        self._names = self._named()
        changed = np.flatnonzero(before != self._names)
        names = (f"{name:016x}" if name else None for name in self._names[changed].tolist())
        return dict(zip(records["digest"][changed].tolist(), names, strict=True))

    def families(self, digests: NDArray[np.uint64]) -> dict[int, str]:
        """The families of those among these digests that have one, as they were settled last."""
        digests = np.unique(digests)
        places = self._places(digests)
        named = np.flatnonzero((places >= 0) & (np.append(self._names, np.uint64(0))[places] != 0))
        return {digest: f"{name:016x}" for digest, name in zip(digests[named].tolist(), self._names[places[named]].tolist(), strict=True)}

    def close(self) -> None:
        """Put on its shelf what is not there yet. Where most wordings are gone, the others move up."""
        left = np.flatnonzero(self.records["count"])
        if 2 * len(left) >= len(self.records):
            if self._grown:
                self._shelves.write(len(self.records) // SHELF, self._last)
            return
        for number in range(len(left) // SHELF + 1):
            # Each moves forward, so that nothing is written over before it has moved.
            sketches = self._sketches(left[number * SHELF : (number + 1) * SHELF])
            self._shelves.write(number, np.ascontiguousarray(sketches.T))
        moved = np.zeros(len(self.records), np.int32)
        moved[left] = np.arange(len(left))
        self.records = self.records[left]
        for name in ("centre", "family"):
            self.records[name] = moved[self.records[name]]
        self.bridges = {(int(moved[row]), int(moved[to])) for row, to in self.bridges}

    # — families ———————————————————————————————————————————————————————————————————————————————————————————————

    def _leave(self, centres: NDArray[np.intp]) -> None:
        """Open the question for all that have one of these for their centre (as they have themselves)."""
        if len(centres):
            self.records["centre"][np.isin(self.records["centre"], centres)] = UNSETTLED

    def _visit(self, batch: NDArray[np.intp]) -> None:
        """Decide for open wordings in their order. Those that a new centre leaves without theirs are open then."""
        centre, alike = self.records["centre"], self.records["alike"]
        sketches = self._sketches(batch)
        mates = Mates(sketches)
        demoted, places = [], []
        for place, (row, near) in enumerate(zip(batch.tolist(), self._near(batch, sketches), strict=True)):
            rank = self._rank(row)
            here = ((int(batch[mate]), agreeing) for mate, agreeing in mates.of(place))
            there = sorted((-agreeing, self._rank(other), other) for other, agreeing in (*near, *here) if centre[other] == other)
            own = [(other, -less) for less, _, other in there if self._are_copies(other, row, -less)]
            before = [(other, agreeing) for other, agreeing in own if self._rank(other) < rank]
            if before:
                centre[row], alike[row] = before[0]
                self.bridges.update((row, other) for other, _ in own)
                continue
            centre[row], alike[row] = row, VALUES
            mates.add(place)
            places.append(place)
            for other, agreeing in near:
                if self._rank(other) > rank and self._prefers(other, row, agreeing) and self._are_copies(row, other, agreeing):
                    if centre[other] == other:
                        demoted.append(other)
                    self.bridges.add((other, int(centre[other])))
                    centre[other], alike[other] = row, agreeing
        self._leave(np.array(demoted, np.intp))
        for row, near in zip(batch[places].tolist(), self._near(batch[places], sketches[places], members=True), strict=True):
            self.bridges.update((other, row) for other, agreeing in near if self._are_copies(row, other, agreeing))

    def _divide(self, stars: NDArray[np.intp]) -> None:
        """Name the families of the wordings in these stars and in those joined to them."""
        centre, family = self.records["centre"], self.records["family"]
        joined: dict[int, set[int]] = defaultdict(set)
        for row, to in self.bridges:
            joined[int(centre[row])].add(to)
            joined[to].add(int(centre[row]))
        cluster_of: dict[int, int] = {}
        for star in stars.tolist():
            reached = [star] if star not in cluster_of else []
            while reached:
                cluster_of[one := reached.pop()] = star
                reached += [other for other in joined.get(one, ()) if other not in cluster_of]
        rows = np.flatnonzero(np.isin(centre, list(cluster_of)))
        family[rows] = centre[rows]
        clusters: dict[int, list[int]] = defaultdict(list)
        for row, star in zip(rows.tolist(), centre[rows].tolist(), strict=True):
            if joined.get(star):
                clusters[cluster_of[star]].append(row)
        for members in clusters.values():
            if len(members) <= _CLUSTER:
                family[members] = self._divided(members)

    def _divided(self, rows: list[int]) -> list[int]:
        """The centre of each of a few wordings: visited from the most like all of its copies on, each joins the centre most
        like it or becomes one."""
        sketches = self._sketches(np.array(rows))
        alike: dict[int, dict[int, int]] = {row: {} for row in rows}
        for at, one in enumerate(rows):
            agreeing = (sketches[:at] == sketches[at]).sum(1).tolist()
            for other, n in zip(rows, agreeing, strict=False):
                if n >= OPEN * VALUES and self._are_copies(one, other, n):
                    alike[one][other] = alike[other][one] = n
        centre: dict[int, int] = {}
        for row in sorted(rows, key=lambda row: (-sum(alike[row].values()), self._rank(row))):
            possible = [(-n, self._rank(other), other) for other, n in alike[row].items() if centre.get(other) == other]
            centre[row] = min(possible)[2] if possible else row
        return [centre[row] for row in rows]

    def _prefers(self, row: int, centre: int, agreeing: int) -> bool:
        """Whether a settled wording would join a new centre if that is a copy: it is itself a centre, or has one less like it."""
        now = int(self.records["centre"][row])
        return now == row or (-agreeing, self._rank(centre)) < (-int(self.records["alike"][row]), self._rank(now))

    def _rank(self, row: int) -> tuple[int, int]:
        return -int(self.records["length"][row]), int(self.records["digest"][row])

    def _are_copies(self, one: int, other: int, agreeing: int) -> bool:
        if agreeing >= CERTAIN * VALUES:
            return True
        return copies(*(self._own(int(self.records["digest"][row])) for row in (one, other)))

    def _named(self) -> NDArray[np.uint64]:
        """The smallest digest of each wording's family; 0 for one that a single passage has."""
        centre, digest = self.records["family"], self.records["digest"]
        settled = self.records["count"] > 0
        sizes = np.bincount(centre[settled], self.records["count"][settled], len(centre))
        least = np.full(len(centre), np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(least, centre[settled], digest[settled])
        return np.where(settled & (sizes[centre] > 1), least[centre], np.uint64(0))

    # — sketches ———————————————————————————————————————————————————————————————————————————————————————————————

    def _places(self, digests: NDArray[np.uint64]) -> NDArray[np.intp]:
        """The row of each digest, -1 for one that is not known."""
        if not len(self.records):
            return np.full(len(digests), -1)
        at = np.searchsorted(self.records["digest"], digests, sorter=self._by_digest)
        rows = self._by_digest[np.minimum(at, len(self.records) - 1)]
        return np.where(self.records["digest"][rows] == digests, rows, -1)

    def _shelf(self, number: int) -> NDArray[np.uint16]:
        return self._last if number == len(self.records) // SHELF else self._shelves.read(number)

    def _sketches(self, rows: NDArray[np.intp]) -> NDArray[np.uint16]:
        """The sketches of some rows, (len(rows), VALUES)."""
        found = np.empty((len(rows), VALUES), np.uint16)
        for number in np.unique(rows // SHELF).tolist():
            here = rows // SHELF == number
            found[here] = self._shelf(number)[:, rows[here] % SHELF].T
        return found

    def _near(
        self, batch: NDArray[np.intp], sketches: NDArray[np.uint16], *, members: bool = False
    ) -> Iterator[list[tuple[int, int]]]:
        """For each wording of a batch in order the settled ones that share a bucket with it and may be copies of it, and in
        how many values they agree: all that come after it, and of those before it the centres. members: those that are none,
        before or after."""
        records = self.records
        buckets = [Bucket(sketches, band) for band in range(BANDS)]
        ranks = _ranks(records[batch])
        found: list[NDArray[np.int64]] = [np.zeros((3, 0), np.int64)]
        for number in range(-(-len(records) // SHELF)):
            first = number * SHELF
            there = records[first : first + SHELF]
            # To how many of the batch, from its first on, each wording on the shelf is of interest.
            is_centre = there["centre"] == np.arange(first, first + len(there))
            open_to = np.where(is_centre, len(batch), np.searchsorted(ranks, _ranks(there), "right"))
            if members:
                open_to = np.where(is_centre, 0, len(batch))
            open_to[there["centre"] == UNSETTLED] = 0
            if not open_to.any():
                continue
            shelf = self._shelf(number)
            pairs = np.unique(np.concatenate([bucket.pairs(shelf, open_to) for bucket in buckets]))
            places, stored = np.divmod(pairs, SHELF)
            for at in range(0, len(pairs), SHELF):
                part = slice(at, at + SHELF)
                agreeing = (shelf[:, stored[part]] == sketches[places[part]].T).sum(0)
                likely = agreeing >= OPEN * VALUES
                found.append(np.stack((places[part][likely], first + stored[part][likely], agreeing[likely])))
        places, rows, agreeing = np.concatenate(found, axis=1)
        order = np.argsort(places, kind="stable")
        rows, agreeing = rows[order], agreeing[order]
        cuts = np.searchsorted(places[order], np.arange(len(batch) + 1)).tolist()
        for place in range(len(batch)):
            part = slice(cuts[place], cuts[place + 1])
            yield list(zip(rows[part].tolist(), agreeing[part].tolist(), strict=True))


class _Own:
    """The shingles of wordings, those of the last few kept."""

    def __init__(self, text: Callable[[int], str], gazetteer: "Gazetteer | None") -> None:
        self._text, self._gazetteer = text, gazetteer
        self._kept: dict[int, frozenset[str]] = {}

    def __call__(self, digest: int) -> frozenset[str]:
        if digest not in self._kept:
            if len(self._kept) >= 4096:
                del self._kept[next(iter(self._kept))]
            self._kept[digest] = shingles(self._text(digest), self._gazetteer)
        return self._kept[digest]


def _ranks(records: NDArray[Any]) -> NDArray[np.uint64]:
    """Numbers in the order of visiting, but for digests that begin alike."""
    lengths = np.uint64(0xFFFF) - records["length"].astype(np.uint64)
    return lengths << np.uint64(48) | records["digest"] >> np.uint64(16)
