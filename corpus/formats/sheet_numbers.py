"""A cell's value as Excel shows it under its number format; it knows no file and no table."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

Value = int | float | str | bool | dt.date | dt.datetime | dt.time | dt.timedelta

# Number formats that files name by number alone, as Chinese Excel shows them (ECMA-376 part 1, 18.8.30, zh-cn).
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "yyyy/m/d", 16: "m/d",
    17: "yyyy/m", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip

_EPOCH = dt.datetime(1899, 12, 30)
_LAST_SERIAL = 2_958_466
_CODE_LIMIT = 200
# A literal ("…", \x), a blank as wide as a character (_x), a fill (*x), a condition or colour ([…]), or a sign.
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|[_*].|\[([^\]]*)\]|(AM/PM|上午/下午)|(y+|m+|d+|h+|s+|g+|e+|b+|a{3,4})|(.)', re.I | re.S
)
_PLACES = re.compile(r"[0#?,.]*[0#?][0#?,.]*")
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")


def shown(value: Value, code: str = "") -> str:
    """The cell's text: 12.0 → 12, 0.35 under 0% → 35%, a date under its format or as 2025/3/5; one line."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    code = code if len(code) <= _CODE_LIMIT else ""
    if isinstance(value, int | float):
        if not -1e300 < value < 1e300:
            return ""
        if code and is_date(code) and 0 <= value < _LAST_SERIAL:
            return _date(_EPOCH + dt.timedelta(days=float(value)), code)
        with localcontext(prec=400):
            return _number(value, code) if code else general(value)
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, dt.time):
        return _date(dt.datetime.combine(_EPOCH.date(), value), code if is_date(code) else "h:mm")
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    timed = (value.hour, value.minute, value.second) != (0, 0, 0)
    return _date(value, code if is_date(code) else BUILT_IN[22 if timed else 14])


def general(value: int | float) -> str:
    """A number without a format: eleven significant figures at most, as a cell is wide."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".11g").replace("e", "E")


def is_date(code: str) -> bool:
    """Whether a format shows dates or times: letters of theirs outside literals and conditions."""
    bare = re.sub(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]', "", code.split(";")[0])
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE)) and not re.search(r"[#?]|general", bare, re.IGNORECASE)


def _date(value: dt.datetime, code: str) -> str:
    out: list[str] = []
    after_hour = False
    code = code.split(";")[0]
    chinese = "[DBNum1]" in code
    tokens = list(_TOKEN.finditer(code))
    half = any(token.group(4) for token in tokens)
    for index, token in enumerate(tokens):
        literal, escaped, _, noon, letters, sign = token.groups()
        if literal is not None or escaped is not None:
            out.append(literal or escaped or "")
        elif noon:
            morning, evening = noon.split("/")
            out.append(morning if value.hour < 12 else evening)
        elif letters:
            following = next((t.group(5) for t in tokens[index + 1 :] if t.group(5)), "")
            kind = letters[0].lower()
            minutes = kind == "m" and (after_hour or following[:1].lower() == "s")
            after_hour = kind == "h"
            text = _part(value, "n" if minutes else kind, len(letters), half)
            out.append(text.translate(_CHINESE) if chinese and kind == "y" else _counted(text) if chinese else text)
        elif sign and sign != "@":
            out.append(sign)
    return " ".join("".join(out).split())


def _part(value: dt.datetime, kind: str, width: int, half: bool) -> str:
    if kind in ("y", "e"):
        return f"{value.year:04d}" if width > 2 or kind == "e" else f"{value.year % 100:02d}"
    if kind in ("d", "a") and width >= 3:
        return "星期" + "一二三四五六日"[value.weekday()]
    hour = (value.hour % 12 or 12) if half else value.hour
    number = {"m": value.month, "d": value.day, "h": hour, "n": value.minute, "s": value.second}.get(kind)
    if number is None:
        return ""
    return f"{number:02d}" if width == 2 else str(number)


def _counted(text: str) -> str:
    from corpus.formats.docx_numbering import chinese

    return chinese(int(text)) if text.isdigit() else text


def _number(value: int | float, code: str) -> str:
    """A number under one section of its format: places, grouping, per cent, and the words around the figure."""
    sections = code.split(";")
    section, minus = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, minus = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    pattern, before, after = _figure(section)
    if re.search(r"general|[e][+-]|/|@", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", section), re.IGNORECASE):
        return general(value)
    if not pattern:
        # A section of words alone (「—」 for zero) shows just them; an empty one hides the number from print only.
        return (before + after).strip() or general(value)
    percent = "%" in before + after
    whole, _, places = pattern.partition(".")
    scale = len(whole) - len(whole.rstrip(","))
    amount = Decimal(repr(abs(value))) * (100 if percent else 1) / 1000**scale
    figures = [sign for sign in places if sign in "0#?"][:15]
    amount = amount.quantize(Decimal(1).scaleb(-len(figures)), ROUND_HALF_UP)  # Excel rounds halves away from zero
    text = f"{amount:,.{len(figures)}f}" if "," in whole.rstrip(",") else f"{amount:.{len(figures)}f}"
    optional = len(figures) - len("".join(figures).rstrip("#?"))
    while optional and text.endswith("0") and "." in text:
        text, optional = text[:-1], optional - 1
    text = text.rstrip(".") if "." in text else text
    width = whole.count("0")
    if width > 1 and "," not in text:
        head, dot, tail = text.partition(".")
        text = head.rjust(width, "0") + dot + tail
    if not text.strip("0.,"):
        minus = ""
    return " ".join(f"{before}{minus}{text}{after}".split()) if before else " ".join(f"{minus}{text}{after}".split())


def _figure(section: str) -> tuple[str, str, str]:
    """A format section as (places, literal before, literal after); per cent signs count as literals."""
    flat, literals = [], []
    for token in _TOKEN.finditer(section):
        literal, escaped, condition, noon, letters, sign = token.groups()
        if literal is not None or escaped is not None:
            literals.append(literal or escaped or "")
            flat.append("\x00" * 1)
        elif condition is not None:
            # [$¥-804] is a currency's sign; [Red] and [>100] show nothing.
            if condition.startswith("$") and (currency := condition[1:].split("-")[0]):
                literals.append(currency)
                flat.append("\x00")
        elif sign or letters or noon:
            flat.append(sign or letters or noon)
    text = "".join(flat)
    found = _PLACES.search(text)
    words = iter(literals)

    def spelt(part: str) -> str:
        return "".join(next(words, "") if sign == "\x00" else sign for sign in part)

    if found is None:
        return "", spelt(text), ""
    before = spelt(text[: found.start()])
    return found.group(), before, spelt(text[found.end() :])
