"""The years that a question asks about, and the numbers that are none."""

from datetime import date

import pytest

from retriever.interpret import interpret
from retriever.interpret.times import bounds, names, overlap
from retriever.model import Query
from tests.retriever.interpretation.reading import ground, read


@pytest.mark.parametrize(
    ("question", "topic", "periods"),
    [
        # five-year plans, with and without quotation marks, which say nothing here
        ("“十四五”期间的养老床位", "养老床位", ("2021-2025",)),
        ("\"十四五\"养老床位", "养老床位", ("2021-2025",)),
        ("「十四五」时期养老床位", "养老床位", ("2021-2025",)),
        ("十四五养老床位", "养老床位", ("2021-2025",)),
        ("十四五末污水处理率", "污水处理率", ("2021-2025",)),
        ("十四五以来的成绩", "成绩", ("2021-2025",)),
        ("第十四个五年规划的养老", "养老", ("2021-2025",)),
        ("第十个五年计划的粮食", "粮食", ("2001-2005",)),
        ("“十五”计划的水利", "水利", ("2001-2005",)),
        ("十五计划的水利", "水利", ("2001-2005",)),
        ("十五五时期人口", "人口", ("2026-2030",)),
        ("“十五五”人口", "人口", ("2026-2030",)),
        ("“九五”期间的粮食", "粮食", ("1996-2000",)),
        ("九五期间的粮食", "粮食", ("1996-2000",)),
        ("七五时期的粮食", "粮食", ("1986-1990",)),
        ("十三五和十四五的养老对比", "养老", ("2016-2020", "2021-2025")),
        # years, single and in ranges
        ("2026年养老", "养老", ("2026",)),
        ("2026 养老", "养老", ("2026",)),
        ("到2035年的森林覆盖率", "森林覆盖率", ("2035",)),
        ("到二〇三〇年城镇化率", "城镇化率", ("2030",)),
        ("到二○三○年城镇化率", "城镇化率", ("2030",)),
        ("二零三五年的城镇化率", "城镇化率", ("2035",)),
        ("一九九八年抗洪", "抗洪", ("1998",)),
        ("截至2025年底养老床位", "养老床位", ("2025",)),
        ("2025年底前建成的水库", "建成的水库", ("2025",)),
        ("到2030年前碳达峰", "碳达峰", ("2030",)),
        ("2021—2025年污水治理", "污水治理", ("2021-2025",)),
        ("2021-2025年污水治理", "污水治理", ("2021-2025",)),
        ("2021至2025年污水治理", "污水治理", ("2021-2025",)),
        ("2021年到2025年污水治理", "污水治理", ("2021-2025",)),
        ("2026年和2027年养老", "养老", ("2026", "2027")),
        ("十四五养老，2023年", "养老", ("2021-2025", "2023")),
        # numbers, ages, events and words that only look like years
        ("十五分钟生活圈", "十五分钟生活圈", ()),
        ("九五折优惠", "九五折优惠", ()),
        ("第十五届运动会", "第十五届运动会", ()),
        ("二十五条改革", "二十五条改革", ()),
        ("八五普法", "八五普法", ()),
        ("12345热线", "12345热线", ()),
        ("造林20260亩", "造林20260亩", ()),
        ("造林1万2026亩", "造林1万2026亩", ()),
        ("1899年的灾荒", "1899年的灾荒", ()),
        ("2022年冬奥会", "2022年冬奥会", ()),
        ("2026世界杯", "2026世界杯", ()),
        ("2020年版目录", "2020年版目录", ()),
        ("五年规划", "五年规划", ()),
        ("年年有余", "年年有余", ()),
        ("目前年均增长", "目前年均增长", ()),
    ],
)  # fmt: skip
def test_years_that_stand_in_the_question(question: str, topic: str, periods: tuple[str, ...]) -> None:
    understood = read(question)
    assert (understood.topic, understood.periods) == (topic, periods)
    assert understood.period == ("、".join(periods) or None)
    assert not any(found.loose for found in understood.read)


@pytest.mark.parametrize(
    ("words", "year", "period"),
    [
        ("今年", 2026, "2026"), ("今年", 2031, "2031"), ("本年度", 2026, "2026"), ("去年", 2026, "2025"),
        ("上一年", 2026, "2025"), ("前年", 2026, "2024"), ("明年", 2026, "2027"), ("后年", 2026, "2028"),
        ("近三年", 2026, "2024-2026"), ("近三年", 2030, "2028-2030"), ("最近三年", 2026, "2024-2026"),
        ("近3年", 2026, "2024-2026"), ("近三年来", 2026, "2024-2026"), ("这两年", 2026, "2025-2026"),
        ("过去五年", 2026, "2022-2026"), ("近十年", 2026, "2017-2026"), ("近10年", 2026, "2017-2026"),
    ],
)  # fmt: skip
def test_years_that_hang_on_the_day_are_loose(words: str, year: int, period: str) -> None:
    gazetteer, present = ground()
    understood = interpret(Query(f"{words}就业"), gazetteer, present, date(year, 1, 1))
    assert (understood.topic, understood.periods) == ("就业", (period,))
    (found,) = understood.read
    assert (found.words, found.what, found.value, found.loose) == (words, "period", period, True)


@pytest.mark.parametrize(
    "question",
    ["如今年轻人买房", "如今年轻人的就业", "近三年级学生", "这三年制大专", "三年行动", "近一百年", "未来五年", "今后三年", "百年老店"],
)
def test_words_that_only_hold_such_years(question: str) -> None:
    understood = read(question)
    assert understood.periods == () and understood.topic == question


def test_two_periods_apart_are_compared_and_one_inside_the_other_is_not() -> None:
    assert read("十三五和十四五的养老").compare and read("2024年养老与2026年养老").compare
    assert not read("十四五养老，2023年").compare and not read("十四五养老").compare


def test_what_the_user_chose_outranks_the_years_of_the_question() -> None:
    gazetteer, present = ground()
    understood = interpret(Query("2024年养老", periods=("2021-2025",)), gazetteer, present)
    assert (understood.topic, understood.period, understood.periods) == ("养老", "2021-2025", ())


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("2021-2025", "2025", True), ("2021-2025", "2026", False), ("2026", "2026", True), ("2024-2026", "2021-2025", True),
     ("2026-2030", "2021-2025", False), ("2020", "2021-2025", False)],
)  # fmt: skip
def test_overlap(one: str, other: str, shared: bool) -> None:
    assert overlap(one, other) is shared and overlap(other, one) is shared


def test_bounds_and_names() -> None:
    assert bounds("2021-2025") == (2021, 2025) and bounds("2026") == (2026, 2026)
    assert names("2026") == ("2026年",)
    assert names("2021-2025") == ("十四五", "2021—2025", "2021-2025")
    assert names("2024-2026") == ("2024—2026", "2024-2026")


@pytest.mark.parametrize(
    ("question", "periods"),
    [("２０２６年养老", ("2026",)), ("2026、2027年养老", ("2026", "2027")), ("去年底的养老床位", ("2025",)), ("今年夏天防汛", ("2026",))],
)
def test_years_not_yet_read(question: str, periods: tuple[str, ...]) -> None:
    assert read(question).periods == periods
