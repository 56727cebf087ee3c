"""Tables: hints, flattened and separated lines, restored to rows whose cells are planted spans."""

import pytest

from corpus.formats.composer import Composer
from corpus.model import Hint, Reading, Span
from corpus.structure.annotate import annotate
from corpus.structure.cut import cut
from corpus.structure.lines import split
from corpus.structure.markdown import SPECIMENS, unmark
from corpus.structure.tables import CAPTION, CAPTION_SPECIMEN

FILL = "坚持把群众的事放在首位，一件接着一件办，一年接着一年干，把事办好、实事办实，让老百姓看得见、摸得着。"
OPINION = "建议在第三段中增加关于社区养老服务设施建设的内容，并明确牵头单位和责任单位，细化年度目标。"


def cells(text: str, hints: tuple[Hint, ...] = ()) -> list[tuple[list[str], list[list[str]]]]:
    return [
        ([c.of(text) for c in table.columns], [[c.of(text) for c in row] for row in table.rows])
        for table in annotate(Reading(text, hints=hints)).tables
    ]


def body(text: str) -> list[str]:
    return [p.span.of(text) for p in annotate(Reading(text)).paragraphs]


def headings(text: str) -> list[tuple[str, int, str]]:
    return [(s.kind, s.level, s.heading) for s in annotate(Reading(text)).sections if s.kind in ("heading", "table")]


@pytest.mark.parametrize(
    "text",
    [
        "| 指标 | 2025年 |\n|---|---|\n| 覆盖率 | 四成 |\n| 水质 | |",
        "指标 | 2025年\n--- | :---:\n覆盖率 | 四成\n水质 |",
    ],
)
def test_a_markdown_table(text):
    assert cells(f"{FILL}\n{text}\n{FILL}") == [(["指标", "2025年"], [["覆盖率", "四成"], ["水质", ""]])]


@pytest.mark.parametrize("parting", ["\t", " | ", "|", "   ", " ", "\u3000\u3000", "      "])
def test_columns_parted_in_one_line(parting):
    rows = [["序号", "项目名称", "总投资"], ["1", "湖边路", "500"], ["2", "山前桥", "300"]]
    text = f"一、项目\n{FILL}\n" + "\n".join(parting.join(row) for row in rows) + f"\n二、保障\n{FILL}"
    assert cells(text) == [(rows[0], rows[1:])]
    assert not any("项目名称" in paragraph for paragraph in body(text))


def test_a_table_of_figures_without_ordinals():
    text = f"一、目标\n{FILL}\n指标 单位 2020年 2025年\n生产总值 亿元 300 450\n城镇化率 % 60 70\n{FILL}"
    expected = [["生产总值", "亿元", "300", "450"], ["城镇化率", "%", "60", "70"]]
    assert cells(text) == [(["指标", "单位", "2020年", "2025年"], expected)]
    pieces = [piece.span.of(text) for piece in cut(text, annotate(Reading(text)).paragraphs)]
    assert any("生产总值 亿元 300 450\n城镇化率 % 60 70" in piece for piece in pieces)


def test_an_empty_cell_between_tabs_keeps_its_column():
    text = f"{FILL}\n指标\t2020年\t2025年\n覆盖率\t40%\t50%\n水质\t\t90\n{FILL}"
    assert cells(text)[0][1] == [["覆盖率", "40%", "50%"], ["水质", "", "90"]]


def flat(*rows: list[str], parting: str = "\n\n") -> str:
    return parting.join(cell or "\u00a0" for row in rows for cell in row)


def test_cells_on_lines_of_their_own_with_empty_ones():
    names = ["序号", "单位", "主要意见", "采纳情况", "未采纳原因"]
    rows = [["1", "区甲局", OPINION, "采纳", ""], ["2", "区乙局", OPINION, "部分采纳", OPINION]]
    text = f"七、保障\n{FILL}\n\n\n关于某区实施意见征求意见反馈情况\n\n\n{flat(names, *rows)}\n\n\n\n发表意见\n"
    assert cells(text) == [(names, rows)]
    assert headings(text)[1:] == [
        ("heading", 1, "关于某区实施意见征求意见反馈情况"),
        ("table", 0, "关于某区实施意见征求意见反馈情况"),
    ]
    assert len(body(text)) == 3


def test_a_cell_of_several_lines_stays_one():
    names, row = ["序号", "单位", "意见"], ["1", "区甲局", OPINION + "\n" + OPINION]
    assert cells(flat(names, row, ["2", "区乙局", OPINION]))[0][1][0] == row
    broken = OPINION[:-1] + "\n方便群众。"
    assert cells(flat(names, ["1", "区甲局", broken], ["2", "区乙局", OPINION], parting="\n"))[0][1][0][2] == broken


def test_a_row_that_lacks_a_cell_is_not_guessed():
    names = ["序号", "单位", "意见", "采纳"]
    whole, short, odd = ["1", "甲局", OPINION, "采纳"], ["2", "乙局", OPINION], ["3", OPINION, "采纳"]
    found = cells(flat(names, whole, short, odd, parting="\n"))[0][1]
    assert found == [whole, short, ["\n".join(odd)]]
    assert cells(flat(names, ["1", "乙局", OPINION], parting="\n"))[0][1] == [[f"1\n乙局\n{OPINION}"]]


def test_the_text_after_the_last_row_is_no_cell():
    names, rows = ["序号", "单位", "采纳"], [["1", "甲局", "是"], ["2", "乙局", "否"]]
    text = flat(names, *rows, parting="\n") + f"\n{FILL}\n二、保障\n{FILL}"
    assert cells(text) == [(names, rows)]
    assert body(text)[2:] == [FILL, FILL]


def test_a_numbered_caption_heads_its_table_and_nothing_else():
    text = f"一、目标\n{FILL}\n表1 主要指标\n指标\t2025年\n覆盖率\t50%\n水质\t90\n{FILL}\n二、任务\n{FILL}"
    assert headings(text) == [
        ("heading", 1, "一、目标"),
        ("heading", 2, "表1 主要指标"),
        ("table", 0, "表1 主要指标"),
        ("heading", 1, "二、任务"),
    ]
    trails = [(p.number, p.trail) for p in annotate(Reading(text)).paragraphs]
    assert trails == [
        (1, ("一、目标",)),
        (1, ("一、目标", "表1 主要指标")),
        (2, ("一、目标", "表1 主要指标")),
        (2, ("一、目标",)),
        (1, ("二、任务",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{FILL}\n湖 边 路\n山 前 桥\n{FILL}",
        "政务公开 | 互动交流\n规划计划 | 通知公告",
        f"{FILL}\n一、修山 治水 护林\n二、管田 改厕 修路\n{FILL}",
        "序号\n1\n2\n3",
        f"{FILL}\n他说 ， 修山治水 ， 造福后人\n大家 ， 齐心协力 ， 一起努力\n{FILL}",
    ],
)
def test_what_is_no_table(text):
    assert cells(text) == []


# — by the format's hints —————————————————————————————————————————————————————————————————————————————————————————


def composed(rows: list[list[str]], headers: int) -> Reading:
    composer = Composer()
    composer.line("一、目标")
    composer.line("表2 指标")
    composer.table(rows, headers)
    composer.line(FILL)
    return composer.reading()


def test_a_table_by_hints_gives_columns_rows_and_empty_cells():
    reading = composed([["指标", "2020年", "2025年"], ["覆盖率", "", "50%"], ["", "80", "90"]], 1)
    annotation = annotate(reading)
    (table,) = annotation.tables
    assert [c.of(reading.text) for c in table.columns] == ["指标", "2020年", "2025年"]
    assert [[c.of(reading.text) for c in row] for row in table.rows] == [["覆盖率", "", "50%"], ["", "80", "90"]]
    assert [p.span.of(reading.text) for p in annotation.paragraphs] == ["覆盖率 |  | 50%", "80 | 90", FILL]
    assert annotation.paragraphs[0].trail == ("一、目标", "表2 指标")
    assert annotation.paragraphs[2].trail == ("一、目标",)


def test_column_names_given_again_on_the_next_page_are_no_row():
    reading = composed([["指标", "目标"], ["覆盖率", "50%"], ["指标", "目标"], ["水质", "90"]], 1)
    annotation = annotate(reading)
    assert [[c.of(reading.text) for c in row] for row in annotation.tables[0].rows] == [["覆盖率", "50%"], ["水质", "90"]]
    assert [s.heading for s in annotation.sections if s.kind == "boilerplate"] == ["表头"]


def test_a_table_of_nothing_but_names_loses_no_text():
    reading = composed([["甲区", "乙区"], ["丙区", "丁区"]], 2)
    assert [p.span.of(reading.text) for p in annotate(reading).paragraphs][:2] == ["甲区 | 乙区", "丙区 | 丁区"]


def test_a_hinted_table_without_rows_is_read_from_its_lines():
    text = f"{FILL}\n指标 | 目标\n覆盖率 | 四成\n水质 | 良"
    start = text.index("指标")
    assert cells(text, (Hint(Span(start, len(text)), "table"),)) == [
        (["指标", "目标"], [["覆盖率", "四成"], ["水质", "良"]])
    ]


def test_patterns_match_their_specimens():
    assert CAPTION.fullmatch(CAPTION_SPECIMEN)
    unmarked = unmark(list(split("\n".join(SPECIMENS))))
    assert [(line.text, hint.style, hint.level) for line, hint in zip(unmarked.lines, unmarked.hints, strict=True)] == [
        ("第二章 主要任务", "heading", 2),
        ("加快修山", "bold", 0),
    ]


PERIODIC = "指标名称\n2021年\n2025年\n责任单位\n城镇化率\n61.8%\n67%\n市发改局\n新增落户\n—\n4800人\n市公安局\n保障房\n600套\n3200套\n市住建局"


@pytest.mark.parametrize("above", ["表1 主要指标", "具体指标见下表。", "主要指标表\n单位：人、套"])
def test_cells_on_lines_of_their_own_without_ordinals_are_restored_where_one_period_fits(above):
    assert cells(f"{FILL}\n{above}\n{PERIODIC}\n{FILL}") == [
        (
            ["指标名称", "2021年", "2025年", "责任单位"],
            [["城镇化率", "61.8%", "67%", "市发改局"], ["新增落户", "—", "4800人", "市公安局"], ["保障房", "600套", "3200套", "市住建局"]],
        )
    ]


@pytest.mark.parametrize("text", [PERIODIC + "\n漏掉一格", PERIODIC.replace("67%", "超过六成"), "甲\n乙\n丙\n丁\n戊\n己\n庚\n辛\n壬"])
def test_lines_that_no_period_explains_stay_lines(text):
    assert cells(f"{FILL}\n表1 主要指标\n{text}\n{FILL}") == []


def test_a_box_whose_heading_is_the_first_row_of_its_table_holds_rows_and_notes():
    composer = Composer()
    composer.line("一、目标")
    composer.table([["专栏1 主要指标", "", ""], ["指标", "2020年", "2025年"], ["绿地（公顷）", "12", "30"]], 0)
    composer.line("注：按年末数计算。")
    composer.line(FILL)
    reading = composer.reading()
    annotation = annotate(reading)
    assert [p.trail[1:] for p in annotation.paragraphs] == [("专栏1 主要指标",), ("专栏1 主要指标",), ()]
    assert [c.of(reading.text) for c in annotation.tables[0].columns] == ["指标", "2020年", "2025年"]


def test_a_table_that_tells_of_the_document_is_left_out():
    composer = Composer()
    composer.table([["索引号", "YS001", "主题分类", "教育"], ["发布机构", "墨池区教育局", "发文日期", "2022-06-01"]], 0)
    composer.line("一、目标")
    composer.line(FILL)
    annotation = annotate(composer.reading())
    assert annotation.tables == () and len(annotation.paragraphs) == 1
