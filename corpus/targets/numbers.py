"""Finds amounts in folded text: number, unit and the comparators beside them. Never decides whether one is a target."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_HALF_WIDTH = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)} | {
    "\u3000": " ",
    "\xa0": " ",
    "〔": "[",
    "〕": "]",
    "﹪": "%",
}
_WIDE = re.compile("[\uff01-\uff5e\u3000\xa0〔〕﹪]")


def folded(text: str) -> str:
    """The text with full-width ASCII made half-width, character for character, so that offsets stay."""
    return _WIDE.sub(lambda match: _HALF_WIDTH[match.group()], text)


# What counts things that are made, opened or served, and what measures them.
COUNTERS = (
    "个班 个 家 项 条 所 座 处 套 张 台 部 辆 架 艘 栋 幢 间 床 件 名 场 场次 期 批次 种 支 只 头 株 片 块 门 盏 口 眼 孔 班 班次 列 次 对"
    " 宗 例 颗 本 册 枚 箱 根 组 款 户次 站 篇 人次 人年 人 户 户籍 羽 尾 棵 台套 套房 师 标箱 标准箱 车位 床位 学位 泊位 村 乡镇 社区 单 起 卷 点"
)
MEASURES = (
    "平方公里 平方千米 平方米 立方米 公里 千米 海里 车公里 米 公顷 亩 次亩 亩次 吨标准煤 吨标煤 标准煤 标煤 吨 公斤 千克 斤 克 千瓦时 千瓦 兆瓦时 兆瓦 吉瓦"
    " 千伏安 度 美元 欧元 港元 日元 元 TEU PFLOPS EFLOPS PF MW GW kW kWh MWh km² km ㎡ m² m³ t Gbps Mbps TB PB EB 载重吨 总吨 焦耳"
    " 伏安 立方 平米 方 分贝 毫克 微克 毫米 厘米 吨公里 人公里 标方"
)
TIMES = "个工作日 工作日 个百日 个月 个小时 小时 分钟 秒 天 日 年 周 岁 学时 课时"
SHARES = "个百分点 百分点 % ‰"
OTHERS = "倍 分 位 名次"

_UNITS = sorted({*COUNTERS.split(), *MEASURES.split(), *TIMES.split(), *SHARES.split(), *OTHERS.split()}, key=len)[::-1]
_UNIT = "(?:" + "|".join(map(re.escape, _UNITS)) + ")"
_TIMES = r"(?:万亿|百亿|千亿|千万|百万|十万|亿|万|千|百)"
_COUNTER_SET, _TIME_SET, _SHARE_SET = frozenset(COUNTERS.split()), frozenset(TIMES.split()), frozenset(SHARES.split())
_CN = "一二两三四五六七八九"
_CHINESE = rf"(?:[{_CN}十](?:[{_CN}十百千零〇]*)(?:[万亿](?=[{_CN}零])[{_CN}零十百千]+)?)(?:点[零〇{_CN}]+)?"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_WHOLE_UNIT = rf"{_TIMES}?{_UNIT}(?:\([台套个张辆只艘所处座]\))?(?:/(?:\d+万?|(?:{_TIMES}|每)?{_UNIT}(?:·[月年日])?))?|/(?:\d+万|万)"

# 「42500万—45000万吨」, 「人口控制在11.13亿左右」: a multiplier with its unit further on, or with none.
_BARE_TIMES = r"(?:万亿|亿|万)(?=\s*(?:[-—–~至到]\s*\d|左右|以上|以下|以内|[,;、。)]|$))"

_FRONT = (
    r"(?P<front>不得?低于|不得?少于|不得?超过|不得?高于|不小于|不多于|不大于|不突破|超过|超出|突破|高于|低于|大于|小于|多于|少于|优于|好于|至少|接近|大约|约为"
    r"|[≥≤>＜<＞]=?|(?<![赶反高远])超|(?<![最附远邻])近|(?<![节签契制公条合履预])约|逾)?\s*"
)
_BACK = r"(?P<back>\s*(?:\(?含\)?)?(?:及?以上|及?以下|以内|之内|左右|上下|内外|之间|内(?![部外需陆容涵蒙设])))?"
_AMOUNT = re.compile(
    rf"{_FRONT}(?:"
    rf"(?P<double>翻(?P<times>[一两二三])?番)"
    rf"|(?P<zero>零增长)"
    rf"|(?P<per>[百千])分之(?P<percent>{_DIGITS}|{_CHINESE})"
    rf"|(?P<below>[{_CN}十]{{1,2}})分之(?P<above>[{_CN}十]{{1,2}})"
    rf"|(?P<tenths>\d(?:\.\d)?|[{_CN}])成(?P<half>[{_CN}半])?(?![立为员功长果熟型本效绩就品交都份建人千百])"
    rf"|(?P<partly>半)\s*(?P<time>个工作日|个小时|小时|天|日|个月)"
    rf"|(?P<rank>前)(?P<place>\d{{1,3}}|[{_CN}十]{{1,3}})(?P<ranks>位|名|强)?(?![年个季月天届次期批大后者台款条类项期半轮述日周世车])"
    rf"|(?<![A-Za-z\d第+×*./_])(?:(?P<digits>{_DIGITS})\s*(?P<ratio>:\s*1(?![\d.:]))?(?P<more>[余多来])?(?P<unit>{_WHOLE_UNIT}|{_BARE_TIMES})?(?P<much>[余多])?"
    rf"|(?<![零〇{_CN}十百千几])(?P<chinese>{_CHINESE})(?P<few>[余多来])?(?P<measure>{_WHOLE_UNIT})))"
    rf"(?:\s*{_BACK})"
)
_QUICK = re.compile(
    r"\d|[" + _CN + r"十半](?:成|百|千|万|亿|条|座|所|处|台|套|栋|个|公里|亩|分之)|番|分之|零增长|前[一二三五十]"
)
_PROPORTION = re.compile(r"\d\s*:\s*\d")
_DASH = re.compile(r"\s*(?:[-—–~―]+|至|到)\s*")
_SPACED = re.compile(r"\s+$")

_CHINESE_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_TIMES = {"十": 10, "百": 100, "千": 1000}
_COMPARATORS = {"不得低于": "不低于", "不得少于": "不少于", "不得超过": "不超过", "不得高于": "不高于", "≥": "不低于", ">=": "不低于", "≤": "不高于", "<=": "不高于", ">": "高于", "<": "低于", "超": "超过", "之内": "以内",
                "内": "以内", "及以上": "以上", "及以下": "以下", "上下": "左右", "超出": "超过"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount at [start, end) of the folded text, comparators included; `figure` is where its number begins.

    form: digits, chinese, double (翻番), zero (零增长), share (百分之, 成, 分之), part (半个工作日) or rank (前十).
    """

    start: int
    figure: int
    end: int
    low: float
    high: float
    unit: str
    comparator: str | None
    form: str
    front: str | None = None

    @property
    def counted(self) -> bool:
        """Whether its unit counts things: 500个, 2万户."""
        return _plain(self.unit) in _COUNTER_SET

    @property
    def timed(self) -> bool:
        """Whether its unit is one of time or age."""
        return _plain(self.unit) in _TIME_SET

    @property
    def shared(self) -> bool:
        """Whether it is a share or a rate: per cent, percentage points, parts."""
        return self.unit in _SHARE_SET or self.form in ("share", "double", "zero")

    @property
    def money(self) -> bool:
        return self.unit.endswith("元")

    @property
    def dated(self) -> bool:
        """Whether it is a calendar year or a day: 2025年, 26日."""
        if self.form == "chinese":
            return self.unit == "年" and self.end - self.figure > 4
        return self.unit in ("年", "日") and self.form == "digits" and (self.low >= 1900 or self.unit == "日")


@lru_cache(maxsize=1024)
def _plain(unit: str) -> str:
    return re.sub(rf"^{_TIMES}", "", re.sub(r"\(.\)$", "", unit))


def promising(text: str) -> bool:
    """Whether a text can hold an amount at all: most passages do not and are not looked at further."""
    return _QUICK.search(text) is not None


def chinese_value(word: str) -> float:
    """A number in Chinese characters: 一千二百 → 1200, 两 → 2, 三点五 → 3.5, 一万二千 → 12000."""
    whole, _, part = word.partition("点")
    total = section = digit = 0
    for character in whole:
        if character in "万亿":
            total += (section + digit or 1) * (10_000 if character == "万" else 100_000_000)
            section = digit = 0
        elif character in _CHINESE_TIMES:
            section += (digit or 1) * _CHINESE_TIMES[character]
            digit = 0
        else:
            digit = _CHINESE_DIGIT[character]
    value = float(total + section + digit)
    return float(f"{int(value)}.{''.join(str(_CHINESE_DIGIT[c]) for c in part)}") if part else value


def _value(word: str) -> float:
    return float(word.replace(",", "")) if word[0].isdigit() else chinese_value(word)


def amounts_in(text: str) -> list[Amount]:
    """The amounts of a folded text in order; the two ends of a range are one amount."""
    found: list[Amount] = []
    for amount in _single(text):
        if found and (joined := _range(text, found[-1], amount)):
            found[-1] = joined
        else:
            found.append(amount)
    return found


def _single(text: str) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(text):
        groups = match.groupdict()
        if (
            groups["digits"]
            and not groups["ratio"]
            and _PROPORTION.search(text, max(match.start() - 6, 0), match.end() + 2)
        ):
            continue
        front, back = groups["front"], (groups["back"] or "").strip()
        end = match.end() if back else match.end() - len(match.group()) + len(match.group().rstrip())
        comparator = _COMPARATORS.get(back.removeprefix("(含)"), back.removeprefix("(含)")) or None
        front = _COMPARATORS.get(front, front) if front and front.startswith("不得") else front
        comparator = comparator or (_COMPARATORS.get(front, front) if front else None)
        form, low, unit, more = _read(groups)
        if back == "之间":
            comparator = None
        figure = match.end("front") if front else match.start()
        while text[figure].isspace():
            figure += 1
        yield Amount(match.start() if front else figure, figure, end, low, low, unit, comparator or more, form, front)


def _read(groups: dict[str, str | None]) -> tuple[str, float, str, str | None]:
    """Form, value, unit and a comparator that the form brings along."""
    if groups["double"]:
        times = _CHINESE_DIGIT[groups["times"]] if groups["times"] else 1
        return "double", float(2**times), "倍", "翻番"
    if groups["zero"]:
        return "zero", 0.0, "%", None
    if percent := groups["percent"]:
        return "share", _value(percent), "%" if groups["per"] == "百" else "‰", None
    if (above := groups["above"]) and (below := groups["below"]):
        return "share", round(100 * chinese_value(above) / chinese_value(below), 1), "%", None
    if tenths := groups["tenths"]:
        half = groups["half"]
        return "share", 10 * _value(tenths) + (5 if half == "半" else _CHINESE_DIGIT[half] if half else 0), "%", None
    if groups["partly"]:
        return "part", 0.5, groups["time"] or "", None
    if place := groups["place"]:
        return "rank", _value(place), "位", "前"
    if digits := groups["digits"]:
        return "digits", _value(digits), groups["unit"] or "", groups["more"] or groups["much"]
    return "chinese", _value(groups["chinese"] or "零"), groups["measure"] or "", groups["few"]


def _range(text: str, first: Amount, second: Amount) -> Amount | None:
    """5%—6% or 3至5个 as one amount; 由5%到6% is a start and a goal."""
    if first.form not in ("digits", "chinese", "share") or second.form != first.form or second.front:
        return None
    if not _DASH.fullmatch(text, first.end, second.start) or text[max(first.start - 1, 0) : first.start] in (
        "由",
        "从",
    ):
        return None
    if (
        (first.unit and not second.unit.startswith(first.unit))
        or second.low <= first.low
        or first.comparator not in (None, first.front)
    ):
        return None
    return replace(second, start=first.start, figure=first.figure, low=first.low, front=first.front)
