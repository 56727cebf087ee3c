"""Weighs the evidence for the one region that a document is of. Never takes a place for its own because it is named
often."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from corpus.model import Evidence, Region, Span
from corpus.regions.places import Gazetteer, Mention
from corpus.structure.lines import Line

# What may stand before the region's name where a text names whose it is.
_BEFORE = re.compile(
    r"^(?:#+\s*|【[^】]{1,12}】|[（(]转载[)）]|[\s　_\-—―–.·]|[0-9]{1,3}[_\-. ]|(?:19|20)[0-9]{2}\s*年度?|关于|印发|公布|发布|转发|批转|制定|修订|编制|《"
    r"|中共|中国共产党|在|于|经|向|代表|(?:(?:19|20)[0-9 ]{2,4}|[二〇○零一九]{4})年[0-9 一二三四五六七八九十]{1,4}月[0-9 一二三四五六七八九十]{1,4}日|[（(])*"
)
_NATION = re.compile(
    r"(?:国务院|中华人民共和国|中共中央|中国共产党中央|中央|第[一二三四五六七八九十]{1,3}届全国|全国|国家|我国)"
)
_UNKNOWN_INSIDE = re.compile(
    r"(?:[\u4e00-\u9fff]{0,8}?(?:经济技术开发区|高新技术产业开发区|高新技术开发区|保税区|开发区|高新区|经开区|工业园区?|产业园区?|示范区|新区|度假区|风景区)"
    r"|[\u4e00-\u9fff]{1,4}(?:镇|乡|街道)|(?!(?:城|市|郊|辖|山|地|园|景|灌|库|社|片|矿|全|各|县|旧|老|主城|中心城|农村地|区)区|[市各全]县)[\u4e00-\u9fff]{2,3}(?:县|区(?![域块间划])))"
)
_ENDINGS = tuple("省市区县州盟旗乡镇道")
_SELF = re.compile(r"(?P<who>我|全|本)(?P<what>[省市区县州盟旗镇乡])(?![域级长委])")
_WEIGHTS = {"我": 3, "本": 2, "全": 1}


@dataclass(frozen=True, slots=True)
class Statement:
    """A place where a document says whose it is, or where it lies; `weight`: how sure a clear name there makes it."""

    text: str
    span: Span | None
    source: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Read:
    """What one statement names: the codes it may mean, the range of the name in it, and how sure."""

    codes: tuple[str, ...]
    start: int
    end: int
    confidence: float


class OwnRegion:
    """The region of one document: each statement is read for itself, the others and the body tell namesakes apart."""

    def __init__(self, gazetteer: Gazetteer, text: str, statements: Iterable[Statement], on: str | None) -> None:
        self.gazetteer = gazetteer
        self.text = text
        self.statements = [s for s in statements if s.text]
        self.on = on

    def resolve(self, evidence: dict[str, Evidence]) -> Region | None:
        """The region, its evidence noted; None where nothing says it."""
        best: tuple[float, str, Statement | None, Span | None] | None = None
        for statement in self.statements:
            read = self._read(statement)
            if read is None:
                continue
            codes, confidence = self._apart(read, statement)
            if len(codes) != 1:
                continue
            span = self._span(statement, read)
            confidence = min(confidence, self._plausible(codes[0], statement, statement.text[read.start : read.end]))
            if best is None or confidence > best[0] + 0.05:
                best = (confidence, codes[0], statement, span)
            if confidence >= 0.8:
                break
        if best is None or best[0] < 0.7:
            body = self._from_body()
            if body and (best is None or body[0] > best[0]):
                best = (body[0], body[1], None, body[2])
        if best is None:
            return None
        confidence, code, source, span = best
        evidence["region"] = Evidence(span, round(confidence, 2), source.source if source else "text")
        return self.gazetteer.region(code)

    def _read(self, statement: Statement) -> _Read | None:
        """The chain of names (芜湖市弋江区) with which a statement begins, else the first one in it, doubtful."""
        text = statement.text
        opening = _BEFORE.match(text)
        begin = opening.end() if opening else 0
        nation = _NATION.match(text, begin)
        # 《安徽省五大发展行动计划》 names another document, not this one's region.
        masked = re.sub(r"(?<=[^印发布制订》])《[^》]*》", lambda m: "　" * len(m.group()), text)
        chain: list[Mention] = []
        codes: tuple[str, ...] = ()
        for mention in self.gazetteer.mentions(masked, self.on):
            found = self._codes(mention, masked)
            if not found:
                continue
            if not chain:
                chain, codes = [mention], found
            elif not masked[chain[-1].end : mention.start].strip():
                inside = tuple(c for c in found if any(c != o and self.gazetteer.within(c, o) for o in codes))
                if not inside:
                    break
                chain.append(mention)
                codes = inside
            else:
                break
        if nation and not (chain and chain[0].start < nation.end() + 14 and "局" in text[: chain[0].start + 20]):
            place = next((c for c, p in self.gazetteer.places.items() if p.level == "国家"), None)
            return _Read((place,), nation.start(), nation.end(), statement.weight) if place else None
        if not chain:
            return None
        start, end = chain[0].start, chain[-1].end
        confidence = statement.weight
        if start > begin:
            confidence = min(confidence, 0.6)
        if not chain[-1].full:
            confidence = min(confidence, 0.75)
        word = masked[chain[-1].start : end]
        if len(chain) == 1 and word[-1] not in _ENDINGS and len(self.gazetteer.bearing(word)) > 1:
            confidence = min(confidence, 0.9 if self._speaks_as(codes[0]) else 0.75)
        if chain[-1].former and not self.on:
            confidence = min(confidence, 0.9)
        if _UNKNOWN_INSIDE.match(masked, end):
            # A town or development zone that the gazetteer lacks: its superior is only near the truth.
            confidence = min(confidence, 0.6)
        return _Read(codes, start, end, confidence)

    def _codes(self, mention: Mention, text: str) -> tuple[str, ...]:
        """What a name may mean, the nation left out: 海南 and 吉林 are provinces, a prefecture, a city, a district."""
        word = text[mention.start : mention.end]
        codes = mention.codes
        if word[-1] not in _ENDINGS and not mention.former:
            codes = self.gazetteer.bearing(word) or codes
        codes = tuple(c for c in codes if self.gazetteer.places[c].level != "国家")
        if len(codes) > 1 and word[-1] not in _ENDINGS:
            outer = self.gazetteer.places[codes[0]]
            named = tuple(c for c in codes if self._speaks_as(c))
            return named[:1] if named else codes[:1] if outer.level == "省级" else codes
        return codes

    def _apart(self, read: _Read, statement: Statement) -> tuple[tuple[str, ...], float]:
        """Tell namesakes apart by the superiors that other statements and the body name."""
        codes = read.codes
        if len(codes) == 1:
            return codes, read.confidence
        in_full = [c for c in codes if self._named_in_full(c)]
        beside = "\n".join(s.text for s in self.statements if s is not statement)
        for content, weight in ((beside, 0.95), (self.text, 0.9)):
            scores = {c: self._superiors(c, content) for c in codes}
            ranked = sorted(codes, key=lambda c: -scores[c])
            first, second = scores[ranked[0]], scores[ranked[1]]
            if first >= (1 if content is beside else 2) and first >= 3 * second:
                return (ranked[0],), min(read.confidence, weight)
            if content is beside and first == 0 and len(in_full) == 1:
                return (in_full[0],), min(read.confidence, 0.85)
            if first > second and content is self.text:
                return (ranked[0],), min(read.confidence, 0.6)
        return codes, 0.0

    def _named_in_full(self, code: str) -> bool:
        """Whether the text somewhere puts the superior's name right before the region's: 石家庄市新华区."""
        place = self.gazetteer.places[code]
        outer = self.gazetteer.places.get(place.parent or "")
        return outer is not None and outer.level != "国家" and outer.name + place.name in self.text

    def _superiors(self, code: str, content: str) -> int:
        """How often a text names the regions that hold this one."""
        total = 0
        for ancestor in self.gazetteer.line(code)[1:]:
            place = self.gazetteer.places[ancestor]
            if place.level != "国家":
                total += content.count(place.short)
        return total

    def _plausible(self, code: str, statement: Statement, name: str) -> float:
        """The most that may be believed: less where the text calls itself 我县 and the region is a 市, or where only a
        file's name knows the region. `name`: as it stands there; 陵县 says 我县 of what is 陵城区 today."""
        place = self.gazetteer.places[code]
        if place.level == "国家":
            return 0.97
        most = 1.0
        counts = self._own_words
        ranked = counts.most_common(2)
        if ranked and ranked[0][1] >= 12 and (len(ranked) == 1 or ranked[0][1] >= 3 * ranked[1][1]):
            what = ranked[0][0]
            fits = name.endswith(what) or place.name.endswith(what) or (what == "县" and "自治县" in place.name)
            if not fits and not (what in "镇乡" and place.level == "乡级"):
                most = 0.65
        if statement.source != "text" and self.text.count(place.short) < 2:
            says = bool(ranked) and ranked[0][1] >= 4 and name.endswith(ranked[0][0])
            most = min(most, 0.8 if says else 0.65)
        return most

    def _span(self, statement: Statement, read: _Read) -> Span | None:
        """Where the name stands in the text; the whole statement where its words are broken over lines."""
        if statement.span is None:
            return None
        name = statement.text[read.start : read.end]
        at = self.text.find(name, statement.span.start, statement.span.end)
        return Span(at, at + len(name)) if at >= 0 else statement.span

    @cached_property
    def _own_words(self) -> Counter[str]:
        """How often a text calls its region 我区, 本县, 全市 …, weighted."""
        counts: Counter[str] = Counter()
        for match in _SELF.finditer(self.text):
            counts[match.group("what")] += _WEIGHTS[match.group("who")]
        return counts

    def _speaks_as(self, code: str) -> bool:
        """Whether a text's own word for its region (全州) is that of a region's name."""
        ranked = self._own_words.most_common(1)
        return bool(ranked) and ranked[0][1] >= 4 and self.gazetteer.places[code].name.endswith(ranked[0][0])

    def _from_body(self) -> tuple[float, str, Span] | None:
        """No title names the region: what the text calls itself (我区, 我市 …) and the names it uses without suffix.

        A neighbour or the superior city may be named more often than the document's own region; it is named with its
        suffix, in lists, or right after its own superior (浙江省、金华市). The own name stands bare.
        """
        if nation := self._of_the_nation():
            return nation
        level, suffix = self._self_reference()
        if level is None:
            return None
        scores: Counter[str] = Counter()
        first: dict[str, Span] = {}
        previous_end = -9
        held: dict[str, bool] = {}
        for mention in self.gazetteer.mentions(self.text, self.on):
            listed = mention.start - previous_end <= 1 or self.text[mention.end : mention.end + 1] in tuple(
                "、和及与级"
            )
            previous_end = mention.end
            for code in mention.codes:
                place = self.gazetteer.places[code]
                if place.level != level or (suffix and not place.name.endswith(suffix)):
                    continue
                # 「搬迁安置」 is not 迁安: a bare name counts only where its superior is named as well.
                if code not in held:
                    held[code] = self._superiors(code, self.text) > 0
                if not held[code]:
                    continue
                scores[code] += 0 if listed else (1 if mention.full and not mention.former else 2)
                first.setdefault(code, Span(mention.start, mention.end))
        candidates = scores.most_common(2)
        if not candidates or candidates[0][1] < 2:
            return None
        (code, score), runner_up = candidates[0], candidates[1][1] if len(candidates) > 1 else 0
        if score < 2 * runner_up:
            return None
        return (0.7 if score >= 10 and score >= 4 * runner_up else 0.6), code, first[code]

    def _of_the_nation(self) -> tuple[float, str, Span] | None:
        """A text that speaks of 我国 and hardly of a 全省 or 全市 of its own."""
        ours = list(re.finditer(r"我国", self.text))
        own = max(self._own_words.values(), default=0)
        place = next((c for c, p in self.gazetteer.places.items() if p.level == "国家"), None)
        if place is None or len(ours) < 5 or len(ours) < 2 * own:
            return None
        return 0.7 if len(ours) >= 20 and len(ours) >= 5 * own else 0.6, place, Span(*ours[0].span())

    def _self_reference(self) -> tuple[str | None, str]:
        """The level at which the text speaks of itself, and the suffix its region's name must have."""
        counts = Counter({what: count for what, count in self._own_words.items() if what not in "镇乡"})
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


def statements_of(
    text: str, title: str, title_span: Span | None, titled: float, head: list[Line], issuer: tuple[str, Span, float] | None,
    stem: str, folders: Iterable[str],
) -> list[Statement]:  # fmt: skip
    """Where a document names its own region, strongest first."""
    found: list[Statement] = []
    if titled >= 0.7 and title_span is not None:
        found.append(Statement(title, title_span, "text", 0.97))
    elif titled >= 0.7:
        found.append(Statement(title, None, "file name", 0.85))
    for line in head:
        cut = re.search(r"日\s*[\u4e00-\u9fff（(]{0,3}?(?:在|于|经)?(?=[\u4e00-\u9fff])", line.text)
        if (
            len(line.text) <= 160
            and re.search(r"人民代表大会|全体会议|委员会|第\S{1,3}届", line.text)
            and (cut or line.text[0] in "（(—-―")
        ):
            rest = line.text[cut.end() :] if cut else line.text
            found.append(Statement(rest, line.span, "text", 0.95))
            break
    if issuer:
        found.append(Statement(issuer[0], issuer[1], "text", min(0.92, issuer[2] + 0.02)))
    opening = re.search(r"代表(\S{2,14}?)人民政府|代表(国务院)", text[:1500])
    if opening:
        group = 1 if opening.group(1) else 2
        found.append(Statement(opening.group(group), Span(*opening.span(group)), "text", 0.9))
    found.append(Statement(stem, None, "file name", 0.85))
    found += [Statement(folder, None, "folder", 0.6) for folder in folders]
    for line in head[:10]:
        if len(line.text) <= 60 and (trail := re.search(r"[>》＞/→]\s*(\S{4,24}?)\s*[>》＞/→]", line.text)):
            start = line.span.start + trail.start(1)
            found.append(Statement(trail.group(1), Span(start, start + len(trail.group(1))), "text", 0.65))
            break
    return found
