"""Word's automatic numbers written out as Word shows them; it counts paragraphs and never edits them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CLOSING = "、．。）)】〕"


def chinese(number: int) -> str:
    """A counting number from 0 to 99,999,999 in characters: 10 → 十, 21 → 二十一, 105 → 一百零五."""
    return _counted(number, _DIGITS.replace("〇", "零"), "十百千万", drop_one=True)


def formal(number: int) -> str:
    """The same in the numerals of banks and laws: 21 → 贰拾壹."""
    return _counted(number, _FORMAL, "拾佰仟万", drop_one=False)


def _counted(number: int, digits: str, units: str, *, drop_one: bool) -> str:
    if number < 0 or number >= 100_000_000:
        return str(number)
    if number < 10:
        return digits[number]
    if number >= 10_000:
        rest = number % 10_000
        middle = digits[0] if 0 < rest < 1000 else ""
        head = _counted(number // 10_000, digits, units, drop_one=drop_one)
        return head + units[3] + middle + (_counted(rest, digits, units, drop_one=False) if rest else "")
    out = ""
    gap = False
    for place, figure in zip(range(3, -1, -1), f"{number:04d}", strict=True):
        value = int(figure)
        if not value:
            gap = bool(out)
            continue
        out += (digits[0] if gap else "") + digits[value] + (units[place - 1] if place else "")
        gap = False
    # 十, not 一十, where ten opens the number.
    return out[1:] if drop_one and out.startswith(digits[1] + units[0]) else out


def roman(number: int) -> str:
    """Upper-case Roman numerals: 14 → XIV."""
    out = ""
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        count, number = divmod(number, value)
        out += letters * min(count, 10)
    return out


def letters(number: int) -> str:
    """Word's letters: 1 → A, 26 → Z, 27 → AA, 28 → BB."""
    return chr(ord("A") + (number - 1) % 26) * min((number - 1) // 26 + 1, 10) if number > 0 else ""


def _cyclic(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else ""


def _enclosed(first: str, count: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= count else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalEnclosedCircle": _enclosed("①", 20),
    "decimalEnclosedCircleChinese": _enclosed("①", 20),
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(figure)] for figure in str(number)),
    "japaneseDigitalTenThousand": lambda number: "".join(_DIGITS[int(figure)] for figure in str(number)),
    "taiwaneseDigital": lambda number: "".join(_DIGITS[int(figure)] for figure in str(number)),
    "chineseLegalSimplified": formal,
    "ideographLegalTraditional": formal,
    "ideographTraditional": _cyclic(_STEMS),
    "ideographZodiac": _cyclic(_BRANCHES),
    "upperLetter": letters,
    "lowerLetter": lambda number: letters(number).lower(),
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "none": lambda _: "",
}


@dataclass(slots=True)
class _Level:
    pattern: str
    form: str
    start: int
    suffix: str
    restart: int | None
    legal: bool


@dataclass(slots=True)
class _List:
    """One abstract list: its levels, and where its count stands."""

    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of one document in order; ask once for each, from first to last."""

    def __init__(self, root: Any | None) -> None:
        """`root` is the w:numbering element, None for a document without lists."""
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._own_levels: dict[str, dict[int, _Level]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._styled: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._load(root)

    def _load(self, root: Any) -> None:
        styles: dict[str, list[tuple[str, int]]] = {}
        for abstract in root.iterchildren(f"{W}abstractNum"):
            abstract_id = _value(abstract, "abstractNumId", own=True)
            known = self._lists[abstract_id] = _List()
            for level in abstract.iterchildren(f"{W}lvl"):
                depth = _number(level.get(f"{W}ilvl"), 0)
                known.levels[depth] = _level(level)
                if style := _value(level, "pStyle"):
                    styles.setdefault(abstract_id, []).append((style, depth))
        for num in root.iterchildren(f"{W}num"):
            identity = _value(num, "numId", own=True)
            abstract_id = self._list_of[identity] = _value(num, "abstractNumId")
            for override in num.iterchildren(f"{W}lvlOverride"):
                depth = _number(override.get(f"{W}ilvl"), 0)
                start = _value(override, "startOverride")
                if start:
                    self._starts.setdefault(identity, {})[depth] = _number(start, 1)
                for level in override.iterchildren(f"{W}lvl"):
                    self._own_levels.setdefault(identity, {})[depth] = _level(level)
            for style, depth in styles.get(abstract_id, []):
                self._styled.setdefault(style, (identity, depth))

    def level_of_style(self, style: str, identity: str) -> int | None:
        """The level that a list links to a paragraph style: a style's own numbering often leaves it out."""
        linked = self._styled.get(style)
        if linked is not None and self._list_of.get(linked[0]) == self._list_of.get(identity):
            return linked[1]
        return None

    def number(self, identity: str, depth: int) -> str:
        """Count a paragraph of list `identity` (numId) at level `depth` (ilvl); its number and suffix."""
        counted = self._lists.get(self._list_of.get(identity, ""))
        level = self._level_at(identity, depth)
        if counted is None or level is None:
            return ""
        starts = self._starts.get(identity, {})
        if depth in starts and (identity, depth) not in self._begun:
            counted.counts[depth] = starts[depth]
        else:
            counted.counts[depth] = counted.counts.get(depth, level.start - 1) + 1
        self._begun.add((identity, depth))
        for deeper in [known for known in counted.counts if known > depth]:
            below = self._level_at(identity, deeper)
            # w:lvlRestart 0 never restarts; n restarts only after a level above n.
            if below is None or below.restart is None or depth < below.restart:
                del counted.counts[deeper]
        return self._shown(identity, counted, level)

    def _level_at(self, identity: str, depth: int) -> _Level | None:
        own = self._own_levels.get(identity, {}).get(depth)
        known = self._lists.get(self._list_of.get(identity, ""))
        return own or (known.levels.get(depth) if known is not None else None)

    def _shown(self, identity: str, counted: _List, level: _Level) -> str:
        if level.form == "bullet":
            # Bullets are drawn with symbol fonts' private characters, which mean nothing outside the font.
            sign = level.pattern if level.pattern and not "\ue000" <= level.pattern[0] <= "\uf8ff" else "•"
            return sign + " "
        text = level.pattern
        for depth in range(9):
            mark = f"%{depth + 1}"
            if mark not in text:
                continue
            other = self._level_at(identity, depth)
            if other is None:
                text = text.replace(mark, "")
                continue
            form = str if level.legal else FORMATS.get(other.form, str)
            text = text.replace(mark, form(counted.counts.get(depth, other.start)))
        if not text or level.suffix == "nothing" or text[-1] in _CLOSING:
            return text
        return text + " "


def _level(element: Any) -> _Level:
    restart = _value(element, "lvlRestart")
    legal = element.find(f"{W}isLgl")
    return _Level(
        pattern=_value(element, "lvlText"),
        form=_form(element),
        start=_number(_value(element, "start"), 0 if element.find(f"{W}start") is None else 1),
        suffix=_value(element, "suff") or "tab",
        restart=_number(restart, 0) if restart else None,
        legal=legal is not None and legal.get(f"{W}val") not in ("0", "false"),
    )


def _form(element: Any) -> str:
    for found in element.iter(f"{W}numFmt"):
        return found.get(f"{W}val") or "decimal"
    return "decimal"


def _value(element: Any, name: str, *, own: bool = False) -> str:
    if own:
        return element.get(f"{W}{name}") or ""
    child = element.find(f"{W}{name}")
    return (child.get(f"{W}val") or "") if child is not None else ""


def _number(value: str | None, default: int) -> int:
    try:
        return int(value) if value and len(value) < 9 else default
    except ValueError:
        return default
