"""Passages: sentences, lead phrases, joining and cutting, on texts written for each rule."""

import pytest

from corpus.model import Reading, Span
from corpus.structure.annotate import Paragraph, annotate
from corpus.structure.cut import LONG, Piece, cut, lead_phrase
from corpus.structure.sentences import sentences

FILL = "建设一批看得见、摸得着的工程，让群众早受益、多受益。"


def pieces(text: str) -> list[tuple[Piece, str]]:
    return [(piece, piece.span.of(text)) for piece in cut(text, annotate(Reading(text)).paragraphs)]


def leads(text: str) -> list[str | None]:
    return [piece.trail[-1] if len(piece.trail) > piece.headings else None for piece, _ in pieces(text)]


def test_sentences_keep_their_quotes_and_the_units_in_charge_and_leave_white_space():
    text = "他说：“好。”　第二句！（牵头单位：区财政局；责任单位：区审计局）\n第三句；没有句号"
    expected = ["他说：“好。”", "第二句！（牵头单位：区财政局；责任单位：区审计局）", "第三句；没有句号"]
    assert [s.of(text) for s in sentences(text, Span(0, len(text)))] == expected


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("加快生态环境修复。把修复放在首位，五年治理矿山三十处，恢复林地一万亩。", "加快生态环境修复"),
        ("——经济发展更有质量。地区生产总值年均增长七个百分点，结构持续优化升级。", "经济发展更有质量"),
        ("- -坚持以发展为主题。发展是硬道理，是解决一切问题的关键所在和根本途径。", "坚持以发展为主题"),
        ("沧浦区。定位为老港新生的城市客厅，推进码头街区整体更新。", "沧浦区"),
        ("生态廊道建设：建设长江、青溪等生态廊道，新增绿道二十公里。", "生态廊道建设"),
        ("1.“四上”企业：\n现阶段统计工作中对达到一定规模的法人单位的一种称谓。", "“四上”企业"),
        ("主要任务是：提高现有企业技术水平，加快产品升级换代。", "主要任务"),
        ("一是新质生产力加快发展。全社会研发投入占比提高到百分之四，企业活力增强。", "新质生产力加快发展"),
        ("——结构调整取得重大进展\n居民消费率上升，农业基础进一步巩固，工业结构继续优化", "结构调整取得重大进展"),
        ("2.流片\n是指芯片量产之前的试生产，是设计与制造之间的关键步骤。", "流片"),
        ("【标准地】在出让前明确投资强度、亩均税收等指标的用地。", "标准地"),
        ("标准地\n即在出让前明确投资强度、亩均税收等指标的用地。", "标准地"),
        ("1.完善体制机\n制，推动各项改革落地见效，取得看得见的成果。", None),
        ("各位代表。过去一年极不平凡，全区上下团结一心，完成了全年目标任务。", None),
        ("地区生产总值增长5.2%。规模以上工业增加值增长八个百分点，投资稳中有升。", None),
        ("2025年是收官之年。我们坚持稳中求进，推动高质量发展取得新成效。", None),
        ("成绩实在来之不易了。全区上下团结一心，完成了全年目标任务，群众满意。", None),
        ("重点做好以下工作：稳就业、稳企业、稳市场、稳预期，扎实推进各项任务。", None),
        ("（牵头单位：县财政局；责任单位：县民政局、县审计局）", None),
        ("我们也清醒看到差距：产业结构单一，创新能力不足，民生还有短板。", None),
        ("加快生态环境修复。好。", None),
    ],
)
def test_lead_phrases(text, lead):
    assert lead_phrase(text, Span(0, len(text))) == lead


def test_lead_phrases_inside_a_long_paragraph_open_passages():
    text = "29.治理矿区环境。" + "".join(f"{lead}。{FILL * 4}" for lead in ("治理沉陷区", "恢复废弃矿山", "处置矸石山"))
    assert leads(text) == ["治理沉陷区", "恢复废弃矿山", "处置矸石山"]


def test_a_short_sentence_with_little_after_it_opens_none():
    text = f"（一）内需。提振消费。{FILL * 12}启动专项行动。发放消费券。{FILL}"
    assert set(leads(text)) == {"提振消费"}


def test_what_is_reported_as_done_opens_none():
    text = f"（一）回顾。{FILL * 6}数字大脑顺利上线。{FILL * 5}"
    assert set(leads(text)) == {None}


def test_several_counted_subjects_in_one_passage_name_none_of_them():
    assert leads("一是稳住就业底盘。招聘会开到街镇。二是兜牢民生底线。救助金提标。三是守住安全底线。") == [None]


def test_short_leads_in_a_text_with_a_sentence_a_line_name_nothing():
    text = "\n".join(f"推进第{i}项改革试点。设立首批试点单位若干家，形成可复制的经验做法。" for i in range(9))
    assert leads(text)[0] == "推进第0项改革试点"
    text += "\n" + "\n".join(f"第{i}项改革取得积极进展，群众反映良好。" for i in range(40))
    assert set(leads(text)) == {None}


def test_short_paragraphs_are_joined_within_a_section_only():
    text = f"一、甲\n{FILL}\n{FILL}\n二、乙\n{FILL}\n"
    assert [(p.trail, p.first, p.last) for p, _ in pieces(text)] == [(("一、甲",), 1, 2), (("二、乙",), 1, 1)]


def test_a_paragraph_without_a_lead_does_not_join_one_that_has():
    text = f"一、甲\n加快修复。{FILL}\n{FILL * 2}\n"
    assert [(p.trail, p.first, p.last) for p, _ in pieces(text)] == [
        (("一、甲", "加快修复"), 1, 1),
        (("一、甲",), 2, 2),
    ]


def test_a_few_words_that_announce_go_with_a_neighbour():
    text = f"一、甲\n{FILL * 7}\n重点做好以下工作：\n加快修复。{FILL * 2}\n二、乙\n今年重点做好以下工作。\n强化协作。{FILL * 3}"
    assert [(p.trail, p.first, p.last) for p, _ in pieces(text)] == [
        (("一、甲",), 1, 2),
        (("一、甲", "加快修复"), 3, 3),
        (("二、乙", "强化协作"), 1, 2),
    ]


def test_labelled_items_of_a_few_words_make_one_passage_without_a_lead():
    text = "专栏1：工程\n1.岩面治理：九处，投资三亿元。\n2.坑塘整治：五处，投资一亿元。\n3.还林还耕：八处，投资两亿元。"
    assert [(p.trail, p.first, p.last) for p, _ in pieces(text)] == [(("专栏1：工程",), 1, 3)]


def test_a_long_paragraph_is_cut_into_even_parts_at_sentence_ends():
    text = FILL * 40
    parts = [span for _, span in pieces(text)]
    assert "".join(parts) == text
    assert all(part.endswith("。") and 150 <= len(part) <= LONG for part in parts)


def test_a_sentence_longer_than_a_passage_stays_whole():
    text = "推进" + "一项又一项的重点工程，" * 60 + "让群众满意。"
    assert [span for _, span in pieces(text)] == [text]


def test_pieces_are_planted_spans():
    text = f"一、甲\n  {FILL}\n\n　　{FILL}\n"
    (piece,) = cut(text, (Paragraph(Span(6, 6 + len(FILL)), ("一、甲",), 1),))
    assert (piece.span, piece.trail, piece.headings, piece.first, piece.last) == (
        Span(6, 6 + len(FILL)),
        ("一、甲",),
        1,
        1,
        1,
    )
    assert piece.span.of(text) == FILL
