"""The characters of a Word paragraph as Word shows them; deleted and hidden text, notes and field codes never enter."""

import re
from collections.abc import Iterator
from typing import Any

from corpus.formats.docx_numbering import W

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# Inside a paragraph: text that Word does not show, or that stands in a frame of its own.
_APART = frozenset((f"{W}del", f"{W}moveFrom", f"{MC}Fallback", f"{W}txbxContent", f"{W}pPr", f"{W}rPr", f"{W}rt"))
_OFF = ("0", "false", "off")
_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)


def text_of(paragraph: Any) -> str:
    """The characters of a paragraph that Word shows, with those of hyperlinks, fields and insertions."""
    out: list[str] = []
    stack = [paragraph]
    while stack:
        node = stack.pop()
        if node.tag in _APART or (node.tag == f"{W}r" and _is_hidden(node)):
            continue
        if node.tag in (f"{W}t", _MATH_TEXT):
            out.append(node.text or "")
        elif node.tag in (f"{W}tab", f"{W}ptab"):
            out.append("\t")
        elif node.tag == f"{W}cr" or (node.tag == f"{W}br" and node.get(f"{W}type") in (None, "textWrapping")):
            out.append("\n")
        elif node.tag == f"{W}noBreakHyphen":
            out.append("-")
        elif node.tag == f"{W}sym":
            out.append(_symbol(node))
        else:
            stack.extend(reversed(node))
    return "".join(out)


def frames(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once: Word stores a second copy for old versions."""
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{W}txbxContent":
            yield node
        elif node.tag not in (f"{MC}Fallback", f"{W}del", f"{W}moveFrom"):
            stack.extend(reversed(node))


def runs_on(paragraph: Any) -> bool:
    """Whether the paragraph's end is deleted, so that the next paragraph goes on in it."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    return mark is not None and any(mark.find(f"{W}{tag}") is not None for tag in ("del", "moveFrom"))


class Contents:
    """Follows the fields of a document from paragraph to paragraph to know which lie in a table of contents."""

    def __init__(self) -> None:
        self._open: list[bool] = []

    def covers(self, paragraph: Any) -> bool:
        """Whether a TOC field is open anywhere in the paragraph; ask once for each, from first to last."""
        inside = any(self._open)
        for node in paragraph.iter(f"{W}fldChar", f"{W}instrText"):
            if node.tag == f"{W}instrText":
                if self._open and _CONTENTS.match(node.text or ""):
                    self._open[-1] = inside = True
            elif node.get(f"{W}fldCharType") == "begin":
                self._open.append(False)
            elif node.get(f"{W}fldCharType") == "end" and self._open:
                self._open.pop()
        return inside


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val") not in _OFF


def _symbol(node: Any) -> str:
    """A character given by code; one of a symbol font's private codes means nothing outside that font."""
    code = node.get(f"{W}char") or ""
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return ""
    value = int(code, 16)
    return "" if 0xD800 <= value <= 0xF8FF or value < 32 else chr(value)
