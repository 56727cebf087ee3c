"""What a generator must offer: to write a text piece by piece. No implementation here."""

from collections.abc import Iterator
from typing import Protocol

ANEW = "\f"
"""A piece of its own: all that came before it was thinking aloud and no part of the text."""


class Generator(Protocol):
    """Writes what it is asked for. name: of the model, as users know it."""

    name: str

    def write(self, instructions: str, question: str) -> Iterator[str]:
        """The text in pieces as they come, thoughts left out, and ANEW where thoughts turn out to have come before.

        Raises GeneratorError, also in the middle: what came before is then only a part.
        """
