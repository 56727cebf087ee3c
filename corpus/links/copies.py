"""Links passages that say the same in other names, numbers or order into families. Never compares what they mean."""

import hashlib
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corpus.regions.places import Gazetteer

SIGNATURE_VERSION = "1"
"""Changes whenever `signatures` changes its results: stored rows are then of no use."""

NUMBER, NAME, END = "0", "\ue000", "\x01"
"""What a number and the name of a region are folded to, and what closes each folded text."""

_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
_SHINGLE = 4
_BANDS, _ROWS = 42, 3
_HEAD = 5
WIDTH = _HEAD + _BANDS * _ROWS
"""Columns of a signature: four of the digest, one of the length, the MinHash values."""

SHORTEST = 24
"""Folded characters below which a passage (a caption, a lead phrase) is nobody's copy."""
CONTAINED, ALIKE = 0.62, 0.4
"""Two passages are copies where this share of the shorter one's shingles stands in the other, and this share of both."""
PART, PART_ALIKE = 0.8, 0.3
"""The same for a passage cut shorter: more of it stands in the other, which may be longer."""

_OPEN, _CERTAIN = 0.2, 0.62
"""Estimated Jaccard similarities below which a pair is left out, and from which on it needs no reading: containment is at
least 2J/(1+J), so J = .45 makes copies, and an estimate from 126 values errs by .044 (one standard deviation)."""
_CENTRES = 16
_BATCH = 2000


def families(texts: Sequence[str], gazetteer: "Gazetteer | None" = None) -> list[str | None]:
    """The family of each passage, None for one that stands alone: `link` over the `signatures` of all."""
    return link(signatures(texts, gazetteer), texts.__getitem__, gazetteer)


def signatures(texts: Sequence[str], gazetteer: "Gazetteer | None" = None) -> NDArray[np.uint16]:
    """The rows (len(texts), WIDTH) by which passages are linked; each depends on its own text only, so rows may be
    stored and stacked: those of one SIGNATURE_VERSION and one gazetteer go together.

    gazetteer: the regions whose names count as one and the same.

    MinHash (Broder 1997) of the folded text's shingles, of each value its lowest 16 bits (b-bit minwise hashing, Li and
    König 2010): two rows agree in a value with the probability of their texts' Jaccard similarity.
    """
    from rensa import RMinHash

    rows = np.zeros((len(texts), WIDTH), np.uint16)
    for first in range(0, len(texts), _BATCH):
        codes, ends = folded(texts[first : first + _BATCH], gazetteer)
        starts = np.concatenate(([0], ends[:-1] + 1))
        batch = rows[first : first + _BATCH]
        content = codes.tobytes()
        digests = (
            hashlib.blake2b(content[4 * a : 4 * b], digest_size=8).digest() for a, b in zip(starts, ends, strict=True)
        )
        batch[:, :4] = np.frombuffer(b"".join(digests), "<u2").reshape(-1, 4)
        batch[:, 4] = np.minimum(ends - starts, 0xFFFF)
        hashes, offsets = hashed_shingles(codes, starts, ends)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, WIDTH - _HEAD, 1)
        # Twice as fast as np.array over the lists.
        values = b"".join(array("I", row).tobytes() for row in matrix.to_rows())
        batch[:, _HEAD:] = np.frombuffer(values, np.uint32).reshape(len(batch), -1).astype(np.uint16)
    return rows


def link(
    rows: NDArray[np.uint16], text: Callable[[int], str], gazetteer: "Gazetteer | None" = None
) -> list[str | None]:
    """The family of each row: sixteen hex digits, the smallest digest among its members; None without a copy.

    rows: of `signatures`, in any order. text: the passage of a row, asked for only where the rows leave a pair open.
    gazetteer: that of the rows.

    A family is a star (Aslam, Pelekhov and Rus 2004): passages are visited from the most central wording (the most
    bucket mates, then the smallest digest) to the least, each joins the centre most like it or becomes one. So every
    member is a copy of the centre, and none hangs on another by a chain.
    """
    digests = rows[:, :4].copy().view("<u8").ravel() if len(rows) else np.zeros(0, np.uint64)
    kinds, first, kind_of, counts = np.unique(digests, return_index=True, return_inverse=True, return_counts=True)
    long = rows[first, 4] >= SHORTEST
    centre_of = np.arange(len(kinds))
    own = _Own(text, gazetteer)
    ranked = _by_centrality(rows[first], np.flatnonzero(long))
    taken = np.zeros(len(ranked), bool)
    for member, centres, shares in _open_pairs(rows[first[ranked]]):
        for centre, share in zip(centres, shares, strict=True):
            if taken[centre]:
                continue
            a, b = ranked[centre], ranked[member]
            if share >= _CERTAIN or copies(own(int(first[a])), own(int(first[b]))):
                taken[member] = True
                centre_of[b] = a
                break
    sizes = np.bincount(centre_of, counts, len(kinds))
    least = np.full(len(kinds), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(least, centre_of, kinds)
    named = [
        f"{least[centre]:016x}" if sizes[centre] > 1 and fits else None
        for centre, fits in zip(centre_of, long, strict=True)
    ]
    return [named[kind] for kind in kind_of]


def copies(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of shingles are of copies: containment |A∩B|/min(|A|,|B|) and Jaccard |A∩B|/|A∪B| (Broder 1997)."""
    common = len(one & other)
    contained, alike = common / max(1, min(len(one), len(other))), common / max(1, len(one) + len(other) - common)
    return (contained >= CONTAINED and alike >= ALIKE) or (contained >= PART and alike >= PART_ALIKE)


def shingles(text: str, gazetteer: "Gazetteer | None" = None) -> frozenset[str]:
    """The runs of characters of a folded text, the names of regions in it replaced by one mark."""
    codes, _ = folded([text], gazetteer)
    run = codes[:-1].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return frozenset(run[i : i + _SHINGLE] for i in range(len(run) - _SHINGLE + 1))


class _Own:
    """The shingles of passages, those of the last few kept."""

    def __init__(self, text: Callable[[int], str], gazetteer: "Gazetteer | None") -> None:
        self.text, self.gazetteer = text, gazetteer
        self.kept: dict[int, frozenset[str]] = {}

    def __call__(self, row: int) -> frozenset[str]:
        if row not in self.kept:
            if len(self.kept) >= 4096:
                del self.kept[next(iter(self.kept))]
            self.kept[row] = shingles(self.text(row), self.gazetteer)
        return self.kept[row]


def _by_centrality(rows: NDArray[np.uint16], among: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those of the rows (in digest order) that share a bucket with another, the ones with the most mates first."""
    mates = np.zeros(len(among), np.int64)
    for band in range(_BANDS):
        _, bucket, sizes = np.unique(_keys(rows[among], band), return_inverse=True, return_counts=True)
        mates += sizes[bucket] - 1
    order = np.argsort(-mates, kind="stable")
    return among[order[: np.count_nonzero(mates)]]


def _open_pairs(rows: NDArray[np.uint16]) -> Iterator[tuple[int, list[int], list[float]]]:
    """Each row with the rows before it that it may be a copy of, the likest first, and their estimated Jaccard shares.

    A bucket pairs its members with its first few only, so the cost stays linear in a bucket's size.
    """
    found = fresh = np.zeros(0, np.int64)
    for band in range(_BANDS):
        keys = _keys(rows, band)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        places = np.arange(len(keys))
        begins = np.maximum.accumulate(np.where(np.concatenate(([True], keys[1:] != keys[:-1])), places, 0))
        for step in range(_CENTRES):
            later = np.flatnonzero(begins + step < places)
            if not len(later):
                break
            centres, members = order[begins[later] + step], order[later]
            likely = _shares(rows, centres, members) >= _OPEN
            fresh = np.concatenate((fresh, members[likely] * len(rows) + centres[likely]))
        # Copies meet in many bands: keep each pair once before they pile up.
        if band == _BANDS - 1 or len(fresh) > len(found):
            found, fresh = np.union1d(found, fresh), fresh[:0]
    if not len(found):
        return
    members, centres = np.divmod(found, len(rows))
    shares = _shares(rows, centres, members)
    order = np.lexsort((centres, -shares, members))
    members, centres, shares = members[order], centres[order], shares[order]
    cuts = np.flatnonzero(np.concatenate(([True], members[1:] != members[:-1], [True])))
    for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        yield int(members[a]), centres[a:b].tolist(), shares[a:b].tolist()


def _shares(rows: NDArray[np.uint16], some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of MinHash values that rows have in common, pair by pair."""
    shares = np.empty(len(some))
    for first in range(0, len(some), 1 << 15):
        part = slice(first, first + (1 << 15))
        shares[part] = (rows[some[part], _HEAD:] == rows[others[part], _HEAD:]).mean(1)
    return shares


def _keys(rows: NDArray[np.uint16], band: int) -> NDArray[np.uint64]:
    """The bucket of each row in one band: its values side by side."""
    keys = np.zeros(len(rows), np.uint64)
    for column in range(_HEAD + band * _ROWS, _HEAD + (band + 1) * _ROWS):
        keys = keys << np.uint64(16) | rows[:, column]
    return keys


def folded(texts: Sequence[str], gazetteer: "Gazetteer | None" = None) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The code points of the folded texts behind one another, each closed by END, and where those stand.

    Folding: NFKC letter by letter (the first of what a sign stands for), small letters, each number one NUMBER, each
    name of a region (or several in a row) one NAME where a gazetteer is given; punctuation and white space are left out.
    """
    joined = "".join(text.replace(END, " ") + END for text in texts)
    if gazetteer is not None:
        joined = _marked(joined, gazetteer)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    folds = _folds()
    kept = np.where(codes < len(folds), folds[np.minimum(codes, len(folds) - 1)], codes)
    kept = kept[kept != 0]
    merging = (kept == ord(NUMBER)) | (kept == ord(NAME))
    again = merging[1:] & (kept[1:] == kept[:-1])
    kept = kept[np.concatenate((merging[:1] | True, ~again))]
    return kept, np.flatnonzero(kept == ord(END))


def _marked(text: str, gazetteer: "Gazetteer") -> str:
    """One call for many texts: a name never reaches over the END between them."""
    parts, end = [], 0
    for mention in gazetteer.mentions(text):
        parts += [text[end : mention.start], NAME]
        end = mention.end
    return "".join([*parts, text[end:]])


@cache
def _folds() -> NDArray[np.uint32]:
    """What each character of the basic plane becomes; 0 leaves it out."""
    return np.array([_fold(chr(code)) for code in range(0x10000)], np.uint32)


def _fold(character: str) -> int:
    if character in (END, NAME):
        return ord(character)
    for letter in unicodedata.normalize("NFKC", character).lower():
        category = unicodedata.category(letter)
        if category[0] == "N" or letter in _NUMERALS:
            return ord(NUMBER)
        if category[0] == "L":
            return ord(letter)
    return 0


def hashed_shingles(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashes of all texts' shingles and where each text's begin (with a last offset that closes the last)."""
    counts = np.maximum(ends - starts - _SHINGLE + 1, 0)
    offsets = np.concatenate(([0], np.cumsum(counts)))
    size = len(codes) - _SHINGLE + 1
    if size <= 0:
        return np.zeros(0, np.uint64), offsets.astype(np.uint64)
    wide = codes.astype(np.uint64)
    # A polynomial in an odd number, then a multiply and shift that carries the high bits down (Steele and others 2014).
    hashes = np.zeros(size, np.uint64)
    for step in range(_SHINGLE):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + wide[step : step + size]
    hashes = (hashes ^ hashes >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = hashes ^ hashes >> np.uint64(27)
    # A text's shingles begin where none of its characters is the mark at its end.
    within = np.ones(size + _SHINGLE, bool)
    for back in range(_SHINGLE):
        within[np.maximum(ends - back, 0)] = False
    return hashes[within[:size]], offsets.astype(np.uint64)
