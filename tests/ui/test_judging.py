"""Marks on shown passages: kept at once, told back, taken back; what the browser sends is not trusted."""

import pytest

from ui import judging, places
from ui.client import Api, ApiError


def test_a_mark_is_kept_told_back_and_taken_back(api: str) -> None:
    client, reference = Api(api), f"{'a' * 64}:0:9"
    assert judging.said(client, "鸠江区湿地怎么修") == {}
    assert judging.say(client, "鸠江区湿地怎么修", reference, "useful", True).startswith("已记下“有用”，题集“mine”现有 ")
    assert judging.said(client, "鸠江区湿地怎么修") == {reference: "useful"}
    judging.say(client, "鸠江区湿地怎么修", reference, "wrong-region", True)
    assert judging.said(client, "鸠江区湿地怎么修") == {reference: "wrong-region"}
    assert judging.say(client, "鸠江区湿地怎么修", reference, "wrong-region", False) == "已收回评价"
    assert judging.said(client, "鸠江区湿地怎么修") == {}


@pytest.mark.parametrize("reference", ["", "a:b:c", "a:1", f"{'a' * 65}:1:2", "../x:1:2", "a:1:2:3", None, 7, ["a:1:2"], "a:1:-2", "甲:1:2"])
def test_what_is_no_reference_is_refused(reference: object) -> None:
    with pytest.raises(ApiError, match="出处无法识别"):
        places.parsed(reference)


def test_a_reference_comes_back() -> None:
    assert places.parsed(places.reference("ab12", {"start": 3, "end": 14})) == ("ab12", 3, 14)
