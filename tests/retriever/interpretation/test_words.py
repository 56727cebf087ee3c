"""Quotation marks, minus signs, titles, words set aside, and words that the user wants read as they stand."""

import pytest

from tests.retriever.interpretation.reading import CANGPU, MOCHI, SHANGHAI, codes, read, said

BEIJING = "110000"


@pytest.mark.parametrize(
    ("question", "topic", "exact"),
    [
        ("“平急两用”设施", "平急两用 设施", ("平急两用",)),
        ("\"平急两用\"设施", "平急两用 设施", ("平急两用",)),
        ("「平急两用」设施", "平急两用 设施", ("平急两用",)),
        ("『平急两用』设施", "平急两用 设施", ("平急两用",)),
        ("＂平急两用＂设施", "平急两用 设施", ("平急两用",)),
        ("“ 适老化 ”改造", "适老化 改造", ("适老化",)),
        ("“一老一小”和“一网通办”", "一老一小 一网通办", ("一老一小", "一网通办")),
        ("“八五”普法宣传", "八五 普法宣传", ("八五",)),
        # a five-year plan in its marks is a time, and so is no phrase
        ("“十四五”养老", "养老", ()),
        ("“一五”时期的“大会战”", "大会战", ("大会战",)),
        # too short, empty, single marks, without an end
        ("“养”老", "“养”老", ()),
        ("“”空", "“”空", ()),
        ("‘平急两用’设施", "‘平急两用’设施", ()),
        ("“平急两用设施", "“平急两用设施", ()),
    ],
)  # fmt: skip
def test_phrases_in_quotation_marks_stand_word_for_word_and_stay_the_topic(
    question: str, topic: str, exact: tuple[str, ...]
) -> None:
    understood = read(question)
    assert (understood.topic, understood.exact) == (topic, exact)


@pytest.mark.parametrize(
    ("question", "topic", "excluded"),
    [
        ("养老 -机构养老", "养老", ("机构养老",)),
        ("养老 －机构养老", "养老", ("机构养老",)),
        ("养老 -机构养老 -农村", "养老", ("机构养老", "农村")),
        ("PM2.5 -臭氧", "PM2.5", ("臭氧",)),
        ("养老服务，不要机构养老的", "养老服务", ("机构养老",)),
        ("养老服务，不含农村", "养老服务", ("农村",)),
        ("养老服务（不含农村）", "养老服务", ("农村",)),
        ("养老服务不包括农村", "养老服务", ("农村",)),
        ("农业保险，不算林业", "农业保险", ("林业",)),
        ("除养老以外的民生", "民生", ("养老",)),
        ("民生，养老除外", "民生", ("养老",)),
        # what only looks like it
        ("养老-机构养老", "养老-机构养老", ()),
        ("e-mail系统", "e-mail系统", ()),
        ("不要再跑两趟的改革", "不要再跑两趟的改革", ()),
        ("不要让群众多跑腿", "不要让群众多跑腿", ()),
        ("不要把垃圾倒进河里", "不要把垃圾倒进河里", ()),
        ("扫除文盲", "扫除文盲", ()),
        ("除草剂", "除草剂", ()),
    ],
)
def test_words_that_must_not_stand_in_a_passage(question: str, topic: str, excluded: tuple[str, ...]) -> None:
    understood = read(question)
    assert (understood.topic, understood.excluded, understood.without) == (topic, excluded, ())


@pytest.mark.parametrize(
    ("question", "without", "level"),
    [
        ("除上海以外各省的养老", [SHANGHAI], "省级"), ("除了上海以外的各省养老", [SHANGHAI], "省级"), ("除上海外，各省养老", [SHANGHAI], "省级"),
        ("除上海之外其他省养老", [SHANGHAI], "省级"), ("各省养老（上海除外）", [SHANGHAI], "省级"), ("各省养老，不含上海", [SHANGHAI], "省级"),
        ("各省养老 -上海", [SHANGHAI], "省级"), ("除上海、北京以外各省养老", [SHANGHAI, BEIJING], "省级"),
        ("除了上海和北京，其他省的养老", [SHANGHAI, BEIJING], "省级"), ("沧浦区除外的各区养老", [CANGPU], "县级"),
        ("各区养老，沧浦区除外", [CANGPU], "县级"), ("临澜各区养老，除沧浦区和墨池区外", [CANGPU, MOCHI], "县级"),
    ],
)  # fmt: skip
def test_regions_that_are_set_aside_are_neither_searched_nor_words(question: str, without: list[str], level: str) -> None:
    understood = read(question)
    assert (understood.topic, understood.fan_out, understood.excluded) == ("养老", level, ())
    assert codes(understood.without) == without
    within = 9 if "临澜" in question else {"省级": 21, "县级": 14}[level]
    assert len(understood.regions) == within - len(without)
    assert not set(codes(understood.regions)) & set(without)


@pytest.mark.parametrize(
    ("question", "topic", "title"),
    [
        ("《临澜市养老规划》里的床位", "床位", "临澜市养老规划"),
        ("在《临澜市养老规划》中床位数", "床位数", "临澜市养老规划"),
        ("《临澜市养老规划》附件里的床位", "床位", "临澜市养老规划"),
        # what stands in a title is neither a time nor a place nor a kind nor a phrase
        ("《十四五规划纲要》中的人口", "人口", "十四五规划纲要"),
        ("《“十四五”养老规划》里床位", "床位", "“十四五”养老规划"),
        ("《临澜市养老服务专项规划（2021—2025年）》中的机构", "机构", "临澜市养老服务专项规划（2021—2025年）"),
        # alone it is the topic too; a character is no title
        ("《临澜市养老规划》", "《临澜市养老规划》", "临澜市养老规划"),
        ("《甲》里的养老", "《甲》里的养老", None),
    ],
)
def test_a_title_in_its_marks(question: str, topic: str, title: str | None) -> None:
    understood = read(question)
    assert (understood.topic, understood.document) == (topic, title)
    assert (understood.periods, understood.kinds, understood.regions, understood.exact) == ((), (), (), ())


@pytest.mark.parametrize(
    ("question", "literal", "topic"),
    [
        ("各区养老", "各区", "各区养老"),
        ("沧浦区2026年养老", "2026年", "2026年养老"),
        ("沧浦区2026年养老", "2026", "2026年养老"),
        ("“平急两用”设施", "平急两用", "“平急两用”设施"),
        ("养老 -机构", "机构", "养老 -机构"),
        ("政府工作报告里的养老", "政府工作报告", "政府工作报告里的养老"),
        ("草案里的养老", "草案", "草案里的养老"),
        ("养老由谁牵头", "谁牵头", "养老由谁牵头"),
        ("《临澜市养老规划》里的床位", "临澜市养老规划", "《临澜市养老规划》里的床位"),
    ],
)
def test_words_that_the_user_wants_literally_restrict_nothing(question: str, literal: str, topic: str) -> None:
    plain, understood = read(question), read(question, literal=(literal,))
    taken = [found for found in plain.read if literal in found.words or found.words in literal]
    assert taken and understood.topic == topic
    assert [found for found in understood.read if found in taken] == []
    assert len(understood.read) <= len(plain.read) - len(taken)


def test_a_literal_place_is_merely_spoken_of() -> None:
    understood = read("安徽和山东的养老", literal=("山东",))
    assert codes(understood.regions) == ["340000"] and codes(understood.mentioned) == ["370000"]
    assert "山东" in understood.topic and said(understood, "region") == [("安徽", "安徽省")]


def test_words_are_set_aside_once() -> None:
    understood = read("把上海去掉后的各省养老")
    assert (codes(understood.without), understood.excluded) == ([SHANGHAI], ())


@pytest.mark.parametrize("question", ["排除隐患", "排除安全隐患的措施"])
def test_dangers_are_no_words_to_exclude(question: str) -> None:
    assert read(question).excluded == ()


@pytest.mark.xfail(reason="a quoted phrase is read as a place and a fan-out, too")
def test_quoted_words_are_a_phrase_and_nothing_else() -> None:
    understood = read("“临澜各区”的说法")
    assert (understood.exact, understood.fan_out, understood.regions) == (("临澜各区",), None, ())


@pytest.mark.xfail(reason="of two titles the second stays in the topic and restricts nothing")
def test_two_titles() -> None:
    assert "人口规划" not in read("《养老规划》和《人口规划》里的床位对比").topic


@pytest.mark.parametrize("phrase", ["力争2030年前达峰", "2035年基本实现", "一年开局、十四五收官"])
def test_a_phrase_with_a_year_in_it(phrase: str) -> None:
    understood = read(f"“{phrase}”的说法")
    assert (understood.exact, understood.periods) == ((phrase,), ())


@pytest.mark.xfail(reason="a year is taken before the words that it stands in are set aside")
def test_words_with_a_year_in_them_are_set_aside() -> None:
    assert read("各项规划，不含到2030年碳达峰").excluded == ("到2030年碳达峰",)
