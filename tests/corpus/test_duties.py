"""Units in charge: invented specimens for every way in which a text names them, what only looks like it, and the floors
of what readers marked."""

import time
from pathlib import Path

import pytest

from benchmarks import duties as golden
from corpus import intake
from corpus.duties.columns import _role
from corpus.duties.extract import duties
from corpus.duties.model import ROLES, Duty
from corpus.duties.names import are_units, is_unit, listed
from corpus.duties.prose import ROLE_WORDS, SPECIMENS
from corpus.duties.roles import ENDINGS, LABELS, labels_in
from corpus.model import Document, Passage, Span
from corpus.regions.places import Gazetteer
from corpus.tray import Found

TITLE = "沧浦区河湖治理行动计划\n\n"
BODY = "完成四公里河岸的生态修复，栽植乡土树种，恢复沿岸湿地。"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer()


@pytest.fixture(scope="module")
def read(gazetteer):
    """All duties of an invented text, with its document."""

    def of(body: str) -> tuple[Document, list[Duty]]:
        content = f"{TITLE}一、重点任务\n\n{body}\n".encode()
        document, passages = intake.read_document(content, Found(Path("沧浦区.txt")), gazetteer)
        return document, [duty for passage in passages for duty in duties(document, passage)]

    return of


@pytest.fixture(scope="module")
def told(read):
    """The duties of an invented text in words: measure, then the units of every role."""

    def of(body: str) -> list[tuple[str, ...]]:
        document, found = read(body)
        return [_words(document.text, duty) for duty in found]

    return of


def _words(text: str, duty: Duty) -> tuple[str, ...]:
    return (duty.measure.of(text), *("/".join(unit.of(text) for unit in getattr(duty, role)) for role in ROLES))


# — names ——————————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("区发展改革委、区财政局", "区发展改革委|区财政局"),
        ("区水务局,区财政局；各街道", "区水务局|区财政局|各街道"),
        ("市、区民政部门", "市、区民政部门"),
        ("区、镇人民政府和街道办事处", "区、镇人民政府|街道办事处"),
        ("区水务局和各街道", "区水务局|各街道"),
        ("区自然资源和规划局、区工业和信息化局", "区自然资源和规划局|区工业和信息化局"),
        ("区发展改革委及区粮食局", "区发展改革委|区粮食局"),
        ("各有关部门和单位", "各有关部门和单位"),
        ("各区、县", "各区、县"),
        ("区水务局会同有关部门", "区水务局|有关部门"),
        ("区商务局等部门", "区商务局"),
        ("区商务局等有关部门和单位", "区商务局"),
        ("区商务局、区文旅局等和各有关街道办事处", "区商务局|区文旅局|各有关街道办事处"),
        ("区高等教育办公室", "区高等教育办公室"),
        ("镇人民政府（街道办事处）", "镇人民政府（街道办事处）"),
        ("区发改委（区粮食局、区物价局）、区财政局", "区发改委（区粮食局、区物价局）|区财政局"),
        ("市住房保障中心（以下简称保障中心）", "市住房保障中心"),
        ("区水务局 区财政局", "区水务局|区财政局"),
        ("区人力资源和社\n会保障局、区财政局", "区人力资源和社\n会保障局|区财政局"),
    ],
)
def test_a_list_is_divided_into_exact_names(words, names):
    assert [name.span.of(words) for name in listed(words, Span(0, len(words)))] == names.split("|")


def test_what_a_bracket_notes_behind_a_name_is_its_role_and_not_part_of_it():
    words = "区水务局（牵头）、区财政局（配合）、区林业局"
    assert [(name.span.of(words), name.role) for name in listed(words, Span(0, len(words)))] == [
        ("区水务局", "lead"), ("区财政局", "support"), ("区林业局", None),
    ]  # fmt: skip


def test_it_is_kept_that_a_list_goes_on():
    words = "区水务局、区财政局等部门"
    assert [name.more for name in listed(words, Span(0, len(words)))] == [False, True]


@pytest.mark.parametrize(
    "words",
    ["区水务局", "汤头镇", "村“两委”", "经济发展局", "应急管理局", "无锡市水利局", "统筹城乡办公室", "各有关乡镇", "区建投公司"],
)
def test_names_of_units(words):
    assert is_unit(words, Span(0, len(words)))


@pytest.mark.parametrize(
    "words", ["政府", "企业", "龙头企业", "施工单位", "责任单位", "党委领导", "分管副区长", "推动各部门", "要建立政府办公厅", "谁主管谁", "科研院所", "负责同志"]
)
def test_no_names_of_units(words):
    assert not is_unit(words, Span(0, len(words)))


def test_fields_stand_for_units_where_the_last_of_them_says_what_they_are():
    words, plain = "市人力资源和社会保障、民政部门", "教育、民政"
    assert are_units(words, listed(words, Span(0, len(words))))
    assert not are_units(plain, listed(plain, Span(0, len(plain))))


# — role words —————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.role)
def test_a_label_matches_its_own_specimen_only(label):
    assert [role for _, role in labels_in(label.specimen, Span(0, len(label.specimen)))] == [label.role]
    assert [other.role for other in LABELS if other.pattern.fullmatch(label.specimen)] == [label.role]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.role)
def test_a_role_word_matches_its_own_specimen_only(ending):
    assert [other.role for other in ENDINGS if other.pattern.search(ending.specimen)] == [ending.role]


@pytest.mark.parametrize(("role", "has", "lacks"), SPECIMENS)
def test_role_words_of_sentences(role, has, lacks):
    assert {found for found, pattern in ROLE_WORDS if pattern.search(has)} == {role}
    assert not [found for found, pattern in ROLE_WORDS if pattern.search(lacks)]


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("牵头单位", "lead"), ("责任单位", "responsible"), ("配合部门", "support"), ("责任分工", "responsible"),
        ("区级责任单位", "responsible"), ("单位", None), ("责任人", None),
    ],
)
def test_columns_with_units(column, role):
    assert _role(column) == role


# — brackets ———————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("bracket", "lead", "responsible", "support"),
    [
        ("（牵头单位：区水务局；责任单位：区财政局、各街道）", "区水务局", "区财政局/各街道", ""),
        ("(牵头单位: 区水务局;责任单位:区财政局)", "区水务局", "区财政局", ""),
        ("（责任单位：区发改委、区财政局）", "", "区发改委/区财政局", ""),
        ("（牵头：区水务局；配合：区林业局）", "区水务局", "", "区林业局"),
        ("（区水务局牵头，区财政局、各乡镇配合）", "区水务局", "", "区财政局/各乡镇"),
        ("（区水务局牵头，区财政局按职责分工负责，区妇联参与）", "区水务局", "区财政局", "区妇联"),
        ("（区水务局、区林业局牵头负责）", "区水务局/区林业局", "", ""),
        ("（区水务局、区林业局等按职责分工负责）", "", "区水务局/区林业局", ""),
        ("（区水务局、区林业局，各街道按职责分工负责）", "", "区水务局/区林业局/各街道", ""),
        ("（区水务局会同有关部门负责）", "", "区水务局/有关部门", ""),
        ("（区水务局牵头会同区财政局负责）", "区水务局", "区财政局", ""),
        ("（区水务局（牵头）、区财政局按职责分工负责）", "区水务局", "区财政局", ""),
        ("（湿地内由湿地管理中心负责）", "", "湿地管理中心", ""),
        ("（区水务局、区财政局）", "", "区水务局/区财政局", ""),
        ("【责任单位：区水务局】", "", "区水务局", ""),
        ("（负责部门：区水务局，完成时限：2027年底）", "", "区水务局", ""),
        ("（责任单位：区水务局、区财政局按职责分工落实；责任人：李明）", "", "区水务局/区财政局", ""),
        ("（责任单位：区水务局、区人力资源和社\n会保障局）", "", "区水务局/区人力资源和社\n会保障局", ""),
    ],
)
def test_brackets(told, bracket, lead, responsible, support):
    assert told(f"1.修复河岸。{BODY}{bracket}") == [("修复河岸", lead, responsible, support)]


@pytest.mark.parametrize(
    "bracket",
    ["（区、县）", "（含区水务局管理的水库）", "（以下简称区水务局）", "（政府负责）", "（区水务局）", "（见附件）", "（谁主管、谁负责）", "（装备、汽车）", "（企业牵头、高校参与）"],
)
def test_brackets_about_something_else(told, bracket):
    assert told(f"1.修复河岸。{BODY}{bracket}") == []


def test_a_list_without_role_words_inside_a_sentence_is_none(told):
    assert told("1.修复河岸。联合两个部门（区水务局、区财政局）完成四公里河岸的生态修复，恢复沿岸湿地。") == []


def test_every_item_has_its_own_bracket(told):
    body = f"修复河岸。{BODY}（区水务局负责）建设步道。沿河修建步道十公里，配建驿站六处。（区住建局负责）"
    assert told(body) == [("修复河岸", "", "区水务局", ""), ("建设步道", "", "区住建局", "")]


def test_a_bracket_is_about_the_heading_of_which_it_is_the_only_one(told):
    body = f"（一）修复河岸\n\n{BODY}（区水务局负责）\n\n（二）建设步道\n\n沿河修建步道十公里，配建驿站六处，方便居民。（区住建局负责）"
    assert told(body) == [("修复河岸", "", "区水务局", ""), ("建设步道", "", "区住建局", "")]


def test_a_bracket_on_its_own_line_belongs_to_the_paragraph_above(told):
    body = "\n".join(f"（{number}）建设{name}。\n沿河修建步道十公里，配建驿站六处，方便居民健身。\n（{unit}负责）" for number, name, unit in [
        ("一", "步道", "区住建局"), ("二", "驿站", "区文旅局"), ("三", "码头", "区交通局"),
    ])  # fmt: skip
    assert told(body) == [("建设步道", "", "区住建局", ""), ("建设驿站", "", "区文旅局", ""), ("建设码头", "", "区交通局", "")]


def test_the_unit_named_first_leads_where_the_document_says_so(told):
    body = (
        f"1.修复河岸。{BODY}（区水务局、区财政局负责，列第一位的为牵头单位，下同）\n2.建设步道。沿河修建步道十公里，配建驿站六处。（区住建局等部门负责）\n"
        "3.建设驿站。沿步道建设驿站六处，方便居民休憩。（区文旅局负责）\n4.清理垃圾。清理河面和河岸垃圾，每周两次，常年不断。（各有关部门、各街道负责）"
    )
    assert told(body) == [
        ("修复河岸", "区水务局", "区财政局", ""), ("建设步道", "区住建局", "", ""),
        ("建设驿站", "", "区文旅局", ""), ("清理垃圾", "", "各有关部门/各街道", ""),
    ]  # fmt: skip


# — labels, tables —————————————————————————————————————————————————————————————————————————————————————————————————


def test_labelled_lines_below_a_paragraph_are_one_duty(told):
    body = f"（一）修复河岸\n\n{BODY}\n牵头单位：区水务局\n配合单位：区财政局、区林业局\n完成时限：2027年12月"
    assert told(body) == [("修复河岸", "区水务局", "", "区财政局/区林业局")]


def test_a_label_behind_a_full_stop(told):
    assert told(f"1.修复河岸。{BODY}责任单位：区水务局、各街道。") == [("修复河岸", "", "区水务局/各街道", "")]


def test_rows_of_a_table_with_columns_for_units(told):
    body = (
        "任务\t牵头单位\t配合单位\t完成时限\n修复河岸四公里\t区水务局\t区财政局、各街道\t2025年\n"
        "建设步道十公里\t区住建局\t\t2026年\n建设驿站六处\t区文旅局、区体育局\t区商务局\t2026年"
    )
    assert told(body) == [
        ("修复河岸四公里", "区水务局", "", "区财政局/各街道"), ("建设步道十公里", "区住建局", "", ""),
        ("建设驿站六处", "区文旅局/区体育局", "", "区商务局"),
    ]  # fmt: skip


def test_what_others_suggested_is_no_duty(told):
    body = (
        "序号\t单位\t主要意见\t采纳情况\n1\t区人社局\t建议责任单位：区民政局改为区教育局\t采纳\n2\t区科技局\t应由区水务局牵头\t未采纳\n"
        "3\t区商务局\t（区水务局牵头，区财政局配合）改为区住建局负责\t采纳"
    )
    assert told(body) == []
    assert told(f"1.修复河岸。{BODY}有代表建议由区水务局牵头，区财政局负责资金。") == []


# — sentences ——————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("河岸修复由区水务局牵头。", [("河岸修复", "区水务局", "", "")]),
        ("河岸修复由区水务局牵头，水库管理中心、汤头镇政府具体落实。", [("河岸修复", "区水务局", "水库管理中心/汤头镇政府", "")]),
        ("河岸修复由区水务局牵头，区应急局负责施工安全监督。", [("河岸修复", "区水务局", "", ""), ("施工安全监督", "", "区应急局", "")]),
        ("污水治理由区水务局、区住建局按职责分工负责；资金统筹由区财政局负责。", [("污水治理", "", "区水务局/区住建局", ""), ("资金统筹", "", "区财政局", "")]),
        ("搬迁安置由汤头镇政府会同区住建局实施。", [("搬迁安置", "", "汤头镇政府/区住建局", "")]),
        ("区水务局牵头水系链，区林业局牵头林业链。", [("水系链", "区水务局", "", ""), ("林业链", "区林业局", "", "")]),
        ("区水务局、区林业局、区财政局分别负责河道、湿地、资金。", [("河道", "", "区水务局", ""), ("湿地", "", "区林业局", ""), ("资金", "", "区财政局", "")]),
        ("区水务局、区林业局按照各自职能分工，负责河岸管护工作。", [("河岸管护工作", "", "区水务局/区林业局", "")]),
        ("成立河湖治理领导小组，负责统筹全区河湖治理工作。", [("统筹全区河湖治理工作", "", "河湖治理领导小组", "")]),
        ("领导小组办公室设在区水务局，负责日常工作。", [("日常工作", "", "领导小组办公室", "")]),
        ("区水务局是河湖治理主管部门，负责年度考核。", [("年度考核", "", "区水务局", "")]),
        ("区水务局承担领导小组日常工作。", [("领导小组日常工作", "", "区水务局", "")]),
        ("村“两委”负责日常巡护。", [("日常巡护", "", "村“两委”", "")]),
        ("村（居）民委员会协助做好巡护工作。", [("巡护工作", "", "", "村（居）民委员会")]),
        ("建立由区水务局牵头、区财政局参与的联席会议制度。", [("联席会议制度", "区水务局", "", "区财政局")]),
        ("其他有关部门在指挥部的统一领导下，做好相关配合工作。", [("重点任务", "", "", "其他有关部门")]),
        ("第三条　区水务局负责河岸管护。", [("河岸管护", "", "区水务局", "")]),
    ],
)
def test_sentences(told, sentence, found):
    assert told(f"治理河湖要凝聚各方面力量，形成工作合力，确保按期完成。{sentence}") == found


def test_who_leads_with_whom(told):
    body = "修复河岸。由区水务局牵头，会同区财政局、区林业局共同推进，各街道具体落实，按季度报送工作进展情况。"
    assert told(body) == [("修复河岸", "区水务局", "各街道", "区财政局/区林业局")]


def test_units_called_by_their_role(told):
    body = "明确区水务局为牵头单位，区财政局、区林业局为配合单位，共同推进河岸修复，确保按期完成各项任务。"
    assert told(body) == [("重点任务", "区水务局", "", "区财政局/区林业局")]


@pytest.mark.parametrize(
    "sentence",
    [
        "健全党委领导、政府负责、社会协同的治理体制。",
        "坚持谁主管谁负责，落实属地负责、分级负责要求。",
        "由分管副区长牵头协调，区领导包抓。",
        "支持龙头企业牵头组建创新联合体。",
        "由沧浦高新技术有限公司牵头组建创新联合体，开展技术攻关。",
        "本计划由区水务局负责解释。",
        "施工单位承担五年管护责任，企业负责人是第一责任人。",
        "区水务局主要负责同志任召集人，区水务局负责人到会。",
        "各部门要密切配合，形成合力。",
        "自由贸易园区负责任地开放。",
        "牵头单位要按季度报告进展，责任单位要落实措施。",
    ],
)
def test_sayings_persons_and_companies_are_no_units_in_charge(told, sentence):
    assert told(f"治理河湖要凝聚各方面力量，形成工作合力，确保按期完成。{sentence}") == []


# — spans, floors ——————————————————————————————————————————————————————————————————————————————————————————————————


def test_every_unit_is_a_slice_inside_its_duty_and_nothing_is_found_twice(read):
    body = f"1.修复河岸。{BODY}（区水务局牵头，区财政局、市、区民政部门等配合）\n2.养护河岸。河岸养护由区林业局负责，汤头镇协助做好巡护。"
    document, found = read(body)
    assert [duty.span.of(document.text) for duty in found] == ["（区水务局牵头，区财政局、市、区民政部门等配合）", "河岸养护由区林业局负责", "汤头镇协助做好巡护"]
    units = [unit for duty in found for role in ROLES for unit in getattr(duty, role)]
    assert [unit.of(document.text) for unit in units] == ["区水务局", "区财政局", "市、区民政部门", "区林业局", "汤头镇"]
    assert len(set(units)) == len(units)
    for duty in found:
        assert all(duty.span.start <= u.start < u.end <= duty.span.end for role in ROLES for u in getattr(duty, role))


@pytest.mark.parametrize(
    "words",
    ["区局和" * 3000 + "负责", "区水务局、" * 3000 + "负责。", "（" * 5000, "牵头单位：" * 3000, "按职责" * 5000 + "负责", "由" * 9000],
)
def test_senseless_repetition_takes_no_time(words):
    document = Document("0" * 64, ("a.txt",), words, "a")
    passage = Passage(document.id, Span(0, len(words)), (), 0, 1, 1)
    began = time.process_time()
    duties(document, passage)
    assert time.process_time() - began < 2


def test_a_passage_tells_only_its_own(gazetteer):
    items = "\n".join(f"{n}.建设第{n}段。{BODY * 6}（区水务局负责）" for n in range(1, 5))
    content = f"{TITLE}{items}\n".encode()
    document, passages = intake.read_document(content, Found(Path("沧浦区.txt")), gazetteer)
    assert len(passages) == 4
    for number, passage in enumerate(passages, 1):
        (duty,) = duties(document, passage)
        assert (duty.measure.of(document.text), duty.span.end) == (f"建设第{number}段", passage.span.end)


SHARED = pytest.mark.skipif(not golden.SHARED.is_dir(), reason=f"{golden.SHARED} is not there; set PLANSEEK_SHARED")


@pytest.mark.parametrize(
    ("group", "floor"),
    [
        pytest.param("001", 0.98, marks=SHARED),
        ("示例", 0.98),
        pytest.param("其余规划", 0.9, marks=SHARED),
        pytest.param("国务院与天河文件", 0.95, marks=SHARED),
    ],
)
def test_what_readers_marked(group, floor):
    score = golden.total(one for _, one in golden.scores([group]))
    assert score.f1(*ROLES) >= floor, score.wrong
    assert score.precision(*ROLES) >= floor, score.wrong
    assert score.measures_right >= 0.9 * score.measures


def test_the_score_of_a_text_by_hand(read):
    """Of three annotated units two are right, one has the wrong role; one more is found: P 2/4, R 2/3, F1 4/7."""
    document, found = read(f"1.修复河岸。{BODY}（区水务局牵头，区财政局配合）\n2.建设步道。沿河修建步道十公里。（区住建局、区林业局负责）")
    rows = [
        {"quote": "（区水务局牵头，区财政局配合）", "measure": "修复河岸", "lead": ["区水务局"], "responsible": ["区财政局"], "support": []},
        {"quote": "（区住建局", "measure": "步道", "lead": [], "responsible": ["区住建局"], "support": []},
    ]
    score = golden.score(document, found, rows)
    assert (score.precision(*ROLES), score.recall(*ROLES), score.f1(*ROLES)) == (2 / 4, 2 / 3, 4 / 7)
    assert (score.measures_right, score.measures) == (2, 2)
