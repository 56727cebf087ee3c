"""What a Word paragraph's style says of it: title, heading level, bold, centred, list; never its words."""

import re
from collections.abc import Iterator
from typing import Any

from corpus.formats.composer import BLANK
from corpus.formats.docx_numbering import Numbering, W

# Style names as Word and WPS store them, in either language; the number is the level.
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|文档标题|公文标题", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*[1-9]", re.IGNORECASE)
_OFF = ("0", "false", "off", "none")


class Styles:
    """The paragraph styles of one document, each looked up along what it is based on."""

    def __init__(self, root: Any) -> None:
        """`root` is the w:styles element."""
        self._known: dict[str, Any] = {}
        self._default = ""
        for style in root.iterchildren(f"{W}style"):
            identity = style.get(f"{W}styleId") or ""
            self._known[identity] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                self._default = identity

    def chain(self, paragraph: Any) -> Iterator[Any]:
        """The paragraph's style and those it is based on, nearest first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        identity = (named.get(f"{W}val") if named is not None else "") or self._default
        seen: set[str] = set()
        while identity in self._known and identity not in seen:
            seen.add(identity)
            style = self._known[identity]
            yield style
            base = style.find(f"{W}basedOn")
            identity = base.get(f"{W}val") or "" if base is not None else ""

    def role(self, paragraph: Any) -> tuple[str, int]:
        """("title", 0), ("heading", level), ("toc", level) or ("", 0)."""
        outline = self._found(paragraph, "outlineLvl")
        level = _integer(outline, -1)
        for style in self.chain(paragraph):
            element = style.find(f"{W}name")
            name = ((element.get(f"{W}val") if element is not None else "") or "").strip()
            if found := _HEADING.fullmatch(name):
                return "heading", int(found.group(1))
            if _TITLE.fullmatch(name):
                return "title", 0
            if found := _CONTENTS.fullmatch(name):
                return "toc", int(name[-1])
        return ("heading", level + 1) if 0 <= level <= 8 else ("", 0)

    def is_centred(self, paragraph: Any) -> bool:
        justified = self._found(paragraph, "jc")
        return justified is not None and justified.get(f"{W}val") == "center"

    def is_bold(self, paragraph: Any) -> bool:
        """Whether every run with characters is bold, by itself or by the paragraph's style."""
        by_style = False
        for style in self.chain(paragraph):
            found = style.find(f"{W}rPr/{W}b")
            if found is not None:
                by_style = found.get(f"{W}val") not in _OFF
                break
        strong = []
        for run in paragraph.iter(f"{W}r"):
            if not any((part.text or "").strip(BLANK) for part in run.iterchildren(f"{W}t")):
                continue
            own = run.find(f"{W}rPr/{W}b")
            strong.append(own.get(f"{W}val") not in _OFF if own is not None else by_style)
        return bool(strong) and all(strong)

    def numbering(self, paragraph: Any, lists: Numbering) -> tuple[str, int]:
        """(numId, ilvl) of a numbered paragraph, ("", 0) of any other; numId 0 switches it off."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        identity = _of(own, "numId")
        depth = _of(own, "ilvl")
        if not identity:
            for style in self.chain(paragraph):
                given = style.find(f"{W}pPr/{W}numPr")
                identity = _of(given, "numId")
                if identity:
                    depth = depth or _of(given, "ilvl")
                    linked = lists.level_of_style(style.get(f"{W}styleId") or "", identity)
                    if linked is not None:
                        depth = str(linked)
                    break
        if not identity or identity == "0":
            return "", 0
        return identity, int(depth) if depth.isdigit() and len(depth) < 3 else 0

    def _found(self, paragraph: Any, setting: str) -> Any | None:
        """A paragraph setting: its own, else the nearest style's."""
        own = paragraph.find(f"{W}pPr/{W}{setting}")
        if own is not None:
            return own
        for style in self.chain(paragraph):
            found = style.find(f"{W}pPr/{W}{setting}")
            if found is not None:
                return found
        return None


def _of(element: Any | None, name: str) -> str:
    child = element.find(f"{W}{name}") if element is not None else None
    return (child.get(f"{W}val") or "") if child is not None else ""


def _integer(element: Any | None, default: int) -> int:
    value = (element.get(f"{W}val") or "") if element is not None else ""
    return int(value) if value.isdigit() and len(value) < 3 else default
