"""Numbering styles: every specimen is its own style's only, and a table of lines says where a heading ends."""

import pytest

from corpus.model import Reading
from corpus.structure import bracketed, breaks, outline
from corpus.structure.annotate import annotate
from corpus.structure.outline import STYLES, chinese_number, numbered


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.specimen)
def test_a_specimen_matches_its_own_style_and_no_other(style):
    assert [other.rank for other in STYLES if other.pattern.match(style.specimen)] == [style.rank]


def test_specimens_of_glued_headings_are_found_and_enumerations_are_not():
    assert all(breaks.GLUED.search(specimen) for specimen in breaks.GLUED_SPECIMENS)
    assert not any(breaks.GLUED.search(line) for line in ("……如下：（一）修山；（二）治水。", "……达到2.5亿元。", "……完成。三、四月份，……"))


def test_named_parts_match_their_own_specimen_only():
    parts = [
        (outline.BOX.match, outline.BOX_SPECIMEN),
        (outline.GLOSSARY.fullmatch, outline.GLOSSARY_SPECIMEN),
        (outline.APPENDIX.fullmatch, outline.APPENDIX_SPECIMEN),
    ]
    for own, (match, _) in enumerate(parts):
        assert [i for i, (_, specimen) in enumerate(parts) if match(specimen)] == [own]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("四十三", 43),
        ("一百零三", 103),
        ("一百二十", 120),
        ("二〇", 20),
    ],
)
def test_chinese_numbers(word, value):
    assert chinese_number(word) == value


GLUED = (
    "24. 优化营商环境全力打造办事最快的城区，推进一件事一次办，推进政务服务智慧化，" + "让企业少跑一趟路，" * 8 + "。"
)
RUN_ON = "第二节拓宽居民增收渠道通过加工转化、扩大就业等多种办法，解决居民收入增长缓慢的问题，把实惠送到每家每户手中"

# line, rank, ordinal, heading (None: not numbered; "": an item without a heading of its own)
LINES = [
    ("第一篇 指导原则和发展目标", 1, 1, "第一篇 指导原则和发展目标"),
    ("第三部分 重点任务", 1, 3, "第三部分 重点任务"),
    ("第四编辑部的来信", None, None, None),
    ("第二篇文章", None, None, None),
    ("第八章 完善治理体系,提高城市治理新水平", 2, 8, "第八章 完善治理体系,提高城市治理新水平"),
    ("第12章 实施", 2, 12, "第12章 实施"),
    ("第十四章节约保护资源", 2, 14, "第十四章节约保护资源"),
    ("第五章程", None, None, None),
    ("第三章的要求", None, None, None),
    ("第三章规定的任务", None, None, None),
    ("第七章　农业", 2, 7, "第七章　农业"),
    ("第一节", 3, 1, "第一节"),
    ("第三节课", None, None, None),
    ("第三节约束性指标", None, None, None),
    ("第二节、第三节所列项目", None, None, None),
    ("见第三章", None, None, None),
    ("第五章第二节所称旧厂房，包括停产三年以上的砖窑。", None, None, None),
    ("第二章、第六章列明的事项，由区发改委牵头。", None, None, None),
    ("第一篇第三章和附件二的指标按年度分解。", None, None, None),
    ("第六章和谐社区", 2, 6, "第六章和谐社区"),
    (RUN_ON, 3, 2, "第二节拓宽居民增收渠道"),
    ("一、总体要求", 4, 1, "一、总体要求"),
    ("二十一、健全机制", 4, 21, "二十一、健全机制"),
    ("一、二、三产业融合发展", None, None, None),
    ("一、二〇二五年工作回顾", 4, 1, "一、二〇二五年工作回顾"),
    ("三、四线渔港码头", None, None, None),
    ("一、二期工程", None, None, None),
    ("四、五项措施", 4, 4, "四、五项措施"),
    ("（83）墨函字43号", None, None, None),
    ("二、九○○人", None, None, None),
    ("十四五规划", None, None, None),
    ("二〇三五年，基本实现现代化。", None, None, None),
    ("三、", None, None, None),
    ("（一）坚持党的全面领导。把方向、管大局。", 5, 1, "（一）坚持党的全面领导。"),
    ("(十二)加强协作", 5, 12, "(十二)加强协作"),
    ("（二〇二一年五月）", None, None, None),
    ("（2021年2月25日批准）", None, None, None),
    ("1、指导思想。", 6, 1, "1、指导思想。"),
    ("29. 持续改善生态环境质量。实施三大工程。", 7, 29, "29. 持续改善生态环境质量。"),
    ("2.2035年,基本建成现代化城区。", 7, 2, "2.2035年,基本建成现代化城区。"),
    ("１．建好老房子", 7, 1, "１．建好老房子"),
    (GLUED, 7, 24, "24. 优化营商环境"),
    ("1.标准地：在出让前明确投资强度、亩均税收等指标的工业用地。", 7, 1, ""),
    ("3.", None, None, None),
    ("3.5%的增长", None, None, None),
    ("12.5万亩高标准农田", None, None, None),
    ("2025.3.1发布", None, None, None),
    ("（1）电力", 8, 1, "（1）电力"),
    ("①推进重点片区改造。", 9, 1, "①推进重点片区改造。"),
    ("（六）加强干部队伍建设，提高干部素质，提高服务水平，改善干部的工作、学习和生活的各项条件和环境", 5, 6, "（六）加强干部队伍建设，提高干部素质，提高服务水平，改善干部的工作、学习和生活的各项条件和环境"),
    ("6．加强队伍建设，提高素质，提高地位，改善工作、学习和生活的各项条件和环境，建设一支好队伍", 7, 6, ""),
    ("一是稳就业，二是促增收。", None, None, None),
    ("第一，要稳住就业", None, None, None),
    ("第一批项目", None, None, None),
]


@pytest.mark.parametrize(("line", "rank", "ordinal", "heading"), LINES, ids=lambda value: str(value)[:16])
def test_numbered_lines(line, rank, ordinal, heading):
    number = numbered(line)
    if rank is None:
        assert number is None
    else:
        assert (number.rank, number.ordinal, line[: number.heading]) == (rank, ordinal, heading)


def test_a_long_first_sentence_is_body_unless_more_is_allowed():
    line = (
        "（四）"
        + "推动供需在更高水平上实现动态的平衡，努力扩大有潜能的消费、有需求的生产、有效益的投资和有活力的市场。"
    )
    assert numbered(line).heading == 0
    assert numbered(line, longest=85).heading == len(line)


@pytest.mark.parametrize(
    ("line", "titled"),
    [
        ("专栏3 重点工程", True), ("专栏一：重点工程", True), ("专栏 2-1 重点工程", True), ("【专栏】重点工程", True), ("专栏", True),
        ("专栏作家的文章", False), ("专栏3中的工程由区发改委牵头。", False), ("重点专栏3", False),
    ],
)  # fmt: skip
def test_titles_of_boxes(line, titled):
    assert outline.titled_box(line) == titled


@pytest.mark.parametrize(
    ("line", "kind"),
    [("名词解释", "glossary"), ("附件2：名词注释", "glossary"), ("附件1", "appendix"), ("附录 指标体系", "appendix"), ("附近居民", None)],
)
def test_parts_at_the_end(line, kind):
    assert outline.part(line) == kind


FILL = "坚持把修山治水放在首位，一件接着一件办，五年治理废弃采石场三十七处，恢复植被三百公顷。"


def headings(text: str) -> list[str]:
    return ["#" * s.level + " " + s.heading for s in annotate(Reading(text)).sections if s.kind == "heading"]


def test_specimens_of_headings_in_brackets_are_found_and_sentences_are_not():
    assert all(bracketed.HEADING.fullmatch(specimen) for specimen in bracketed.HEADING_SPECIMENS)
    assert bracketed.COUNTED.match(bracketed.COUNTED_SPECIMEN) and not bracketed.COUNTED.match("【总体目标】")
    assert not bracketed.HEADING.fullmatch("【标准地】指先行完成评估的用地。")


def test_lines_in_brackets_are_headings_where_the_text_does_so_throughout():
    text = f"【目标】\n■ {FILL}\n【重点任务】\n【任务一】修山\n■ {FILL}\n◆ 增绿扩绿\n【任务二】治水\n■ {FILL}\n【政策支持】\n● {FILL}"
    text = text.replace("【目标】", "【总体目标】")
    assert headings(text) == ["# 【总体目标】", "# 【重点任务】", "## 【任务一】修山", "## 【任务二】治水", "# 【政策支持】"]
    assert sum(p.span.of(text)[0] in "■◆●" for p in annotate(Reading(text)).paragraphs) == 5
    assert headings(f"【市委文件】\n{FILL}\n{FILL}") == []


def test_headings_in_brackets_stand_between_the_numbers_above_and_below_them():
    below = f"一、修山\n【现状】\n{FILL}\n【任务】\n{FILL}\n二、治水\n【现状】\n{FILL}\n【任务】\n{FILL}"
    assert headings(below) == ["# 一、修山", "## 【现状】", "## 【任务】", "# 二、治水", "## 【现状】", "## 【任务】"]
    above = "\n".join(f"【{name}】\n一、修山\n{FILL}\n二、治水\n{FILL}" for name in ("山区", "平原"))
    assert headings(above.replace("【平原】", f"【丘陵】\n{FILL}\n【平原】"))[:4] == ["# 【山区】", "## 一、修山", "## 二、治水", "# 【丘陵】"]


def test_a_heading_centred_over_two_rows_is_one():
    rows = "                    第一章　推动旧窑退出和荒山绿化产业\n                                集群发展\n"
    text = f"{rows}　　{FILL}\n                    第二章　治水\n　　{FILL}"
    assert headings(text) == ["# 第一章 推动旧窑退出和荒山绿化产业集群发展", "# 第二章 治水"]
    apart = text.replace("                                集群发展", "集群发展")
    assert headings(apart)[0] == "# 第一章 推动旧窑退出和荒山绿化产业"


def test_a_few_words_left_over_of_a_heading_go_with_it_in_a_text_of_fixed_width():
    rows = "　　" + FILL[:28] + "\n" + FILL[:30] + "\n" + FILL[30:]
    body = "\n".join([rows] * 6)
    text = f"第一章 推动旧窑退出和荒山绿化产业集群\n发展\n{body}\n第二章 治水\n{body}"
    assert headings(text) == ["# 第一章 推动旧窑退出和荒山绿化产业集群发展", "# 第二章 治水"]
