"""The gazetteer: reading regions.csv, finding names, looking them up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PlanSeekError
from corpus.regions.place_names import Finder
from corpus.regions.place_rows import DATE
from corpus.regions.places import _FOLDER, Gazetteer, Place, read_former, read_places

OWN = "code,name,level,parent,aliases,lon,lat\n990000,澜江省,省级,100000,,,\n990100,临澜市,地级,990000,,118.2,30.1\n990102,沧浦区,县级,990100,沧浦|老港,,\n"
PLACES = read_places(OWN, "regions.csv")
GAZETTEER = Gazetteer(PLACES)


def names(text: str) -> list[tuple[str, bool]]:
    return [(text[m.start : m.end], m.full) for m in GAZETTEER.mentions(text)]


def test_reading_a_table_of_places():
    assert read_places("\ufeff" + OWN.replace("沧浦|老港", "沧浦；老港"), "regions.csv")[2] == Place(
        "990102", "沧浦区", "县级", "990100", ("沧浦", "老港")
    )
    assert (PLACES[1].lon, PLACES[1].lat) == (118.2, 30.1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,name\n1,甲\n", "regions.csv 缺少列：level"),
        ("", "regions.csv 缺少列：code、level、name"),
        ("code,name,level\n1,甲,县级\n2,,县级\n", "regions.csv 第 3 行不完整"),
        ("code,name,level\n1,甲,区级\n", "regions.csv 第 2 行不完整"),
        (",,\n", "regions.csv 缺少列"),
        ("code,name,level,from\n1,甲,县级,去年\n", "regions.csv 第 2 行的日期「去年」有误"),
        ("code,name,level,lon\n1,甲,县级,东经118\n", "regions.csv 第 2 行的经纬度「东经118」有误"),
        ("code,name,level,lat\n1,甲,县级,118.3\n", "regions.csv 第 2 行的经纬度「118.3」有误"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_chinese_line(text, says):
    with pytest.raises(PlanSeekError) as caught:
        read_places(text, "regions.csv")
    message = str(caught.value)
    assert message.startswith(says) and "\n" not in message and message.endswith("。")


def test_full_names_and_lines():
    assert GAZETTEER.region("990102").name == "澜江省临澜市沧浦区"
    assert GAZETTEER.line("990102") == ["990102", "990100", "990000", "100000"]
    assert GAZETTEER.within("990102", "990000") and not GAZETTEER.within("990000", "990102")
    assert GAZETTEER.region("340203").name == "安徽省芜湖市弋江区"
    assert GAZETTEER.full_name("100000") == "中华人民共和国"


def test_a_circle_of_parents_ends():
    circle = Gazetteer([Place("a", "甲县", "县级", "b"), Place("b", "乙市", "地级", "a")])
    assert circle.full_name("a") == "乙市甲县"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("弋江区", "弋江"), ("芜湖市", "芜湖"), ("新疆维吾尔自治区", "新疆"), ("广西壮族自治区", "广西"), ("内蒙古自治区", "内蒙古"),
        ("恩施土家族苗族自治州", "恩施"), ("滨海新区", "滨海"), ("市区", "市区"), ("城区", "城区"), ("郊区", "郊区"), ("沧浦", "沧浦"),
    ],
)  # fmt: skip
def test_short_names(name, short):
    assert Place("0", name, "县级", None).short == short


def test_mentions_take_the_longest_name_and_never_overlap():
    assert names("芜湖市弋江区与沧浦区、老港") == [("芜湖市", True), ("弋江区", True), ("沧浦区", True), ("老港", True)]
    assert names("建设临澜都市圈") == [("临澜", False)]


def test_everyday_words_are_no_places_without_their_suffix():
    assert names("新城开发建设，和平发展，友谊长存") == []
    assert names("和平区、友谊县") == [("和平区", True), ("友谊县", True)]


def test_looking_up_what_a_user_means():
    assert GAZETTEER.named("990102") == ["990102"]
    assert GAZETTEER.named("澜江省临澜市沧浦区") == GAZETTEER.named("沧浦区") == GAZETTEER.named(" 沧浦 ") == ["990102"]
    assert GAZETTEER.named("临澜市沧浦区") == ["990102"]
    assert len(GAZETTEER.named("鼓楼区")) > 1
    assert GAZETTEER.named("不存在的地方") == []


def test_later_rows_replace_earlier_ones_by_code():
    assert Gazetteer([Place("340203", "新弋江区", "县级", "340200")]).region("340203").name == "安徽省芜湖市新弋江区"


@given(st.text(alphabet="芜湖市弋江区安徽省沧浦老港鼓楼，。 a", max_size=60))
def test_mentions_are_slices_in_order(text):
    end = 0
    for mention in GAZETTEER.mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.codes and all(code in GAZETTEER.places for code in mention.codes)
        end = mention.end


# — former years ————————————————————————————————————————————————————————————————————————————————————————————————————

FORMER = read_former((_FOLDER / "former.csv").read_text("utf-8"))


def test_every_former_region_lies_where_its_successors_lie():
    assert len(FORMER) >= 500
    assert len({(row.name, row.level, row.parent, row.since) for row in FORMER}) == len(FORMER)
    for row in FORMER:
        assert row.level in ("地级", "县级") and row.note in ("更名", "改区", "改市", "并入", "分设"), row
        assert row.parent in GAZETTEER.places and row.successors, row
        for code in row.successors:
            assert code in GAZETTEER.places and GAZETTEER.within(code, row.parent), row
        if row.level == "县级":
            assert {GAZETTEER.places[code].level for code in row.successors} == {"县级"}, row
        assert DATE.fullmatch(row.until) and (row.since is None or DATE.fullmatch(row.since)), row
        assert "1994" <= row.until <= "2024" and (row.since is None or row.since < row.until), row
        if row.note == "分设":
            assert len(row.successors) > 1, row


@pytest.mark.parametrize(
    ("name", "on", "means"),
    [
        ("陵县", None, ["山东省德州市陵城区"]),
        ("德州市陵县", None, ["山东省德州市陵城区"]),
        ("三山区", None, ["安徽省芜湖市弋江区"]),
        ("铜官山区", None, ["安徽省铜陵市铜官区"]),
        ("崇文区", None, ["北京市东城区"]),
        ("卢湾", None, ["上海市黄浦区"]),
        ("襄樊市", None, ["湖北省襄阳市"]),
        ("襄樊市襄阳区", None, ["湖北省襄阳市襄州区"]),
        ("莱芜市莱城区", None, ["山东省济南市莱芜区"]),
        ("江干区", None, ["浙江省杭州市上城区", "浙江省杭州市钱塘区"]),
        ("通州区", None, ["北京市通州区", "江苏省南通市通州区"]),
        ("通州区", "2005-06-01", ["北京市通州区"]),
        ("襄阳区", "2008", ["湖北省襄阳市襄州区"]),
        ("襄阳市", "2012-05-01", ["湖北省襄阳市"]),
        ("宜春市", None, ["江西省宜春市"]),
        ("宜春市", "1998-03", ["江西省宜春市袁州区"]),
        ("宜春市", "2012", ["江西省宜春市"]),
        ("巢湖市", None, ["安徽省合肥市巢湖市"]),
        ("弋江区", "1980", ["安徽省芜湖市弋江区"]),
    ],
)
def test_what_a_name_means_today_and_meant_then(name, on, means):
    assert [GAZETTEER.full_name(code) for code in GAZETTEER.named(name, on)] == means


def test_a_prefecture_that_was_divided_is_listed_not_chosen():
    assert len(GAZETTEER.named("巢湖市", "2005-01-01")) == 5


def test_former_names_are_found_in_texts():
    text = "原襄樊市、德州市陵县与开县；信息公开县级全覆盖，主任县长到会"
    found = [(text[m.start : m.end], m.codes, m.former) for m in GAZETTEER.mentions(text)]
    assert found == [
        ("襄樊市", ("420600",), True), ("德州市", ("371400",), False), ("陵县", ("371403",), True), ("开县", ("500154",), True),
    ]  # fmt: skip


def test_a_name_in_a_text_is_read_by_its_date():
    assert [m.codes for m in GAZETTEER.mentions("通州区", "2005")] == [("110112",)]
    assert [m.codes for m in GAZETTEER.mentions("通州区")] == [("110112", "320612")]


def test_a_users_region_that_has_ended_steps_back():
    rows = "code,name,level,parent,aliases,lon,lat,from,to\n1,甲县,县级,,,,,1990,2010\n2,甲县,县级,,,,,2011,\n3,乙县,县级,,,,,,2010-05-01\n"
    gazetteer = Gazetteer(read_places(rows, "regions.csv"))
    assert gazetteer.named("甲县") == ["2"]
    assert gazetteer.named("甲县", "2005-01-01") == ["1"]
    assert gazetteer.named("乙县") == ["3"]


def test_all_regions_of_a_bare_name():
    assert [GAZETTEER.full_name(c) for c in GAZETTEER.bearing("海南")] == [
        "海南省", "青海省海南藏族自治州", "内蒙古自治区乌海市海南区",
    ]  # fmt: skip


@given(st.text(alphabet="甲乙丙丁", max_size=400))
def test_the_finder_finds_what_a_plain_search_finds(text):
    words = ["甲乙", "甲乙丙", "乙丙", "丁丁丁", "丙甲"]
    expected, at = [], 0
    while at < len(text):
        fits = max((len(w) for w in words if text.startswith(w, at)), default=0)
        if fits:
            expected.append((at, at + fits))
        at += fits or 1
    assert list(Finder(words).find(text)) == expected
