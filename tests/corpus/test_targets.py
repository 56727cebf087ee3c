"""Targets read from invented sentences and tables, value by value; the annotated plans where they lie beside the project."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import targets as benchmark
from corpus import intake, tray
from corpus.model import Document, Passage, Span, Table
from corpus.regions.places import Gazetteer
from corpus.targets import tables  # noqa: F401 - its phrases are held to their specimens, too
from corpus.targets.amounts import amount
from corpus.targets.extract import targets
from corpus.targets.model import CHANGES, KINDS, NATURES
from corpus.targets.numbers import amounts_in, chinese_value, folded
from corpus.targets.wording import PHRASES, looks_back

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared"))


def plan(text, period="2021-2025", kind="规划纲要", trail=("第二章 主要目标",), found=(), start=0):
    document = Document("d", ("甲.txt",), text, "甲", period=period, kind=kind, tables=found)
    return document, Passage("d", Span(start, len(text)), trail, len(trail), 1, 1)


def read(text, **kwargs):
    return targets(*plan(text, **kwargs))


def told(text, **kwargs):
    """(words of the value, name, value or range, unit, change, kind) of every target of a text."""
    return [
        (t.span.of(text), t.indicator, t.low if t.low == t.high else (t.low, t.high), t.unit, t.change, t.kind)
        for t in read(text, **kwargs)
    ]


def indicator(words, name, value, unit, change="level"):
    return (words, name, value, unit, change, "indicator")


def task(words, name, value, unit):
    return (words, name, value, unit, "new", "task")


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.specimen)
def test_every_pattern_matches_its_specimen(phrase):
    assert phrase.found(phrase.specimen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("森林覆盖率达到45%。", [indicator("45%", "森林覆盖率", 45, "%")]),
        ("一般公共预算收入增长５％左右。", [indicator("５％左右", "一般公共预算收入", 5, "%", "growth")]),
        ("单位地区生产总值能耗降低13.5%。", [indicator("13.5%", "单位地区生产总值能耗", 13.5, "%", "decrease")]),
        ("城镇调查失业率控制在5.5%以内。", [indicator("5.5%以内", "城镇调查失业率", 5.5, "%")]),
        ("护理型床位占比不低于55%。", [indicator("不低于55%", "护理型床位占比", 55, "%")]),
        ("旅游总收入突破300亿元。", [indicator("突破300亿元", "旅游总收入", 300, "亿元")]),
        ("居民消费价格涨幅2%左右。", [indicator("2%左右", "居民消费价格涨幅", 2, "%", "growth")]),
        ("粮食总产量稳定在1,300万吨以上。", [indicator("1,300万吨以上", "粮食总产量", 1300, "万吨")]),
        ("城镇新增就业70万人。", [indicator("70万人", "城镇新增就业", 70, "万人", "new")]),
        ("人均预期寿命提高到79.5岁。", [indicator("79.5岁", "人均预期寿命", 79.5, "岁")]),
        ("企业开办时间压缩到半个工作日。", [indicator("半个工作日", "企业开办时间", 0.5, "个工作日")]),
        ("城乡居民收入比缩小到1.8:1以内。", [indicator("1.8:1以内", "城乡居民收入比", 1.8, "")]),
        ("农田灌溉水有效利用系数提高到0.58。", [indicator("0.58", "农田灌溉水有效利用系数", 0.58, "")]),
        ("综合实力进入全省前十。", [indicator("前十", "综合实力", 10, "位")]),
        ("工业总产值翻两番。", [indicator("翻两番", "工业总产值", 4, "倍", "growth")]),
        ("化肥使用量实现零增长。", [indicator("零增长", "化肥使用量", 0, "%", "growth")]),
        ("新增小店占比不少于两成。", [indicator("不少于两成", "新增小店占比", 20, "%", "new")]),
        ("单位能耗下降三分之一。", [indicator("三分之一", "单位能耗", 33.3, "%", "decrease")]),
        ("优质公办幼儿园覆盖95%乡镇。", [indicator("95%", "优质公办幼儿园", 95, "%")]),
        ("70%以上的村庄建立养老互助点。", [indicator("70%以上", "村庄建立养老互助点", 70, "%")]),
        ("压减一般性支出10%。", [indicator("10%", "一般性支出", 10, "%", "decrease")]),
        ("接待游客3000万人次。", [indicator("3000万人次", "接待游客", 3000, "万人次")]),
        ("研发机构覆盖率达六成五。", [indicator("六成五", "研发机构覆盖率", 65, "%")]),
        ("人口控制在46.2万左右。", [indicator("46.2万左右", "人口", 46.2, "万")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_indicators(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新建改建农村公路1000公里。", [task("1000公里", "新建改建农村公路", 1000, "公里")]),
        ("改造农村公路一千二百公里。", [task("一千二百公里", "改造农村公路", 1200, "公里")]),
        ("打通50条断头路。", [task("50条", "断头路", 50, "条")]),
        ("为800个老旧小区引入物业服务。", [task("800个", "老旧小区引入物业服务", 800, "个")]),
        ("支持建设重点实验室3—5个。", [task("3—5个", "支持建设重点实验室", (3, 5), "个")]),
        ("加快临澜、沧浦等6条铁路建设。", [task("6条", "铁路建设", 6, "条")]),
        ("96个社区全部配置自助终端。", [task("96个", "社区全部配置自助终端", 96, "个")]),
        ("完成投资超4500亿元。", [task("超4500亿元", "完成投资", 4500, "亿元")]),
        ("改造提升设施1万台（套）以上。", [task("1万台（套）以上", "改造提升设施", 1, "万台(套)")]),
        ("开行码头街、环江夜航三条水上线路。", [task("三条", "水上线路", 3, "条")]),
        (
            "新增智能工厂80家、数字车间100个。",
            [task("80家", "新增智能工厂", 80, "家"), task("100个", "数字车间", 100, "个")],
        ),
        (
            "着力培育6个世界级、7个国家级产业集群。",
            [task("6个", "世界级", 6, "个"), task("7个", "国家级产业集群", 7, "个")],
        ),
        (
            "抓好总投资200亿元的38个重点项目。",
            [task("200亿元", "抓好总投资", 200, "亿元"), task("38个", "重点项目", 38, "个")],
        ),
        (
            "改造老旧小区156个、4.2万户，面积合计380万平方米。",
            [
                task("156个", "改造老旧小区", 156, "个"),
                task("4.2万户", "改造老旧小区", 4.2, "万户"),
                task("380万平方米", "面积", 380, "万平方米"),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_tasks(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "规模以上工业增加值、社会消费品零售总额均增长6%。",
            [
                indicator("6%", "社会消费品零售总额", 6, "%", "growth"),
                indicator("6%", "规模以上工业增加值", 6, "%", "growth"),
            ],
        ),
        (
            "污水处理率和垃圾分类覆盖率分别达到85%和80%以上。",
            [indicator("85%", "污水处理率", 85, "%"), indicator("80%以上", "垃圾分类覆盖率", 80, "%")],
        ),
        (
            "城镇、农村居民人均可支配收入分别增长5%、6%。",
            [
                indicator("5%", "城镇居民人均可支配收入", 5, "%", "growth"),
                indicator("6%", "农村居民人均可支配收入", 6, "%", "growth"),
            ],
        ),
        (
            "旅游收入达到80亿元，接待游客900万人次，年均分别增长10%、8%。",
            [
                indicator("80亿元", "旅游收入", 80, "亿元"),
                indicator("900万人次", "接待游客", 900, "万人次"),
                indicator("10%", "旅游收入", 10, "%", "growth"),
                indicator("8%", "接待游客", 8, "%", "growth"),
            ],
        ),
        (
            "人均预期寿命提高1岁，达到80岁。",
            [indicator("1岁", "人均预期寿命", 1, "岁", "growth"), indicator("80岁", "人均预期寿命", 80, "岁")],
        ),
        (
            "研发投入年均增长8%，占地区生产总值比重达到2.5%。",
            [
                indicator("8%", "研发投入", 8, "%", "growth"),
                indicator("2.5%", "研发投入占地区生产总值比重", 2.5, "%"),
            ],
        ),
        (
            "粮食产量达到42500万—45000万吨，棉花25万吨。",
            [
                indicator("42500万—45000万吨", "粮食产量", (42500, 45000), "万吨"),
                indicator("25万吨", "棉花", 25, "万吨"),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lists_share_verbs_and_names(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "打造15分钟便民生活圈，推行“一件事一次办”。",
        "坚持三个导向，落实五项任务，构建一核两翼格局。",
        "对新认定的企业给予一次性奖励20万元，补贴比例不超过30%。",
        "70至79周岁老人每餐补贴3元，价格不高于15元。",
        "2020年，全区粮食产量达到10万吨。",
        "已建成高标准农田30万亩。",
        "改造了500个老旧小区。",
        "截至目前，累计改造老旧小区118个。",
        "去年新建学校30所，新增学位2万个。",
        "“十三五”时期，地区生产总值年均增长7.2%。",
        "沧浪溪全长7.8公里，规划区总面积120平方公里。",
        "完善“1+4+N”政策体系，做好第3届文博会。",
        "培育6G产业，建设M102线，推出3.0方案。",
        "三次产业结构调整为5:45:50。",
        "提出29项主要指标，部署13项任务举措。",
        "非化石能源占一次能源消费比重稳步提高。",
        "对税收超过5000万元的楼宇设服务专员。",
        "每个街道建成不少于600平方米的综合文化站。",
        "努力提高80岁以上老人的照护水平。",
        "推进土地承包到期后再延长30年试点。",
        "生态环境持续改善。",
    ],
)
def test_what_is_no_target(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("到2025年，森林覆盖率达到45%。", [2025]),
        ("2023年底前改造危房86栋；更换燃气管58公里。", [2023, 2025]),
        ("配小型消防站4座，2022年底前完成。", [2022]),
        ("到2023年建成医疗中心2个，到2025年建成4个。", [2023, 2025]),
        ("到2035年，人均地区生产总值达到20万元。", [2035]),
        ("森林覆盖率达到45%。", [2025]),
        ("“十四五”末，高速公路里程达600公里。", [2025]),
        ("到二〇三五年，森林覆盖率达到50%。", [2035]),
        ("单位能耗比2020年降低13%。", [2025]),
        ("实现2035年远景目标，森林覆盖率达到45%。", [2025]),
        ("2022年到2023年改造接点640处。", [2023]),
    ],
)
def test_years(text, years):
    assert [t.year for t in read(text)] == years


def test_a_year_at_a_sentences_head_holds_for_those_behind_it():
    first, second = read("到2023年，森林覆盖率达到45%。城镇化率达到65%。")
    assert (first.year, second.year) == (2023, 2023)


def test_a_heading_gives_the_year_where_the_text_does_not():
    assert [t.year for t in read("城镇化率达到75%。", trail=("二、2035年远景目标",))] == [2035]
    assert [t.year for t in read("城镇化率达到75%。", period=None)] == [None]


def test_comparators_and_yearly_figures():
    found = read("力争实际利用外资达到2亿美元，地区生产总值年均增长6%以上，努力争取更好结果。")
    assert [(t.comparator, t.annual) for t in found] == [("力争", False), ("以上", True)]
    (mean,) = read("细颗粒物年均浓度控制在29微克/立方米左右。")
    assert (mean.annual, mean.unit, mean.comparator) == (False, "微克/立方米", "左右")
    assert [t.comparator for t in read("新增床位300余张，税收接近5亿元。")] == ["余", "接近"]


def test_where_a_figure_starts_from():
    text = "常住人口城镇化率由2020年的58.3%提高到65%，助餐点从23个增加到68个。"
    first, second = read(text)
    assert (first.base, first.base_unit, first.base_year, first.indicator) == (58.3, "%", 2020, "常住人口城镇化率")
    assert (second.base, second.base_unit, second.base_year, second.span.of(text)) == (23, "个", None, "68个")
    assert second.named and second.named.of(text) == second.indicator == "助餐点"


def test_what_looks_back_is_left_out_by_its_heading():
    text = "粮食总产量达到120万吨。"
    assert told(text, trail=("一、2025年工作回顾", "（一）补短板"), period="2026", kind="政府工作报告") == []
    assert told(text, trail=("第一节 发展基础",)) == []
    assert len(told(text, trail=("第三节 夯实产业发展基础",))) == 1
    assert looks_back("决胜小康取得决定性成就") and not looks_back("第二章 把握形势，确立目标")
    document, passage = plan(text)
    led = replace(passage, trail=(*passage.trail, "资源节约成效显著"), headings=1)
    assert len(targets(document, led)) == 1


def test_those_years_are_the_ones_told_of_before():
    """「这五年」 behind 「“十四五”时期」 looks back until the text looks ahead."""
    text = "“十四五”时期，我区经受住考验。我们迎难而上。这五年，实力再攀新高峰。生产总值从120亿元增加到180亿元。到2030年，生产总值达到260亿元。"
    assert [(t.span.of(text), t.year) for t in read(text, period="2026-2030")] == [("260亿元", 2030)]
    ahead = "这五年，要建成一批园区。生产总值从120亿元增加到180亿元。"
    assert [t.span.of(ahead) for t in read(ahead, period="2026-2030")] == ["180亿元"]


def test_a_report_that_explains_a_plan_tells_first_of_the_years_behind_it():
    heading = "二、关于《甲市国民经济和社会发展第十五个五年规划纲要（草案）》的说明"
    text = f"{heading}\n这五年，我市交易总额从80亿元增加到130亿元。\n未来五年，交易总额达到200亿元。"
    behind, ahead = text.index("这五年"), text.index("未来五年")
    document = plan(text, period="2026", kind="政府工作报告")[0]
    assert targets(document, Passage("d", Span(behind, ahead), (heading,), 1, 1, 1)) == ()
    (target,) = targets(document, Passage("d", Span(ahead, len(text)), (heading,), 1, 2, 2))
    assert (target.low, target.unit, target.year) == (200, "亿元", 2030)


def test_what_a_goal_builds_on_is_not_its_year():
    text = "展望到2035年，在“十五五”基础上再奋斗五年，人均生产总值翻一番。"
    assert [t.year for t in read(text, period="2026-2030")] == [2035]


def test_a_report_speaks_of_its_year_and_of_the_plan_ahead():
    head = "“十五五”时期，主要目标如下。"
    body = "粮食总产量达到120万吨。"
    trail = ("二、“十五五”时期目标任务和2026年工作安排",)
    for opening, year in ((head, 2030), (head + "今年要抓好以下工作。", 2026)):
        (found,) = read(opening + body, start=len(opening), trail=trail, period="2026", kind="政府工作报告")
        assert found.year == year
    mixed = ("二、“十四五”时期建设成就和“十五五”时期奋斗目标",)
    past = "过去五年，我们开拓进取。"
    assert read(past + body, start=len(past), trail=mixed, period="2026", kind="政府工作报告") == ()


def table(columns, rows, **kwargs):
    """A plan whose text is a table of these cells."""
    text, spans = "", []
    for row in (columns, *rows):
        cells = []
        for cell in row:
            cells.append(Span(len(text), len(text) + len(cell)))
            text += cell + " | "
        spans.append(tuple(cells))
        text += "\n"
    start = spans[1][0].start
    found = (Table(Span(0, len(text)), spans[0], tuple(spans[1:])),)
    document, passage = plan(text, found=found, start=start, **kwargs)
    return text, targets(document, passage)


def test_a_table_of_indicators():
    text, found = table(
        ("序号", "指标", "2020年", "2025年", "属性"),
        [
            ("1", "养老机构床位数（张）", "1520", "2100", "预期性"),
            ("2", "单位生产总值能耗降低（%）", "—", "〔13.5〕", "约束性"),
            ("3", "森林覆盖率（%）", "40", "≥42", "约束性"),
            ("4", "完成上级下达任务", "", "完成", "约束性"),
        ],
    )
    assert [
        (t.span.of(text), t.indicator, t.low, t.unit, t.change, t.year, t.base, t.base_year, t.nature) for t in found
    ] == [
        ("2100", "养老机构床位数", 2100, "张", "level", 2025, 1520, 2020, "预期性"),
        ("13.5", "单位生产总值能耗降低", 13.5, "%", "decrease", 2025, None, None, "约束性"),
        ("≥42", "森林覆盖率", 42, "%", "level", 2025, 40, 2020, "约束性"),
    ]
    assert found[0].sentence.of(text).startswith("1 | 养老机构床位数") and found[0].sentence.of(text).endswith("预期性")
    assert [t.comparator for t in found] == [None, None, "不低于"]


def test_a_table_with_units_and_yearly_growth():
    _, found = table(
        ("类别", "指标名称", "单位", "2020年实际", "2025年目标", "年均增长（%）", "指标属性"),
        [("经济", "地区生产总值", "亿元", "298", "400", "6左右", "预期性")],
    )
    assert [(t.low, t.unit, t.change, t.annual, t.base) for t in found] == [
        (400, "亿元", "level", False, 298),
        (6, "%", "growth", True, None),
    ]


def test_a_reports_table_of_the_year():
    _, found = table(
        ("指标", "2025年完成", "2026年目标"),
        [("单位生产总值能耗", "下降3.1%", "下降3%左右"), ("粮食总产量", "142.6万吨", "142万吨以上")],
        period="2026",
        kind="政府工作报告",
        trail=("三、2026年主要任务",),
    )
    assert [(t.low, t.unit, t.change, t.year, t.base, t.base_year) for t in found] == [
        (3, "%", "decrease", 2026, 3.1, 2025),
        (142, "万吨", "level", 2026, 142.6, 2025),
    ]


def test_a_table_of_tasks_is_read_cell_by_cell():
    text, found = table(
        ("任务", "牵头单位", "完成时限"),
        [("新建高标准农田5.2万亩、干渠63公里", "县农业农村局", "2023年12月底")],
    )
    assert [(t.span.of(text), t.indicator, t.year, t.kind) for t in found] == [
        ("5.2万亩", "新建高标准农田", 2023, "task"),
        ("63公里", "干渠", 2023, "task"),
    ]


def test_a_table_of_remarks_promises_nothing():
    _, found = table(("序号", "主要意见", "采纳情况"), [("1", "补助比例由3%提高到8%", "新建道路10公里，采纳")])
    assert found == ()


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (3, "亿元", (3e8, "元")),
        (2, "万人", (20000, "人")),
        (1300, "亿斤", (65e9, "公斤")),
        (2, "万公顷", (300000, "亩")),
        (5, "万亩", (50000, "亩")),
        (1.5, "万亿元", (1.5e12, "元")),
        (800, "米", (0.8, "公里")),
        (1000, "公里", (1000, "公里")),
        (40, "％", (40, "%")),
        (58, "万元/人", (580000, "元/人")),
        (10, "万千瓦", (100000, "千瓦")),
        (29, "微克/立方米", (29, "微克/立方米")),
        (7, "把", (7, "把")),
    ],
)
def test_amounts_come_to_base_units(value, unit, expected):
    assert amount(value, unit) == (pytest.approx(expected[0]), expected[1])


def test_numbers_in_chinese_characters():
    assert [chinese_value(w) for w in ("十", "一百零五", "两千三百", "一万二千", "三点五")] == [
        10,
        105,
        2300,
        12000,
        3.5,
    ]


def test_folding_keeps_offsets_and_full_width_figures():
    text = "增长６．７％（含）以上，达１，２００亿元"
    assert len(folded(text)) == len(text)
    assert [(a.low, a.unit, text[a.start : a.end]) for a in amounts_in(folded(text))] == [
        (6.7, "%", "６．７％（含）以上"),
        (1200, "亿元", "１，２００亿元"),
    ]


def test_every_target_of_the_samples_stands_inside_its_sentence_and_passage():
    gazetteer, seen = Gazetteer(), 0
    for file in tray.find([ROOT / "corpus" / "samples"]).files:
        if file.path.suffix not in (".txt", ".html"):
            continue
        document, passages = intake.read_document(file.path.read_bytes(), file, gazetteer)
        for passage in passages:
            for t in targets(document, passage):
                seen += 1
                assert passage.span.start <= t.sentence.start <= t.span.start < t.span.end <= t.sentence.end
                assert t.sentence.end <= passage.span.end
                assert t.indicator and t.low <= t.high
                assert t.change in CHANGES and t.kind in KINDS and t.nature in (*NATURES, None)
                assert any(c.isdigit() or c in "零一二两三四五六七八九十半番" for c in t.span.of(document.text))
                if t.named:
                    assert folded(t.named.of(document.text)) == folded(t.indicator)
    assert seen > 300


def test_the_open_half_of_the_annotated_plans():
    if not (SHARED / "plans").is_dir():
        pytest.skip("the annotated plans lie in PLANSEEK_SHARED, which is not here")
    result = benchmark.scores("open", SHARED)
    for kind in ("indicator", "both"):
        assert result.precision(kind) >= 0.99, result.wrong
        assert result.recall(kind) >= 0.98, result.wrong
    assert min(result.agreement(name) for name in benchmark.FIELDS) >= 0.97
