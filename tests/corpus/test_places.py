"""The gazetteer: reading regions.csv, finding names, looking them up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PlanSeekError
from corpus.places import Gazetteer, Place, read_places

OWN = "code,name,level,parent,aliases,lon,lat\n990000,澜江省,省级,100000,,,\n990100,临澜市,地级,990000,,118.2,30.1\n990102,沧浦区,县级,990100,沧浦|老港,,\n"
GAZETTEER = Gazetteer(read_places(OWN, "regions.csv"))


def names(text: str) -> list[tuple[str, bool]]:
    return [(text[m.start : m.end], m.full) for m in GAZETTEER.mentions(text)]


def test_reading_a_table_of_places():
    assert read_places("\ufeff" + OWN, "regions.csv")[2] == Place(
        "990102", "沧浦区", "县级", "990100", ("沧浦", "老港")
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,name\n1,甲\n", "regions.csv 缺少列：level"),
        ("", "regions.csv 缺少列：code、level、name"),
        ("code,name,level\n1,甲,县级\n2,,县级\n", "regions.csv 第 3 行不完整"),
        ("code,name,level\n1,甲,区级\n", "regions.csv 第 2 行不完整"),
        (",,\n", "regions.csv 缺少列"),
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
