"""A question whose words are taken out of it as they are understood. Knows no rule."""

import re
from dataclasses import dataclass, field

from corpus.model import Span
from index.tokenizer import word_starts
from retriever.model import Read

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(slots=True)
class Question:
    """A question while it is read. `text`: what is left of it, of the question's own length, blanks for what was taken.

    literal: words that the user wants to be read as they stand; no rule may take them.
    """

    asked: str
    literal: tuple[str, ...] = ()
    text: str = ""
    read: list[Read] = field(default_factory=list)
    _starts: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        # Of the same length: places in it are places of the question.
        self.text = self.asked.translate(_DIGITS)
        self._starts = word_starts(self.asked)

    def apart(self, at: int) -> bool:
        """Whether no word of the dictionary runs over a place: 如今年轻人 holds no 今年."""
        return at in self._starts

    def take(self, span: Span, what: str, value: str, *, loose: bool = False) -> bool:
        """Take the words of a span as `what`: `value`; False, and nothing is taken, where the user wants them literally."""
        words = span.of(self.asked)
        if any(words in literal or literal in words for literal in self.literal if literal.strip()):
            return False
        self.read.append(Read(words, what, value, loose))
        self.drop(span)
        return True

    def drop(self, span: Span) -> None:
        """Take words that say nothing by themselves."""
        self.text = self.text[: span.start] + " " * (span.end - span.start) + self.text[span.end :]

    def all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """The matches of a pattern in what is left."""
        return list(pattern.finditer(self.text))
