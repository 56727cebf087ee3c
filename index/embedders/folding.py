"""Folds what a text may write in two ways into one, for embedding only; never touches a stored text."""

import re
import unicodedata
from functools import cache
from typing import Protocol

NO_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def simplified(text: str) -> str:
    """Traditional characters as simplified ones (OpenCC t2s), in texts that hold a character only they would.

    A simplified text comes back as it is: t2s alone would make 干安 of the county 乾安.
    """
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        # Marks outside GB 2312 are common, and so are rare simplified characters: neither is a reason.
        if any(_traditional(character) for character in set(NO_HAN.sub("", text))):
            return _converter().convert(text)
    return text


def folded(text: str) -> str:
    """NFKC, lower case, simplified: for models whose tokenizer may do none of it."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


@cache
def _traditional(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return _converter().convert(character) != character
    return False


@cache
def _converter() -> _Converter:
    # Loaded on the first text that needs it: most runs never meet one.
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter
