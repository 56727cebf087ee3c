"""Page noise: every specimen is recognised for its own reason, and no sentence of a body is taken for noise."""

import pytest

from corpus.model import Hint, Reading, Span
from corpus.structure import outline
from corpus.structure.annotate import annotate
from corpus.structure.boilerplate import reason
from corpus.structure.lines import split
from corpus.structure.margins import mark
from corpus.structure.noise import NOISE

BODY = (
    "支持首页、首店、首展经济发展，培育消费新场景。",
    "完善分享到位的利益联结机制，让农民更多分享产业增值收益。",
    "来源于财政的资金不低于总投资的三成，其余由社会资本筹集。",
    "打印本区特色产业地图，发放到每一家企业。",
    "联系电话全部接入12345热线，做到二十四小时有人接听。",
    "2025年1月6日前完成摸底，3月底前全部开工。",
    "推广扫一扫即可办理的政务服务，群众不用再跑第二趟。",
    "区人民政府与市民政局共建养老服务示范区。",
    "技术支持中心建成后，服务企业超过三百家。",
    "版权所有者权益得到切实保护，侵权案件办结率达到百分之九十五。",
    "下载量超过百万次的应用达到二十个。",
    "网站地图等无障碍功能改造全面完成，老年人上网更加方便。",
    "提交区人大常委会审议后组织实施。",
    "验证码诈骗等新型犯罪得到有效遏制。",
    "主办单位由三家增加到十二家，参展企业突破五百家。",
    "关闭小煤矿十二处，退出产能一百八十万吨。",
    "无障碍环境建设全面推进，改造公共设施一百二十处。",
    "编辑部设在区融媒体中心，负责全区新闻采编工作。",
    "索引号管理制度全面建立，档案查询更加便捷。",
    "首页设计大赛成功举办，吸引参赛团队三十余支。",
    "相关链接产业加快集聚，上下游企业达到五十家。",
    "朗读大会等文化活动深入社区，参与群众超过两万人次。",
    "推广应用工业互联网平台，带动中小企业上云用云。",
    "扫码点餐的餐馆一律保留人工服务，方便老年人就餐。",
    "友情链接产业园与高校，共建实训基地十二个。",
    "收藏家协会、博物馆联合举办展览三十场。",
    "广告产业园引进企业二十家，实现税收三千万元。",
    "邮编、电话等基础信息全部录入平台，实现一次填报。",
    "主题分类建库稳步推进，数据归集率达到百分之九十八。",
    "下一条地铁线路力争年内开工，总投资九十亿元。",
    "上一篇文章做好保护，下一篇文章做好利用。",
    "第3页所列项目由区发改委牵头推进，区财政局配合。",
    "公众意见采纳情况全部公开，群众参与规划编制的渠道更加畅通。",
    "关于征求意见的程序进一步规范，重大决策一律公开听证。",
    "点个小菜也能拼单，社区食堂让老年人吃得更省心、更放心。",
    "时间银行稳步推行，来源于低龄老人的服务时长达到三万小时。",
    "声明作废的证照及时公示，接受社会监督。",
)


SPECIMENS = [(noise, specimen) for noise in NOISE for specimen in noise.specimens]


@pytest.mark.parametrize(("noise", "specimen"), SPECIMENS, ids=lambda value: getattr(value, "reason", value))
def test_a_specimen_matches_its_own_pattern_and_is_given_its_own_reason(noise, specimen):
    assert noise.pattern.fullmatch(specimen)
    assert reason(specimen, head=noise.zone in ("head", "edge"), tail=noise.zone == "tail") == noise.reason


@pytest.mark.parametrize("noise", [n for n in NOISE if n.zone != "any"], ids=lambda noise: noise.specimens[0])
def test_what_stands_at_an_edge_only_is_no_noise_in_the_middle(noise):
    assert noise.reason not in {reason(specimen, head=False, tail=False) for specimen in noise.specimens} or any(
        other.zone == "any" and other.reason == noise.reason for other in NOISE
    )


# Lines without a full stop that stand in the middle of plans: headings, items, cells.
UNCLOSED = (
    "加快推广节能技术", "完善社区服务网站", "区农业农村局、区财政局", "政策解读工作机制", "责任单位：区发展改革委", "牵头单位：区住建局",
    "其中：高标准农田20万亩", "（责任单位：区教育局）", "主要措施：", "来源广泛的民间投资", "收藏展览", "推进政务公开",
    "联系服务企业制度", "邮政快递网点", "搜索引擎和大数据平台", "完成时限", "往期债务化解", "留言板办理", "版权所有者权益", "原创艺术扶持计划", "数字报业集群", "首页面设计", "扫码支付全覆盖",
)  # fmt: skip


@pytest.mark.parametrize("line", UNCLOSED)
def test_a_line_without_a_full_stop_in_the_middle_of_a_plan_is_kept(line):
    assert reason(line, head=False, tail=False) is None


@pytest.mark.parametrize("sentence", BODY)
@pytest.mark.parametrize("zone", ["head", "tail", "middle"])
def test_a_sentence_of_the_body_is_never_noise(sentence, zone):
    assert reason(sentence, head=zone == "head", tail=zone == "tail") is None


def marks(text: str, title: str | None = None, hints: tuple[Hint, ...] = ()) -> list[tuple[str, str | None]]:
    lines = list(split(text))
    numbers = [outline.numbered(line.text) for line in lines]
    return [(line.text, why) for line, why in zip(lines, mark(lines, numbers, title, hints), strict=True)]


SENTENCE = "坚持把修山治水放在首位，五年治理废弃采石场三十七处，恢复植被三百公顷。"


def test_the_contents_end_where_a_wrapped_sentence_begins():
    text = (
        "目录\n第一章 总则\n第二章 任务\n序言\n世纪之交，全区基本实现了阶段目标，人民生活\n，综合实力明显增强。\n"
        + SENTENCE
    )
    assert [why for _, why in marks(text)] == ["目录"] * 4 + [None] * 3


def test_the_contents_end_where_their_first_entry_comes_again():
    text = f"目 录\n一、总体要求……1\n二、任务……3\n一、总体要求\n{SENTENCE}\n二、任务\n{SENTENCE}"
    assert [why for _, why in marks(text)] == ["目录"] * 3 + [None] * 4


def test_values_below_their_label_and_words_of_a_path_go_with_them():
    text = f"首页\n>\n政务信息\n>\n某区要闻\n来源：\n某某客户端\n{SENTENCE}\n来源：\n某某客户端发展迅速\n{SENTENCE}"
    assert [why for _, why in marks(text)][:7] == ["导航", "导航", "面包屑导航", "导航", "导航", *["来源与时间"] * 2]
    assert dict(marks(text))["某某客户端发展迅速"] is None


def test_who_signed_stands_above_the_date_and_nowhere_else():
    text = f"{SENTENCE}\n墨池区发展和改革局\n2023年5月8日\n{SENTENCE}\n墨池区发展和改革局\n{SENTENCE}"
    assert [why for _, why in marks(text)] == [None, "落款", "落款日期", None, None, None]


def test_the_title_again_is_no_body():
    title = "茶溪县促进乡村旅游提质升级行动计划（2024—2026年）"
    text = f"{SENTENCE}\n茶溪县促进乡村旅游提质升级\n行动计划（2024—2026年）\n{SENTENCE}\n行动计划\n{SENTENCE}"
    assert [why for _, why in marks(text, title)] == [None, "标题", "标题", None, None, None]


def test_what_the_format_calls_contents_is_no_body():
    text = f"总体要求 1\n主要任务 3\n{SENTENCE}"
    hints = (Hint(Span(0, 6), "toc"), Hint(Span(7, 13), "toc"))
    assert [why for _, why in marks(text, hints=hints)] == ["目录", "目录", None]


def test_a_running_head_beside_page_numbers_is_no_body():
    page = f"{SENTENCE}\n墨池区“十四五”规划汇编\n— {{}} —\n"
    text = "".join(page.format(n) for n in (11, 12, 13)) + SENTENCE
    assert [why for _, why in marks(text)] == [None, "页眉页脚", "页码"] * 3 + [None]
    assert "页眉页脚" not in dict(marks(page.format(11) * 2 + SENTENCE)).values()


def test_labels_of_a_page_and_their_values_below_them_go_together():
    text = f"索引号：\n000014349/2021-00012\n发文机关：墨池区人民政府\n主题分类：\n国民经济管理、规划\n{SENTENCE}\n发展环境\n{SENTENCE}"
    assert [why for _, why in marks(text)] == ["元数据"] * 5 + [None] * 3


def test_a_list_of_annexes_is_none_of_them():
    text = f"一、任务\n{SENTENCE}\n附件：1.重点项目清单\n2.主要指标表\n附件1\n重点项目清单\n{SENTENCE}"
    assert [why for _, why in marks(text)] == [None, None, "附件列表", "附件列表", None, None, None]
    assert dict(marks(f"{SENTENCE}\n附件：重点项目清单\n{SENTENCE}"))["附件：重点项目清单"] is None


def test_running_heads_that_hold_the_page_number_are_no_body():
    text = "".join(f"{SENTENCE}\n{SENTENCE}\n{head}\n" for head in ("12　墨池规划汇编", "墨池规划汇编　13", "14　墨池规划汇编")) + SENTENCE
    assert [why for _, why in marks(text)] == [None, None, "页眉页脚"] * 3 + [None]


def test_contents_with_page_numbers_end_with_the_last_of_them():
    text = f"目录\n综合规划……1\n专项规划……85\n附录……120\n墨池区卫生健康规划\n第一章 基础\n{SENTENCE}"
    assert [why for _, why in marks(text)] == ["目录"] * 4 + [None] * 3


def test_the_same_words_at_the_top_of_two_pages_are_a_running_head():
    text = f"{SENTENCE}\n— 3 —\n\f墨池区规划办编\n{SENTENCE}\n— 4 —\n\f墨池区规划办编\n{SENTENCE}"
    heads = [s for s in annotate(Reading(text)).sections if s.heading == "页眉页脚"]
    assert [s.span.of(text) for s in heads] == ["墨池区规划办编"] * 2


def test_what_a_picture_shows_goes_with_who_took_it():
    text = f"{SENTENCE}\n图为茶溪步道开放当日，市民驻足观看。\n本报记者 某某 摄\n{SENTENCE}"
    assert [why for _, why in marks(text)] == [None, "图片说明", "图片说明", None]
    assert dict(marks(f"{SENTENCE}\n图为茶溪步道开放当日，市民驻足观看。\n{SENTENCE}"))["图为茶溪步道开放当日，市民驻足观看。"] is None


def test_a_call_for_comments_that_gives_the_title_ends_above_the_title_that_it_quotes():
    call = "关于《墨池区绿地规划（征求意见稿）》公开征求意见的公告"
    text = f"{call}\n{SENTENCE}\n一、登录网站在线填写；\n二、信函寄至茶溪路1号。\n2025年1月6日\n墨池区绿地规划\n（征求意见稿）\n一、任务\n{SENTENCE}"
    found = [why for _, why in marks(text, call)]
    assert found == ["标题", "征集信息", "征集信息", "征集信息", "落款日期", "标题", "标题附注", None, None]


def test_contents_of_two_entries_end_with_the_last_where_both_have_page_numbers():
    text = f"本期目录\n墨池区绿地规划……（1）\n墨池区水利规划……（19）\n墨池区绿地规划\n第一章 基础\n{SENTENCE}"
    assert [why for _, why in marks(text)] == ["目录"] * 3 + [None] * 3
