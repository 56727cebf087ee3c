"""Regions that users add: what is accepted, what is refused with advice, and how the table is searched."""

import pytest

from corpus.errors import PlanSeekError
from corpus.regions.own import checked_place, rows
from corpus.regions.places import Gazetteer, Place

ZONE = Place("340200K1", "芜湖经济技术开发区", "县级", "340200", ("芜湖经开区", "经开区"), 118.35, 31.4, "1993-04", None)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer([ZONE])


def row(**changes: str | float | None) -> dict[str, str | float | None]:
    return {"code": "340200K2", "name": "三山经济开发区", "level": "县级", "parent": "芜湖市"} | changes


def test_a_row_becomes_a_place(gazetteer: Gazetteer) -> None:
    given = row(aliases="三山经开区|三山开发区、三山经开区", lon="118.2", lat=31.2, **{"from": "2006", "to": ""})
    assert checked_place(given, gazetteer) == Place(
        "340200K2", "三山经济开发区", "县级", "340200", ("三山经开区", "三山开发区"), 118.2, 31.2, "2006", None
    )
    assert checked_place(row(parent="安徽省芜湖市"), gazetteer).parent == "340200"
    assert checked_place(row(parent=""), gazetteer).parent is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": ""}, "代码「」有误"), ({"code": "开发区"}, "2–20 位数字或字母"), ({"code": "340203"}, "已是「安徽省芜湖市弋江区」的代码"),
        ({"code": "340200K1"}, "已是「安徽省芜湖市芜湖经济技术开发区」的代码"), ({"name": "区"}, "名称「区」有误"), ({"name": "新" * 41}, "2–40 个字"),
        ({"aliases": "一|三山经开区"}, "名称「一」有误"), ({"level": "村级"}, "级别「村级」有误"), ({"parent": "无此市"}, "不在行政区划表内"),
        ({"parent": "鼓楼区", "level": "乡级"}, "有多个：江苏省南京市鼓楼区"), ({"parent": "弋江区"}, "是县级，不能管辖县级的地区"),
        ({"lon": "东经"}, "经度「东经」有误"), ({"lat": 91.0}, "纬度「91.0」有误"), ({"from": "去年"}, "日期「去年」有误"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_advice(gazetteer: Gazetteer, changes: dict[str, str | float | None], words: str) -> None:
    with pytest.raises(PlanSeekError) as refused:
        checked_place(row(**changes), gazetteer)
    assert words in str(refused.value)


def test_without_words_ones_own_and_those_with_documents_are_listed(gazetteer: Gazetteer) -> None:
    found = rows(gazetteer, ["340200K1"], {"340203": 1, "340207": 4})
    assert [(r.place.code, r.own, r.documents) for r in found] == [("340200K1", True, 0), ("340207", False, 4), ("340203", False, 1)]
    assert found[0].name == "安徽省芜湖市芜湖经济技术开发区"


def test_names_codes_and_aliases_are_found(gazetteer: Gazetteer) -> None:
    codes = lambda wanted: [r.place.code for r in rows(gazetteer, ["340200K1"], {}, wanted)]  # noqa: E731
    assert codes("鼓楼区") == ["320106", "320302", "350102", "410204"]
    assert codes("芜湖经开区")[0] == "340200K1" and codes("340200K") == ["340200K1"]
    assert codes("弋江")[0] == "340203" and codes("没有这个地方") == []
