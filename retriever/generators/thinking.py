"""Leaves out what a model thinks aloud between <think> and </think>, wherever pieces are cut. Reads no meaning."""

import re
from collections.abc import Iterator

from retriever.generators.protocols import ANEW

_TAG = re.compile(r"<(/?)think(?:ing)?\s{0,3}>", re.IGNORECASE)
_BEGUN = re.compile(r"</?(?:t(?:h(?:in?)?)?|think(?:in?|ing)?\s{0,3})?", re.IGNORECASE)
SPECIMENS = {"tag": "</think>", "begun": "</thi"}


class Thoughts:
    """Takes pieces of a text and gives back those that are no thoughts."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def without(self, piece: str) -> Iterator[str]:
        """What of the text is certain now to be no thought; a beginning that may become a tag is held back.

        Some servers leave the opening tag to the prompt: a closing one alone makes all before it a thought, ANEW.
        """
        text = self._held + piece
        at = 0
        for tag in _TAG.finditer(text):
            closing = tag.group(1) == "/"
            if closing and not self._thinking:
                yield ANEW
            elif not self._thinking and tag.start() > at:
                yield text[at : tag.start()]
            self._thinking, at = not closing, tag.end()
        rest = text[at:]
        cut = rest.rfind("<")
        self._held = rest[cut:] if cut >= 0 and _BEGUN.fullmatch(rest, cut) else ""
        if not self._thinking and (sure := rest[: len(rest) - len(self._held)]):
            yield sure

    def rest(self) -> Iterator[str]:
        """What was held back when nothing more comes."""
        if self._held and not self._thinking:
            yield self._held
        self._held = ""
