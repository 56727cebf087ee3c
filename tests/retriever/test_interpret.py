"""What is understood of a question: topic, level, regions; and which queries are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Region
from corpus.regions.places import Gazetteer, read_places
from retriever.interpret import LONGEST_QUESTION, check, interpret
from retriever.model import Interpretation, Query

SAMPLES = Path(__file__).parents[2] / "corpus" / "samples"
CITY, CANGPU, MOCHI, YUNLU, WANGLAN = "990100", "990102", "990103", "990104", "990105"
DONGPING, HECHUAN, CHAXI, ZONE, LIYUAN = "990121", "990122", "990123", "990171", "990181"
COUNTIES = (CANGPU, MOCHI, YUNLU, WANGLAN, DONGPING, HECHUAN, CHAXI, ZONE, LIYUAN)
NONE: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(read_places((SAMPLES / "regions.csv").read_text("utf-8"), "regions.csv"))


@pytest.fixture(scope="module")
def present(gazetteer: Gazetteer) -> list[Region]:
    return [gazetteer.region(code) for code in (CITY, *COUNTIES)]


@pytest.mark.parametrize(
    ("question", "topic", "level", "regions"),
    [
        # 各……: one by one at a level
        ("各区生态修复措施", "生态修复措施", "县级", COUNTIES),
        ("各县生态修复措施", "生态修复措施", "县级", COUNTIES),
        ("各区县的养老服务", "养老服务", "县级", COUNTIES),
        ("各县区养老服务", "养老服务", "县级", COUNTIES),
        ("各县（市、区）养老服务", "养老服务", "县级", COUNTIES),
        ("各区（县）养老服务", "养老服务", "县级", COUNTIES),
        ("各县（区）的防洪", "防洪", "县级", COUNTIES),
        ("各县（市）防洪", "防洪", "县级", COUNTIES),
        ("各区（市）县防洪", "防洪", "县级", COUNTIES),
        ("各市县区财政", "财政", "县级", COUNTIES),
        ("各旗县畜牧", "畜牧", "县级", COUNTIES),
        ("各 区 养老服务", "养老服务", "县级", COUNTIES),
        ("各个区的养老床位", "养老床位", "县级", COUNTIES),
        ("各个区县的养老床位", "养老床位", "县级", COUNTIES),
        ("每个区县的养老床位", "养老床位", "县级", COUNTIES),
        ("每个县的养老床位", "养老床位", "县级", COUNTIES),
        ("所有区县的养老床位", "养老床位", "县级", COUNTIES),
        ("全部区县的养老床位", "养老床位", "县级", COUNTIES),
        ("哪些区提到养老服务", "养老服务", "县级", COUNTIES),
        ("哪些区县提到了养老服务", "养老服务", "县级", COUNTIES),
        ("哪个区养老服务做得好", "养老服务做得好", "县级", COUNTIES),
        ("各市养老服务", "养老服务", "地级", (CITY,)),
        ("各地市养老服务", "养老服务", "地级", (CITY,)),
        ("各州市旅游", "旅游", "地级", (CITY,)),
        ("各市政府债务", "政府债务", "地级", (CITY,)),
        ("各省养老服务", "养老服务", "省级", NONE),
        ("各省（区、市）人才", "人才", "省级", NONE),
        ("各乡镇污水处理", "污水处理", "乡级", NONE),
        ("各街道养老", "养老", "乡级", NONE),
        # 各地: the level of which the corpus has most
        ("各地养老服务", "养老服务", "县级", COUNTIES),
        ("各地区养老服务", "养老服务", "县级", COUNTIES),
        ("哪些地方提到养老", "养老", "县级", COUNTIES),
        # a level within a named region
        ("临澜市各区养老服务", "养老服务", "县级", COUNTIES),
        ("安徽省各区养老服务", "养老服务", "县级", NONE),
        # no fan-out: 各, 区, 县, 市 as parts of other words
        ("各市场主体培育", "各市场主体培育", None, NONE),
        ("各类市场主体", "各类市场主体", None, NONE),
        ("各市民关心的事", "各市民关心的事", None, NONE),
        ("各市政设施", "各市政设施", None, NONE),
        ("各市级部门", "各市级部门", None, NONE),
        ("各省级单位", "各省级单位", None, NONE),
        ("区域协调发展", "区域协调发展", None, NONE),
        ("各区域协调发展", "各区域协调发展", None, NONE),
        ("各区级财政", "各区级财政", None, NONE),
        ("各区块链企业", "各区块链企业", None, NONE),
        ("县域商业体系", "县域商业体系", None, NONE),
        ("各县域商业体系", "各县域商业体系", None, NONE),
        ("各地铁站建设", "各地铁站建设", None, NONE),
        ("各地下管廊", "各地下管廊", None, NONE),
        ("各地质灾害点", "各地质灾害点", None, NONE),
        ("各部门职责", "各部门职责", None, NONE),
        ("社区养老", "社区养老", None, NONE),
        ("老旧小区改造", "老旧小区改造", None, NONE),
        ("国家级开发区", "国家级开发区", None, NONE),
        # named regions, in full and in short
        ("沧浦区生态修复", "生态修复", None, (CANGPU,)),
        ("沧浦生态修复", "生态修复", None, (CANGPU,)),
        ("临澜市沧浦区生态修复", "生态修复", None, (CANGPU,)),
        ("澜江省临澜市沧浦区生态修复", "生态修复", None, (CANGPU,)),
        ("临澜市养老服务", "养老服务", None, (CITY,)),
        ("临澜养老服务", "养老服务", None, (CITY,)),
        ("经开区产业发展", "产业发展", None, (ZONE,)),
        ("临澜经开区产业发展", "产业发展", None, (ZONE,)),
        ("栗源市采煤沉陷区治理", "采煤沉陷区治理", None, (LIYUAN,)),
        ("安徽省的生态修复", "生态修复", None, ("340000",)),
        ("安徽的生态修复", "生态修复", None, ("340000",)),
        ("振兴区规划", "规划", None, ("210603",)),
        # several named: one by one, in the order asked
        ("沧浦区和墨池区的人才政策", "人才政策", "县级", (CANGPU, MOCHI)),
        ("墨池、沧浦的人才政策", "人才政策", "县级", (MOCHI, CANGPU)),
        ("对比沧浦区和墨池区的养老服务", "养老服务", "县级", (CANGPU, MOCHI)),
        ("东屏县、禾川县、茶溪县的旅游", "旅游", "县级", (DONGPING, HECHUAN, CHAXI)),
        # words that only look like regions
        ("乡村振兴", "乡村振兴", None, NONE),
        ("各区乡村振兴措施", "乡村振兴措施", "县级", COUNTIES),
        ("平安建设", "平安建设", None, NONE),
        ("南山公园", "南山公园", None, NONE),
        ("中国的生态修复", "中国的生态修复", None, NONE),
        # the frame of a question goes, words of the topic stay
        ("请列出各区的生态修复措施", "生态修复措施", "县级", COUNTIES),
        ("帮我查一下各区县养老床位有多少", "养老床位", "县级", COUNTIES),
        ("查各区养老床位", "养老床位", "县级", COUNTIES),
        ("各区县都有哪些养老床位？", "养老床位", "县级", COUNTIES),
        ("关于各区的养老", "养老", "县级", COUNTIES),
        ("请问沧浦区有哪些养老服务措施？", "养老服务措施", None, (CANGPU,)),
        ("在沧浦区养老服务", "养老服务", None, (CANGPU,)),
        ("我想了解望澜区的环境治理", "环境治理", None, (WANGLAN,)),
        ("各区都市农业", "都市农业", "县级", COUNTIES),
        ("各区在建项目", "在建项目", "县级", COUNTIES),
        ("各区和谐社会建设", "和谐社会建设", "县级", COUNTIES),
        ("各区目的", "目的", "县级", COUNTIES),
        ("有机农业发展", "有机农业发展", None, NONE),
        ("都市圈建设", "都市圈建设", None, NONE),
        ("找矿行动", "找矿行动", None, NONE),
        ("查处违建", "查处违建", None, NONE),
        ("比较优势产业", "比较优势产业", None, NONE),
        ("水", "水", None, NONE),
        ("各区", "各区", "县级", COUNTIES),
        ("沧浦区", "沧浦区", None, (CANGPU,)),
    ],
)  # fmt: skip
def test_understood(
    gazetteer: Gazetteer, present: list[Region], question: str, topic: str, level: str | None, regions: tuple[str, ...]
) -> None:
    understood = interpret(Query(question), gazetteer, present)
    assert (understood.topic, understood.fan_out, tuple(r.code for r in understood.regions)) == (topic, level, regions)


def codes(understood: Interpretation) -> list[str]:
    return [region.code for region in understood.regions]


def test_what_the_user_sets_outranks_the_question(gazetteer: Gazetteer, present: list[Region]) -> None:
    query = Query(
        "沧浦区养老服务", regions=("墨池区",), kinds=("规划纲要",), periods=("2021-2025",), statuses=("正式",)
    )
    understood = interpret(query, gazetteer, present)
    assert understood.topic == "养老服务" and codes(understood) == [MOCHI] and understood.fan_out is None
    assert (understood.kinds, understood.period, understood.statuses) == (("规划纲要",), "2021-2025", ("正式",))
    assert codes(interpret(replace(query, regions=("墨池", YUNLU)), gazetteer, present)) == [MOCHI, YUNLU]
    for name in (CANGPU, "沧浦", "沧浦区", "临澜市沧浦区", "澜江省临澜市沧浦区", " 沧浦区 "):
        assert codes(interpret(Query("养老", regions=(name,)), gazetteer, present)) == [CANGPU]


def test_a_region_that_the_corpus_lacks_is_noted(gazetteer: Gazetteer, present: list[Region]) -> None:
    assert interpret(Query("安徽省养老"), gazetteer, present).notes == ("语料中没有安徽省本级的文件。",)
    assert interpret(Query("沧浦区养老"), gazetteer, present).notes == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [("无此区", "没有找到地区「无此区」。请写全称"), ("朝阳区", "有多个：北京市.*朝阳区"), ("", "没有找到地区")],
)
def test_unknown_and_ambiguous_regions(gazetteer: Gazetteer, present: list[Region], name: str, words: str) -> None:
    with pytest.raises(PlanSeekError, match=words):
        interpret(Query("养老", regions=(name,)), gazetteer, present)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Query(""), "问题是空的。请输入"), (Query("　 \n\t"), "问题是空的"), (Query("？！……"), "问题是空的"),
        (Query("水" * (LONGEST_QUESTION + 1)), f"问题有 {LONGEST_QUESTION + 1} 个字，超过 {LONGEST_QUESTION} 字的上限"),
        (Query("水" * 10_000), "问题有 10000 个字"), (Query("水\udcff"), "无法识别的字符"),
        (Query("水", mode="bm26"), "检索方式「bm26」无法识别，可用：hybrid、bm25、dense"),
        (Query("水", k=0), "-k 应在 1 到 1000 之间"), (Query("水", k=1001), "-k 应在"),
        (Query("水", per_region=0), "--per-region 应在 1 到 50 之间"), (Query("水", per_region=51), "--per-region"),
        (Query("水", kinds=("小说",)), "文种「小说」无法识别，可用：规划纲要"),
        (Query("水", statuses=("作废",)), "状态「作废」无法识别，可用：正式"),
    ],
)  # fmt: skip
def test_refused(query: Query, words: str) -> None:
    with pytest.raises(PlanSeekError, match=words) as caught:
        check(query)
    assert "\n" not in str(caught.value)


def test_at_the_bounds() -> None:
    for query in (Query("水" * LONGEST_QUESTION), Query("水", k=1, per_region=1), Query("5", k=1000, per_region=50)):
        check(query)
