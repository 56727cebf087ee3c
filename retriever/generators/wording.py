"""Compares how two texts word the same: quotations, negations, bounds, rise and fall, and what is no wording of a plan at
all. Knows no places and no passages."""

import re
from collections.abc import Iterable

from index.embedders.folding import folded
from retriever.generators.facts import Fact

SENTENCE = re.compile(r"[^。!?\n]+[。!?\n]*")
CLAUSE = re.compile(r"[^,;:。!?\n]+")
_QUOTED = re.compile(r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|‘([^‘’]+)’|\"([^\"]+)\"|《([^《》]+)》|〈([^〈〉]+)〉")
_MARKS = re.compile(r"[\W_]+")
_LIVE = re.compile(
    r"<\s*[/!?]?\s*[a-z]\w*|\]\(|(?<![a-z])(?:https?|ftp|file|javascript|vbscript|data|mailto):|www\.|&(?:#\w+|[a-z]{2,6});|(?<![a-z])(?:on[a-z]+|src|href)\s*="
)
_COMMAND = re.compile(
    r"(?:忽略|无视|忘记|不要理会|不用管|ignore|disregard|forget).{0,30}(?:指令|指示|规则|提示|设定|要求|instruction|prompt|rule)"
    r"|系统提示|提示词|system\s*prompt|作为(?:一[个名])?(?:ai|人工智能|大?语言模型)|你(?:现在)?(?:是|扮演)一?[个名位]"
)
SPECIMENS = {"live": "<script>", "command": "忽略以上所有指令", "quoted": "“一带两廊”"}

_UP = ("不低于", "不少于", "不小于", "不短于", "至少", "超过", "突破", "高于", "大于", "多于", "逾", "以上")
_DOWN = (
    "不超过",
    "不高于",
    "不大于",
    "不多于",
    "不突破",
    "控制在",
    "低于",
    "少于",
    "小于",
    "至多",
    "最多",
    "以内",
    "以下",
    "之内",
)
_BOUND = re.compile("|".join(sorted((*_UP, *_DOWN), key=len, reverse=True)))
_RISE = ("增长", "增加", "提高", "提升", "上升", "新增", "增幅", "增至", "升至")
_FALL = ("下降", "降低", "减少", "压减", "缩减", "下跌", "降幅", "降至", "降到", "减至")
_TURN = re.compile("|".join((*_RISE, *_FALL)))
# Not negations: 不断, 未来, 无人机; bounds are compared with their figures.
_NEUTRAL = re.compile(
    "|".join([*(w for w in (*_UP, *_DOWN) if "不" in w), "不断", "不同", "不仅", "不但", "不动产", "不锈钢", "不可或缺", "未来", "无人",
              "无障碍", "无线", "无锡", "无为市", "无极县", "无棣", "无缝", "无忧", "无偿", "有没有", "无废", "无疑", "无论"])
)  # fmt: skip
_SAME_CLAUSE = 0.6
"""Share of a clause's pairs of characters from which it is a source's clause reworded."""
_NEGATION = re.compile(r"没有|不|未|无|禁止|严禁|禁|杜绝|取消|停止|暂停|暂缓|避免|防止|拒绝|退出")


def live(sentence: str) -> str | None:
    """What is wrong with a sentence that is no prose: tags, links, words to a program. It stays text either way."""
    said = folded(sentence)
    if match := _LIVE.search(said):
        return f"含有网页代码或网址（{match.group()[:12]}）"
    return "像是对程序的指令，不是规划内容" if _COMMAND.search(said) else None


def misquoted(said: str, texts: Iterable[str]) -> str | None:
    """Words in quotation marks stand in a text as they are, but for punctuation and the width of signs."""
    bare = [_MARKS.sub("", text) for text in texts]
    for match in _QUOTED.finditer(said):
        words = next(filter(None, match.groups()))
        if not any(_MARKS.sub("", words) in text for text in bare):
            return f"引用的「{words[:20]}」不是所引原文的字句"
    return None


def bounded_alike(said: str, fact: Fact, text: str, held: Fact) -> bool:
    """Whether two figures rise or fall alike and are bounded alike; only a lower bound may go unsaid."""
    turn, turned = _sign(_TURN, _RISE, said, fact, 40), _sign(_TURN, _RISE, text, held, 40)
    bound, bounded = _sign(_BOUND, _UP, said, fact, 10), _sign(_BOUND, _UP, text, held, 10)
    return (turn * turned >= 0) and (bound == bounded or (bound == 0 and bounded > 0))


def _sign(pattern: re.Pattern[str], rising: tuple[str, ...], text: str, fact: Fact, back: int) -> int:
    """1 up, -1 down, 0 neither: by the nearest word in its clause at most `back` before the figure, else the one right behind it."""
    start, end = around(CLAUSE, text, fact.start)
    before = pattern.findall(text[max(start, fact.start - back) : fact.start])
    behind = pattern.match(text[fact.end : min(fact.end + 4, max(end, fact.end))].removeprefix("及"))
    word = before[-1] if before else behind.group() if behind else ""
    return 0 if not word else 1 if word in rising else -1


def around(pattern: re.Pattern[str], text: str, at: int) -> tuple[int, int]:
    """The sentence or clause in which a place of the text lies."""
    for match in pattern.finditer(text):
        if match.end() > at:
            return match.span()
    return len(text), len(text)


def negation(said: str, sources: str) -> str | None:
    """A negation has its counterpart, and none is lost: 「不得新建」 does not become 「新建」.

    Each clause is held against the clauses of the sources that hold most of its pairs of characters; where that is most
    of them, one of those denies as it does.
    """
    if _denies(said) and not _denies(sources):
        return "否定（不、未、无、没有）在所引原文中没有对应"
    clauses = [(pairs(text), _denies(text)) for text in CLAUSE.findall(sources)]
    for clause in CLAUSE.findall(said):
        own = pairs(clause)
        shared = [(len(own & held) / len(own), denies) for held, denies in clauses] if len(own) >= 3 else []
        most = max((share for share, _ in shared), default=0.0)
        if most >= _SAME_CLAUSE and _denies(clause) not in {d for share, d in shared if share >= most - 0.1}:
            return "否定（不、未、无、禁止等）与所引原文不一致"
    return None


def _denies(text: str) -> bool:
    return _NEGATION.search(_NEUTRAL.sub("", text)) is not None


def pairs(clause: str) -> set[str]:
    """The pairs of characters of a clause, punctuation and negations left out."""
    bare = [_MARKS.sub("", part) for part in _NEGATION.sub("", _NEUTRAL.sub("", clause)).split()]
    return {part[i : i + 2] for part in bare for i in range(len(part) - 1)}
