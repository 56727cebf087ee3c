"""Reads title, region, kind, period, status, date and number from a text, each with its span and a confidence."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from corpus import boilerplate, outline
from corpus.lines import Line, split
from corpus.model import Evidence, Reading, Region, Span
from corpus.places import Gazetteer

KINDS = ("规划纲要", "规划建议", "政府工作报告", "实施意见", "专项规划", "行动计划", "通知", "其他")
STATUSES = ("正式", "征求意见稿", "草案", "送审稿", "修订", "废止")

_TITLE = re.compile(
    r"[^。；;！!？?]{2,90}?(?:规划纲要|远景目标纲要|计划纲要|纲要|规划|五年计划|工作报告|实施意见|意见|建议|实施方案|行动方案|方案|行动计划|计划|办法|通知|公告|要点|规定|决定)"
    r"(?:\s*[（(〔][^（）()]{1,60}[)）〕])*(?:的(?:通知|公告|说明))?[·*\s]*"
)
# Words of a sentence, not of a title.
_SENTENCE = re.compile(r"(?<!关)于[一二]九|》是|是[在指]|我[国们省市区县]|必须|已经|[了着过]$")
_PASSED_BY = re.compile(r"\s*[（(](?:[^（）()]*(?:通过|批准|会议)[^（）()]*|全文|摘要|节选)[)）]$")
_KIND_RULES = (
    ("政府工作报告", re.compile(r"政府工作报告|^工作报告")),
    ("规划建议", re.compile(r"制定.{0,40}(?:五年规划|规划|五年计划).{0,30}建议")),
    (
        "规划纲要",
        re.compile(
            r"规划纲要|远景目标纲要|国民经济和社会发展.{0,24}(?:规划|计划|纲要)|第.{1,3}个五年(?:计划|规划)|五年计划纲要"
        ),
    ),
    ("实施意见", re.compile(r"(?<!征求)意见(?!征集)")),
    ("行动计划", re.compile(r"行动计划|行动方案|实施方案|工作方案|三年计划")),
    ("专项规划", re.compile(r"规划")),
    ("通知", re.compile(r"通知|公告")),
)
_STATUS_RULES = (
    ("征求意见稿", re.compile(r"征求意见稿|公开征求意见|征求意见的公告")),
    ("送审稿", re.compile(r"送审稿|报审稿")),
    ("草案", re.compile(r"[（(]草案[)）]")),
    ("废止", re.compile(r"[（(](?:已)?废止[)）]")),
    ("修订", re.compile(r"[（(]修订(?:版|稿)?[)）]")),
)
_PLAN_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
                 "十一": 11, "十二": 12, "十三": 13, "十四": 14, "十五": 15, "十六": 16}  # fmt: skip
_FIVE_YEARS = re.compile(
    r"第([一二三四五六七八九十]{1,2})个五年(?:规划|计划)|[“\"「]\s*([一二三四五六七八九十]{1,2})五\s*[”\"」]|(?<![第一二三四五六七八九])(十[一二三四五六])五(?=规划|时期|发展|生态|养老|产业)"
)
_YEARS = re.compile(r"(20[0-9]{2})\s*(?:年)?\s*[-—–~－至到]{1,2}\s*(20[0-9]{2})\s*年?")
_YEAR_OF_REPORT = re.compile(r"((?:19|20)[0-9]{2})\s*年(?=.{0,20}政府工作报告)")
_SESSION = re.compile(
    r"((?:19|20)[0-9]{2})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日[^。\n]{0,12}(?:在|于)?[^。\n]{2,30}(?:代表大会|会议)"
)
_DATE = re.compile(r"((?:19|20)[0-9]{2})\s*[-年./]\s*([0-9]{1,2})\s*[-月./]\s*([0-9]{1,2})(?:\s*日)?")
_CHINESE_DATE = re.compile(
    r"(二[〇○零][一二三四五六七八九〇○零]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[（(](?:19|20)[0-9]{2}[〕\])）]\s*[0-9]{1,4}\s*号")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was read of one document; `evidence` has an entry per field that was read from somewhere."""

    title: str
    title_span: Span | None
    region: Region | None
    kind: str
    period: str | None
    status: str
    issued: str | None
    number: str | None
    evidence: Mapping[str, Evidence]


def read_metadata(reading: Reading, file: str, gazetteer: Gazetteer) -> Metadata:
    """Read a document's metadata from its first lines, its body and, where they say nothing, its file name."""
    stem = PurePath(file).stem
    text = reading.text
    head = _head(text)
    evidence: dict[str, Evidence] = {}

    title, title_span = _title(reading, head, stem, evidence)
    top = title + "\n" + "\n".join(line.text for line in head[:12])
    kind = _kind(title, stem, head, text, evidence)
    region = _Regions(gazetteer, text, title, title_span, stem, head).resolve(evidence)
    if "title" not in evidence:
        name = gazetteer.places[region.code].name if region else ""
        title = f"{name}{kind}（标题为推定：{stem}）" if region and kind != "其他" else stem
        evidence["title"] = Evidence(None, 0.3, "inferred")
    status = next((s for s, pattern in _STATUS_RULES if pattern.search(title)), None)
    if status is None and re.search(r"征集时间|征求意见", "\n".join(line.text for line in head[:8])):
        status = "征求意见稿"
    evidence["status"] = Evidence(
        title_span if status else None, 0.95 if status else 0.7, "text" if status else "default"
    )
    issued = _issued(text, head, evidence)
    period = _period(title, stem, kind, issued, text, evidence)
    number = _NUMBER.search(top)
    if number:
        at = text.find(number.group())
        evidence["number"] = Evidence(Span(at, at + len(number.group())) if at >= 0 else None, 0.95)
    return Metadata(
        title, title_span, region, kind, period, status or "正式", issued, number.group() if number else None, evidence
    )


def _head(text: str) -> list[Line]:
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


def _title(reading: Reading, head: list[Line], stem: str, evidence: dict[str, Evidence]) -> tuple[str, Span | None]:
    hinted = [h.span for h in reading.hints if h.style == "title" and len(h.span.of(reading.text).strip()) >= 4]
    candidates: list[tuple[float, str, Span]] = []
    for order, (line, span) in enumerate(_title_lines(head)):
        cleaned = re.sub(r"^【[^】]{1,12}】", "", line)
        match = _TITLE.fullmatch(cleaned)
        if not match or len(cleaned) > 140 or _SENTENCE.search(cleaned) or cleaned.count("《") != cleaned.count("》"):
            continue
        if boilerplate.reason(line, head=True, tail=False) in ("面包屑导航", "图片说明"):
            continue
        name = _PASSED_BY.sub("", cleaned.strip(" *·"))
        issued = re.search(r"(?:印发|发布|公布)《(.+)》的(?:通知|公告)", name)
        # The plan itself, below the announcement that publishes it; never a body sentence further down.
        score = (
            2.0 - 0.02 * order
            + (0.6 if re.search(r"纲要|规划|意见|报告|计划|建议", name[-14:]) else 0)
            - (1.0 if re.search(r"公告|通知", name[-4:]) else 0)
            + (0.01 * min(len(name), 40))
        )  # fmt: skip
        offset = span.end - len(cleaned) if len(cleaned) < len(line) else span.start
        candidates.append((score, issued.group(1) if issued else name, Span(offset, span.end)))
    if candidates:
        _, name, span = max(candidates, key=lambda c: c[0])
        if name == "政府工作报告" or len(name) <= 6:
            longer = _longer_from_name(name, stem)
            if longer:
                evidence["title"] = Evidence(span, 0.8, "file name")
                return longer, span
        evidence["title"] = Evidence(span, 0.95)
        return re.sub(r"\s+", " ", name), span
    if hinted:
        evidence["title"] = Evidence(hinted[0], 0.85)
        return re.sub(r"\s+", " ", hinted[0].of(reading.text).strip()), hinted[0]
    if re.search(r"规划|计划|报告|意见|方案|纲要|建议", stem):
        evidence["title"] = Evidence(None, 0.7, "file name")
        return re.sub(r"^[0-9]{1,3}[_\-. ]", "", stem), None
    return stem, None


def _title_lines(head: list[Line]) -> list[tuple[str, Span]]:
    """The head's lines and runs of two or three short ones that a title may be broken over, spaced-out letters closed."""
    found: list[tuple[str, Span]] = []
    for i in range(len(head)):
        for count in (1, 2, 3):
            lines = head[i : i + count]
            if len(lines) < count or (count > 1 and not all(_broken_off(line.text) for line in lines)):
                break
            if count > 1 and _whole(lines[-1].text):
                break
            joined = "".join(_close(line.text) for line in lines)
            found.append((joined, Span(lines[0].span.start, lines[-1].span.end)))
    return found


def _broken_off(line: str) -> bool:
    """Whether a line may be part of a title that runs over several."""
    return len(line) <= 40 and "。" not in line and boilerplate.reason(line, head=True, tail=False) is None


def _whole(line: str) -> bool:
    """Whether a line is a title by itself, so that the lines above it are not its beginning."""
    name = re.sub(r"[（(〔].*", "", line)
    return len(name) >= 10 and bool(_TITLE.fullmatch(line)) and line.count("《") == line.count("》")


def _close(line: str) -> str:
    """「政 府 工 作 报 告」 as it is read: 政府工作报告; other lines as they are."""
    return re.sub(r"\s", "", line) if re.fullmatch(r"(?:\S\s+){2,}\S", line) else line


def _longer_from_name(title: str, stem: str) -> str | None:
    name = re.sub(r"^[0-9]{1,3}[_\-. ]", "", stem)
    return name if name.endswith(title) and len(name) > len(title) else None


def _kind(title: str, stem: str, head: list[Line], text: str, evidence: dict[str, Evidence]) -> str:
    for source, content, confidence in (("text", title, 0.95), ("file name", stem, 0.8)):
        for kind, pattern in _KIND_RULES:
            if pattern.search(content):
                evidence["kind"] = Evidence(None, confidence, source)
                return kind
    opening = text[:400] + text[-1500:]
    if re.search(r"(?:代表.{0,10}人民政府|代表国务院).{0,8}报告(?:政府)?工作|各位代表[！!]", opening):
        evidence["kind"] = Evidence(None, 0.8)
        return "政府工作报告"
    if len(re.findall(r"本?规划纲要", text)) >= 2:
        evidence["kind"] = Evidence(None, 0.6)
        return "规划纲要"
    return "其他"


def _issued(text: str, head: list[Line], evidence: dict[str, Evidence]) -> str | None:
    top_end = head[-1].span.end if head else 0
    for pattern, confidence in ((_SESSION, 0.95), (_CHINESE_DATE, 0.9), (_DATE, 0.7)):
        match = pattern.search(text, 0, min(top_end, 1500))
        if match:
            return _dated(match, confidence, evidence)
    # The signature: a date alone on one of the last lines.
    for line in reversed(list(split(text[-1500:]))):
        match = re.fullmatch(r"((?:19|20)[0-9]{2})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日", line.text)
        if match and (signature := _DATE.search(text, text.rfind(line.text))):
            return _dated(signature, 0.8, evidence)
    return None


def _dated(match: re.Match[str], confidence: float, evidence: dict[str, Evidence]) -> str | None:
    parts = [outline.chinese_number(g) if not g.isdigit() else int(g) for g in match.groups()]
    year, month, day = parts
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    evidence["issued"] = Evidence(Span(*match.span()), confidence)
    return f"{year:04d}-{month:02d}-{day:02d}"


def _period(
    title: str, stem: str, kind: str, issued: str | None, text: str, evidence: dict[str, Evidence]
) -> str | None:
    """A plan's years (十四五 → 2021-2025; 2024—2026年) or a report's year."""
    for source, content, confidence in (("text", title, 0.95), ("file name", stem, 0.85)):
        report = _YEAR_OF_REPORT.search(content)
        years = _YEARS.search(content)
        plan = _FIVE_YEARS.search(content)
        if report and kind == "政府工作报告":
            found: str | None = report.group(1)
        elif years:
            found = f"{years.group(1)}-{years.group(2)}"
        elif plan:
            found = five_years(next(g for g in plan.groups() if g))
        else:
            continue
        if found:
            evidence["period"] = Evidence(None, confidence, source)
            return found
    if kind == "政府工作报告" and issued and evidence["issued"].confidence >= 0.7:
        evidence["period"] = Evidence(evidence["issued"].span, 0.7)
        return issued[:4]
    if kind in ("规划纲要", "规划建议", "专项规划", "其他"):
        counts = Counter(next(g for g in m.groups() if g) for m in _FIVE_YEARS.finditer(text))
        if counts and (best := counts.most_common(1)[0])[1] >= 2 and (found := five_years(best[0])):
            evidence["period"] = Evidence(None, 0.6)
            return found
    return None


def five_years(ordinal: str) -> str | None:
    """The years of the n-th five-year plan (the first ran from 1953): 十四 → 2021-2025."""
    number = _PLAN_NUMBERS.get(ordinal)
    if number is None:
        return None
    start = 1953 + 5 * (number - 1) if number <= 2 else 1966 + 5 * (number - 3)
    return f"{start}-{start + 4}"


class _Regions:
    """Weighs the evidence for the one region that a document is of."""

    def __init__(
        self, gazetteer: Gazetteer, text: str, title: str, title_span: Span | None, stem: str, head: list[Line]
    ) -> None:
        self.gazetteer = gazetteer
        self.text = text
        self.title, self.title_span = title, title_span
        self.stem = stem
        self.head = head

    def resolve(self, evidence: dict[str, Evidence]) -> Region | None:
        for content, span, source, confidence in self._statements():
            code = self._most_specific(content)
            if code:
                evidence["region"] = Evidence(span, confidence if self._certain(code, content) else 0.6, source)
                return self.gazetteer.region(code)
        return self._from_body(evidence)

    def _statements(self) -> list[tuple[str, Span | None, str, float]]:
        """Where a document names its own region, strongest first."""
        session = next(
            (
                line
                for line in self.head
                if re.search(r"(?:在|于|经)?\S{2,20}(?:第.{1,6}届)?人民代表大会|全体会议", line.text)
            ),
            None,
        )
        statements: list[tuple[str, Span | None, str, float]] = [(self.title, self.title_span, "text", 0.97)]
        if session:
            statements.append((session.text, session.span, "text", 0.95))
        statements.append((self.stem, None, "file name", 0.85))
        opening = re.search(r"代表(\S{2,14}?)人民政府|代表(国务院)", self.text[:1500])
        if opening:
            statements.append((next(g for g in opening.groups() if g), Span(*opening.span()), "text", 0.9))
        return statements

    def _most_specific(self, content: str) -> str | None:
        """The innermost region of the first chain of names (芜湖市弋江区 → 弋江区); None where no name fits."""
        if re.search(r"国务院|中华人民共和国|^国家|中共中央|全国人民代表大会", content):
            return "100000" if "100000" in self.gazetteer.places else None
        # 《安徽省五大发展行动计划》 names another document, not this one's region.
        content = re.sub(r"《[^》]*》", "", content)
        chosen: str | None = None
        for mention in self.gazetteer.mentions(content):
            codes = [c for c in mention.codes if self.gazetteer.places[c].level != "国家"]
            if chosen:
                codes = [c for c in codes if self.gazetteer.within(c, chosen) and c != chosen]
            elif len(codes) > 1:
                codes = self._with_parent_in_text(codes)
            if len(codes) == 1:
                chosen = codes[0]
            elif chosen:
                break
        return chosen

    def _with_parent_in_text(self, codes: list[str]) -> list[str]:
        """Of several places of one name, those whose parent the text names most; all where nothing tells them apart."""
        scores = {c: self._parent_mentions(c) for c in codes}
        best = max(scores.values())
        leading = [c for c in codes if scores[c] == best]
        return leading if best > 0 else codes

    def _parent_mentions(self, code: str) -> int:
        total = 0
        for ancestor in self.gazetteer.line(code)[1:]:
            place = self.gazetteer.places[ancestor]
            if place.level != "国家":
                total += self.text.count(place.short)
        return total

    def _certain(self, code: str, content: str) -> bool:
        """A name is certain if it is the only one of its kind, or its parent stands in the title or the text."""
        place = self.gazetteer.places[code]
        return (
            len(self.gazetteer.named(place.name)) == 1
            or self._parent_mentions(code) > 0
            or place.level in ("国家", "省级")
        )

    def _from_body(self, evidence: dict[str, Evidence]) -> Region | None:
        """No title names the region: what the text calls itself (我区, 我市 …) and the names it uses without suffix.

        A neighbour or the superior city may be named more often than the document's own region; it is named with its
        suffix, in lists, or right after its own superior (浙江省、金华市). The own name stands bare.
        """
        level, suffix = self._self_reference()
        scores: Counter[str] = Counter()
        first: dict[str, Span] = {}
        previous_end = -9
        for mention in self.gazetteer.mentions(self.text):
            listed = mention.start - previous_end <= 1 or self.text[mention.end : mention.end + 1] in "、和及与级"
            previous_end = mention.end
            for code in mention.codes:
                place = self.gazetteer.places[code]
                if place.level != level or (suffix and not place.name.endswith(suffix)):
                    continue
                # 「搬迁安置」 is not 迁安: a bare name counts only where its superior is named as well.
                if not self._parent_mentions(code):
                    continue
                scores[code] += 0 if listed else (1 if mention.full else 2)
                first.setdefault(code, Span(mention.start, mention.end))
        candidates = scores.most_common(2)
        if not candidates or candidates[0][1] < 2 or level is None:
            return None
        (code, score), runner_up = candidates[0], candidates[1][1] if len(candidates) > 1 else 0
        if score < 2 * runner_up:
            return None
        confidence = 0.85 if score >= 8 else 0.65
        evidence["region"] = Evidence(first[code], confidence)
        return self.gazetteer.region(code)

    def _self_reference(self) -> tuple[str | None, str]:
        """The level at which the text speaks of itself, and the suffix its region's name must have."""
        counts = Counter(m.group(1) for m in re.finditer(r"(?:我|全|本)([省市区县州盟旗])(?!域|级)", self.text))
        if not counts:
            return None, ""
        suffix = counts.most_common(1)[0][0]
        if suffix == "省":
            return "省级", ""
        towns = len(re.findall(r"各(?:乡镇|镇街|街道|镇|乡)|乡镇[（(]街道[)）]", self.text))
        counties = len(re.findall(r"各(?:县|区县|县区|县市区|市县)", self.text))
        if suffix == "市":
            return ("县级" if towns > counties else "地级"), "市"
        return ("地级" if suffix in "州盟" else "县级"), suffix
