"""What a user may correct: how values are understood, what is refused, what a document is with its corrections."""

import pytest

from corpus.edits import FIELDS, applied, checked
from corpus.errors import PlanSeekError
from corpus.model import Document, Evidence, Span
from corpus.regions.places import Gazetteer, Place


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer([Place("3402K1", "芜湖经开区", "县级", "340200", ("芜湖经济技术开发区",))])


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("title", " 弋江区 \n规划 ", "弋江区 规划"), ("region", "340203", "340203"), ("region", "弋江区", "340203"), ("region", "安徽省芜湖市弋江区", "340203"),
        ("region", "芜湖经济技术开发区", "3402K1"), ("region", "", None), ("kind", "专项规划", "专项规划"), ("status", "征求意见稿", "征求意见稿"),
        ("period", "2021-2025", "2021-2025"), ("period", "2021—2025年", "2021-2025"), ("period", "2021年至2025年", "2021-2025"), ("period", "2026", "2026"),
        ("period", " ", None), ("issued", "2021-03-05", "2021-03-05"), ("issued", "2021年3月5日", "2021-03-05"), ("issued", "2021/3/5", "2021-03-05"),
        ("issued", "2021年3月", "2021-03"), ("issued", "2021", "2021"), ("issued", "", None), ("number", "芜政〔2021〕3号", "芜政〔2021〕3号"), ("issuer", "", None),
    ],
)  # fmt: skip
def test_values_are_kept_in_one_way(gazetteer: Gazetteer, field: str, given: str, kept: str | None) -> None:
    assert checked(field, given, gazetteer) == kept


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("title", "  ", "标题不能为空"), ("kind", "", "文种不能为空"), ("status", "", "状态不能为空"), ("title", "长" * 201, "200 字以内"),
        ("issuer", "甲\x00乙", "控制字符"), ("region", "无此区", "地区「无此区」不在行政区划表内"),
        ("region", "鼓楼区", "有多个同名地区：江苏省南京市鼓楼区、江苏省徐州市鼓楼区、福建省福州市鼓楼区、河南省开封市鼓楼区。请写全称或代码"),
        ("kind", "小说", "可用：规划纲要、规划建议"), ("status", "草稿", "可用：正式、征求意见稿"), ("period", "2025-2021", "请写作 2021-2025 或 2026"),
        ("period", "十四五", "规划期「十四五」无法识别"), ("issued", "2021-02-30", "请写作 2021-03-05"), ("issued", "昨天", "日期「昨天」无法识别"),
        ("text", "x", "没有可更正的栏目"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_advice(gazetteer: Gazetteer, field: str, given: str, words: str) -> None:
    with pytest.raises(PlanSeekError) as refused:
        checked(field, given, gazetteer)
    assert words in str(refused.value)


def test_corrections_outrank_what_was_read_and_leave_the_rest(gazetteer: Gazetteer) -> None:
    read = Document(
        "a" * 64, ("/甲.txt",), "甲", "甲规划", gazetteer.region("340202"), issued="2021",
        evidence={"title": Evidence(Span(0, 1), 0.6), "region": Evidence(None, 0.5, "file name")},
    )  # fmt: skip
    now = applied(read, {"region": "340203", "issued": None}, gazetteer)
    assert (now.region, now.issued, now.title) == (gazetteer.region("340203"), None, "甲规划")
    edited = Evidence(None, 1.0, "edited")
    assert now.evidence == {"title": Evidence(Span(0, 1), 0.6), "region": edited, "issued": edited}
    assert applied(read, {}, gazetteer) is read


def test_a_region_that_is_no_longer_known_is_none(gazetteer: Gazetteer) -> None:
    read = Document("a" * 64, (), "甲", "甲规划", gazetteer.region("340202"))
    assert applied(read, {"region": "gone"}, gazetteer).region is None


def test_every_field_is_one_of_a_document() -> None:
    assert set(FIELDS) <= set(Document.__slots__)
