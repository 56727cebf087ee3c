"""Tells passages that say the same in other names, numbers or order: their signatures, and when two are copies. Never compares
what they mean."""

import hashlib
import unicodedata
from array import array
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corpus.regions.places import Gazetteer

SIGNATURE_VERSION = "2"
"""Changes whenever `signatures` changes its results: stored rows are then of no use."""

NUMBER, NAME, END = "0", "\ue000", "\x01"
"""What a number and the name of a region are folded to, and what closes each folded text."""

_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
_SHINGLE = 4
HEAD = 5
WIDTH = HEAD + 126
"""Columns of a signature: four of the digest, one of the length, the MinHash values."""

SHORTEST = 24
"""Folded characters below which a passage (a caption, a lead phrase) is nobody's copy."""
CONTAINED, ALIKE = 0.62, 0.4
"""Two passages are copies where this share of the shorter one's shingles stands in the other, and this share of both."""
PART, PART_ALIKE = 0.8, 0.3
"""The same for a passage cut shorter: more of it stands in the other, which may be longer."""

OPEN, CERTAIN = 0.2, 0.62
"""Estimated Jaccard similarities below which a pair is left out, and from which on it needs no reading: containment is at
least 2J/(1+J), so J = .45 makes copies, and an estimate from 126 values errs by .044 (one standard deviation)."""
_BATCH = 2000


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
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, WIDTH - HEAD, 1)
        # Twice as fast as np.array over the lists.
        values = b"".join(array("I", row).tobytes() for row in matrix.to_rows())
        batch[:, HEAD:] = np.frombuffer(values, np.uint32).reshape(len(batch), -1).astype(np.uint16)
    return rows


def digests_of(rows: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """The digests of folded texts that signatures begin with."""
    return rows[:, :4].copy().view("<u8").ravel() if len(rows) else np.zeros(0, np.uint64)


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
