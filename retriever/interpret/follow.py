"""Reads a follow-up in the light of the question before it: 「那弋江区呢？」 keeps the topic. Reads no text."""

import re
from collections.abc import Iterable
from dataclasses import replace

from retriever.model import Interpretation

_FOLLOWS = re.compile(
    r"^\s*(?:那么?|那|再|还有|还|把|换成|换|改成|改为|改|也|又|只|就|光|如果是|要是|若|至于|同样|其中|它们?|他们|她|这些?|上面|刚才|前面|同样的?|继续|接着|具体|详细|呢|另外)"
    r"|(?:呢|呐)\s*[？?]*\s*$|^.{0,6}(?:也|又)(?:有|是|提|这样)"
)
# Words of a follow-up that say how it goes on, not what it is about.
_JOINING = re.compile(
    r"怎么样|怎么[做办搞弄写说]?|咋[样做办搞弄]?|如何|怎样|什么情况|情况|有没有|没有|类似|相同|一样不?|[新类]?(?:说法|提法|变化|进展|要求|安排|做法|表述|内容|规定|提到|涉及)|数字目标|目标值?|数字|数值|指标"
    r"|项目清单|清单|名单|重点|重大|项目|工程|措施|举措|牵头|负责|责任|单位|这边|那边|这方面|方面|这么|那么|这样|这些?|那些?|各自|分别|多少|什么|哪些|意思|时候|比一比|比比|相比|相较|对比|比较|两地|三地|几地|再列|一次|一遍"
    r"|看看|说说|查查|下面|下属|下辖|所辖|辖区|要?达到|要到|提高到|到|其他|其它|其中|当中|里面|全国|另外|具体|详细|继续|接着|刚才|上面|前面|同样|至于|如果是?|要是|若是?|还有|换成?|改成|改为|单独|分开|整理|列出|列一?下|列|发[我来]?|时间|年份|换成|改查|加上|多了|少了|还是|高了|低了|给我|一份|一下|谢谢|麻烦|请|帮我|学习|借鉴"
    r"|[那再还也又只就光把和跟与同的是有无里中内上下呢呐吗吧啊呀么了个词它他她们我你看说写提比问要按份表哈～~？?！!。，,、：:；;\s]"
)


def follows_on(question: str) -> bool:
    """Whether a question reads as a follow-up."""
    return _FOLLOWS.search(question) is not None


def compared(question: str) -> bool:
    """Whether a follow-up sets its region beside those of the question before."""
    return re.search(r"加上|连同|补上|比|区别|差[异别距]|异同|不同", question) is not None


def bare(topic: str, aside: Iterable[str] = ()) -> str:
    """A follow-up's own topic; empty where nothing is left once the words that go on, and the places aside, are gone."""
    content = topic
    for name in aside:
        content = content.replace(name, "")
    if len(_JOINING.sub("", content)) < 2:
        return ""
    rest = re.sub(r"^(?:那么?|再(?:看看|说说|查查)?|还有|换成?|改成|改为|至于|若是?|要是|如果是)+", "", topic)
    return re.sub(r"(?:呢|呐|吗|吧|啊)+[？?！!。\s]*$", "", rest).strip(" ，,、的？?")


def _both(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *now)))


def continued(before: Interpretation, now: Interpretation, topic: str) -> Interpretation:
    """What a follow-up means: what it does not say anew stays as it was. topic: its own, by `bare`."""
    kept = replace(
        now,
        topic=topic or before.topic,
        periods=_both(before.periods, now.periods) if now.compare and not now.regions else now.periods or before.periods,
        kinds=now.kinds or before.kinds,
        statuses=now.statuses or before.statuses,
        document=now.document or before.document,
        wants=now.wants or (before.wants if not topic else None),
    )
    if topic:
        return kept
    return replace(kept, exact=now.exact or before.exact, excluded=now.excluded or before.excluded)
