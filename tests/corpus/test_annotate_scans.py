"""Annotation of texts that a scan or a scrape has damaged: wrapped, glued, with running heads; a small written text a rule."""

from corpus.model import Reading, Span
from corpus.structure.annotate import annotate
from tests.corpus.outlining import FILL, LONG_FILL, headings, trails


def wrapped(text: str, width: int = 30) -> str:
    """A text whose paragraphs a fixed width broke into rows, each with an indent of two."""
    rows = []
    for paragraph in text.split("\n"):
        paragraph = "　　" + paragraph
        rows += [paragraph[at : at + width] for at in range(0, len(paragraph), width)]
    return "\n".join(rows)


def test_a_numbered_sentence_that_runs_over_rows_is_one_item_and_no_heading_ends_inside_it():
    items = (
        "1.2026年底前分三批退出剩余的十一座窑炉，退出的地块优先用于公共停车场。",
        "2.在城东规划建设标准厂房六万平方米，入驻企业前三年租金减半收取。",
        "3.对转岗职工逐人登记造册，开展四类培训，每年不少于六百人次。",
    )
    text = wrapped("\n".join((LONG_FILL, "一、主要任务", "（一）退窑进园", *items, "（二）完善功能", LONG_FILL, LONG_FILL)))
    assert headings(text) == ["# 一、主要任务", "## （一）退窑进园", "## （二）完善功能"]
    bodies = [p.span.of(text).replace("\n", "") for p in annotate(Reading(text)).paragraphs]
    assert bodies[1:4] == list(items)


def test_a_heading_that_a_fixed_width_broke_is_one_heading():
    text = wrapped("\n".join((LONG_FILL, "（一）加快构建系统完备安全可靠集约高效绿色智能循环通畅的现代水网", LONG_FILL, "（二）治水", LONG_FILL)))
    assert headings(text) == ["# （一）加快构建系统完备安全可靠集约高效绿色智能循环通畅的现代水网", "# （二）治水"]


def test_headings_glued_behind_a_sentence_are_parted_where_they_go_on_with_the_count():
    text = f"一、任务\n（一）修山。{FILL}（二）治水。{FILL}（三）增绿。{FILL}\n{FILL}二、保障\n（一）加强领导\n{FILL}"
    assert headings(text) == ["# 一、任务", "## （一）修山", "## （二）治水", "## （三）增绿", "# 二、保障", "## （一）加强领导"]
    mentioned = f"一、任务\n（一）修山。{FILL}按照前文（三）治水。{FILL}\n{FILL}（五）增绿。{FILL}"
    assert headings(mentioned) == ["# 一、任务", "## （一）修山"]


def test_neighbours_enumerated_close_no_outline():
    text = f"四、工业\n1、龙头企业\n{FILL}\n三、四线码头改扩建纳入规划之前，先安排本级资金。\n一、二期工程同步推进。\n五、农业\n{FILL}"
    assert headings(text) == ["# 四、工业", "## 1、龙头企业", "# 五、农业"]


def test_a_number_before_a_figure_is_an_item_of_the_list_around_it():
    text = f"三、要求\n1.2026年三季度前，各区完成项目清单更新，并报市里备案。\n2.5亿元以上的项目调整，须经会议审议。\n3.电网企业同步推进改造，消除过载风险。\n四、附则\n{FILL}"
    assert headings(text) == ["# 三、要求", "# 四、附则"]


def test_words_without_a_number_head_shorter_paragraphs_where_the_text_does_so_throughout():
    short = "区内采购预留给小企业的比例不低于四成，资质门槛一律取消。"
    text = "\n".join((FILL, "降低经营成本", LONG_FILL, "拓宽市场", short, FILL, "保障资金需求", LONG_FILL, "强化人才支撑", LONG_FILL))
    assert headings(text) == ["# 降低经营成本", "# 拓宽市场", "# 保障资金需求", "# 强化人才支撑"]


def test_bullets_above_paragraphs_are_headings_where_each_one_is():
    text = f"二、任务\n●修山治水\n{FILL}\n●增绿扩绿\n{FILL}"
    assert headings(text) == ["# 二、任务", "## ●修山治水", "## ●增绿扩绿"]
    listed = f"二、任务\n●修山治水\n●增绿扩绿\n{FILL}"
    assert headings(listed) == ["# 二、任务"]


def test_the_title_as_a_running_head_closes_nothing():
    title = "云岭县水利发展规划"
    text = f"{title}\n一、要求\n（一）修山。{FILL}\n— 1 —\n{title}\n（二）治水。{FILL}\n— 2 —\n{title}\n{FILL}"
    annotation = annotate(Reading(text), Span(0, len(title)))
    assert [(s.level, s.heading) for s in annotation.sections if s.kind == "heading"] == [(1, "一、要求"), (2, "（一）修山"), (2, "（二）治水")]


def test_entries_of_a_glossary_open_paragraphs_whatever_the_indents_say():
    text = wrapped(LONG_FILL * 2) + f"\n政府工作报告名词解释\n【标准地】指先行完成评估的用地。\nA类企业：指评价靠前的企业。\n{FILL}"
    assert [p.number for p in annotate(Reading(text)).paragraphs if p.trail] == [1, 2, 3]


def test_an_item_and_who_answers_for_it_is_no_heading_with_a_body():
    items = "1.改造旧砖窑三座，退出的地块建设公园。（责任单位：区住建局、区林业局）\n2.疏浚茶溪十二公里。（牵头单位：区水利局（区河长办））"
    assert headings(f"一、任务\n（一）修山\n{items}\n（二）治水\n{FILL}") == ["# 一、任务", "## （一）修山", "## （二）治水"]
    above = f"一、任务\n1.疏浚茶溪。（责任单位：区水利局）\n{FILL}\n{FILL}"
    assert headings(above) == ["# 一、任务", "## 1.疏浚茶溪"]


def test_numbered_statements_stay_body_where_most_of_their_style_are_too_long_for_headings():
    spoken = [f"（{n}）{FILL}\n{FILL}" for n in "一二三"]
    assert headings("\n".join((*spoken, f"（四）应该治理河道\n{FILL}"))) == []
    short = [f"（{n}）治理河道\n{FILL}" for n in "一二三四五"]
    long = f"（六）推动旧窑有序退出、荒山逐年绿化、河道分段疏浚，让山更青、水更清、路更畅、村庄更美、群众的日子更红火\n{FILL}"
    assert len(headings("\n".join((*short, long)))) == 6


def test_a_running_head_in_the_middle_of_a_sentence_is_no_heading():
    rows = wrapped("\n".join(("一、治水", LONG_FILL, "二、修山", LONG_FILL))).split("\n")
    cut_at = next(i for i, row in enumerate(rows) if i > 2 and row[0] != "\u3000" and rows[i - 1][-1] not in "。；")
    text = "\n".join((*rows[:cut_at], "· 7 ·", "第二编　墨池文献", *rows[cut_at:]))
    assert headings(text) == ["# 一、治水", "# 二、修山"]
    assert (1, ("一、治水",)) in trails(text)


def test_a_page_that_ends_inside_a_sentence_opens_no_item():
    text = f"　　{FILL}\n　　{FILL}\n全区要统筹保护好两座名山，修复退化的林地和草地，重点是\f——北山和南岭的水源涵养林\n{FILL}\n　　{FILL}"
    assert not any(p.span.of(text).startswith("——") for p in annotate(Reading(text)).paragraphs)


def test_the_place_of_a_table_that_was_left_out_is_a_paragraph():
    text = f"{FILL[:-1]}\n（表三）\u00a0\u3000\u3000{FILL}"
    assert [p.span.of(text)[:4] for p in annotate(Reading(text)).paragraphs] == ["坚持把群", "（表三）", "坚持把群"]
