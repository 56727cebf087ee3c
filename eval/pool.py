"""Pools what several systems return for each question, to be judged without sight of who returned it. Judges nothing."""

import hashlib
from collections.abc import Iterator, Sequence

from eval.model import Ground, Item, Question
from eval.systems import SYSTEMS

DEPTH, FAN_OUT_DEPTH = 10, 20
"""How many passages of each system go in; for a fan-out more, and every passage shown for a region."""


def pooled(
    questions: Sequence[Question], ground: Ground, systems: Sequence[str], depth: int = DEPTH, fan_out: int = FAN_OUT_DEPTH
) -> Iterator[tuple[Question, list[Item]]]:
    """Each question with the union of the systems' first `depth` passages (`fan_out` for a fan-out, with what their
    groups show), in an order that tells nothing: by a hash of question and passage."""
    made = [SYSTEMS[name](ground) for name in systems]
    row_of = {item.id: row for row, item in enumerate(ground.items)}
    for question in questions:
        rows: set[int] = set()
        for system in made:
            rows.update(system.rank(question, fan_out if question.fans_out else depth))
            groups = system.groups(question) if question.fans_out else None
            for group in groups or ():
                shown = [*group.hits, *([group.best_rejected] if group.best_rejected else [])]
                rows.update(row_of[hit.passage.id] for hit in shown)
        items = [ground.items[row] for row in rows]
        yield question, sorted(items, key=lambda item: _blind(question, item))


def _blind(question: Question, item: Item) -> str:
    return hashlib.sha256(f"{question.id}/{item.id}".encode()).hexdigest()
