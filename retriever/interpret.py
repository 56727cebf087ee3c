"""Reads a question: which regions, which level, what topic. Proposes; what the user sets outranks it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from corpus.errors import PlanSeekError
from corpus.model import KINDS, STATUSES, Region
from corpus.regions.places import LEVELS, Gazetteer, Mention
from retriever.model import MODES, Interpretation, Query

LONGEST_QUESTION = 1000
"""Characters; a longer text is a document, not a question."""

_EACH = r"(?:各个?|哪些|哪几个|哪一?个|每一?个|所有|全部)\s*的?"
# What follows must not make another word of the last character: 各市场主体, 各区域, 各地质灾害点.
_FAN_OUT = tuple(
    (level, re.compile(_EACH + names))
    for level, names in (
        (
            "省级",
            r"(?:省(?:[（(]?(?:自治)?区、?(?:直辖)?市[)）]?|市区|区市|份|、?自治区|市)?(?!级|际|道|域)|自治区|直辖市)",
        ),
        (
            "县级",
            r"(?:县区|区县|县市区|市县区|市区县|区市县|旗县区?|县[（(]市?、?区?[)）]|区[（(]市?、?县?[)）]县?|市[（(]县、?区?[)）]"
            r"|县、区|区、县|市县|(?:区|县|旗)(?!域|级|块|间|片|位|段|舰|帜))",
        ),
        ("乡级", r"(?:乡镇|镇街|街镇|街道|(?:乡|镇)(?!村|土|愁|贤))"),
        (
            "地级",
            r"(?:地市|地级市|市州|州市|市[（(]州[)）]|州[（(]市[)）]|(?:市|州|盟)(?!场|民|政(?!府)|级|域|容|值|员))",
        ),
        (None, r"地(?:方|区)?(?!铁|下|质|块|形|理|热|面|段|标|域|产|震|点)"),
    )
)
_FRAME = re.compile(
    r"^(?:请问|请|帮我|我想|想)?\s*(?:知道|查一查|查一下|查询|查找|找一找|找一下|列出|列举|了解|对比|比较(?!优势)|看看|说说|介绍|汇总"
    r"|梳理|[查找](?=\s))?(?:一下)?\s*(?:一共)?(?:都?有(?:哪些|什么|多少))?\s*(?:都?(?:提到|提及|谈到)[了过]?)?"
)
_TAIL = re.compile(
    r"(?:都?[有是]?(?:哪些|什么|怎么样|怎样|如何|怎么办|怎么做|多少))?(?:呢|吗|(?<![什怎多那这])么|(?<![目标])的)?[？?。！!\s]*$"
)
_LINK = re.compile(r"^(?:\s*(?:[、，,的]|(?:和|与|及|在|对)(?=\s)|对于|关于))+|(?:和|与|及|、)\s*(?=\s)")


def check(query: Query) -> None:
    """Raise PlanSeekError, one line that says what to do, for a query that cannot be searched."""
    text = query.text.strip()
    if not text or not any(c.isalnum() for c in text):
        raise PlanSeekError("问题是空的。请输入要查的内容，例如：各区生态修复措施")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise PlanSeekError("问题里有无法识别的字符（不是 UTF-8）。请重新输入。")
    if len(text) > LONGEST_QUESTION:
        raise PlanSeekError(f"问题有 {len(text)} 个字，超过 {LONGEST_QUESTION} 字的上限。请只写要问的话。")
    if query.mode not in MODES:
        raise PlanSeekError(f"检索方式「{query.mode}」无法识别，可用：{'、'.join(MODES)}。")
    for name, number, most in (("-k", query.k, 1000), ("--per-region", query.per_region, 50)):
        if not 1 <= number <= most:
            raise PlanSeekError(f"{name} 应在 1 到 {most} 之间。")
    for what, given, known in (("文种", query.kinds, KINDS), ("状态", query.statuses, STATUSES)):
        for value in given:
            if value not in known:
                raise PlanSeekError(f"{what}「{value}」无法识别，可用：{'、'.join(known)}。")


def interpret(query: Query, gazetteer: Gazetteer, present: Collection[Region]) -> Interpretation:
    """Understand a question. `present`: the regions that the corpus has documents or passages of.

    Raises PlanSeekError for a region given by the user that is not in the gazetteer.
    """
    text = query.text.strip()
    notes: list[str] = []
    level, topic = _fan_out(text, present)
    named, topic = _named(topic, gazetteer, {region.code for region in present})
    if query.regions:
        named = [_chosen(name, gazetteer, present) for name in query.regions]
    if level:
        regions = [r for r in present if r.level == level]
        if named:
            regions = [
                r
                for r in regions
                if any((gazetteer.within(r.code, c) and r.code != c) or r.code == c for codes in named for c in codes)
            ]
        fan_out: str | None = level
    else:
        regions = [gazetteer.region(code) for codes in named for code in codes]
        fan_out = regions[0].level if len(named) > 1 else None
        have = {region.code for region in present}
        for region in regions:
            if region.code not in have:
                notes.append(f"语料中没有{region.name}本级的文件。")
    topic = _strip(topic) or text
    unique = {region.code: region for region in regions}
    ordered = tuple(unique[code] for code in (sorted(unique) if level else unique))
    return Interpretation(
        topic,
        ordered,
        fan_out,
        query.periods[0] if query.periods else None,
        query.kinds,
        query.statuses,
        notes=tuple(notes),
    )


def _fan_out(text: str, present: Iterable[Region]) -> tuple[str | None, str]:
    """The level that a question asks about one by one, and the question without the words that say so."""
    for level, pattern in _FAN_OUT:
        match = pattern.search(text)
        if match is None:
            continue
        rest = text[: match.start()] + " " + text[match.end() :]
        if level is None:
            counts = Counter(r.level for r in present if r.level != "国家")
            level = max(counts, key=lambda name: (counts[name], -LEVELS.index(name))) if counts else "县级"
        return level, rest
    return None, text


def _named(text: str, gazetteer: Gazetteer, present: set[str]) -> tuple[list[list[str]], str]:
    """The regions a question names, each as the codes it may mean, and the question without their names.

    A name with its suffix always counts. A bare one counts where the corpus has the region or it is a province:
    「乡村振兴」 is not 振兴区.
    """
    kept: list[tuple[Mention, list[str]]] = []
    for mention in gazetteer.mentions(text):
        codes = [c for c in mention.codes if gazetteer.places[c].level != "国家"]
        in_corpus = [c for c in codes if c in present]
        bare = not mention.full
        if bare:
            codes = in_corpus or [c for c in codes if gazetteer.places[c].level == "省级"]
        elif len(codes) > 1:
            codes = in_corpus or codes
        if kept and codes and kept[-1][0].end == mention.start:
            # 芜湖市弋江区: the inner name narrows the outer one.
            inside = [c for c in codes if any(gazetteer.within(c, outer) for outer in kept[-1][1])]
            if inside:
                kept[-1] = (Mention(kept[-1][0].start, mention.end, tuple(inside), True), inside)
                continue
        if codes:
            kept.append((mention, codes))
    for mention, _ in reversed(kept):
        text = text[: mention.start] + " " + text[mention.end :]
    return [codes for _, codes in kept], text


def _chosen(name: str, gazetteer: Gazetteer, present: Collection[Region]) -> list[str]:
    """The region a user chose by name or code. Raises PlanSeekError where it is unknown or ambiguous."""
    codes = gazetteer.named(name)
    if not codes:
        raise PlanSeekError(
            f"没有找到地区「{name}」。请写全称（如 安徽省芜湖市弋江区）或六位代码；自设的开发区请先写入 regions.csv。"
        )
    if len(codes) > 1:
        have = {region.code for region in present}
        codes = [c for c in codes if c in have] or codes
    if len(codes) > 1:
        names = "、".join(gazetteer.full_name(c) for c in codes[:5])
        raise PlanSeekError(f"地区「{name}」有多个：{names}。请写全称或代码。")
    return codes


def _strip(text: str) -> str:
    """The topic without the frame of the question: 「请列出……有哪些」."""
    text = _LINK.sub(" ", text.strip())
    text = _FRAME.sub("", text.strip(), count=1)
    text = _TAIL.sub("", _LINK.sub(" ", text)).strip(" ，,、：:")
    return re.sub(r"\s+", " ", text)
