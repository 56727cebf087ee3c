"""What is read from a sentence and from its sources, by hand; and that no writing whatever breaks a check."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retriever.checks import Checker
from retriever.generators.facts import chinese_value, facts, plain
from retriever.generators.reading import Reader, claimed
from retriever.generators.sources import numbered
from retriever.generators.wording import negation
from retriever.synthesis import sentences_of, unmarked
from tests.retriever.test_synthesis import ANSWER, GAZETTEER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200亿元", [("120000000000", "元")]),
        ("１２．５％", [("12.5", "%")]),
        ("百分之三十六点五、千分之八", [("36.5", "%"), ("8", "‰")]),
        ("二〇二七年六月", [("2027", "年"), ("6", "月")]),
        ("2027-06-30", [("2027", "年"), ("2027-6", "年月日"), ("-6-30", "年月日"), ("2027-6-30", "年月日")]),
        ("三个五年、第十四个五年规划、十五项", [("3", "个"), ("5", "年"), ("十四五", "规划"), ("15", "个")]),
        ("110千米 9架次 12项 20名", [("110", "公里"), ("9", "架"), ("12", "个"), ("20", "人")]),
        ("PM2.5 5G AAAA级", [("pm2.5", "外文"), ("5g", "外文"), ("aaaa", "外文")]),
        ("410余亩 3000多万元 2.6 km2", [("410", "亩"), ("30000000", "元"), ("2.6", "平方公里")]),
        ("三农、千家万户、一体化、十分", []),
        ("十五所学校、二十五所", [("15", "所"), ("25", "所")]),
        ("٣项、" + "一二〇" * 2000, []),
    ],
)  # fmt: skip
def test_facts(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(fact.value, fact.unit) for fact in facts(plain(text))] == expected


@pytest.mark.parametrize(
    ("word", "value"),
    [("十二", "12"), ("三百二十", "320"), ("一万二千", "12000"), ("两亿", "200000000"), ("一亿二千万", "120000000"),
     ("二〇二七", "2027"), ("三点五", "3.5"), ("一百零三", "103"), ("三千二百万", "32000000"), ("一二三", None)],
)  # fmt: skip
def test_numbers_in_characters(word: str, value: str | None) -> None:
    assert chinese_value(word) == (None if value is None else Decimal(value))


def test_negations() -> None:
    source = "河边不再建连续栏杆,留出亲水台阶。不断完善设施"
    assert negation("河边不再建连续栏杆", source) is None
    assert negation("河边建连续栏杆", source) is not None
    assert negation("留出亲水台阶,河边不建栏杆", source) is None
    assert negation("不留出亲水台阶", source) is not None
    assert negation("未来完善设施", "完善设施") is None and negation("未完善设施", "完善设施") is not None


def test_a_place_that_everyone_says_is_no_place() -> None:
    """「乡村振兴」 is not 振兴区, and a superior's demand does not make a figure the superior's."""
    checker = Checker(numbered(ANSWER), lambda one, other: 1.0, GAZETTEER)
    assert checker.fault("墨池区推进乡村振兴，恢复湿地300亩", [2]) is None
    assert checker.fault("按照临澜市部署，墨池区恢复湿地300亩", [2]) is None
    assert checker.fault("临澜市恢复湿地300亩", [2]) is not None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*"一十百千万亿点〇五第个年月日0129.,-%％[]【】<>&;“”《》「」不未分别沧浦区墨池区和、，。；*`#~ \n\t٣①Ⅲ", "\ud800",
       "2025年", "410亩", "百分之", "十四五", "分别", "沧浦区、墨池区", "http://", "全市", "不超过", "PM2.5", "[1]", "[1-2]"]), max_size=60))  # fmt: skip
def test_no_writing_breaks_a_check(parts: list[str]) -> None:
    checker = Checker(numbered(ANSWER), lambda one, other: 0.0, GAZETTEER)
    for sentence in sentences_of(iter(parts)):
        text, numbers = unmarked(sentence)
        assert checker.fault(text, numbers) is None or any(
            "\u4e00" <= c <= "\u9fff" for c in checker.fault(text, numbers) or ""
        )


def test_places_side_by_side_are_one_and_a_city_before_its_district_only_says_where() -> None:
    reader = Reader(GAZETTEER, ["990102"])
    (joined,) = reader.named("临澜市沧浦区和墨池区恢复湿地")
    assert [sorted(name) for name in joined.names] == [["990102", "沧浦区"], ["990103", "墨池区"]]
    assert joined.outer == ("临澜市",) and (joined.start, joined.end) == (0, 10)
    apart, other = reader.named("沧浦与墨池区，支援云麓区")
    assert "990102" in apart.keys and other.names == (frozenset({"990104", "云麓区"}),)
    assert not list(reader.named("墨池旁的中国"))


def test_of_a_date_the_whole_must_be_accounted_for() -> None:
    assert [(f.value, f.unit) for f in claimed(plain("2027年6月30日前建成一批、12个"))] == [
        ("2027-6-30", "年月日"),
        ("12", "个"),
    ]
