"""Metadata: title, kind, period, status, date, number and region of texts written for it, with their evidence."""

import pytest

from corpus.metadata import KINDS, STATUSES, five_years, read_metadata
from corpus.model import Reading
from corpus.places import LEVELS, Gazetteer
from corpus.terms import GLOSSARY

GAZETTEER = Gazetteer()
BODY = "\n\n一、总体要求\n坚持把群众的事放在首位，一件接着一件办，把好事办好、实事办实。"


def read(text: str, file: str = "文件.txt"):
    return read_metadata(Reading(text), file, GAZETTEER)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("芜湖市弋江区“十四五”养老服务发展规划", "芜湖市弋江区“十四五”养老服务发展规划"),
        ("【转区政府】某区教育发展规划", "某区教育发展规划"),
        ("某县促进乡村旅游\n行动计划（2024—2026年）", "某县促进乡村旅游行动计划（2024—2026年）"),
        ("关于印发《某县养老服务发展规划》的通知", "某县养老服务发展规划"),
        ("某县政府工作报告（2026年1月3日县人民代表大会通过）", "某县政府工作报告"),
    ],
)
def test_titles_are_read_from_the_head(head, title):
    metadata = read(head + BODY)
    assert metadata.title == title
    assert metadata.evidence["title"].confidence >= 0.8
    assert metadata.title_span is not None


def test_a_sentence_of_the_body_is_no_title_and_the_file_name_stands_in():
    metadata = read("我区是全国最早编制规划的地区之一，必须已经完成规划。\n" + BODY, "某区教育发展规划.txt")
    assert (metadata.title, metadata.title_span, metadata.evidence["title"].source) == (
        "某区教育发展规划",
        None,
        "file name",
    )


@pytest.mark.parametrize(
    ("title", "kind", "period"),
    [
        ("弋江区国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要", "规划纲要", "2021-2025"),
        ("中共弋江区委关于制定国民经济和社会发展第十五个五年规划的建议", "规划建议", "2026-2030"),
        ("弋江区2026年政府工作报告", "政府工作报告", "2026"),
        ("弋江区关于推进创新发展的实施意见", "实施意见", None),
        ("弋江区“十四五”生态环境保护规划", "专项规划", "2021-2025"),
        ("弋江区“十四五”生态环境保护规划（征求意见稿）", "专项规划", "2021-2025"),
        ("弋江区养老服务行动计划（2024—2026年）", "行动计划", "2024-2026"),
        ("弋江区人民政府关于做好春耕工作的通知", "通知", None),
    ],
)
def test_kind_and_period(title, kind, period):
    metadata = read(title + BODY)
    assert (metadata.kind, metadata.period) == (kind, period)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("弋江区教育发展规划", "正式"),
        ("弋江区教育发展规划（征求意见稿）", "征求意见稿"),
        ("弋江区教育发展规划（草案）", "草案"),
        ("弋江区教育发展规划（送审稿）", "送审稿"),
        ("弋江区教育发展规划（修订版）", "修订"),
        ("弋江区教育发展规划（已废止）", "废止"),
        ("弋江区教育发展规划\n征集时间：2023-05-08至2023-06-07", "征求意见稿"),
    ],
)
def test_status(head, status):
    assert read(head + BODY).status == status


@pytest.mark.parametrize(
    ("head", "issued"),
    [
        ("弋江区政府工作报告\n——2026年1月22日在弋江区第三届人民代表大会第五次会议上", "2026-01-22"),
        ("弋江区教育发展规划\n发布时间：2021-07-14 17:22", "2021-07-14"),
        ("弋江区教育发展规划\n（二〇二〇年十二月三十日区委全会通过）", "2020-12-30"),
        ("弋江区教育发展规划\n2021-45-99", None),
    ],
)
def test_issued(head, issued):
    metadata = read(head + BODY)
    assert metadata.issued == issued


def test_the_signature_dates_a_text_whose_head_does_not():
    text = "弋江区教育发展规划" + BODY + "\n弋江区教育局\n2023年7月20日\n"
    metadata = read(text)
    assert metadata.issued == "2023-07-20"
    assert metadata.evidence["issued"].span.of(text) == "2023年7月20日"


def test_the_number_is_read_with_its_span():
    text = "弋江区人民政府文件\n弋政〔2023〕9号\n弋江区教育发展规划" + BODY
    metadata = read(text)
    assert metadata.number == "弋政〔2023〕9号"
    assert metadata.evidence["number"].span.of(text) == "弋政〔2023〕9号"


@pytest.mark.parametrize(
    ("ordinal", "years"), [("一", "1953-1957"), ("三", "1966-1970"), ("十四", "2021-2025"), ("百", None)]
)
def test_five_year_plans(ordinal, years):
    assert five_years(ordinal) == years


# — regions —————————————————————————————————————————————————————————————————————————————————————————————————————————


def region(text: str, file: str = "文件.txt") -> tuple[str | None, float]:
    metadata = read(text, file)
    evidence = metadata.evidence.get("region")
    return metadata.region.name if metadata.region else None, evidence.confidence if evidence else 0.0


PLAN = "国民经济和社会发展第十四个五年规划纲要" + BODY


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("芜湖市弋江区" + PLAN, "安徽省芜湖市弋江区"),
        ("安徽省" + PLAN, "安徽省"),
        ("弋江区" + PLAN, "安徽省芜湖市弋江区"),
        ("南京市鼓楼区" + PLAN, "江苏省南京市鼓楼区"),
        ("鼓楼区" + PLAN + "\n我区地处福州市中心，是福州市的门户。", "福建省福州市鼓楼区"),
        ("国务院关于促进养老服务发展的意见" + BODY, "中华人民共和国"),
    ],
)
def test_a_region_named_in_the_title_is_sure(text, name):
    assert region(text) == (name, pytest.approx(0.97))


def test_a_name_of_several_places_is_not_resolved_without_its_parent():
    name, confidence = region("鼓楼区" + PLAN + "\n我区将加快发展，全区上下共同努力。" * 3)
    assert name is None or confidence < 0.7


def test_a_report_that_names_a_district_often_stays_the_whole_citys():
    districts = "海淀区建成创新平台，海淀区的企业更多，海淀还要加快。朝阳区也在加快。" * 30
    assert region("北京市2026年政府工作报告" + BODY + districts, "北京.txt")[0] == "北京市"
    assert region("政府工作报告\n——2027年1月20日在北京市第十六届人民代表大会第五次会议上\n" + districts)[0] == "北京市"


def test_a_neighbour_named_more_often_does_not_win():
    """A page of a newspaper without a title: the own name stands bare, neighbours stand in lists with their suffix."""
    text = (
        "（上接第五版）\n八、保障措施\n（一）坚持党的领导。全市上下团结一心，建设幸福义乌。加强与永康市、东阳市、浦江县的协作，"
        "与永康市、东阳市共建园区。\n（二）强化要素。各镇街、各部门要支持义乌发展，把义乌建成商贸名城，为我市现代化赋能。"
        "争取浙江省、金华市支持，推动金华市、义乌都市区建设，义乌力争上游，义乌人民团结奋斗。永康市、东阳市、浦江县都在加快。"
        "我市要抢抓机遇。各乡镇（街道）要落实。永康市、东阳市、永康市、东阳市、永康市、浦江县的经验值得学习。\n"
    )
    name, confidence = region(text)
    assert name == "浙江省金华市义乌市"
    assert 0.6 <= confidence < 0.95


def test_a_text_that_names_no_region_of_its_own_has_none():
    assert region("关于做好工作的通知" + BODY) == (None, 0.0)
    assert region("某园区产业发展规划" + BODY + "\n学习上海、深圳、杭州经验。") == (None, 0.0)


def test_evidence_points_into_the_text():
    text = "首页 > 某栏目\n芜湖市弋江区" + PLAN
    metadata = read(text)
    for evidence in metadata.evidence.values():
        assert 0 <= evidence.confidence <= 1
        assert evidence.span is None or 0 <= evidence.span.start < evidence.span.end <= len(text)
    assert metadata.title_span.of(text) == metadata.title


def test_every_term_of_the_vocabularies_is_glossed_once_in_english():
    for word in (*KINDS, *STATUSES, *LEVELS):
        assert GLOSSARY[word].isascii() or "(" in GLOSSARY[word] or "–" in GLOSSARY[word]
    assert len(set(GLOSSARY.values())) == len(GLOSSARY) >= 30
