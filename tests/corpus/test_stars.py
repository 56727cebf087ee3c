"""Families kept while passages come and go are those of the same passages all at once, however shelves and batches fall."""

import random

import numpy as np
import pytest

from corpus.links import sketches, stars
from corpus.links.copies import HEAD, SHORTEST, digests_of, signatures
from corpus.links.stars import RECORD, Memory, Stars
from tests.corpus.test_copies import GAZETTEER, pairs

CLAUSES = [chr(0x4E00 + 40 * n) + "".join(chr(0x4E00 + 40 * n + k) for k in range(1, 20)) for n in range(40)]


def wordings() -> list[str]:
    """Copies, lookalikes, a chain in which each is a copy of its neighbours only, a family of many, the same twice, captions."""
    planted = [row[key] for name in ("copies", "lookalikes") for row in pairs(name) for key in "ab"]
    chain = ["，".join(CLAUSES[n : n + 10]) for n in range(30)]
    draw = random.Random(3)
    many = ["，".join(draw.sample(CLAUSES[:14], 11)) for _ in range(90)]
    return [*planted, *chain, *many, *planted[:20], "图一", "表二"]


TEXTS = wordings()
ROWS = signatures(TEXTS, GAZETTEER)
DIGESTS = digests_of(ROWS)
FIRST = {digest: n for n, digest in reversed(list(enumerate(DIGESTS.tolist())))}


def text(digest: int) -> str:
    return TEXTS[FIRST[digest]]


def at_once(present: list[int]) -> dict[int, str]:
    made = Stars(np.zeros(0, RECORD), Memory(), text, GAZETTEER)
    made.add(ROWS[present])
    made.settle()
    return made.families(DIGESTS[present])


@pytest.mark.parametrize("seed", range(4))
def test_step_by_step_the_families_are_those_of_all_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    shelf = draw.choice([16, 50, 300])
    monkeypatch.setattr(sketches, "SHELF", shelf)
    monkeypatch.setattr(stars, "SHELF", shelf)
    monkeypatch.setattr(stars, "_BATCH", draw.choice([8, 40, 1000]))
    away, present = draw.sample(range(len(TEXTS)), len(TEXTS)), []
    shelves, records, bridges = Memory(), np.zeros(0, RECORD), set()
    named: dict[int, str | None] = {}
    for step in range(14):
        coming = [away.pop() for _ in range(min(len(away), draw.choice([1, 7, 60])))]
        going = [present.pop(draw.randrange(len(present))) for _ in range(min(len(present), draw.choice([0, 2, 20])))]
        if step == 10:
            going += [present.pop() for _ in range(len(present) * 3 // 4)]
        now = Stars(records, shelves, text, GAZETTEER, bridges)
        now.remove(digests_of(ROWS[[n for n in going if ROWS[n, HEAD - 1] >= SHORTEST]]))
        now.add(ROWS[coming])
        named.update(now.settle())
        now.close()
        records, bridges = now.records.copy(), now.bridges
        present += coming
        away = going + away
        expected = at_once(present)
        assert {d: name for d in DIGESTS[present].tolist() if (name := named.get(d))} == expected
        assert now.passages == np.count_nonzero(ROWS[present, HEAD - 1] >= SHORTEST)
        if step == 10:
            assert len(records) < len(TEXTS) // 2
    assert len(set(expected.values())) > 3


def test_what_is_known_is_not_read_again() -> None:
    shelves = Memory()
    first = Stars(np.zeros(0, RECORD), shelves, text, GAZETTEER)
    first.add(ROWS[:200])
    first.settle()
    first.close()

    def unread(digest: int) -> str:
        raise AssertionError(f"{digest:016x} was read")

    again = Stars(first.records, shelves, unread, GAZETTEER, first.bridges)
    # One more passage of a wording that is there, and one less.
    again.add(ROWS[:1])
    assert again.settle() == {}
    again.remove(DIGESTS[:1])
    assert again.settle() == {}


def test_a_wording_that_two_centres_share_brings_them_together() -> None:
    whole = "，".join(CLAUSES[:8])
    left, right = ("，".join(CLAUSES[a : a + 6] + CLAUSES[b : b + 4]) for a, b in ((0, 20), (2, 30)))
    three = [left, whole, right]
    rows = signatures(three)
    families = stars.families(three)
    assert families[0] == families[1] == families[2] is not None
    assert stars.families([left, right]) == [None, None]
    assert rows[1, HEAD - 1] < min(rows[0, HEAD - 1], rows[2, HEAD - 1])
