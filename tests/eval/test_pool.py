"""A pool holds what every system returned, once, and in an order that tells nothing of who returned it."""

from pathlib import Path

import pytest

from corpus.model import Span
from eval.ground import over_home
from eval.model import Ground, Nugget, Question
from eval.pool import pooled
from eval.systems import SYSTEMS
from retriever.service import Service
from settings import Settings


@pytest.fixture(scope="module")
def ground(sample_home: Path) -> Ground:
    return over_home(Service(Settings(home=sample_home)))


def test_a_pool_is_the_union_of_the_systems(ground: Ground):
    question = Question("q", "养老床位有多少", nuggets=(Nugget("x" * 64, Span(0, 1)),))
    systems = ["rank-bm25", "bm25", "dense", "hybrid"]
    expected = {ground.items[row].id for name in systems for row in SYSTEMS[name](ground).rank(question, 5)}
    (one, items), = pooled([question], ground, systems, depth=5)
    assert one is question and {item.id for item in items} == expected and len(items) == len(expected)
    (_, again), = pooled([question], ground, systems[::-1], depth=5)
    assert again == items


def test_a_fan_outs_pool_holds_what_each_region_shows(ground: Ground):
    question = Question("f", "各区生态修复措施", found=("990102",), silent=("990103",))
    (_, items), = pooled([question], ground, ["hybrid"])
    groups = SYSTEMS["hybrid"](ground).groups(question)
    shown = {hit.passage.id for group in groups for hit in group.hits} | {g.best_rejected.passage.id for g in groups if g.best_rejected}
    assert shown <= {item.id for item in items}
