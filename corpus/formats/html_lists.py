"""The numbers of a page's ordered lists as a browser shows them; it counts items and never looks at their words."""

import re
from typing import Any

from corpus.formats.docx_numbering import chinese, roman

_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([^;]+)", re.IGNORECASE)
_KNOWN = re.compile(
    r"none|decimal-leading-zero|decimal|(?:lower|upper)-(?:alpha|latin|roman)|cjk-ideographic"
    r"|(?:simp|trad)-chinese-(?:in)?formal|cjk-decimal|disc|circle|square"
)
_UNMARKED = ("none", "disc", "circle", "square")
_LIMIT = 100_000_000


class Lists:
    """The lists open around a place in the page, each with its count."""

    def __init__(self) -> None:
        self._open: list[_List] = []

    def open(self, node: Any) -> None:
        self._open.append(_List(node))

    def close(self) -> None:
        if self._open:
            self._open.pop()

    def number(self, item: Any) -> str:
        """The next item's number with what stands after it ("1. ", "一、"), nothing in a list of bullets."""
        return self._open[-1].number(item) if self._open else ""


class _List:
    """One list element: where its count stands and how it is written."""

    def __init__(self, node: Any) -> None:
        attributes = node.attributes
        self._ordered = node.tag == "ol"
        self._form = _form(attributes) or "decimal"
        self._step = -1 if "reversed" in attributes else 1
        first = _integer(attributes.get("start"))
        if first is None:
            first = sum(1 for child in node.iter() if child.tag == "li") if self._step < 0 else 1
        self._next = first

    def number(self, item: Any) -> str:
        if not self._ordered:
            return ""
        given = _integer(item.attributes.get("value"))
        count = self._next if given is None else given
        self._next = count + self._step
        return _shown(count, _form(item.attributes) or self._form)


def _form(attributes: Any) -> str | None:
    style = _STYLE.search(attributes.get("style") or "")
    if style is not None and (known := _KNOWN.search(style.group(1).lower())):
        return known.group()
    return _TYPES.get((attributes.get("type") or "").strip())


def _shown(count: int, form: str) -> str:
    """A marker as CSS Counter Styles 3 writes it; what a style cannot count is written in decimal."""
    if form in _UNMARKED:
        return ""
    if form in ("cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal") and 0 <= count < _LIMIT:
        return chinese(count) + "、"
    text = str(count)
    if form == "decimal-leading-zero" and 0 <= count < 10:
        text = f"0{count}"
    elif form.endswith(("alpha", "latin")) and 0 < count < _LIMIT:
        text = _letters(count)
    elif form.endswith("roman") and 0 < count < 4000:
        text = roman(count)
    return (text.lower() if form.startswith("lower") else text) + ". "


def _letters(count: int) -> str:
    """1 → A, 26 → Z, 27 → AA, 28 → AB."""
    out = ""
    while count:
        count, rest = divmod(count - 1, 26)
        out = chr(ord("A") + rest) + out
    return out


def _integer(value: str | None) -> int | None:
    found = re.match(r"\s*([+-]?\d{1,8})", value or "")
    return int(found.group(1)) if found else None
