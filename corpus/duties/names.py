"""Divides a list of units into names: 「市、区民政部门」 is one, 「财政部和各区政府」 two. Knows no roles but those that
a bracket behind a name notes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.model import Span

_ENDINGS = (
    "局|厅|部|委|办|署|院|处|站|所|队|行|社|中心|公司|集团|银行|政府|委员会|管委会|办公室|研究室|督查室|部门|机关|机构|单位|街道|街办|镇|乡|乡镇"
    "|工会|团委|妇联|残联|工商联|科协|文联|侨联|社联|贸促会|红十字会|商会|协会|联合会|学会|促进会|基金会|理事会|供销社|联社|合作社|专班|小组|工作组|监督组|专家组|指挥部"
    "|联席会议|法院|检察院|高新区|经开区|开发区|新区|园区|管理区|示范区|产业园|党组|党委|党工委|学院|大学|学校|台|馆|“两委”|两委|居委会|村委会|人大|政协"
    "|军分区|人武部|组织|海关|供电公司|国办|组委|地方|地区|各区|各县|各市|各省|各州|各盟|城市|共青团中央|团县委|团区委|团市委"
    "|各县区|各县市|各市州|各县市区|各区县|各市县|自治区|直辖市"
)
_ENDING = re.compile(rf"(?:{_ENDINGS})(?:[（(][^（）()]{{1,20}}[)）])?$")
_CLEAR = re.compile(r"(?:局|厅|委|署|政府|委员会|办公室|部门|中心|公司|集团|街道|镇|乡|办|部|大队|分局|单位|机构|高新区|开发区|经开区|妇联|残联|协会|联社)$")
"""Endings after which white space parts two names; a wrapped line may break a name anywhere else."""

_NOBODY = re.compile(
    r"(?:政府|地方政府|企业|公司|集团|部门|单位|机构|机关|党委|中心|办公室|学校|医院|大学|学院|小组|组织|社会组织|街道|镇|乡|乡镇|城市|地方|地区|协会|社区|园区|新区"
    r"|(?:牵头|责任|负责|配合|协办|主管|主办|承办|用人|建设|施工|设计|监理|业主|运营|使用|产权|借款|投资|申请|申报|中标|管护|养护|勘察|供货|基层|成员)(?:单位|部门|机构|企业|公司)"
    r"|(?:龙头|领军|骨干|链主|重点|科技|民营|国有|各类|大型|有实力的)*(?:企业|集团|公司|机构)|(?:高等|科研)(?:院所|院校|学校|机构|单位)|基层政府|各级|各方|方面)"
)
"""What a general saying means (「政府负责、社会协同」): no unit that somebody could call."""

_STOP = re.compile(
    r"[。！？!?：:《》【】\[\]%％+=…—~～]|[0-9]{3}|[的了是着]|以下简称|简称|原则|意见|建议|不再|如下|负责人|同志|"
    r"(?:书记|市长|区长|县长|镇长|主任|局长|院长|校长|厅长|部长|领导|院士|专员|会长|组长|干部|人员|负责|牵头|谁主管|依法)$"
)
_VERB = re.compile(
    r"(?:推动|推进(?!办|中心)|加强|建立|健全|完善|开展|实施|落实|强化|明确|鼓励|支持|引导|组建|成立|形成|构建|坚持|发挥|充分"
    r"|加快|加大|做好|提升|提高|深化(?!改革|医改)|优化(?!营商)|培育|打造|统筹(?!办|城乡|委)|协调(?!办|局|小组)|实行|提请"
    r"|报(?!社|业)|经(?!济|信|开|贸|发|管|委|侨|促)|对于|通过|以(?!工代赈)|将(?!乐)|把|被|让(?!胡路)|使|向|从(?!化|江)"
    r"|于(?!都|洪|田)|在|并|要|应(?!急|城)|已|可|须|为|每|凡|如(?!东|皋)|若(?!尔|羌)|当(?!涂|阳|雄|地)|因|则|又|也|还"
    r"|都(?!匀|江堰|昌|安|兰)|就(?!业)|才|只|不|无(?!锡|为|棣|极)|非(?!公|遗)|未(?!央|成年)|谁|我|你|他|它|其(?![他余])"
    r"|该|这|那|按|根据|依据|下设|指定|到|至|经由)"
)
"""How no unit's name begins; what is excepted are names of places and offices."""

_SAYS = re.compile(r"(?<!重)要(?!素|闻|客)|应当|应该|必须|建立|进行|负责|牵头|设在|加强|开展|或者|(?<!自)由")
"""What stands in no unit's name: words of a sentence."""

_ETC = re.compile(
    r"(?<![高中初平均同特对上下优一二三甲乙])等"
    r"(?:(?:各|有关|相关|其他|市直|区直|县直|省直|成员|职能|主管|行政|业务|地方|中央|国家)*"
    r"(?:部门|单位|机构|机关|企业|部委|方面|地区)(?:[和及与]有?关?单位)?)?(?=$|[和及与、]|以及)"
)
_AND = re.compile(r"会同|以及|[和及与]")
_GENERAL = re.compile(r"(?:(?:有关|相关|其他)?(?:部门|单位|机构|个人|企业|地方|地区|方面)|[市区县乡镇])(?:（[^）]*）)?")
_FIELD = re.compile(r"(?:各级|[市省区县]、?[市区县]?|国家)?[\u4e00-\u9fff]{2,12}(?<![导领管同与])")
_LEVEL = re.compile(r"国家|中央|[省市区县州盟旗镇乡村]|[省市区县镇]级|自治区|自治州|各级|各[省市区县]|省直|市直|区直|县直")
_OPENING = re.compile(r"(?:和|及|以及|与|会同|由|、|请)")
_NOTED = re.compile(r"[（(]\s*(?P<note>总?牵头(?:单位|部门|负责)?|责任单位|负责|主办|配合(?:单位)?|协办|参与)\s*[)）]$")
_CALLED = re.compile(r"[（(]\s*(?:以下|下)[^（）()]{0,4}称[^（）()]{1,30}[)）]")
_NOTES = (("lead", ("牵头", "总牵", "主办")), ("support", ("配合", "协办", "参与")))
_LONGEST = 160
"""Characters between two marks of a list that can be names; what is longer is none."""
_BRACKETS = {"（": 1, "(": 1, "）": -1, ")": -1}


@dataclass(frozen=True, slots=True)
class Name:
    """A unit's name; role: what a bracket behind it notes; more: 「等部门」 follows."""

    span: Span
    role: str | None = None
    more: bool = False


def listed(text: str, span: Span) -> list[Name]:
    """The names in a list, in order, without asking whether they are units."""
    pieces: list[Name] = []
    for part in _parts(text, span):
        pieces += _divided(text, part)
    return _levelled(text, pieces)


def is_named(text: str, span: Span) -> bool:
    """Whether words can be the name of a unit where a label or a role word says that they are one."""
    words = squeezed(span.of(text))
    whole = words.count("（") + words.count("(") == words.count("）") + words.count(")")
    return 2 <= len(words) <= 40 and whole and not (_STOP.search(words) or re.fullmatch(r"[\W\dA-Za-z_]+", words))


def is_unit(text: str, span: Span) -> bool:
    """Whether words name a unit by themselves: they end as a unit's name does and mean no unit in general."""
    words = squeezed(span.of(text))
    ends = _ENDING.search(words) is not None and _NOBODY.fullmatch(words) is None
    return ends and is_named(text, span) and not (_VERB.match(words) or _SAYS.search(words))


def are_units(text: str, names: list[Name]) -> bool:
    """Whether a list names units by itself; 「教育、民政部门」 and 「教育、民政等部门」 do as a whole."""
    shared = bool(names) and (names[-1].more or squeezed(names[-1].span.of(text)).endswith(("部门", "单位", "机关")))
    return bool(names) and all(
        is_unit(text, name.span) or (shared and len(names) > 1 and _is_field(text, name.span)) for name in names
    )


def _is_field(text: str, span: Span) -> bool:
    return is_named(text, span) and _FIELD.fullmatch(squeezed(span.of(text))) is not None


def squeezed(words: str) -> str:
    """Words without white space: a line may break inside a name."""
    return re.sub(r"\s+", "", words)


def trimmed(text: str, start: int, end: int, marks: str = "") -> Span:
    """A span without white space and the given marks around it."""
    while start < end and (text[start].isspace() or text[start] in marks):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in marks):
        end -= 1
    return Span(start, end)


def _parts(text: str, span: Span) -> Iterator[Span]:
    """What stands between the marks of a list, brackets kept whole; white space parts names where both are whole."""
    depth, start = 0, span.start
    for at in range(span.start, span.end):
        char = text[at]
        depth = max(0, depth + _BRACKETS.get(char, 0))
        if depth == 0 and (char in "、，,；;/／|" or (char.isspace() and _parts_names(text, start, at, span.end))):
            yield Span(start, at)
            start = at + 1
    yield Span(start, span.end)


def _parts_names(text: str, start: int, at: int, end: int) -> bool:
    before = text[start:at].rstrip()
    behind = text[at:end].lstrip()
    return _CLEAR.search(before) is not None and bool(behind) and behind[0] not in "、，,；;（()）和及与等"


def _divided(text: str, span: Span) -> Iterator[Name]:
    """One part of a list at 「等部门和」, 「会同」, 「和」 where both sides are whole."""
    span = trimmed(text, span.start, span.end, "。.“”\"" if text[span.start : span.end].count("“") == 0 else "。.")
    if opening := _OPENING.match(text, span.start, span.end):
        span = trimmed(text, opening.end(), span.end)
    if span.start == span.end:
        return
    if span.end - span.start > _LONGEST:
        yield Name(span)
        return
    if etc := _ETC.search(text, span.start, span.end):
        if etc.start() > span.start:
            first = list(_divided(text, Span(span.start, etc.start())))
            yield from first[:-1]
            yield from (replace(name, more=True) for name in first[-1:])
        yield from _divided(text, Span(etc.end(), span.end))
        return
    for word in _AND.finditer(text, span.start, span.end):
        left, right = Span(span.start, word.start()), Span(word.end(), span.end)
        always = word.group() == "会同"
        if left.start < left.end and (always or _both_whole(text, left, right)):
            yield from _divided(text, left)
            yield from _divided(text, right)
            return
    if called := _CALLED.search(text, span.start, span.end):
        span = trimmed(text, span.start, called.start())
    if noted := _NOTED.search(squeezed(span.of(text))):
        start = max(text.rfind("（", span.start, span.end), text.rfind("(", span.start, span.end))
        note = noted.group("note")[:2]
        role = next((role for role, words in _NOTES if note in words), "responsible")
        yield Name(trimmed(text, span.start, start), role)
        return
    yield Name(span)


def _both_whole(text: str, left: Span, right: Span) -> bool:
    if left.of(text).count("（") != left.of(text).count("）") or left.of(text).count("(") != left.of(text).count(")"):
        return False
    before, behind = squeezed(left.of(text)), squeezed(right.of(text))
    if _GENERAL.fullmatch(behind) or re.match("其(?![他余])", behind):
        return False
    ends = _ENDING.search(before) is not None and _ENDING.search(_ETC.sub("", behind)) is not None
    return len(before) >= 2 and len(behind) >= 2 and ends


def _levelled(text: str, pieces: list[Name]) -> list[Name]:
    """Join a bare level with the name behind it (「市、区民政部门」), a bare kind with the one before it (「各区、县」)."""
    joined: list[Name] = []
    waiting: int | None = None
    for piece in pieces:
        words = squeezed(piece.span.of(text))
        bare = _LEVEL.fullmatch(words) is not None
        if bare and not words.startswith("各") and joined and waiting is None and _ends_in_level(text, joined[-1]):
            joined[-1] = replace(joined[-1], span=Span(joined[-1].span.start, piece.span.end))
            continue
        if bare and piece is not pieces[-1] and piece.role is None:
            waiting = piece.span.start if waiting is None else waiting
            continue
        start = piece.span.start if waiting is None else waiting
        joined.append(replace(piece, span=Span(start, piece.span.end)))
        waiting = None
    return joined


def _ends_in_level(text: str, name: Name) -> bool:
    return re.fullmatch(r"(?:各|有关|相关)(?:[省市区县州旗盟镇乡]|乡镇|街道|有关)", squeezed(name.span.of(text))) is not None
