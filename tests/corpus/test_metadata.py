"""Metadata: title, kind, period, status, date, number and region of texts written for it, with their evidence."""

import pytest

from corpus.metadata.particulars import LABELS
from corpus.metadata.periods import five_years
from corpus.metadata.read import read_metadata
from corpus.model import KINDS, STATUSES, Hint, Reading, Span
from corpus.regions.places import LEVELS, Gazetteer, Place
from corpus.terms import GLOSSARY

OWN = (
    Place("990000", "澜江省", "省级", "100000"),
    Place("990100", "临澜市", "地级", "990000"),
    Place("990103", "墨池区", "县级", "990100"),
    Place("990171", "临澜经济技术开发区", "县级", "990100", ("临澜经开区", "经开区")),
)
GAZETTEER = Gazetteer(OWN)
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
        ("关于印发某县养老服务发展规划的通知", "某县养老服务发展规划"),
        ("关于公开征求《某县养老规划》意见的公告", "某县养老规划（征求意见稿）"),
        ("标　　题：\n某县人民政府关于同意某镇更名的批复", "某县人民政府关于同意某镇更名的批复"),
        ("# 某区水利发展规划（送审稿）", "某区水利发展规划（送审稿）"),
        ("某县人民政府 政策文件 某县促进乡村旅游行动计划\n某县促进乡村旅游行动计划", "某县促进乡村旅游行动计划"),
        ("中共某县委\n某县人民政府关于推进乡村旅游的实施意见", "中共某县委某县人民政府关于推进乡村旅游的实施意见"),
        ("发布机构：\n某县人民政府\n文种：\n意见\n关于推进乡村旅游的实施意见", "关于推进乡村旅游的实施意见"),
    ],
)
def test_titles_are_read_from_the_head(head, title):
    metadata = read(head + BODY)
    assert metadata.title == title
    assert metadata.evidence["title"].confidence >= 0.8
    assert metadata.title_span is not None


@pytest.mark.parametrize(
    ("beginning", "title"),
    [
        ("　　临澜市墨池区国民经济和社会发展第十二个五年（２０１１－２０１５年）规划纲要，根据区委的建议编制，主要说明今后五年做什么。",
         "临澜市墨池区国民经济和社会发展第十二个五年（2011－2015年）规划纲要"),
        ("今后五年十分重要。\n根据区委的建议，制定《临澜市墨池区水系治理与湖泊保护规划》（以下简称《规划》），共分六章。", "临澜市墨池区水系治理与湖泊保护规划"),
    ],
)  # fmt: skip
def test_a_text_without_a_title_line_may_name_itself_as_it_begins(beginning, title):
    metadata = read(beginning + BODY, "墨池规划.txt")
    assert (metadata.title, metadata.title_span) == (title, None)
    assert metadata.evidence["title"].span is not None and metadata.region.code == "990103"


def test_a_plan_that_is_only_drawn_upon_names_no_text():
    text = "根据《临澜市墨池区水系治理规划》和上级要求，各镇要做好清淤。\n" + BODY
    assert read(text, "清淤.txt").title != "临澜市墨池区水系治理规划"


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
        ("关于印发《弋江区“十四五”生态规划》的通知", "专项规划", "2021-2025"),
        ("弋江区关于贯彻《安徽省五大发展行动计划（2016—2020年）》的实施意见", "实施意见", None),
        ("弋江区二〇三五年远景目标纲要", "规划纲要", None),
        ("弋江区2024年工作要点", "其他", "2024"),
        ("弋江区能源规划（2023年修订）", "专项规划", None),
        ("弋江区能源规划（２０２１－２０２５年）", "专项规划", "2021-2025"),
        ("弋江区十三五教育规划", "专项规划", "2016-2020"),
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
        ("弋江区教育发展规划（2023年修订）", "修订"),
        ("弋江区教育发展规划（修订版）（征求意见稿）", "征求意见稿"),
        ("弋江区教育发展规划（修订草案）", "草案"),
        ("弋江区教育发展规划\n有 效 性：废止", "废止"),
        ("弋江区人民政府关于废止部分文件的通知", "正式"),
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
        ("弋江区发展规划\n（第七届人民代表大会第四次会议1991年4月9日批准）", "1991-04-09"),
        ("成文日期：\n2021年3月2日\n发布时间：2021-07-14\n弋江区教育发展规划", "2021-03-02"),
        ("弋江区教育发展规划\n弋政〔2021〕9号\n2021年7月14日", "2021-07-14"),
        ("弋江区教育发展规划\n（2 0 0 1年2月1 6日弋江区第九届人民代表大会第四次会议通过）", "2001-02-16"),
        (
            "关于印发《弋江区教育规划》的通知\n现印发给你们。\n弋江区人民政府\n2021年3月22日\n弋江区教育规划\n发布时间：2021-04-01",
            "2021-03-22",
        ),
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
    ("head", "number"),
    [
        ("发文字号：\n弋政办〔2021〕12号\n弋江区教育发展规划", "弋政办〔2021〕12号"),
        ("文  号：弋政〔2024〕3号\n弋江区教育发展规划", "弋政〔2024〕3号"),
        ("索引号 | 0001/2024 | 文　　号 | 弋政〔2024〕3号\n弋江区教育发展规划", "弋政〔2024〕3号"),
        ("发文字号：\t弋政〔2024〕3号\n弋江区教育发展规划", "弋政〔2024〕3号"),
        ("弋江区教育发展规划\n弋政发[2006]12号", "弋政发[2006]12号"),
        ("关于印发《弋江区教育规划》的通知（弋政〔2021〕6号）", "弋政〔2021〕6号"),
        ("弋江区教育发展规划\n根据《关于加快教育发展的意见》（国发〔2021〕3号），制定本规划。", None),
        ("弋江区教育发展规划\n《国务院意见》（国发〔2021〕3号）", None),
    ],
)
def test_a_number_is_never_one_that_the_body_quotes(head, number):
    assert read(head + BODY + "\n按照国发〔2020〕1号文件要求办理。").number == number


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("弋江区人民政府办公室文件\n弋政办〔2023〕9号\n弋江区教育发展规划" + BODY, "弋江区人民政府办公室"),
        ("发文机关：某市发展和改革委员会\n弋江区教育发展规划" + BODY, "某市发展和改革委员会"),
        ("中共弋江区委 弋江区人民政府关于推进创新的实施意见" + BODY, "中共弋江区委、弋江区人民政府"),
        ("弋江区教育发展规划" + BODY + "\n弋江区教育局\n弋江区财政局\n2023年7月20日\n", "弋江区教育局、弋江区财政局"),
        ("弋江区教育发展规划\n（2021年1月20日弋江区第三届人民代表大会第五次会议批准）" + BODY, "弋江区第三届人民代表大会"),
        ("政府工作报告\n——2026年1月22日在弋江区第三届人民代表大会第五次会议上" + BODY, "弋江区人民政府"),
        ("弋江区教育发展规划\n弋江区教育局\n2021年9月" + BODY, "弋江区教育局"),
        ("弋江区教育发展规划" + BODY, None),
    ],
)  # fmt: skip
def test_the_issuing_body(text, issuer):
    metadata = read(text)
    assert metadata.issuer == issuer
    if issuer:
        assert metadata.evidence["issuer"].span.of(text).startswith(issuer[:3])


def test_a_reports_issuer_is_the_government_it_speaks_for():
    text = "弋江区2026年政府工作报告\n各位代表：\n现在，我代表区人民政府，向大会报告工作。" + BODY
    metadata = read(text)
    assert metadata.issuer == "弋江区人民政府"
    assert metadata.evidence["issuer"].span.of(text) == "代表区人民政府"
    assert metadata.evidence["issuer"].confidence < 0.8


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.specimen)
def test_each_label_matches_its_specimen(label):
    assert next(other for other in LABELS if other.pattern.match(label.specimen)) is label


def test_the_start_of_a_comment_period_is_no_sure_date():
    metadata = read("弋江区教育发展规划\n征集时间：[2018-01-08] 至 [2018-01-15]" + BODY)
    assert (metadata.issued, metadata.evidence["issued"].confidence) == ("2018-01-08", 0.5)


def test_a_newspapers_date_is_no_sure_date():
    metadata = read("2021年03月18日\n第14版：专版\n弋江区教育发展规划" + BODY)
    assert metadata.issued == "2021-03-18" and metadata.evidence["issued"].confidence < 0.7


@pytest.mark.parametrize(
    ("text", "period", "words"),
    [
        ("弋江区生态规划" + BODY + "规划期限为2023—2030年。“十三五”时期，“十三五”末，“十三五”期间。", "2023-2030", "规划期限为2023—2030年"),
        ("弋江区生态规划（2021—2025年）" + BODY + "“十三五”时期。" * 9, "2021-2025", "2021—2025年"),
        ("弋江区生态规划\n（2021—2025年）\n" + BODY + "“十三五”时期。" * 9, "2021-2025", "2021—2025年"),
        ("政府工作报告\n——2021年12月28日在弋江区第三届人民代表大会第一次会议上\n一、2021年工作回顾\n过去一年。\n二、2022年工作安排\n", "2022", "2022年工作安排"),
    ],
)  # fmt: skip
def test_the_period_and_where_it_is_said(text, period, words):
    metadata = read(text)
    assert (metadata.period, metadata.evidence["period"].span.of(text)) == (period, words)


def test_fields_point_at_the_words_that_say_them():
    text = "首页\n关于公开征求意见的公告\n弋江区“十四五”生态环境保护规划\n（征求意见稿）" + BODY
    evidence = read(text).evidence
    said = {field: evidence[field].span.of(text) for field in ("region", "kind", "period", "status")}
    assert said == {"region": "弋江区", "kind": "规划", "period": "“十四五”", "status": "公开征求意见"}


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
    found, confidence = region(text)
    assert found == name and confidence >= 0.9


def test_a_name_of_several_places_is_not_resolved_without_its_parent():
    name, confidence = region("鼓楼区" + PLAN + "\n我区将加快发展，全区上下共同努力。" * 3)
    assert name is None or confidence < 0.7


OURS = "我区要加快发展，全区上下共同努力，我区产业兴旺。" * 5


@pytest.mark.parametrize(
    ("text", "file", "name"),
    [
        ("朝阳区" + PLAN + OURS, "长春市朝阳区规划.txt", "吉林省长春市朝阳区"),
        ("朝阳区" + PLAN + OURS, "北京/规划.txt", "北京市朝阳区"),
        ("朝阳区" + PLAN + "\n北京市朝阳区人民政府\n2021年3月1日\n" + OURS, "a.txt", "北京市朝阳区"),
        ("新华区" + PLAN + "\n石家庄市新华区发展和改革局编制\n" + OURS, "a.txt", "河北省石家庄市新华区"),
        ("城关区" + PLAN + "我区位于兰州市，是兰州市的中心，在甘肃居前。" * 3, "a.txt", "甘肃省兰州市城关区"),
    ],
)
def test_a_superior_tells_namesakes_apart(text, file, name):
    found, confidence = region(text, file)
    assert found == name and confidence >= 0.8


@pytest.mark.parametrize(
    ("text", "name", "sure"),
    [
        ("临澜经济技术开发区“十四五”产业规划" + BODY, "澜江省临澜市临澜经济技术开发区", True),
        ("芜湖经济技术开发区“十四五”产业规划" + BODY, "安徽省芜湖市", False),
        ("芜湖市弋江区某某街道“十四五”规划" + BODY, "安徽省芜湖市弋江区", False),
        ("合肥市城区防洪规划" + BODY, "安徽省合肥市", True),
        ("安徽省推进合肥都市圈建设行动计划" + BODY, "安徽省", True),
        ("关于学习深圳经验推进改革的意见" + BODY, "广东省深圳市", False),
        ("吉林市2026年政府工作报告" + BODY, "吉林省吉林市", True),
        ("吉林2026年政府工作报告" + BODY + "我省加快发展。" * 5, "吉林省", True),
        ("海南州2026年政府工作报告" + BODY + "我州加快发展。" * 5, "青海省海南藏族自治州", True),
        ("广州市新城规划" + BODY + OURS, "广东省广州市", False),
        ("国务院关于支持安徽省创新发展的意见" + BODY, "中华人民共和国", True),
        ("国家发展改革委关于印发《长三角规划》的通知" + BODY, "中华人民共和国", True),
    ],
)
def test_whose_a_title_is(text, name, sure):
    found, confidence = region(text)
    assert (found, confidence >= 0.8) == (name, sure)


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        ("陵县“十二五”规划\n我县要加快发展，全县上下，我县产业，我县百姓，我县干部。", "山东省德州市陵城区", "陵县"),
        ("陵县“十二五”规划\n（2012年1月10日陵县第十六届人民代表大会第一次会议通过）", "山东省德州市陵城区", "陵县"),
        ("襄阳区“十一五”规划\n（2006年1月10日襄阳区第二届人民代表大会第四次会议通过）", "湖北省襄阳市襄州区", "襄阳区"),
        ("通州区“十一五”规划\n（2008年1月10日通州区第二届人民代表大会第四次会议通过）", "北京市通州区", "通州区"),
        ("通州市“十一五”规划", "江苏省南通市通州区", "通州市"),
        ("襄樊市襄城区“十一五”规划", "湖北省襄阳市襄城区", "襄樊市襄城区"),
    ],
)
def test_a_former_name_is_its_successors(head, name, words):
    text = head + BODY
    metadata = read(text)
    assert metadata.region.name == name and metadata.evidence["region"].confidence >= 0.8
    assert metadata.evidence["region"].span.of(text) == words


def test_a_region_that_was_divided_is_not_guessed():
    assert region("江干区“十三五”规划" + BODY) == (None, 0.0)


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


def test_a_title_broken_before_a_row_that_could_be_one_by_itself_is_read_whole():
    found = read("墨池区国民经济和社会发展第十四个\n五年规划和二〇三五年远景目标纲要" + BODY)
    assert found.title == "墨池区国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要"
    called = read("关于墨池区绿地规划征求意见的公告\n墨池区中长期绿地系统规划" + BODY)
    assert called.title == "墨池区中长期绿地系统规划"


def test_a_title_is_unsure_that_lacks_its_beginning_or_names_no_document():
    cut_off = read("五年规划和二〇三五年远景目标纲要" + BODY)
    assert cut_off.evidence["title"].confidence == 0.7
    site = read_metadata(Reading("云岭·墨池" + BODY, hints=(Hint(Span(0, 5), "title"),)), "a.html", GAZETTEER)
    assert (site.title, site.evidence["title"].confidence) == ("云岭·墨池", 0.6)
