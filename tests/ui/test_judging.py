"""Marks on shown passages: the form's rows, what is chosen, and how it reaches the user's own set."""

import json

from ui import judging


def hit(name: str, start: int, text: str = "修好山。"):
    return {"document": {"id": name * 64}, "span": {"start": start, "end": start + 4}, "text": text, "region": {"name": "临澜市沧浦区"},
            "citation": "《规划》第1段"}  # fmt: skip


ANSWER = {"hits": [hit("a", 0), hit("a", 9)], "groups": []}


def test_every_shown_passage_is_a_row_once():
    assert judging.passages(ANSWER) == ANSWER["hits"]
    grouped = {"hits": ANSWER["hits"], "groups": [{"hits": [hit("a", 0)]}, {"hits": [hit("a", 0), hit("b", 0)]}]}
    assert [h["document"]["id"][0] for h in judging.passages(grouped)] == ["a", "b"]
    assert judging.row(hit("a", 0, "字" * 200))["原文"] == "字" * 90 + "…"
    assert judging.row(hit("a", 0) | {"region": None})["地区"] == ""


def test_only_what_was_chosen_is_a_mark():
    changes = {1: {"评价": "有用"}, 0: {"评价": None}, 7: {"评价": "有用"}}
    assert judging.marks(ANSWER["hits"], changes) == [{"document": "a" * 64, "start": 9, "end": 13, "mark": "有用"}]
    assert judging.marks(ANSWER["hits"], {0: {"评价": "胡说"}}) == []
    json.dumps(judging.marks(ANSWER["hits"], changes))
