"""Reads quotation marks, minus signs and titles of a question: what must stand in a passage, what must not, and in which
document. Knows no region."""

import re

from corpus.model import Span
from retriever.interpret.question import Question

_QUOTED = re.compile(r"“([^“”]{1,60})”|\"([^\"]{1,60})\"|「([^「」]{1,60})」|『([^『』]{1,60})』|＂([^＂]{1,60})＂")
_TITLE = re.compile(r"(?:在)?《([^《》]{2,120})》(?:这份文件)?的?(?:附表|附件|正文|专栏)?(?:里面?|中|内|上)?")
_MINUS = re.compile(r"(?:(?<=\s)|^)[-－﹣−]\s?(?P<word>[^\s\-－，,。？?！!、；;]{1,30})")
_NOT = re.compile(
    r"(?:(?:^|[，,、（(\s]\s*)(?:但|请|都)?不要(?![再让把太被只光随乱一])|[，,（(]?\s*(?:但)?(?:不含|不包括|不包含|不算|排除|去掉|剔除))(?![^，,。]{0,6}(?:隐患|风险|险情|故障|干扰|障碍|妨碍))(?:掉)?(?:的)?"
    r"(?P<word>[^，,、。？?！!；;）)\s的]{1,12})(?:的(?!是))?[）)]?"
)
_BUT = re.compile(
    r"(?:除(?:了|去|开)?|撇开)(?P<word>[^，,。？?！!；;]{1,30}?)(?:(?:以外|之外|外)(?:的|，|,)?|(?:[，,]\s*)?(?=还有|其他|其它|其余|别的|剩下))"
)
_OUTSIDE = re.compile(r"(?:^|(?<=[，,\s]))(?P<word>[^，,。？?！!；;\s除]{2,12})(?:以外|之外)(?=的(?:省份?|其他|其它|市|区县|县|地))")
_TAKEN_OUT = re.compile(r"(?:把|将)(?P<word>[^，,。？?！!；;]{1,20}?)(?:去掉|排除|剔除|除开|拿掉|撇开)(?:再|后|掉)?")
_SET_ASIDE = re.compile(r"[，,（(]?\s*(?P<word>[^，,。？?！!；;\s（(]{2,12})除外[）)]?")


def quotations(question: Question) -> list[Span]:
    """Where quotation marks and what they hold stand."""
    return [Span(*match.span()) for match in question.all(_QUOTED)]


def take_title(question: Question) -> str | None:
    """The title in 《》 that a question asks in."""
    for match in question.all(_TITLE):
        if question.take(Span(*match.span()), "document", match[1]):
            return match[1]
    return None


def take_exact(question: Question) -> tuple[str, ...]:
    """The phrases in quotation marks; the words stay in the question, for they are its topic, too."""
    found: list[str] = []
    for match in question.all(_QUOTED):
        phrase = next(group for group in match.groups() if group).strip()
        span = Span(*match.span())
        if len(phrase) < 2 or not question.take(span, "exact", phrase):
            continue
        found.append(phrase)
        blank = len(span.of(question.asked)) - 2
        question.text = (
            question.text[: span.start] + f" {span.of(question.asked)[1:-1]:<{blank}} " + question.text[span.end :]
        )
    return tuple(dict.fromkeys(found))


def take_excluded(question: Question) -> list[tuple[Span, str]]:
    """The words that a question does not want, with where they stand: 养老 -机构养老, 除上海以外, 不含农村的."""
    found: list[tuple[Span, str]] = []
    for pattern in (_MINUS, _BUT, _OUTSIDE, _SET_ASIDE, _TAKEN_OUT, _NOT):
        for match in question.all(pattern):
            word = match["word"].strip()
            if word and not any(span.start < match.end() and match.start() < span.end for span, _ in found):
                found.append((Span(*match.span()), word))
    return found
