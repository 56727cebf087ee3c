"""Reads the places of a question: which it asks about, which it merely mentions. Knows no topic."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from corpus.errors import PlanSeekError
from corpus.model import Region, Span
from corpus.regions.places import LEVELS, Gazetteer, Mention
from retriever.interpret.question import Question

# 学习浙江经验, 承接长三角产业, 通往合肥的高铁: who does something with a place, does not ask about it.
_TOWARDS = re.compile(
    r"(?:学习?|借鉴|对标|对接|承接|接受|接轨|支援|援助?|对口(?:支援|帮扶|协作|合作)?|融入|结对|帮扶|协作|毗邻|连接|联通|连通|通往|直达|直通|飞往?|开往|前往"
    r"|来自|赶超|参照|模仿|仿照|打通|接壤|邻近|靠近|挨着|辐射|服务(?!业)|送往?|运到|卖到|销往?|赴|借力|借助|争取|利用|依靠|依托|借道|经由?|途经|经过|绕道|取道|嫁到|搬[到去]|引进|吸引|推广|回到?|(?<![看找想遇达提谈听做办用得等直])到|往|(?<!自)从|向|像|跟|(?<![对相类])比)\s*$"
)
_AFTER = re.compile(
    r"^(?:的?(?:先进)?(?:经验|模式|做法)|合作组织|同胞|青年(?=创|就|来)|时间|籍|口味|菜(?!市|篮|农|地)|大学|银行|冬奥|奥运|自贸|棉|产业转移|方向|人(?=[^才口民力均居社工文大员事防行]|$)|话|游客|客商|商会"
    r"|媒体|台胞|高铁|铁路|大道|[东西南北中]?路(?![灯面网径由况权线边口段桥障长])|街(?!道)|班列|航线|航班|直飞|那边|那样|一样|去了)"
)
_AND = re.compile(r"(?:和|与|同|跟|及|以及|、|，|,|还有|或|比|对|跟|vs|VS|PK|pk|/)\s*$")
_JOINT = re.compile(
    r"^[^，,。？?；;]{0,14}?(?:合作|协作|协同|联动|交流|对接|互联互通|衔接|接轨|共建|一体化|同城化|毗邻|结对|往来|联手|互通|直达|高铁|铁路|航线|通道|接壤|交界|之间)"
)
_WITH = re.compile(r"(?:和|与|同|跟)\s*$")
_COMPARE = re.compile(
    r"对比|比较(?!优势)|相比|比一比|比比|区别|差异|差别|不同|异同|对照|变化|谁[^，,。]{0,8}更|哪个[^，,。]{0,6}更|哪家[^，,。]{0,4}更|谁的[^，,。]{1,10}[高多大快低少强早好]|差多少|差在|差哪|比(?:去年|上年|前年|往年|上一年|之前|以前)|相较|比起|(?:哪个|哪家|谁)(?:更|搞得|做得|干得|投入|办得|抓得|建得)*[高多大快低少强早好]|(?:跟|和|与|同)[^，,。？?]{1,12}?比(?![如例重率])|PK|pk|vs|VS|分别|各自(?!治)|各(?:是|有|为|要|占|达|多少|几)|(?:这|那)?(?<!东)[两三四](?:地|个地方|家|个?省|个?市|个区|个?县)(?!级)|两区(?!级)|[这那]几(?:地|个地方|家|个?省|个?市|个?区|个?县)"
)
_ABBREVIATIONS = dict(
    zip(
        "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁新",
        [
            "11",
            "12",
            "13",
            "14",
            "15",
            "21",
            "22",
            "23",
            "31",
            "32",
            "33",
            "34",
            "35",
            "36",
            "37",
            "41",
            "42",
            "43",
            "44",
            "45",
            "46",
            "50",
            "51",
            "52",
            "53",
            "54",
            "61",
            "62",
            "63",
            "64",
            "65",
        ],
        strict=True,
    )
)
_RUN = re.compile(
    rf"[{''.join(_ABBREVIATIONS)}](?:[、和与]?[{''.join(_ABBREVIATIONS)}])+(?:[两二三四五]?(?:省|地|省市|省区)(?:市|区)?(?!级))?"
)
_ALONE = re.compile(rf"(?:(?<=^)|(?<=[\s，,、：:]))[{''.join(_ABBREVIATIONS)}](?=[\s，,：:“\"]|$|政府|省委|省政府|的|[今去前明]年)")
NATION = "100000"
_INNER_MONGOLIA = re.compile(r"内蒙(?!古)")
# 国务院政府工作报告, 国家“十二五”规划纲要: the nation's own; elsewhere 国家 is a word of every plan.
_NATION = re.compile(
    r"(?P<name>国务院|国家)(?=的?(?:[今去前明]年|[0-9]{2,4}年|[“\"]?第?[一二三四五六七八九十]{1,3}(?:个五年|五)[”\"]?)*的?(?:政府工作报告|规划纲要|规划建议|纲要))"
)
# 京津冀, 川渝, 京沪高铁: a name of its own, not the regions one by one.
_AS_ONE = re.compile(r"京津冀|^(?:成渝|川渝|京沪|京广|陇海|苏新|新苏|辽宁)$|线|高铁|铁路|高速")
# 沧浦区|政府 although 区政府 is a word.
_NEAR = 20
"""Characters beside a name that may say what it is named for."""

_OFFICE = re.compile(r"政府|委|级|域(?:经济|商业|内)|里|内|直|属|人大|政协|长")
_TOGETHER = re.compile(r"[两二三四五]省")
# Names of districts that are words for any: they need the city before them.
_COMMON = frozenset(("城区", "郊区", "矿区"))
_LEVEL_RANK = {level: rank for rank, level in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True)
class Named:
    """A place of a question: its span and the codes that it may mean."""

    span: Span
    codes: tuple[str, ...]


def take_places(
    question: Question, gazetteer: Gazetteer, present: set[str], level: str | None
) -> tuple[list[Named], list[Named]]:
    """(places asked about, places merely mentioned); the words of the former are taken.

    level: that of the question's fan-out, if any: within it only a place above it restricts, 「各省与上海的合作」.
    """
    asked: list[Named] = []
    mentioned: list[Named] = []
    found = [n for n in _mentions(question.text, gazetteer, present) if question.apart(n.span.start)]
    spans = [named.span for named in found]
    found += [Named(Span(*m.span()), (NATION,)) for m in _NATION.finditer(question.asked)]
    found += [n for n in _runs(question.text, gazetteer) if not any(n.span.start < s.end and s.start < n.span.end for s in spans)]
    found.sort(key=lambda named: named.span.start)
    compared = compares(question)
    for at, named in enumerate(found):
        own = gazetteer.places[named.codes[0]].level
        # 海南自由贸易港, 台湾同胞: part of a longer name.
        aside = not _whole(question, named.span) or (level is not None and _LEVEL_RANK[own] >= _LEVEL_RANK[level])
        if (
            aside
            or _in_passing(question, found, at, asked, level, compared)
            or not question.take(named.span, "region", _shown(named, gazetteer))
        ):
            mentioned.append(named)
        else:
            asked.append(named)
    return asked, mentioned


def _whole(question: Question, span: Span) -> bool:
    """Whether a name ends where it seems to: no word of the dictionary goes on, or one that an office bears."""
    suffixed = question.asked[span.end - 1] in "省市区县" and _OFFICE.match(question.asked, span.end) is not None
    together = _TOGETHER.match(question.asked, span.end) is not None
    return question.apart(span.end) or span.end - span.start == 1 or suffixed or together


def _shown(named: Named, gazetteer: Gazetteer) -> str:
    return "、".join(gazetteer.full_name(code) for code in named.codes[:5])


def _in_passing(
    question: Question, found: list[Named], at: int, asked: list[Named], level: str | None, compared: bool
) -> bool:
    """Whether a place is merely spoken of: what is learnt from it, what leads there, who cooperates with it."""
    span = found[at].span
    before, after = question.asked[max(0, span.start - _NEAR) : span.start], question.asked[span.end : span.end + 2 * _NEAR]
    if _AFTER.match(after):
        return True
    joined = at > 0 and _AND.fullmatch(question.asked[found[at - 1].span.end : span.start].strip())
    if joined and found[at - 1] not in asked:
        return True
    if (towards := _TOWARDS.search(before)) and not (compared and towards.group().strip() in ("跟", "比", "向", "像")):
        return True
    alone = not question.asked[: max(0, span.start - 1)].strip()
    return bool((asked or level or alone) and not compared and _WITH.search(before) and _JOINT.match(after))


def _runs(text: str, gazetteer: Gazetteer) -> Iterable[Named]:
    """Provinces by their one-character names, alone or two and more together: 沪 养老, 皖苏两省, 沪苏浙皖."""
    for match in _ALONE.finditer(text):
        yield Named(Span(*match.span()), (_ABBREVIATIONS[match.group()] + "0000",))
    for match in _INNER_MONGOLIA.finditer(text):
        yield Named(Span(*match.span()), (_ABBREVIATIONS["蒙"] + "0000",))
    for match in _RUN.finditer(text):
        following = text[match.end() : match.end() + 4]
        if _AS_ONE.search(match.group()) or _AS_ONE.search(match.group() + following):
            continue
        letters = [c for c in match.group() if c in _ABBREVIATIONS]
        if len(letters) < 2 or (len(letters) == 2 and not re.search(r"[两二]?(?:省|地)", match.group())):
            continue
        for offset, character in enumerate(match.group()):
            if character in _ABBREVIATIONS:
                last = (
                    match.end()
                    if character == letters[-1] and offset == match.group().rfind(character)
                    else match.start() + offset + 1
                )
                yield Named(Span(match.start() + offset, last), (_ABBREVIATIONS[character] + "0000",))


def _mentions(text: str, gazetteer: Gazetteer, present: set[str]) -> list[Named]:
    """The regions a text names, each with the codes it may mean.

    A name with its suffix always counts. A bare one counts where the corpus has the region or it is a province:
    「乡村振兴」 is not 振兴区.
    """
    kept: list[tuple[Mention, list[str]]] = []
    for mention in gazetteer.mentions(text):
        codes = [c for c in mention.codes if gazetteer.places[c].level != "国家"]
        in_corpus = [c for c in codes if c in present]
        if text[mention.start : mention.end] in _COMMON and not (kept and kept[-1][0].end == mention.start):
            continue
        if not mention.full:
            codes = in_corpus or [c for c in codes if gazetteer.places[c].level in ("省级", "地级")]
        elif len(codes) > 1:
            codes = in_corpus or codes
        if not codes and kept and kept[-1][0].end == mention.start:
            # 浙江安吉: a bare name counts behind the region that holds it.
            codes = [c for c in mention.codes if any(gazetteer.within(c, outer) for outer in kept[-1][1])]
        if kept and codes and kept[-1][0].end == mention.start:
            # 芜湖市弋江区: the inner name narrows the outer one.
            inside = [c for c in codes if any(gazetteer.within(c, outer) for outer in kept[-1][1])]
            if inside:
                kept[-1] = (Mention(kept[-1][0].start, mention.end, tuple(inside), True), inside)
                continue
        if (
            codes
            and mention.full
            and text[mention.end : mention.end + 1] == "长"
            and text[mention.end - 1] in "省市县区"
        ):
            # 禾川县长的报告: the county and its head share a character.
            mention = Mention(mention.start, mention.end - 1, mention.codes, True)
        if codes:
            kept.append((mention, codes))
    return [Named(Span(mention.start, mention.end), tuple(codes)) for mention, codes in kept]


def excluded_place(word: str, gazetteer: Gazetteer, present: set[str]) -> tuple[str, ...]:
    """The codes of a place that is set aside, 「除上海以外」; none where the word is no place."""
    word = re.sub(r"^(?:和|与|、)|(?:本级|本身|自己)$", "", word)
    names = _mentions(word, gazetteer, present)
    covered = sum(named.span.end - named.span.start for named in names)
    bare = len(re.sub(r"[、，,和与及]", "", word))
    return tuple(code for named in names for code in named.codes) if names and covered >= bare else ()


def compares(question: Question) -> bool:
    """Whether a question wants things side by side."""
    return _COMPARE.search(question.asked) is not None


def chosen(name: str, gazetteer: Gazetteer, present: Collection[Region]) -> list[str]:
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
