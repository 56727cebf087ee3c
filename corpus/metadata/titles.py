"""Finds a document's title among its first lines, be it broken over several or quoted in the notice that issues it."""

import re

from corpus.model import Evidence, Reading, Span
from corpus.structure import boilerplate, outline
from corpus.structure.lines import Line, split

_TITLE = re.compile(
    r"[^。；;！!？?]{2,90}?(?:规划纲要|远景目标纲要|计划纲要|纲要|规划|五年计划|工作报告|评估报告|的报告|解读|实施意见|意见|建议|实施方案|行动方案|方案|行动计划|计划|办法|通知|公告|通告|要点|规定|决定|措施|细则|条例|规则|批复|复函|函)"
    r"(?:\s*[（(〔][^（）()]{1,60}[)）〕])*(?:的(?:通知|公告|说明))?[·*\s]*"
)
# Words of a sentence, not of a title.
_SENTENCE = re.compile(
    r"(?<!关)于[一二]九|》是|是[在指]|我[国们省市区县]|必须|已经|[了着过]$|现印发|现予以?|特制定|^为|制定本"
)
_PASSED_BY = re.compile(r"\s*[（(](?:[^（）()]*(?:通过|批准|会议)[^（）()]*|全文|摘要|节选)[)）]$")
_BEFORE = re.compile(r"^(?:#{1,6}\s+|【[^】]{1,12}】|[（(]转载[)）]|(?:标\s*题|名\s*称)\s*[:：][\s|]*)+")
_KIND = re.compile(r"纲要|规划|计划|意见|方案|报告|建议|办法|通知|公告|要点|规定|决定|措施|条例|讲话|说明|解读")
_ITEM = re.compile(r"[0-9]{1,2}\s*[.．、]|附件")
_LABEL = re.compile(r"(?:标\s*题|名\s*称|文件名称)\s*[:：]")
_NUMBERED_FILE = re.compile(r"^[0-9]{1,3}[_\-. ]")
_ISSUED = re.compile(r"(?:印发|发布|公布|批转|转发)(?:了)?《(.+)》(?:的)?(?:通知|公告|决定)")
_ISSUED_BARE = re.compile(r"(?:关于|批转|转发)?(?:印发|发布|公布)([^《》]{6,80}?)的(?:通知|公告)$")
_GAP = re.compile(r"[\s_|｜—-]+")
# Who issues a title's document together with the government that the next row names.
_PARTY = re.compile(r"(?:中共|中国共产党)[\u4e00-\u9fff]{1,16}(?:委员会|委)(?:办公[室厅])?$")
# 「某县国民经济和社会发展第十四个」, 「某县人民政府关于」: a row that only the next makes a title.
_LEFT_OPEN = re.compile(r"(?:第[一二三四五六七八九十]{1,3}个?|关于|[的和与及、“《（(])$")
_RIGHT_OPEN = re.compile(r"五年(?:规划|计划)(?!体系)|[个的和与及、]")
_CALLED_FOR = re.compile(
    r"(?:征求|征集)(?:对)?《(.+)》.{0,16}$|《([^》]+)》.{0,10}(?:征求|征集).{0,10}(?:公告|通知|启事|说明)$"
)

# A text without a title line may name itself as it begins: 「某市国民经济和社会发展第十二个五年规划纲要，根据《……建议》编制」,
# 「……，制定《某市……纲要》（以下简称《纲要》）」.
_NAMES_ITSELF = re.compile(
    r"^[ \t\u3000]*([^，,。；;：:《》\s]{6,40}?(?:[（(][0-9０-９—－\-– 年]{4,16}[）)])?(?:规划纲要|计划纲要|纲要|规划|计划|意见|方案))[，,]?\s*(?:是)?(?:根据|依据|按照)[^。]{2,80}(?:编制|制定|制订)", re.M
)
_CALLED = re.compile(r"(?:制定|制订|编制)[了本]?《([^《》]{8,60}(?:纲要|规划|计划|意见|方案))》[（(]以下(?:简称|称)")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_BEGINNING = 1200
"""Characters in which a text names itself."""


def read_head(text: str) -> list[Line]:
    """The lines above the first numbered heading, at most forty."""
    head: list[Line] = []
    for line in split(text[:6000]):
        number = outline.numbered(line.text)
        if number and number.rank <= 5 and number.heading and head:
            break
        if len(head) == 40:
            break
        head.append(line)
    return head


def read_title(reading: Reading, head: list[Line], stem: str, evidence: dict[str, Evidence]) -> tuple[str, Span | None]:
    """The title and where it stands. Without evidence for one, the file's name without its extension."""
    hinted = [h.span for h in reading.hints if h.style == "title" and len(h.span.of(reading.text).strip()) >= 4]
    candidates: list[tuple[float, str, Span]] = []
    for order, (line, span) in enumerate(_lines(head)):
        cleaned = _BEFORE.sub("", line)
        match = _TITLE.fullmatch(cleaned)
        if (
            not match
            or _ITEM.match(cleaned)
            or len(cleaned) > 140
            or _SENTENCE.search(cleaned)
            or cleaned.count("《") != cleaned.count("》")
        ):
            continue
        if boilerplate.reason(line, head=True, tail=False) in ("面包屑导航", "图片说明"):
            continue
        name = _PASSED_BY.sub("", cleaned.strip(" *·"))
        # The plan itself, below the announcement that publishes it; never a body sentence further down.
        score = (
            2.0 - 0.02 * order
            + (0.6 if re.search(r"纲要|规划|意见|报告|计划|建议", name[-14:]) else 0)
            - (1.0 if re.search(r"公告|通知", name[-4:]) else 0)
            + (0.01 * min(len(name), 40))
        )  # fmt: skip
        offset = span.end - len(cleaned) if len(cleaned) < len(line) else span.start
        candidates.append((score, published(name), Span(offset, span.end)))
    candidates = _without_site(candidates) + _labelled(head)
    if candidates:
        _, name, span = max(candidates, key=lambda c: c[0])
        if name == "政府工作报告" or len(name) <= 6:
            longer = _longer_from_name(name, stem)
            if longer:
                evidence["title"] = Evidence(span, 0.8, "file name")
                return longer, span
        evidence["title"] = Evidence(span, 0.7 if _RIGHT_OPEN.match(name) else 0.95)
        return re.sub(r"\s+", " ", name), span
    if hinted:
        # What the format calls the title may be the site's name: sure only where it names a kind of document.
        spoken = re.sub(r"\s", "", hinted[0].of(reading.text))
        evidence["title"] = Evidence(hinted[0], 0.85 if _KIND.search(spoken) else 0.6)
        return re.sub(r"\s+", " ", hinted[0].of(reading.text).strip()), hinted[0]
    beginning = reading.text[:_BEGINNING]
    if named := _NAMES_ITSELF.search(beginning) or _CALLED.search(beginning):
        span = Span(*named.span(1))
        evidence["title"] = Evidence(span, 0.8)
        # The words stay part of their sentence: no line is the title's own.
        return re.sub(r"\s+", "", named[1].translate(_WIDE)), None
    if re.search(r"规划|计划|报告|意见|方案|纲要|建议", stem):
        evidence["title"] = Evidence(None, 0.7, "file name")
        return _NUMBERED_FILE.sub("", stem), None
    return stem, None


def _without_site(candidates: list[tuple[float, str, Span]]) -> list[tuple[float, str, Span]]:
    """Without lines that only set the site's and the column's name before a title that stands below by itself:
    「某县人民政府 政策文件 某县乡村旅游行动计划」."""
    alone = {re.sub(r"\s", "", name) for _, name, _ in candidates}

    def sited(name: str) -> bool:
        names = (re.sub(r"\s", "", name[gap.end() :]) for gap in _GAP.finditer(name) if not _PARTY.match(name[: gap.start()]))
        return any(len(rest) >= 10 and rest in alone for rest in names)

    return [candidate for candidate in candidates if not sited(candidate[1])]


def published(title: str) -> str:
    """The plan that a notice only publishes: 关于印发《某规划》的通知 → 某规划; 关于公开征求《某规划》意见的公告 →
    某规划（征求意见稿）; any other title as it is."""
    bare = re.sub(r"\s*[（(][^（）()]*[〔\[（(][0-9]{4}[〕\])）][^（）()]*[)）]$", "", title)
    if issued := _ISSUED.search(bare):
        return issued.group(1)
    if called := _CALLED_FOR.search(bare):
        name = called.group(1) or called.group(2)
        return name if "征求意见" in name else f"{name}（征求意见稿）"
    if (issued := _ISSUED_BARE.search(bare)) and _TITLE.fullmatch(issued.group(1)):
        return issued.group(1)
    return title


def _labelled(head: list[Line]) -> list[tuple[float, str, Span]]:
    """The title in a page's table of particulars: 「标题：某某意见」, its value on the line below where that is empty."""
    for number, line in enumerate(head[:30]):
        if label := _LABEL.match(line.text):
            # A row of a table parts label and value by a bar.
            value, start = line.text[label.end() :].strip(" \t\u3000|"), line.span.end
            if value:
                start -= len(line.text) - line.text.index(value, label.end())
            elif number + 1 < len(head):
                value, start = head[number + 1].text, head[number + 1].span.start
            if 4 <= len(value) <= 140 and "。" not in value:
                score = 3.1 if published(value) == value else 2.2
                return [(score, published(value), Span(start, start + len(value)))]
    return []


def _lines(head: list[Line]) -> list[tuple[str, Span]]:
    """The head's lines and runs of two or three short ones that a title may be broken over, spaced-out letters closed."""
    found: list[tuple[str, Span]] = []
    for i in range(len(head)):
        for count in (1, 2, 3):
            lines = head[i : i + count]
            if (i and _valued(head[i - 1].text)) or any(_valued(line.text) for line in lines[:-1]):
                break
            if len(lines) < count or (count > 1 and not all(_broken_off(line.text) for line in lines)):
                break
            opened = count > 1 and _LEFT_OPEN.search(lines[-2].text)
            if count > 1 and _whole(lines[-1].text) and not opened and not _PARTY.match(lines[0].text):
                break
            joined = "".join(_close(line.text) for line in lines)
            found.append((joined, Span(lines[0].span.start, lines[-1].span.end)))
    return found


def _valued(line: str) -> bool:
    """Whether a line is a label whose value stands on the next: 「发布机构：」."""
    return len(line) <= 12 and line[-1:] in "：:" and not _LABEL.match(line) and boilerplate.reason(line, head=True, tail=False) is not None


def _broken_off(line: str) -> bool:
    """Whether a line may be part of a title that runs over several."""
    return len(line) <= 40 and not re.search(r"[。|｜]", line) and boilerplate.reason(line, head=True, tail=False) is None


def _whole(line: str) -> bool:
    """Whether a line is a title by itself, so that the lines above it are not its beginning."""
    name = re.sub(r"[（(〔].*", "", line)
    return len(name) >= 10 and bool(_TITLE.fullmatch(line)) and line.count("《") == line.count("》")


def _close(line: str) -> str:
    """「政 府 工 作 报 告」 as it is read: 政府工作报告; other lines as they are."""
    return re.sub(r"\s", "", line) if re.fullmatch(r"(?:\S\s+){2,}\S", line) else line


def _longer_from_name(title: str, stem: str) -> str | None:
    name = _NUMBERED_FILE.sub("", stem)
    return name if name.endswith(title) and len(name) > len(title) else None
