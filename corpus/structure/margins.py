"""Finds the lines of a text that are not its body: page noise, contents, repeated titles, signatures. Never edits."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from corpus.model import Hint
from corpus.structure import boilerplate, outline
from corpus.structure.lines import Line
from corpus.structure.outline import NumberedLine

_PAGE_REFERENCE = re.compile(r"[.…·\s]*[（(]?\s*[0-9]{1,4}\s*[)）]?\s*$")
_PAGED = re.compile(r"(?:[.…·．。]{2,}|[-—]{3,}|\t)\s*[（(]?\s*[0-9]{1,4}\s*[)）]?$")
_CONTENTS = re.compile(r"(?:本[期刊卷])?目\s*[录次](?:\s*(?:序言|前言|引言))?|contents", re.IGNORECASE)
_ISSUER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,20}(?:人民政府|办公室|办公厅|委员会|人民代表大会|改革局|局|厅|区委|市委|县委|省委)\s*){1,3}"
)
_LABEL_ALONE = re.compile(r"\S(?:\s*\S){1,7}\s*[：:]")
_VALUE_OF = ("来源与时间", "征集信息", "元数据", "署名")
_SEPARATOR = re.compile(r"[>》›»/]")
_CLOSED = re.compile(r".{8,}。|.{40,}；")
_ANNEXES = re.compile(r"附\s*件\s*[:：]\s*(?P<first>(?:[1１]\s*[.．、]\s*)?[^。；，]{2,40})?")
_ENTRY = re.compile(r"[0-9０-９]{1,2}\s*[.．、]\s*[^。；]{2,60}")
_ENTRY_MARK = re.compile(r"^[0-9０-９]{1,2}\s*[.．、]\s*|\.[a-z]{3,4}$")
_NUMBERED_HEAD = re.compile(
    r"(?P<page>[0-9]{1,4})[ \t\u3000]+(?P<after>[^。；，：:0-9]{3,30})|(?P<before>[^。；，：:0-9]{3,30})[ \t\u3000]+(?P<number>[0-9]{1,4})"
)
# A call's title and the draft that it quotes: 「关于《某规划（征求意见稿）》公开征求意见的公告」.
_DRAFT = re.compile(r"《([^》]+)》.{0,8}(?:征求|征集|听取)")
_STAGE = re.compile(r"[（(][^（()）]{0,6}(?:稿|草案)[)）]$")
_RUNNING = re.compile(r"[^。！？；：:，]{4,40}")


def mark(
    lines: Sequence[Line],
    numbers: Sequence[NumberedLine | None],
    title: str | None,
    hints: Iterable[Hint] = (),
    tops: AbstractSet[int] = frozenset(),
) -> list[str | None]:
    """For each line why it is no body, or None where it is (or is a heading). `numbers`: the lines' own numbers;
    `title`: the document's, if known; `hints`: the format's; `tops`: the lines that form feeds put at a page's top."""
    first, last = _body_bounds(lines, numbers)
    reasons = [boilerplate.reason(line.text, head=i < first, tail=i > last) for i, line in enumerate(lines)]
    _mark_hinted(lines, reasons, hints)
    _mark_contents(lines, reasons)
    _mark_values(lines, reasons, first)
    _mark_issuers(lines, reasons)
    _mark_links(lines, reasons, last)
    _mark_annexes(lines, reasons)
    _mark_captions(lines, reasons)
    _mark_running_heads(lines, reasons, tops)
    if title:
        _mark_calls(lines, reasons, squeeze(title))
        _mark_titles(lines, reasons, squeeze(title), first)
    return reasons


def squeeze(text: str) -> str:
    """A text without white space, for comparing titles and entries."""
    return re.sub(r"\s", "", text)


def _body_bounds(lines: Sequence[Line], numbers: Sequence[NumberedLine | None]) -> tuple[int, int]:
    """The indices of the first and last lines that can only be body: a numbered heading or a full sentence."""

    def body(index: int) -> bool:
        text, number = lines[index].text, numbers[index]
        long = len(text) >= 30 and ("。" in text or "；" in text or "！" in text)
        if not long and not (number and number.rank <= 5 and number.heading):
            return False
        return boilerplate.reason(text, head=True, tail=True) is None

    first = next((i for i in range(len(lines)) if body(i)), None)
    if first is None:
        return 0, len(lines)
    return first, next(i for i in range(len(lines) - 1, -1, -1) if body(i))


def _mark_hinted(lines: Sequence[Line], reasons: list[str | None], hints: Iterable[Hint]) -> None:
    """What the format itself calls its contents."""
    contents = [hint.span for hint in hints if hint.style == "toc"]
    position = 0
    for i, line in enumerate(lines):
        while position < len(contents) and contents[position].end <= line.span.start:
            position += 1
        if position < len(contents) and contents[position].start <= line.span.start:
            reasons[i] = "目录"


def _mark_contents(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """A table of contents: from 目录 to where its first entry comes again, or else to the first body line."""
    start = next((i for i, line in enumerate(lines[:80]) if len(line.text) <= 12 and _CONTENTS.match(line.text)), None)
    if start is None:
        return
    body = next((i for i in range(start + 1, len(lines)) if _CLOSED.search(lines[i].text)), start + 1)
    # A sentence wrapped over lines begins above its full stop.
    while body - 1 > start and re.search(r"[，,]", lines[body - 1].text) and not _is_entry(lines[body - 1].text):
        body -= 1
    entry = squeeze(re.sub(r"^(?:本[期刊卷])?目\s*[录次]|contents", "", lines[start].text)) or next(
        (squeeze(_PAGE_REFERENCE.sub("", line.text)) for line in lines[start + 1 : body]), ""
    )
    # Where entries end in page numbers, what follows the last of them is text.
    paged = [i for i in range(start + 1, body) if _PAGED.search(lines[i].text)]
    entries = paged[-1] - start if paged else 0
    if (len(paged) >= 3 and 2 * len(paged) >= entries) or 2 <= len(paged) == entries:
        body = paged[-1] + 1
    again = next((i for i in range(start + 2, body) if entry and squeeze(lines[i].text).startswith(entry)), body)
    for i in range(start, again):
        reasons[i] = "目录"


def _is_entry(line: str) -> bool:
    return outline.numbered(line) is not None or bool(re.search(r"第.{1,4}[篇章节]|[0-9]\s*$", line))


def _mark_values(lines: Sequence[Line], reasons: list[str | None], first: int) -> None:
    """Above the body: what follows 「来源：」 on the next line, and the words between the 「>」 of a path."""
    for i in range(1, min(first, len(lines))):
        before = lines[i - 1].text
        if reasons[i] is not None or len(lines[i].text) > (60 if reasons[i - 1] == "元数据" else 20):
            continue
        if reasons[i - 1] in _VALUE_OF and _LABEL_ALONE.fullmatch(before):
            reasons[i] = reasons[i - 1]
        elif _SEPARATOR.fullmatch(before) and i + 1 < len(lines) and _SEPARATOR.fullmatch(lines[i + 1].text):
            reasons[i] = "面包屑导航"


def _mark_issuers(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """Who signed: one to three bodies alone on a line right above the date of a signature."""
    for i in range(1, len(lines)):
        if reasons[i] not in ("落款日期", "印发信息"):
            continue
        for above in (i - 1, i - 2):
            text = lines[above].text if above >= 0 else ""
            if reasons[above] is not None or len(text) > 40 or not _ISSUER.fullmatch(text):
                break
            reasons[above] = "落款"


def _mark_links(lines: Sequence[Line], reasons: list[str | None], last: int) -> None:
    """Below the body: the titles of other pages under 「相关链接」 or 「推荐阅读」."""
    listed = False
    for i in range(last + 1, len(lines)):
        listed = listed or reasons[i] in ("推荐阅读", "友情链接")
        if listed and reasons[i] is None and len(lines[i].text) <= 60 and lines[i].text[-1] not in "。；":
            reasons[i] = "推荐阅读"


def _mark_annexes(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """「附件：1.重点项目清单」 and the entries below it: a list of what comes later or is linked, not an annex itself."""
    for i, line in enumerate(lines):
        if line.text[0] != "附" or reasons[i] is not None or not (match := _ANNEXES.fullmatch(line.text)):
            continue
        end = i + 1
        while end < len(lines) and _ENTRY.fullmatch(lines[end].text) and reasons[end] in (None, "附件链接"):
            end += 1
        named = {squeeze(_ENTRY_MARK.sub("", text)) for text in (match["first"] or "", *(entry.text for entry in lines[i + 1 : end])) if text}
        linked = "附件链接" in reasons[i + 1 : end]
        closing = end == len(lines) or reasons[end] is not None
        if named and (linked or closing or any(squeeze(later.text) in named for later in lines[end:])):
            reasons[i:end] = ["附件列表"] * (end - i)


def _mark_captions(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """「图为某街开街当日，……。」 right above 「本报记者 某某 摄」: the words of a picture and who took it."""
    for i in range(len(lines) - 1):
        if lines[i].text.startswith("图为") and reasons[i] is None and reasons[i + 1] == "图片说明" and len(lines[i].text) <= 80:
            reasons[i] = "图片说明"


def _mark_running_heads(lines: Sequence[Line], reasons: list[str | None], tops: AbstractSet[int]) -> None:
    """The same few words beside page numbers: three times and more, twice at a page's top, or once in the middle of a
    sentence: a running head."""
    beside: Counter[str] = Counter()
    on_top: Counter[str] = Counter()
    places: dict[str, list[int]] = {}
    parting: set[str] = set()
    for i, reason in enumerate(reasons):
        if reason != "页码":
            continue
        for near in (i - 1, i + 1):
            if 0 <= near < len(lines) and reasons[near] is None and _RUNNING.fullmatch(lines[near].text):
                words = squeeze(lines[near].text)
                beside[words] += 1
                on_top[words] += near in tops
                places.setdefault(words, []).append(near)
                if _parts_sentence(lines, min(i, near)):
                    parting.add(words)
    for words, count in beside.items():
        if count >= 3 or on_top[words] >= 2 or words in parting:
            for i in places[words]:
                reasons[i] = "页眉页脚"
    _mark_numbered_heads(lines, reasons)


def _parts_sentence(lines: Sequence[Line], upper: int) -> bool:
    """Whether a page number and the words beside it, of which the first is line `upper`, stand inside a paragraph whose
    rows break off at one width and whose beginnings are indented: between a row left open and one that goes on."""
    if not 0 < upper < len(lines) - 2:
        return False
    before, *between, after = lines[upper - 1 : upper + 3]
    return (
        len(before.text) >= 20
        and before.text[-1] not in "。！？；：!?;:"
        and not any(line.indented or 4 * len(line.text) > 3 * len(before.text) for line in between)
        and not after.indented
        and any(line.indented for line in lines[max(0, upper - 40) : upper])
    )


def _mark_numbered_heads(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """「12　规划汇编」, 「卫生健康规划　13」: the same words again with a higher page number."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for i, line in enumerate(lines):
        if len(line.text) <= 36 and reasons[i] is None and (line.text[0].isdigit() or line.text[-1].isdigit()):
            match = _NUMBERED_HEAD.fullmatch(line.text)
            if match:
                words = squeeze(match["before"] or match["after"])
                seen.setdefault(words, []).append((i, int(match["page"] or match["number"])))
    for found in seen.values():
        numbers = [number for _, number in found]
        if len(found) >= 2 and numbers == sorted(set(numbers)) and found[-1][0] - found[0][0] > len(found):
            for i, _ in found:
                reasons[i] = "页眉页脚"


def _mark_calls(lines: Sequence[Line], reasons: list[str | None], title: str) -> None:
    """What a call for comments says between its own title and its date, above the title of the draft that it publishes;
    where the title is the call's, the draft's is the one that it quotes."""
    quoted = _DRAFT.search(title)
    name = quoted.group(1) if quoted else title
    spelled = (name, _STAGE.sub("", name))
    titled = next((i for i, line in enumerate(lines[:40]) if squeeze(line.text) in spelled), 0)
    called = next((i for i in range(titled) if reasons[i] == "征集信息"), titled)
    dated = next((i for i in range(titled - 1, called, -1) if reasons[i] == "落款日期"), called)
    for i in range(called, dated):
        reasons[i] = reasons[i] or "征集信息"
    if quoted and called < dated < titled:
        reasons[titled] = "标题"


def _mark_titles(lines: Sequence[Line], reasons: list[str | None], title: str, first: int) -> None:
    """The title again: parts of it above the body, and runs of lines anywhere that spell it out."""
    for i, line in enumerate(lines[:first]):
        text = squeeze(line.text)
        if reasons[i] is None and len(text) >= 4 and text in title:
            reasons[i] = "标题"
    for i, line in enumerate(lines):
        if not title or line.text[0] != title[0] or len(line.text) > 2 * len(title):
            continue
        joined = ""
        for j in range(i, min(i + 4, len(lines))):
            joined += squeeze(lines[j].text)
            if len(joined) > len(title) or not title.startswith(joined):
                break
            if joined == title:
                paged = any(0 <= near < len(lines) and reasons[near] == "页码" for near in (i - 1, j + 1))
                reasons[i : j + 1] = ["页眉页脚" if paged and i > first else "标题"] * (j + 1 - i)
