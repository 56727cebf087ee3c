"""Whether a document is what a question's words name: its title, its state, its years."""

import pytest

from corpus.model import Document, Passage, Span
from retriever.interpret.documents import in_state, inside, of_period, titled

ID = "d" * 64
TEXT = "到2030年建成示范区。“十四五”期间完成改造。此前2021—2025年已投入。其余如常。"


def document(title: str = "", kind: str = "规划纲要", period: str | None = None, status: str = "正式") -> Document:
    return Document(ID, ("甲.txt",), TEXT, title, None, kind, period, status)


def sentence(words: str, *trail: str) -> Passage:
    at = TEXT.index(words)
    return Passage(ID, Span(at, at + len(words)), trail, len(trail), 1, 1)


@pytest.mark.parametrize(
    ("words", "title", "same"),
    [
        ("临澜市养老规划", "临澜市养老规划", True), ("养老规划", "临澜市养老规划（2021—2025年）", True),
        ("关于印发《临澜市养老规划》的通知", "临澜市养老规划", True), ("临澜市 养老规划", "临澜市养老规划", True),
        ("臨瀾市養老規劃", "临澜市养老规划", True), ("临澜市ＡＩ规划", "临澜市ai规划", True), ("《临澜市养老规划》", "临澜市养老规划", True),
        ("沧浦区养老规划", "临澜市养老规划", False), ("养老规划", "", False), ("养老规划", "——", False),
    ],
)  # fmt: skip
def test_titled(words: str, title: str, same: bool) -> None:
    assert titled(words, document(title)) is same


ALL = ("正式", "征求意见稿", "草案", "送审稿", "修订", "废止")


@pytest.mark.parametrize(
    ("chosen", "said", "present", "passed"),
    [
        ((), (), ALL, ALL),
        (("草案",), (), ALL, ("草案",)), (("草案",), ("正式",), ALL, ("草案",)), (("正式", "修订"), (), ALL, ("正式", "修订")),
        # 草案 is said of every draft; 征求意见稿 and 送审稿 only where there is none of their own
        ((), ("草案",), ALL, ("征求意见稿", "草案", "送审稿")),
        ((), ("征求意见稿",), ALL, ("征求意见稿",)), ((), ("送审稿",), ALL, ("送审稿",)),
        ((), ("征求意见稿",), ("正式", "草案"), ("征求意见稿", "草案", "送审稿")),
        ((), ("送审稿",), ("草案",), ("征求意见稿", "草案", "送审稿")),
        ((), ("草案", "正式"), ALL, ("正式", "征求意见稿", "草案", "送审稿")),
        ((), ("正式",), ("草案",), ("正式",)), ((), ("废止",), ("正式",), ("废止",)), ((), ("修订",), ALL, ("修订",)),
    ],
)  # fmt: skip
def test_in_state(chosen: tuple[str, ...], said: tuple[str, ...], present: tuple[str, ...], passed: tuple[str, ...]) -> None:
    assert [state for state in ALL if in_state(document(status=state), chosen, said, present)] == list(passed)


@pytest.mark.parametrize(
    ("period", "asked", "lies"),
    [("2026", "2026-2030", True), ("2021-2025", "2021-2025", True), ("2021-2025", "2023", False), ("2020-2025", "2021-2025", False),
     ("2021-2035", "2021-2025", False)],
)  # fmt: skip
def test_inside(period: str, asked: str, lies: bool) -> None:
    assert inside(period, asked) is lies


@pytest.mark.parametrize(
    ("asked", "kind", "period", "passed"),
    [
        # by the document's years
        ("2021-2025", "规划纲要", "2021-2025", True), ("2023", "规划纲要", "2021-2025", True), ("2026", "规划纲要", "2021-2025", False),
        ("2026", "规划纲要", None, False),
        # a work report looks back on the year before its own, a plan of one year does not
        ("2025", "政府工作报告", "2026", True), ("2024", "政府工作报告", "2026", False), ("2027", "政府工作报告", "2026", False),
        ("2025", "行动计划", "2026", False), ("2020", "政府工作报告", "2021-2025", False),
    ],
)  # fmt: skip
def test_of_period_by_the_document(asked: str, kind: str, period: str | None, passed: bool) -> None:
    assert of_period(asked, sentence("其余如常。"), document(kind=kind, period=period)) is passed


def test_of_period_by_the_passages_own_words() -> None:
    plan = document(period="2016-2020")
    assert of_period("2030", sentence("到2030年建成示范区。"), plan) and not of_period("2031", sentence("到2030年建成示范区。"), plan)
    assert of_period("2021-2025", sentence("“十四五”期间完成改造。"), plan)
    assert of_period("2021-2025", sentence("此前2021—2025年已投入。"), plan)
    # its neighbours' words do not count, the headings above it do
    assert not of_period("2021-2025", sentence("其余如常。"), plan)
    assert of_period("2021-2025", sentence("其余如常。", "第一章 “十四五”目标"), plan)
    assert of_period("2035", sentence("其余如常。", "第一章 2035年远景"), plan)
