"""Folds what a text may write in two ways into one, for embedding only; never touches a stored text."""

import re
import unicodedata
from functools import cache
from typing import Protocol

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def simplified(text: str) -> str:
    """Traditional characters as simplified ones (OpenCC t2s); a text that GB 2312 can write comes back as it is."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        # Marks outside GB 2312 are common; only a character outside it can be a traditional one.
        if any(_beyond_gb2312(run) for run in HAN.findall(text)):
            return _converter().convert(text)
    return text


def folded(text: str) -> str:
    """NFKC, lower case, simplified: for models whose tokenizer may do none of it."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def _beyond_gb2312(run: str) -> bool:
    try:
        run.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _converter() -> _Converter:
    # Loaded on the first text that needs it: most runs never meet one.
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter
