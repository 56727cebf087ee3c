"""Makes text fit for the files that hold it. Changes nothing that a reader could see."""

import re

# XML 1.0 §2.2 leaves these out; a file with one of them does not open.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Text whose every character may stand in XML; what may not becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", text)


def line(text: str) -> str:
    """Text as one line, white space and control characters in a row one space."""
    return " ".join(_UNFIT.sub(" ", text).split())
