"""Annotation: one small written text a rule, then properties that hold for any Unicode text."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.model import Hint, Reading, Span
from corpus.structure.annotate import Annotation, Outline, annotate
from corpus.structure.cut import cut
from tests.corpus.outlining import FILL, LONG_FILL, headings, outline, trails


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


def test_what_the_speaker_says_after_the_last_item_stays_under_its_heading():
    text = f"一、回顾\n（一）修山。\n{FILL}\n各位代表！成绩来之不易。{FILL}\n{FILL}\n二、任务\n{FILL}"
    assert trails(text)[1:3] == [(2, ("一、回顾", "（一）修山")), (3, ("一、回顾", "（一）修山"))]


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


def hint(text: str, words: str, style: str, level: int = 0) -> Hint:
    start = text.index(words)
    return Hint(Span(start, start + len(words)), style, level)


def test_a_heading_of_the_format_is_one_and_a_table_gives_its_rows():
    text = f"修山治水\n{FILL}\n指标 | 目标\n覆盖率 | 四成\n"
    start = text.index("指标")
    hints = (Hint(Span(0, 4), "heading", 1), Hint(Span(start, len(text)), "table"))
    assert outline(text, hints) == [
        "# 修山治水",
        "1 坚持把群众的 < 修山治水",
        "[table] ",
        "2 覆盖率 |  < 修山治水",
    ]


def test_levels_of_the_format_fit_in_with_the_numbers():
    text = f"一、总则\n{FILL}\n背景\n{FILL}\n二、任务\n{FILL}\n附言\n{FILL}"
    hints = [hint(text, words, "heading", level) for words, level in (("一、总则", 2), ("背景", 3), ("二、任务", 2), ("附言", 2))]
    assert [line for line in outline(text, tuple(hints)) if line[0] == "#"] == ["# 一、总则", "## 背景", "# 二、任务", "# 附言"]


def test_bold_lines_alone_above_text_are_headings_where_the_text_does_so():
    text = f"工作基础\n{FILL}\n主要任务\n（一）修山。{FILL}\n（二）治水。{FILL}\n组织保障\n{FILL}"
    hints = tuple(hint(text, words, "bold") for words in ("工作基础", "主要任务", "组织保障"))
    assert [line for line in outline(text, hints) if line[0] == "#"] == [
        "# 工作基础", "# 主要任务", "## （一）修山", "## （二）治水", "# 组织保障",
    ]  # fmt: skip
    inside = f"（一）修山。{FILL}\n恢复矿山\n{FILL}\n（二）治水。{FILL}\n疏浚河道\n{FILL}"
    hints = tuple(hint(inside, words, "bold") for words in ("恢复矿山", "疏浚河道"))
    assert [line for line in outline(inside, hints) if line[0] == "#"][1] == "## 恢复矿山"
    assert len([line for line in outline(text, hints[:1]) if line[0] == "#"]) == 2, "one bold line is no habit"


def test_a_box_of_the_format_ends_where_the_format_says():
    text = f"一、任务\n{FILL}\n工程一览\n1.修山十处。{FILL}\n{FILL}\n正文。{FILL}"
    box = Hint(Span(text.index("工程一览"), text.index("\n正文")), "box")
    assert outline(text, (box,))[2:] == [
        "##[box] 工程一览",
        "1 1.修山十处 < 一、任务 / 工程一览",
        "2 坚持把群众的 < 一、任务 / 工程一览",
        "2 正文。坚持把 < 一、任务",
    ]


@pytest.mark.parametrize("title", ["专栏3 修山", "专栏三：修山", "专栏 3-1 修山", "【专栏】修山", "【专栏3】 修山", "专栏：修山"])
def test_boxes_are_titled_in_several_styles(title):
    assert headings(f"（二）任务\n{FILL}\n{title}\n——植树。{FILL}\n（三）治水\n{FILL}")[1] == f"##[box] {title}"


def test_markdown_headings():
    text = f"# 墨池区规划\n\n## 一、总则\n\n{FILL}\n\n### 背景\n\n{FILL}\n\n## 二、任务 ##\n\n{FILL}\n"
    assert [line for line in outline(text) if line[0] == "#"] == ["# 一、总则", "## 背景", "# 二、任务"]
    assert headings(f"#1楼的住户反映问题。{FILL}\n#修山#") == []


def test_headings_that_a_scan_ran_together_are_told_apart():
    text = f"目录序言\n第一篇修山第一章植树第二章护林序言\n{FILL}\n第一篇修山第一章植树\n{FILL}有了保障。第二章护林育林\n{FILL}"
    assert headings(text) == ["# 序言", "# 第一篇修山", "## 第一章植树", "## 第二章护林育林"]


def test_where_indents_open_paragraphs_a_line_without_one_goes_on():
    broken = "\n".join(FILL[i : i + 20] for i in range(0, len(FILL), 20))
    text = "第一章 修山\n" + f"　　{broken}\n{FILL}\n一是植树造林\n" * 9 + f"　　——治水。{FILL}\n"
    assert len(trails(text)) == 10
    lost = "一、修山\n" + f"　　1．植树造林\n{FILL[:-1]}\n　　{FILL[:-1]}\n　　2，护林\n{FILL[:-1]}\n" * 5
    assert headings(lost)[1:2] == ["## 1．植树造林"]


def test_a_sentence_broken_at_its_semicolon_goes_on_where_each_has_its_line():
    text = "一、回顾\n" + "\n".join(f"第{i}项工作取得积极进展。" for i in range(50)) + "\n对外开放迈出新步伐；\n对内改革取得新成效。"
    assert len(trails(text)) == 51
    assert len(trails(f"一、回顾\n{FILL[:-1]}；\n{FILL}")) == 2


def test_entries_of_a_glossary_are_paragraphs():
    text = f"一、总则\n{FILL}\n名词解释\n1.标准地\n是指{FILL}\n（二）流片：{FILL}\n【首店】{FILL}\n附件2 清单\n{FILL}"
    assert headings(text) == ["# 一、总则", "#[glossary] 名词解释", "#[appendix] 附件2 清单"]
    pieces = list(cut(text, annotate(Reading(text)).paragraphs))
    assert [p.trail[-1] for p in pieces if p.trail[0] == "名词解释"] == ["标准地", "流片", "首店"]


# — a text in several files ———————————————————————————————————————————————————————————————————————————————————————

PARTS = (
    f"第一章 总则\n{FILL}\n第一节 目标\n{FILL}\n{FILL}\n一、修山\n（一）矿山。{FILL}\n{FILL}\n（二）林地。{FILL}\n"
    f"专栏1：工程\n1.岩面工程。{FILL}\n2.坑塘工程。{FILL}\n3.道路工程。{FILL}\n二、治水\n{FILL}\n第二章 任务\n{FILL}\n{FILL}",
    f"{FILL}\n一、实事\n{FILL}\n1.新增学位三千个。\n2.新增床位百张。\n3.新建公园十处。\n二、保障\n{FILL}\n各位代表！{FILL}",
    "".join(f"{part}、部分{part}\n第{i}章 甲{i}\n{FILL}\n{FILL}\n" for i, part in enumerate("一二三四", 1)),
)


@pytest.mark.parametrize("text", PARTS)
def test_a_text_cut_in_two_gives_the_same_trails_and_numbers(text):
    whole = [(p.trail, p.number) for p in annotate(Reading(text)).paragraphs]
    cuts = [i + 1 for i, character in enumerate(text) if character == "\n"]
    if text.startswith("一、部分一"):
        cuts = cuts[1:]  # a first file of nothing but 「一、」 cannot know that chapters follow
    for place in cuts:
        first = annotate(Reading(text[:place]))
        carried = Outline.from_row(json.loads(json.dumps(first.ending.as_row())))
        assert carried == first.ending
        second = annotate(Reading(text[place:]), after=carried)
        assert [(p.trail, p.number) for p in (*first.paragraphs, *second.paragraphs)] == whole, text[place : place + 12]


def test_a_repeated_title_does_not_end_what_a_continued_text_left_open():
    first = annotate(Reading(f"第一章 总则\n第一节 目标\n{FILL}"))
    second = f"墨池区规划纲要（二）\n{FILL}\n第二节 任务\n{FILL}"
    found = annotate(Reading(second), Span(0, 10), first.ending)
    assert [(p.trail, p.number) for p in found.paragraphs] == [
        (("第一章 总则", "第一节 目标"), 2),
        (("第一章 总则", "第二节 任务"), 1),
    ]
    assert [s.level for s in found.sections if s.kind == "heading"] == [2]
    assert (found.ending.opens, first.ending.opens) == ((3, 2), (2, 1))
    assert annotate(Reading(FILL)).ending.opens is None


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
    "名词解释", "打印本页", "首页 > 某区", "2021年3月5日", "某区人民政府", "各位代表：", "# 总则", "**修山**", "| 甲 | 乙 |", "|---|---|", "甲\t乙\t3", "【专栏2】", "第一篇修山第二章治水", "——坚持发展", "一是稳。", "三是稳。",
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
@example("名词解释\r0:\r__0:__\r# 0")
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
