"""Trims the words before or behind a figure to the name of what it measures. Never puts words together itself."""

import re

_BEFORE = re.compile(
    r"\s*(?:[,;:、。!?)\]】」”·—\-]+|到?(?:19|20)\d\d年?(?:[-—~至到](?:19|20)\d\d年)?(?:[年]?(?:底|末)前?|年内|前|内|时|期间|间)?[,的]?|到?(?:二[〇○零]|一九)..年(?:底|末)?"
    r"|到?“?十[一二三四五六]五”?(?:末|期末|时期|期间)?|今年|全年|年内|明年|到?规划期(?:末|内)?|(?:力争|用|再用|通过|今后|未来|这|经过)?(?:五|三|两|\d)年(?:内|左右|时间)?(?!级|制|期)"
    r"|力争|确保|努力|争取|实现|推动|促进|使得?|其中|包括|主要是|主要预期目标[是为]|预期目标[是为]|目标[是为]|提出|确定|[一二三四五六七八九十]是|\([一二三四五六七八九十\d]+\)|\d{1,2}[.、]"
    r"|要(?!素|件|道)|将|以及|(?:和|及|并|且|与)(?![谐平美睦田县政市区])|同时|按(?![时期质])|坚持|进一步|继续|持续|不断|加快(?=.*率$)|每年|年均(?!浓度)|平均每年|累计|总体上?|全面(?=完成|实现|建)|基本(?=完成|实现|建[成立])|提前|为(?=到)|更好|大力|稳步|有序|着力|积极|扎实|深入"
    r"|在此基础上|综合考虑|原则上|城市?建设方面|推动实现|初步|计划(?!生育|外|内)|预计|也|还|又|再(?!生|就|贷|担|制造)|让|保证|保障(?=.*率$)|把|对(?![外口接台俄])|在(?!校|职|岗|线|建|园|册|编|学|外)|约|共(?![享同建青])|合计|估算(?=总)|左右|以上|已)"
)
_AFTER = re.compile(
    r"(?:力争|确保|努力|均|都|双双|分别|年均|平均每年|每年平均|每年|年平均|累计|总体|稳步|逐步|进一步|持续|继续|要|应|将|需|再|也|还|同比|名义|实际|争取|预期|拟|基本|约|可|能够|会|整体|全部|有望|总计|合计|共|仍|就|提前|(?:五|[35])年(?:平均)?|各自|各|达|到|保持|目标|预期目标"
    r"|(?:(?<!占)比(?![重率例])|较|高于|低于)[^,;、]{1,14}|(?:到)?(?:19|20)\d\d年(?:末|底)?|(?:五年|每个五年)(?:累计)?|的|,|:|、|\s|进一步|由|从|不断|实现|力争实现|每五年|至|,?全年|稳定|—+|-|增速目标|也要|至少|最终|不少|按年|不得|须|趋于?|趋近)$"
)
_OF_YEARS = ("年", "期间", "时期", '"', "”")
_BEHIND = re.compile(r"\s*(?:的|左右|以上)?\s*")
_ENDS = re.compile(r"[,;:。!?、(\[\n]|(?:达到|提升至|提高到|增长|下降)")
_JOIN = re.compile(r"、|以及|(?<!总)和(?![谐平美睦田])|及(?![其时格])|与")
_VERB_HEAD = re.compile(
    r"[^、]*(?:提高|推进|加快|加强|推广|完善|优化|扩大|提升|建设|实施|深化|开展|健全|强化|增强|壮大)"
)
_INDICATOR = re.compile(r"(?:率|比重|占比|比例|总额|总值|增加值|产量|收入|规模|面积|数量|总量|浓度|强度|指数)$")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The name in [start, end) without years, verbs of wishing and adverbs around it."""
    while match := _BEFORE.match(text, start, end):
        start = match.end()
    start = max((text.rfind(mark, start, end) + 1 for mark in ":。;"), default=start) or start
    gap = text.rfind(" ", start, end - 2) + 1
    # 「人均收入比 2000 年」: that space parts no name from what stands before it.
    if not text.startswith(_OF_YEARS, gap):
        start = max(start, gap)
    while True:
        stop = _AFTER.search(text, max(start, end - 18), end)
        if stop is None or stop.start() <= start:
            if stop and stop.start() == start:
                end = start
            break
        end = stop.start()
    # 「扩大学前教育供给、毛入园率」: what is behind the mark alone is the indicator.
    mark = text.rfind("、", start, end)
    if mark > start and _INDICATOR.search(text, mark, end) and _VERB_HEAD.match(text, start, mark):
        start = mark + 1
    return start, max(start, end)


def behind(text: str, start: int, end: int) -> tuple[int, int]:
    """The noun behind a number: 「打通50条断头路,」 → 断头路."""
    match = _BEHIND.match(text, start, end)
    start = match.end() if match else start
    stop = _ENDS.search(text, start, end)
    end = min(stop.start() if stop else end, start + 30)
    while end > start and text[end - 1] in " 和及与":
        end -= 1
    return start, end


def counted(text: str, start: int, end: int) -> tuple[int, int]:
    """What a figure that is no target counts: 「427个老旧小区中」 → 老旧小区."""
    start, end = behind(text, start, end)
    end -= text[start:end].endswith("中")
    return (start, end) if end - start <= 8 and text[start : start + 1] not in tuple("因在由为按以") else (start, start)


def parts(text: str, start: int, end: int, count: int | None) -> list[tuple[int, int]]:
    """The names of an enumeration 「甲、乙和丙」 as spans; `count` of them where that is known."""
    cuts = [(m.start(), m.end()) for m in _JOIN.finditer(text, start, end)]
    marks = [cut for cut in cuts if text[cut[0]] == "、"]
    if count is not None and len(marks) + 1 >= count:
        cuts = marks[-(count - 1) :] if count > 1 else []
    elif count is not None and len(cuts) + 1 > count:
        cuts = sorted([*marks, *[c for c in reversed(cuts) if c not in marks][: count - 1 - len(marks)]])
    elif count is None and marks:
        last = [cut for cut in cuts if cut[0] > marks[-1][0]]
        cuts = marks + last[:1]
    found = []
    for cut in (*cuts, (end, end)):
        first, stop = trimmed(text, start, cut[0])
        if first < stop:
            found.append((first, stop))
        start = cut[1]
    return found
