"""Citation labels and the check that a quotation is the slice it claims to be."""

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage, Span
from retriever.cite import cite, label

TEXT = "第三节　加强生态保护修复\n实施矿山复绿。恢复湿地410亩。\n  \n完善管护。"
START, END = TEXT.index("实施"), TEXT.index("\n  \n")


def made(
    title: str = "沧浦区规划", trail: tuple[str, ...] = (), headings: int = 0, first: int = 1, last: int = 1
) -> tuple[Document, Passage]:
    document = Document("d" * 64, ("/文件/甲.txt",), TEXT, title)
    return document, Passage(document.id, Span(START, END), trail, headings, first, last)


@pytest.mark.parametrize(
    ("title", "trail", "headings", "first", "last", "expected"),
    [
        ("沧浦区规划", (), 0, 1, 1, "《沧浦区规划》第1段"),
        ("沧浦区规划", ("第三节 加强生态保护修复",), 1, 3, 3, "《沧浦区规划》第三节 加强生态保护修复 第3段"),
        ("沧浦区规划", ("第一章 水", "一、河"), 2, 3, 5, "《沧浦区规划》第一章 水 一、河 第3—5段"),
        ("沧浦区规划", ("第一章 水", "加快修复"), 1, 2, 2, "《沧浦区规划》第一章 水 第2段"),  # a lead phrase is no heading
        ("关于印发《沧浦区规划》的通知", (), 0, 1, 2, "《关于印发〈沧浦区规划〉的通知》第1—2段"),
    ],
)  # fmt: skip
def test_labels(title: str, trail: tuple[str, ...], headings: int, first: int, last: int, expected: str) -> None:
    assert label(*made(title, trail, headings, first, last)) == expected


def test_a_quotation_is_a_slice() -> None:
    document, passage = made(trail=("第三节 加强生态保护修复",), headings=1)
    whole = cite(document, passage, passage.span)
    assert whole.quote == "实施矿山复绿。恢复湿地410亩。" == TEXT[whole.span.start : whole.span.end]
    part = cite(document, passage, Span(START + 7, END))
    assert part.quote == "恢复湿地410亩。" and part.label == "《沧浦区规划》第三节 加强生态保护修复 第1段"


@pytest.mark.parametrize(
    ("start", "end"),
    [(START - 1, END), (START, END + 1), (END, END), (END, START), (START + 3, START + 2), (0, 3), (END, END + 3)],
)
def test_a_span_outside_its_passage_is_refused(start: int, end: int) -> None:
    with pytest.raises(PlanSeekError, match=r"引文与原文不符（沧浦区规划 .*请运行 planseek ingest"):
        cite(*made(), Span(start, end))


def test_white_space_is_no_quotation() -> None:
    document, _ = made()
    blank = Passage(document.id, Span(END, END + 4), (), 0, 1, 1)
    assert TEXT[END : END + 4] == "\n  \n"
    with pytest.raises(PlanSeekError, match="引文与原文不符"):
        cite(document, blank, blank.span)
