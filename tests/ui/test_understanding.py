"""The chips of a question's reading: what can be taken back, what is only told, what the filters overrule."""

import pytest

from ui import understanding
from ui.client import Json
from ui.regions import name_parts
from ui.understanding import Chip

REGION = {"code": "990102", "name": "澜江省临澜市沧浦区", "level": "县级"}
CITY = {"code": "990100", "name": "澜江省临澜市", "level": "地级"}
READING: Json = {
    "topic": "河道", "regions": [REGION], "fan_out": "县级", "period": None, "kinds": [], "statuses": ["草案"],
    "expansions": [{"word": "植树", "weight": 0.5, "entry": "绿化"}], "notes": ["语料中没有<b>某地</b>本级的文件。"],
}  # fmt: skip
ASKED: Json = {"query": "各区河道", "previous": "", "literal": []}


def test_what_no_word_says_is_only_told() -> None:
    assert understanding.chips(READING, ASKED) == [
        Chip("主题", "河道"), Chip("逐个", "县级地区，共 1 个"), Chip("状态", "草案"), Chip("已同时检索", "植树"),
    ]  # fmt: skip
    named = READING | {"fan_out": None, "within": []}
    assert Chip("地区", "沧浦区") in understanding.chips(named, ASKED)
    assert Chip("范围", "临澜市") in understanding.chips(READING | {"within": [CITY]}, ASKED)


def test_what_a_word_says_can_be_taken_back() -> None:
    read = [
        {"words": "“湿地”", "as": "exact", "value": "湿地"}, {"words": "，不要茶溪县", "as": "excluded", "value": "茶溪县"},
        {"words": "各区", "as": "fan_out", "value": "县级"}, {"words": "临澜", "as": "region", "value": "澜江省临澜市"},
        {"words": "草案", "as": "status", "value": "草案"}, {"words": "谁负责", "as": "wants", "value": "责任单位"},
    ]  # fmt: skip
    reading = READING | {"read": read, "within": [CITY], "exact": ["湿地"], "excluded": [], "wants": "责任单位"}
    assert understanding.chips(reading | {"expansions": []}, ASKED) == [
        Chip("主题", "河道"), Chip("地区", "临澜市", "临澜"), Chip("逐个", "县级地区，共 1 个", "各区"), Chip("状态", "草案", "草案"),
        Chip("须含", "湿地", "“湿地”"), Chip("不含", "茶溪县", "，不要茶溪县"), Chip("想要", "责任单位", "谁负责"),
    ]  # fmt: skip


def test_a_filter_overrules_the_words() -> None:
    reading = READING | {"read": [{"words": "正式稿", "as": "status", "value": "正式"}], "statuses": ["草案"]}
    assert Chip("状态", "正式", "正式稿") in understanding.chips(reading, ASKED)
    shown = understanding.chips(reading, ASKED | {"statuses": ["草案"]})
    assert Chip("状态", "草案") in shown and not [chip for chip in shown if chip.words]


def test_several_named_regions_are_not_called_one_by_one() -> None:
    read = [{"words": "沧浦", "as": "region", "value": REGION["name"]}, {"words": "临澜", "as": "region", "value": CITY["name"]}]
    labels = [chip.label for chip in understanding.chips(READING | {"read": read}, ASKED)]
    assert labels.count("地区") == 2 and "逐个" not in labels


def test_places_in_passing_are_aside_and_all_is_escaped() -> None:
    found = understanding.chips(READING | {"topic": "<i>", "mentioned": [CITY | {"name": "上海市"}, CITY]}, ASKED)
    assert Chip("仅提到", "上海市、临澜市", aside=True) in found
    shown = understanding.shown(found)
    assert '<span class="ps-chip ps-aside"><i>仅提到：</i>上海市、临澜市</span>' in shown
    assert "<i>主题</i>&lt;i&gt;" in shown
    assert "没有&lt;b&gt;某地&lt;/b&gt;本级" in understanding.notes(READING)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("安徽省芜湖市弋江区", ("安徽省芜湖市", "弋江区")),
        ("浙江省金华市兰溪市", ("浙江省金华市", "兰溪市")),
        ("湖南省常德市津市市", ("湖南省常德市", "津市市")),
        ("四川省乐山市市中区", ("四川省乐山市", "市中区")),
        ("湖北省荆州市沙市区", ("湖北省荆州市", "沙市区")),
        ("云南省大理白族自治州大理市", ("云南省大理白族自治州", "大理市")),
        ("内蒙古自治区", ("", "内蒙古自治区")),
        ("北京市", ("", "北京市")),
        ("中华人民共和国", ("", "中华人民共和国")),
    ],
)
def test_name_parts(name: str, parts: tuple[str, str]) -> None:
    assert name_parts(name) == parts
