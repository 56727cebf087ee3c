"""The error of a server that writes; its message is for the user and never holds a key or a word of the server's."""

from corpus.errors import PlanSeekError


class GeneratorError(PlanSeekError):
    """Nothing usable was written: the message says what happened, at which address and what to do."""
