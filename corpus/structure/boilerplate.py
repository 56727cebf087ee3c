"""Says of a single line whether it is page noise and of which kind, by the patterns of `noise`. Knows no context."""

import re
from functools import lru_cache

from corpus.structure.noise import MAY_BE_SENTENCE, NOISE, SENTENCE_SIGNS

_SENTENCE = re.compile(r"(?!\S{2,8}[：:]).{11,}[。！？；]")
_LONGEST = 240
"""A line of more characters is text, whatever it begins with."""


def reason(line: str, head: bool, tail: bool) -> str | None:
    """Why a line (already stripped) is boilerplate, or None. `head`: no body has been seen yet; `tail`: none follows."""
    if len(line) > _LONGEST:
        return None
    # 「技术支持中心建成后，服务企业超过三百家。」 begins like a footer and is a sentence.
    sentence = line[-1:] in "。！？；" and _SENTENCE.fullmatch(line) is not None
    if sentence and not SENTENCE_SIGNS.search(line):
        return None
    found = _any_of(head, tail, sentence).fullmatch(line)
    return NOISE[int(found.lastgroup[1:])].reason if found and found.lastgroup else None


@lru_cache(maxsize=8)
def _any_of(head: bool, tail: bool, sentence: bool) -> re.Pattern[str]:
    """All patterns that apply as one, tried in their order: a call a line instead of fifty.

    The name of each stands behind it, so that a pattern that begins with a word is passed over by its first character.
    """
    zones = {"any"} | ({"head", "edge"} if head else set()) | ({"tail", "edge"} if tail else set())
    return re.compile(
        "|".join(
            f"(?:{noise.pattern.pattern})(?P<n{number}>)"
            for number, noise in enumerate(NOISE)
            if noise.zone in zones and (not sentence or noise.reason in MAY_BE_SENTENCE)
        )
    )
