"""Annotation: one small written text a rule, then properties that hold for any Unicode text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.annotate import Annotation, annotate
from corpus.cut import cut
from corpus.model import Hint, Reading, Span

FILL = "坚持把群众的事放在首位，一件接着一件办，一年接着一年干，把好事办好、实事办实，让老百姓看得见、摸得着、得实惠。"
LONG_FILL = FILL * 2


def outline(text: str, hints: tuple[Hint, ...] = ()) -> list[str]:
    """Sections as 「## heading」 (a kind in brackets where it is another) and paragraphs as 「trail last/number」."""
    annotation = annotate(Reading(text, hints=hints))
    lines = [
        (s.span.start, -s.span.end, "#" * s.level + (f"[{s.kind}]" if s.kind != "heading" else "") + " " + s.heading)
        for s in annotation.sections
    ]
    lines += [
        (p.span.start, -p.span.end, f"{p.number} {p.span.of(text)[:6]} < {' / '.join(p.trail)}")
        for p in annotation.paragraphs
    ]
    return [line for _, _, line in sorted(lines)]


def headings(text: str) -> list[str]:
    return [line for line in outline(text) if line.startswith("#")]


def trails(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(p.number, p.trail) for p in annotate(Reading(text)).paragraphs]


def test_nesting_and_paragraph_numbers():
    text = f"第一章 总则\n{FILL}\n第一节 目标\n{FILL}\n{FILL}\n一、修山\n（一）矿山。{FILL}\n第二章 任务\n{FILL}"
    assert outline(text) == [
        "# 第一章 总则",
        "1 坚持把群众的 < 第一章 总则",
        "## 第一节 目标",
        "1 坚持把群众的 < 第一章 总则 / 第一节 目标",
        "2 坚持把群众的 < 第一章 总则 / 第一节 目标",
        "### 一、修山",
        "#### （一）矿山",
        "1 坚持把群众的 < 第一章 总则 / 第一节 目标 / 一、修山 / （一）矿山",
        "# 第二章 任务",
        "1 坚持把群众的 < 第二章 任务",
    ]


def test_a_bare_chapter_takes_the_next_line_as_its_title_and_a_titled_one_does_not():
    assert headings(f"第一节\n修山治水\n{FILL}") == ["# 第一节 修山治水"]
    assert headings(f"第七章　农业\n第一节　目标\n{FILL}") == ["# 第七章 农业", "## 第一节 目标"]


def test_parts_counted_through_once_stand_above_the_chapters_between_them():
    text = "".join(
        f"{part}、部分{part}\n第{2 * i + 1}章 甲\n{FILL}\n第{2 * i + 2}章 乙\n{FILL}\n"
        for i, part in enumerate("一二三四")
    )
    assert headings(text)[:4] == ["# 一、部分一", "## 第1章 甲", "## 第2章 乙", "# 二、部分二"]


def test_a_list_counted_inside_an_item_stays_inside_it():
    text = f"第一节 工业\n（三）电力\n一、建设电站九座\n{FILL}\n二、建设线路百里\n{FILL}\n（四）煤矿\n{FILL}\n第二节 农业\n{FILL}"
    assert headings(text) == [
        "# 第一节 工业",
        "## （三）电力",
        "### 一、建设电站九座",
        "### 二、建设线路百里",
        "## （四）煤矿",
        "# 第二节 农业",
    ]


def test_numbered_lines_with_nothing_below_them_are_items_of_the_body():
    text = f"一、实事\n{FILL}\n1.新增学位三千个。\n2.新增床位百张。\n3.新建公园十处。\n二、保障\n{FILL}"
    assert headings(text) == ["# 一、实事", "# 二、保障"]
    assert trails(text) == [(n, ("一、实事",)) for n in (1, 2, 3, 4)] + [(1, ("二、保障",))]


def test_a_long_heading_with_a_line_to_itself_is_a_heading():
    heading = "（四）推动供需在更高水平上实现动态平衡，努力扩大有潜能的消费、有需求的生产、有效益的投资和有活力的市场。"
    assert headings(f"三、安排\n{heading}\n{FILL}\n（五）改革。\n{FILL}")[1] == "## " + heading[:-1]


def test_the_speaker_turns_back_to_the_whole():
    text = f"一、回顾\n（一）修山。\n{FILL}\n各位代表！成绩来之不易。{FILL}\n{FILL}\n二、任务\n{FILL}"
    assert trails(text)[1:3] == [(1, ("一、回顾",)), (2, ("一、回顾",))]


def test_a_salutation_joins_what_it_opens():
    assert trails(f"各位代表：\n{FILL}\n{FILL}") == [(1, ()), (2, ())]
    assert trails(f"各乡镇人民政府，县政府各部门：\n{FILL}") == [(1, ())]


def test_a_line_broken_in_a_phrase_goes_on():
    assert len(trails(f"一、思路\n“十五五”时期发展的\n主要目标\n是：{FILL}\n{FILL}")) == 2


def test_a_box_ends_where_the_outer_numbers_go_on():
    text = (
        f"（二）修山\n{FILL}\n专栏3：工程\n1.岩面工程。{FILL}\n2.坑塘工程。{FILL}\n（三）治水\n{FILL}\n"
        f"专栏4：\n水系工程\n{FILL}\n四、保障\n{FILL}"
    )
    assert outline(text) == [
        "# （二）修山",
        "1 坚持把群众的 < （二）修山",
        "##[box] 专栏3：工程",
        "1 1.岩面工程 < （二）修山 / 专栏3：工程",
        "2 2.坑塘工程 < （二）修山 / 专栏3：工程",
        "# （三）治水",
        "1 坚持把群众的 < （三）治水",
        "##[box] 专栏4： 水系工程",
        "1 坚持把群众的 < （三）治水 / 专栏4： 水系工程",
        "# 四、保障",
        "1 坚持把群众的 < 四、保障",
    ]


def test_a_column_is_no_box_unless_it_is_titled():
    assert headings(f"专栏 “十四五”重点项目\n{FILL}")[0].startswith("#[box]")
    assert headings(f"专栏作家的文章写得很好。{FILL}") == []


def test_a_flattened_table_becomes_rows():
    text = f"一、反馈\n{FILL}\n序号\n单位\n意见\n采纳\n1\n某局\n{FILL}\n采纳\n2\n某办\n{FILL}\n未采纳\n"
    assert outline(text)[2:] == [
        "[table] ",
        "2 1\n某局\n坚 < 一、反馈",
        "3 2\n某办\n坚 < 一、反馈",
    ]


def test_appendix_and_glossary():
    text = f"一、总则\n{FILL}\n附件1\n重点项目清单表\n{FILL}\n名词解释\n1.标准地：\n{FILL}\n2.流片：\n{FILL}"
    assert headings(text) == ["# 一、总则", "#[appendix] 附件1 重点项目清单表", "#[glossary] 名词解释"]
    assert trails(text)[2:] == [(1, ("名词解释",)), (2, ("名词解释",))]


def test_the_title_of_a_notice_over_several_lines_is_one_heading():
    text = f"\n某县人民政府办公室关于印发\n《某县乡村旅游行动计划\n（2024—2026年）》的通知\n\n{FILL}"
    assert headings(text) == ["# 某县人民政府办公室关于印发 《某县乡村旅游行动计划 （2024—2026年）》的通知"]


def test_a_caption_ends_where_the_numbers_before_it_go_on():
    text = f"三、任务\n{FILL}\n\n某县重点任务责任分工一览表\n{FILL}\n四、保障\n{FILL}"
    assert headings(text) == ["# 三、任务", "# 某县重点任务责任分工一览表", "# 四、保障"]


def test_standalone_sentences_are_headings_where_the_text_does_so_throughout():
    subjects = ("一是修好山。", "二是治好水。", "三是护好林。", "四是管好田。", "五是改好厕。")
    text = "一、回顾\n" + "".join(f"{subject}\n{LONG_FILL}\n" for subject in subjects)
    assert headings(text)[1:] == [f"## {subject[:-1]}" for subject in subjects]
    assert headings(f"一、回顾\n一是修好山。\n{LONG_FILL}\n") == ["# 一、回顾"]


def test_cross_references_and_figures_are_no_headings():
    text = f"一、总则\n按照规定执行，见第三章。{FILL}\n第三章规定的任务，由区政府落实。\n3.5%的增长来自工业。\n{FILL}"
    assert headings(text) == ["# 一、总则"]


def test_a_heading_of_the_format_is_one_and_a_table_gives_its_rows():
    text = f"修山治水\n{FILL}\n指标 | 目标\n覆盖率 | 四成\n"
    start = text.index("指标")
    hints = (Hint(Span(0, 4), "heading", 1), Hint(Span(start, len(text)), "table"))
    assert outline(text, hints) == [
        "# 修山治水",
        "1 坚持把群众的 < 修山治水",
        "[table] ",
        "2 指标 | 目 < 修山治水",
        "3 覆盖率 |  < 修山治水",
    ]


@pytest.mark.parametrize("before", ["", "\n\n  ", "首页 > 某区\n", "一、总则\n", f"{FILL}\n　　"])
@pytest.mark.parametrize("after", ["", "\n", "\n打印本页\n", "\n二、任务\n" + FILL, "　　" + FILL])
def test_a_planted_paragraph_is_found_at_its_place(before, after):
    planted = "建设矿山修复示范带，五年治理废弃采石场三十七处，恢复植被三百三十公顷，改造观景平台五座。"
    text = before + planted + after
    span = Span(len(before), len(before) + len(planted))
    assert span in [p.span for p in annotate(Reading(text)).paragraphs]


# — for any text ——————————————————————————————————————————————————————————————————————————————————————————————————

FRAGMENTS = (
    "第一篇 总则", "第二章 任务", "第三节", "修山治水", "一、总体要求", "二、任务", "十、保障", "（一）修山。", "（二）治水",
    "1.工程：治理九处。", "2.工程", "3．提高水平", "专栏1：", "专栏2 工程", "序号", "单位", "意见", "1", "2", "3", "目录", "附件1",
    "名词解释", "打印本页", "首页 > 某区", "2021年3月5日", "某区人民政府", "各位代表：", "——坚持发展", "一是稳。", "三是稳。",
    FILL, LONG_FILL * 4, "。", "某县关于印发", "方案的通知", "", "　　", "\t", "\x0c", "\r",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)).flatmap(
            lambda line: st.sampled_from(["\n", "\n\n", "\r\n", "　　", "\n  ", ""]).map(lambda end: line + end)
        ),
        max_size=40,
    ).map("".join),
)


def covered_by_sections(text: str, annotation: Annotation) -> set[int]:
    """Offsets that headings, boilerplate, a box's title and a table's column names take."""
    taken: set[int] = set()
    starts = sorted(p.span.start for p in annotation.paragraphs)
    for section in annotation.sections:
        end = section.span.end
        if section.kind in ("box", "table"):
            end = next((s for s in starts if section.span.start <= s < end), end)
        taken.update(range(section.span.start, end))
    return taken


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_properties_of_any_text(text):
    annotation = annotate(Reading(text))
    pieces = list(cut(text, annotation.paragraphs))

    spans = sorted((s.span for s in annotation.sections), key=lambda s: (s.start, -s.end))
    for i, outer in enumerate(spans):
        assert 0 <= outer.start < outer.end <= len(text)
        for inner in spans[i + 1 :]:
            assert inner.start >= outer.end or inner.end <= outer.end, "sections nest or are disjoint"

    body: list[int] = []
    for piece in pieces:
        slice_ = piece.span.of(text)
        assert slice_ and slice_ == slice_.strip()
        assert 1 <= piece.first <= piece.last
        assert len(piece.trail) - piece.headings in (0, 1)
        assert all(item and item == item.strip() and "\n" not in item for item in piece.trail)
        body += range(piece.span.start, piece.span.end)
    assert len(body) == len(set(body)), "passages do not overlap"

    taken = covered_by_sections(text, annotation)
    assert not taken & set(body), "no passage covers a heading or boilerplate"
    left = [i for i in range(len(text)) if i not in taken and i not in set(body)]
    blank = re.compile(r"[\s\u200b\ufeff]")
    assert all(blank.fullmatch(text[i]) for i in left), "every other character is in exactly one passage"

    counts: dict[tuple[str, ...], int] = {}
    for paragraph in annotation.paragraphs:
        counts[paragraph.trail] = paragraph.number
        assert paragraph.number >= 1


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_annotating_again_gives_the_same(text):
    assert annotate(Reading(text)) == annotate(Reading(text))
