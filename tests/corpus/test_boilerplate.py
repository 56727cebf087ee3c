"""Page noise: every specimen is recognised for its own reason, and no sentence of a body is taken for noise."""

import pytest

from corpus.boilerplate import NOISE, reason
from corpus.lines import split
from corpus.margins import mark

BODY = (
    "支持首页、首店、首展经济发展，培育消费新场景。",
    "完善分享到位的利益联结机制，让农民更多分享产业增值收益。",
    "来源于财政的资金不低于总投资的三成，其余由社会资本筹集。",
    "打印本区特色产业地图，发放到每一家企业。",
    "联系电话全部接入12345热线，做到二十四小时有人接听。",
    "2025年1月6日前完成摸底，3月底前全部开工。",
    "推广扫一扫即可办理的政务服务，群众不用再跑第二趟。",
    "区人民政府与市民政局共建养老服务示范区。",
    "技术支持中心建成后，服务企业超过三百家。",
    "版权所有者权益得到切实保护，侵权案件办结率达到百分之九十五。",
    "下载量超过百万次的应用达到二十个。",
    "网站地图等无障碍功能改造全面完成，老年人上网更加方便。",
    "提交区人大常委会审议后组织实施。",
    "验证码诈骗等新型犯罪得到有效遏制。",
    "主办单位由三家增加到十二家，参展企业突破五百家。",
    "关闭小煤矿十二处，退出产能一百八十万吨。",
)


@pytest.mark.parametrize("noise", NOISE, ids=lambda noise: f"{noise.reason}: {noise.specimen}")
def test_a_specimen_matches_its_own_pattern_and_is_given_its_own_reason(noise):
    assert noise.pattern.fullmatch(noise.specimen)
    assert reason(noise.specimen, head=noise.zone == "head", tail=noise.zone == "tail") == noise.reason


@pytest.mark.parametrize("sentence", BODY)
@pytest.mark.parametrize("zone", ["head", "tail", "middle"])
def test_a_sentence_of_the_body_is_never_noise(sentence, zone):
    assert reason(sentence, head=zone == "head", tail=zone == "tail") is None


def marks(text: str, title: str | None = None) -> list[tuple[str, str | None]]:
    lines = list(split(text))
    return [(line.text, why) for line, why in zip(lines, mark(lines, title), strict=True)]


SENTENCE = "坚持把修山治水放在首位，五年治理废弃采石场三十七处，恢复植被三百公顷。"


def test_the_contents_end_where_a_wrapped_sentence_begins():
    text = (
        "目录\n第一章 总则\n第二章 任务\n序言\n世纪之交，全区基本实现了阶段目标，人民生活\n，综合实力明显增强。\n"
        + SENTENCE
    )
    assert [why for _, why in marks(text)] == ["目录"] * 4 + [None] * 3


def test_the_contents_end_where_their_first_entry_comes_again():
    text = f"目 录\n一、总体要求……1\n二、任务……3\n一、总体要求\n{SENTENCE}\n二、任务\n{SENTENCE}"
    assert [why for _, why in marks(text)] == ["目录"] * 3 + [None] * 4


def test_values_below_their_label_and_words_of_a_path_go_with_them():
    text = f"首页\n>\n政务信息\n>\n某区要闻\n来源：\n某某客户端\n{SENTENCE}\n来源：\n某某客户端发展迅速\n{SENTENCE}"
    assert [why for _, why in marks(text)][:7] == ["导航", "导航", "面包屑导航", "导航", "导航", *["来源与时间"] * 2]
    assert dict(marks(text))["某某客户端发展迅速"] is None


def test_who_signed_stands_above_the_date_and_nowhere_else():
    text = f"{SENTENCE}\n墨池区发展和改革局\n2023年5月8日\n{SENTENCE}\n墨池区发展和改革局\n{SENTENCE}"
    assert [why for _, why in marks(text)] == [None, "落款", "落款日期", None, None, None]


def test_the_title_again_is_no_body():
    title = "茶溪县促进乡村旅游提质升级行动计划（2024—2026年）"
    text = f"{SENTENCE}\n茶溪县促进乡村旅游提质升级\n行动计划（2024—2026年）\n{SENTENCE}\n行动计划\n{SENTENCE}"
    assert [why for _, why in marks(text, title)] == [None, "标题", "标题", None, None, None]


def test_cells_of_a_table_are_no_page_numbers():
    text = f"{SENTENCE}\n序号\n单位\n意见\n1\n某局\n{SENTENCE}\n2\n某办\n{SENTENCE}"
    assert {why for _, why in marks(text)} == {None}
