"""Reads what kind of answer a question wants, and of which kinds and states of documents. Knows no region."""

import re

from corpus.model import KINDS, STATUSES, Span
from retriever.interpret.question import Question

WANTS = ("责任单位", "数字目标", "项目清单", "定义", "措施")

_ROLE = r"(?:牵头|监管|主管|负责|责任|配合|主责|承办|协办|参与|分管)"
_UNIT = r"(?:单位|部门|机构|科室|委办局|局)"
_WHO = r"(?:由|是|归|该|让|找)*(?:哪一?个|哪几个|哪些|哪家|谁)"
_UNITS = re.compile(
    rf"(?:都?(?:分别)?{_WHO}的?(?:{_UNIT}|委|办)?(?:来|在)?(?:{_ROLE}|管|抓|做)(?:的?{_UNIT}|管)?|(?:都?(?:分别)?{_WHO}|什么)的?{_UNIT}(?:在|来)?(?:{_ROLE}|管|抓)?"
    rf"|(?:(?:牵头|主管|负责|责任|配合|主责|承办|协办)的?(?:单位|部门|机构|科室|处室)[、和及与]?)+(?:都?(?:是|有|归)(?:哪一?个|哪些|谁|哪几个)(?:{_UNIT})?)?|(?:该)?归谁管?|谁(?:来)?管|谁说了算|[\u4e00-\u9fff]{2}(?:部门|单位|主体)(?:分别)?是谁|(?:责任|职责|任务)分工)(?:的)?"
)
_NUMBERS = re.compile(
    r"多少|百分之几|[到为达]几(?=$|[？?，,。])|预期值|取值|(?<![好十百千上这那前没有不老])几(?:个(?!方面|钱)|家|座|条|张|万|亿|成|公里|所|处|套|次|人|倍|岁|级|部|辆|吨|度)|多[大高快长远](?!手)|目标(?:值|是|数)|指标|到什么水平|(?:增速|比例|数值|数量|总量)(?=[，,。；;？?\s]|$|是|要|达|目标|指标|各|分别|的?(?:对比|比较)|怎么定)|定在|定到|定为|(?<!大)规模(?=多|是|达|有|[？?]|$)"
    r"|量化|数字目标|目标(?=[，,。；;？?\s]|$|的?(?:横向)?(?:对比|比较|差|区别|异同|变化|比)|哪|谁|最?[高低多少]|都列|排名|排序)|涨幅|占比|具体数字|差多少"
)
_PROJECTS = re.compile(
    r"哪些[^，,。？?的]{0,6}(?:项目|工程)|(?:什么|几个)(?:重大|重点|标志性|具体)?(?:建设)?(?:项目|工程)|(?:项目|工程)(?:清单|名单|列表|表|名录|明细|有哪些|都?有什么|包括哪些)|列(?:出|一?下).{0,12}(?:项目|工程)|(?:项目|工程)列(?:一?下|出来)"
)
_DEFINITION = re.compile(
    r"什么是|啥是|何谓|何为|什么叫|啥叫|(?:是)?(?:什么|啥)意思|的?定义|的?含义|的概念|指的?是(?:什么|啥)|是指什么|是个?什么(?:制度|东西|概念|意思|做法)|怎么(?:解释|定义|理解)|名词解释"
)
_MEASURES = re.compile(
    r"措施|举措|怎么(?!样|说|表述|写|提|描述|论述)|咋(?!样)|如何(?!表述)|怎样(?!的)|办法|做法|打算|安排|对策|政策|部署|行动|支持|路径|手段|抓手|有啥|有何(?!不同|区别|差|变化|异|出入)|高?招|干了?(?:什么|啥)|做了?(?:什么|啥|哪些)|哪些(?:工作|动作|任务)"
)

_IN = (
    r"(?:(?:里面?|中|内|上)(?!小|央|心|部|型|医|药|学|国|级|游|市)的?|提到|提出|怎么(?:说|写|提)|有没有|对|是怎么|关于)"
)
_KINDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("政府工作报告", r"(?:在|从)?(?:政府工作报告|工作报告|政府报告)(?:里面?|中|内|上)?"),
        ("规划建议", r"(?:在|从)?(?:规划(?:的)?建议(?:稿)?|建议稿|规划建议)(?:里面?|中|内)?"),
        ("规划纲要", r"(?:在|从)?(?:(?:国民经济和社会发展)?规划纲要|五年规划纲要|(?<![大总提])纲要)(?:里面?|中|内|上)?"),
        ("实施意见", rf"(?:在|从)?(?:实施意见|实施方案(?={_IN})|(?<![民见的同求])意见(?={_IN}))(?:里面?|中|内)?"),
        ("专项规划", r"(?:在|从)?专项规划(?:里面?|中|内|上)?"),
        ("行动计划", r"(?:在|从)?(?:三年|五年|专项)?(?:行动计划|行动方案)(?:里面?|中|内|上)?"),
        ("通知", rf"(?:在|从)?(?:(?:印发的?)?(?<=的)通知(?=吗|呢|没有|[？?]|$)|通知(?:类?文件|(?={_IN})))(?:里面?|中|内|上)?"),
    )
)  # fmt: skip
# 制定专项规划, 出台行动计划: the plan is what is asked for, not where.
_MAKING = re.compile(r"(?:编制|制定|制订|出台|印发|发布|落实|实施|推进|启动|完成|编|组织|衔接)(?:了|过)?$")
_STATUSES = tuple(
    (status, re.compile(rf"(?:{pattern})(?:里面?|中(?!小|期|部)|内|上)?"))
    for status, pattern in (
        ("征求意见稿", r"(?:还|正)?在?征求意见(?:稿|版|的版本|阶段的?|中的?|的)|意见征求稿"),
        ("送审稿", r"送审(?:稿|版)"),
        ("草案", r"草案|草稿"),
        ("修订", r"修订(?:稿|版|本|后的?版本)|修订[后过]的"),
        ("废止", r"(?:已经?被?|被)废止的?(?:文件|规划|意见)?|废止(?:的(?:文件|规划|意见)?|文件|规划|意见)|失效的?(?:文件|规划|意见)?"),
        (
            "正式",
            r"(?:最后|最终)?正式(?:稿|版本?|文件|文本|(?:发布|印发|通过|出台|公布|施行|实施)的?(?:稿|版本?)?)|最终(?:通过)?[稿版]|(?:定稿|终稿)(?!前|后|时|用)",
        ),
    )
)


def take_kinds(question: Question) -> tuple[str, ...]:
    """The kinds of documents that a question asks in."""
    assert {kind for kind, _ in _KINDS} <= set(KINDS)
    found: list[str] = []
    for kind, pattern in _KINDS:
        for match in question.all(pattern):
            if not _MAKING.search(question.text[: match.start()]) and question.take(Span(*match.span()), "kind", kind):
                found.append(kind)
    return tuple(dict.fromkeys(found))


def take_statuses(question: Question) -> tuple[str, ...]:
    """The states of documents that a question asks in."""
    assert {status for status, _ in _STATUSES} <= set(STATUSES)
    found = [
        (match.start(), status)
        for status, pattern in _STATUSES
        for match in question.all(pattern)
        if question.take(Span(*match.span()), "status", status)
    ]
    return tuple(dict.fromkeys(status for _, status in sorted(found)))


def wanted(question: Question) -> str | None:
    """What a question wants, one of WANTS; only the words that ask for units are taken, for no text repeats them."""
    if [match for match in question.all(_UNITS) if question.take(Span(*match.span()), "wants", "责任单位")]:
        return "责任单位"
    for want, pattern in (("定义", _DEFINITION), ("项目清单", _PROJECTS), ("数字目标", _NUMBERS), ("措施", _MEASURES)):
        if pattern.search(question.text):
            return want
    return None
