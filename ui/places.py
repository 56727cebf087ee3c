"""A slice of a document as one word, by which the page's HTML names it: written and read back. Trusts none that
comes from the browser."""

import re

from ui.client import ApiError, Json

_REFERENCE = re.compile(r"([0-9A-Za-z]{1,64}):(\d{1,9}):(\d{1,9})")


def reference(document: str, span: Json) -> str:
    """document:start:end."""
    return f"{document}:{int(span['start'])}:{int(span['end'])}"


def parsed(words: object) -> tuple[str, int, int]:
    """Document, start, end. Raises ApiError for what is none."""
    found = _REFERENCE.fullmatch(words) if isinstance(words, str) else None
    if not found:
        raise ApiError("这一段的出处无法识别。请刷新页面后重试。")
    return found[1], int(found[2]), int(found[3])
