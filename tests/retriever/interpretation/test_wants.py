"""What kind of answer a question wants, and of which kinds and states of documents."""

import pytest

from corpus.model import KINDS, STATUSES
from retriever.interpret import interpret
from retriever.model import Query
from tests.retriever.interpretation.reading import ground, read


@pytest.mark.parametrize(
    ("question", "wants", "topic"),
    [
        # units: the words that ask for them leave the topic, for no text repeats them
        ("养老由谁负责", "责任单位", "养老"), ("养老哪个部门牵头", "责任单位", "养老"), ("养老牵头单位", "责任单位", "养老"),
        ("养老归谁管", "责任单位", "养老"), ("养老的责任单位是哪些", "责任单位", "养老"), ("谁来管养老", "责任单位", "养老"), ("养老责任单位和配合单位", "责任单位", "养老"),
        ("各省养老哪个部门牵头", "责任单位", "养老"),
        ("负责任的企业", None, "负责任的企业"), ("牵头人制度", None, "牵头人制度"),
        # figures
        ("养老床位目标", "数字目标", "养老床位目标"), ("GDP增速目标", "数字目标", "GDP增速目标"), ("绿化覆盖率是多少", "数字目标", "绿化覆盖率"),
        ("养老床位有多少", "数字目标", "养老床位"), ("增长几个百分点", "数字目标", "增长几个百分点"), ("研发投入占比", "数字目标", "研发投入占比"),
        ("目标管理", None, "目标管理"), ("大规模设备更新", None, "大规模设备更新"), ("数字经济", None, "数字经济"),
        # projects
        ("有哪些重大项目", "项目清单", "重大项目"), ("哪些工程", "项目清单", "工程"), ("重点项目清单", "项目清单", "重点项目"),
        ("工程名单", "项目清单", "工程"), ("列出养老项目", "项目清单", "养老项目"), ("项目化推进", None, "项目化推进"),
        # definitions
        ("什么是低空经济", "定义", "低空经济"), ("新质生产力的定义", "定义", "新质生产力"), ("何谓低空经济", "定义", "低空经济"),
        ("意思意思", None, "意思意思"),
        # measures: the words stay, as in the example of DESIGN.md §4
        ("养老措施", "措施", "养老措施"), ("怎么养老", "措施", "养老"), ("如何养老", "措施", "养老"), ("咋养老", "措施", "养老"),
        ("养老办法", "措施", "养老办法"), ("养老怎么样", None, "养老"), ("养老情况", None, "养老情况"),
    ],
)  # fmt: skip
def test_wanted(question: str, wants: str | None, topic: str) -> None:
    understood = read(question)
    assert (understood.wants, understood.topic) == (wants, topic)


@pytest.mark.parametrize(
    ("question", "kinds", "topic"),
    [
        ("政府工作报告里的养老", ("政府工作报告",), "养老"), ("工作报告中的养老", ("政府工作报告",), "养老"),
        ("规划纲要中的养老", ("规划纲要",), "养老"), ("纲要里的养老", ("规划纲要",), "养老"),
        ("规划建议里的养老", ("规划建议",), "养老"), ("实施意见里的养老", ("实施意见",), "养老"),
        ("专项规划中的养老", ("专项规划",), "养老"), ("行动计划里的养老", ("行动计划",), "养老"),
        ("三年行动计划里的养老", ("行动计划",), "养老"), ("通知里的养老", ("通知",), "养老"),
        ("政府工作报告和规划纲要里的养老", ("政府工作报告", "规划纲要"), "养老"),
        # not where, but what
        ("编制专项规划", (), "编制专项规划"), ("制定专项规划的要求", (), "制定专项规划的要求"), ("出台行动计划", (), "出台行动计划"),
        ("提纲挈领", (), "提纲挈领"), ("群众意见办理", (), "群众意见办理"), ("听取意见", (), "听取意见"), ("意见箱", (), "意见箱"),
        ("通知书", (), "通知书"), ("合理化建议", (), "合理化建议"), ("计划生育", (), "计划生育"), ("安全生产计划", (), "安全生产计划"),
    ],
)  # fmt: skip
def test_kinds(question: str, kinds: tuple[str, ...], topic: str) -> None:
    understood = read(question)
    assert (understood.kinds, understood.topic) == (kinds, topic) and set(kinds) <= set(KINDS)


@pytest.mark.parametrize(
    ("question", "statuses", "topic", "compare"),
    [
        ("征求意见稿的人才", ("征求意见稿",), "人才", False), ("正在征求意见的规划", ("征求意见稿",), "规划", False),
        ("草案的人才", ("草案",), "人才", False), ("送审稿的人才", ("送审稿",), "人才", False), ("修订版的人才", ("修订",), "人才", False),
        ("草案和正式稿的人才对比", ("草案", "正式"), "人才", True), ("正式稿与草案的人才", ("正式", "草案"), "人才", True),
        ("已废止的规划，人才", ("废止",), "人才", False),
        ("正式职工", (), "正式职工", False), ("定稿时", (), "定稿时", False),
    ],
)  # fmt: skip
def test_statuses(question: str, statuses: tuple[str, ...], topic: str, compare: bool) -> None:
    understood = read(question)
    assert (understood.statuses, understood.topic, understood.compare) == (statuses, topic, compare)
    assert set(statuses) <= set(STATUSES)


def test_what_the_user_chose_outranks_what_the_question_names() -> None:
    gazetteer, present = ground()
    query = Query("草案和纲要里的人才", kinds=("通知",), statuses=("正式",))
    understood = interpret(query, gazetteer, present)
    assert (understood.kinds, understood.statuses) == (("通知",), ("正式",))


@pytest.mark.parametrize(
    ("question", "topic"),
    [("征求意见稿里的人才", "人才"), ("草案里的人才", "人才"), ("送审稿中的人才", "人才"), ("十四五规划里的养老", "养老"),
     ("印发的通知里的养老", "养老"), ("平急两用是什么意思", "平急两用")],
)  # fmt: skip
def test_words_that_ought_to_leave_the_topic(question: str, topic: str) -> None:
    assert read(question).topic == topic
