"""Workers: results in order, and an item that crashes, hangs or eats memory costs itself only."""

import os
import time

import pytest

from corpus.workers import Workers, allow, cores


def square(item: int) -> int:
    return item * item


def treacherous(item: str) -> str:
    if item == "crash":
        os._exit(11)
    if item == "hang":
        time.sleep(60)
    if item == "patient":
        for _ in range(6):
            allow(2)
            time.sleep(0.5)
    if item == "memory":
        try:
            return str(len(bytearray(8 << 30)))
        except MemoryError:
            return "too much"
    return item.upper()


@pytest.fixture(scope="module")
def workers():
    with Workers(2) as started:
        yield started


def test_results_come_in_the_order_of_the_items(workers):
    batches = [list(range(start, start + 7)) for start in range(0, 70, 7)]
    assert [o.result for o in workers.run(square, batches, lambda _: 30)] == [n * n for n in range(70)]


def test_nothing_to_do_starts_nothing():
    with Workers(2) as idle:
        assert list(idle.run(square, [], lambda _: 1)) == []
        assert idle._pool is None


def test_one_bad_item_costs_itself_only(workers):
    items = ["a", "crash", "b", "hang", "c", "memory", "d"]
    outcomes = list(workers.run(treacherous, [items[:3], items[3:5], items[5:]], lambda i: 2 if i == "hang" else 30))
    assert [o.item for o in outcomes] == items
    assert [o.result for o in outcomes] == ["A", None, "B", None, "C", "too much", "D"]
    assert "异常退出" in outcomes[1].failure and "2 秒" in outcomes[3].failure
    assert all(o.failure is None for o in outcomes if o.result)


def test_an_item_that_shows_its_progress_is_given_more_time(workers):
    assert [o.result for o in workers.run(treacherous, [["patient"]], lambda _: 1)] == ["PATIENT"]
    allow(0.01)  # in this process: nothing happens


def test_they_use_the_processors_there_are():
    assert 1 <= Workers().count == cores() <= 8
