"""Reads whether a question asks of every region of a level, one by one. Knows no name of a place."""

import re
from collections import Counter
from collections.abc import Iterable

from corpus.model import Region, Span
from corpus.regions.places import LEVELS
from retriever.interpret.question import Question

_OTHER = r"(?:其他|其它|其余|别的|剩下)的?"
_EACH = (
    rf"(?:(?:{_OTHER})?(?:各个?|[哪那]些|哪几个|哪一?个|每一?个|所有|全部|逐个?|分|(?:31|三十一|[全所]国)个?(?=省)|有几个|有?多少个?|[这那]?几个(?=[区县市省镇][分都各的里中]))\s*的?"
    # 安徽以外的省份, 其他区县, 学浙江的县有哪些, 提到氢能的省份
    rf"|{_OTHER}|(?<= 的)(?=省份|区县|地市)|(?<=[\u4e00-\u9fff”]的)(?=(?:省份?|区县|县区|[区县市])(?:都?有几个|都?有哪些|都有谁|是哪些|名单)?\s*[？?]?$))"
)
# What follows must not make another word of the last character: 各市场主体, 各区域, 各地质灾害点.
_FAN_OUT = tuple(
    (level, re.compile(_EACH + names))
    for level, names in (
        (
            "省级",
            r"(?:省(?:、自治区、直辖市|[（(]?(?:自治)?区、?(?:直辖)?市[)）]?|市区|区市|份|、?自治区|市)?(?!级|际|道|域|属|会|直(?![升播达接通营销供排饮]))|自治区|直辖市)",
        ),
        (
            "县级",
            r"(?:县区|区县|县市区|市县区|市区县|区市县|旗县区?|县[（(]市?、?区?[)）]|区[（(]市?、?县?[)）]县?|市[（(]县、?区?[)）]"
            r"|县、区|区、县|市县|(?:区|县|旗)(?!域|级|属|直(?![升播达接通营销供排饮])|道|块|间|片|位|段|舰|帜))",
        ),
        ("乡级", r"(?:乡镇|镇街|街镇|街道|(?:乡|镇)(?!村|土|愁|贤))"),
        (
            "地级",
            r"(?:设区的?市|地级以上市|地州市?|地市|地级市|市州|州市|盟市|市[（(]州[)）]|州[（(]市[)）]|(?:市|州|盟)(?!场|民|政(?!府)|级|域|容|值|员|属|直(?![升播达接通营销供排饮])))",
        ),
        (None, r"地(?:方|区)?(?!铁|下|质|块|形|理|热|面|段|标|域|产|震|点)"),
    )
)


def take_fan_out(question: Question, present: Iterable[Region]) -> str | None:
    """The level that a question asks about one by one; the words that say so are taken."""
    for level, pattern in _FAN_OUT:
        # 各地块, 各市属国企: the word goes on.
        match = next(
            (
                m
                for m in question.all(pattern)
                if question.apart(m.start()) and (question.apart(m.end()) or question.text.startswith(("委", "政府"), m.end()))
            ),
            None,
        )
        if match is None:
            continue
        if level is None:
            counts = Counter(r.level for r in present if r.level != "国家")
            level = max(counts, key=lambda name: (counts[name], -LEVELS.index(name))) if counts else "县级"
        elif match.group().startswith("哪") and not any(r.level == level for r in present):
            # 「试点放在哪个街道」 wants a name, not every street's plan.
            continue
        if question.take(Span(*match.span()), "fan_out", level):
            return level
    return None
