"""Turns a passage into safe HTML with its matched words and answering sentences marked. Escapes before it marks."""

import html
import re
import unicodedata
from collections.abc import Iterable

KEY, TERM, ALSO = 1, 2, 4
"""Layers over a passage: a sentence that answers, a word of the question, a word the question was translated to."""

_JOINER = "\u2060"


def marked(text: str, terms: Iterable[str] = (), also: Iterable[str] = (), keys: Iterable[tuple[int, int]] = ()) -> str:
    """HTML of `text`: `terms` in <mark>, `also` in <mark class="also">, the spans `keys` of it in <b class="key">.

    Spans count characters of `text`. Every piece is escaped by itself, so no mark can open or close markup.
    """
    layers = bytearray(len(text))
    folded = _fold(text)
    for word in also:
        _paint(layers, folded, word, ALSO)
    for word in terms:
        _paint(layers, folded, word, TERM)
    for start, end in keys:
        for at in range(max(0, start), min(end, len(text))):
            layers[at] |= KEY
    return "".join(_key(text, layers, start, end) for start, end in _runs(layers, KEY)).strip()


def escaped(text: object) -> str:
    """Text of the API as HTML text or attribute value; nothing for None."""
    return "" if text is None else html.escape(str(text), quote=True)


def plain(text: object) -> str:
    """Text of the API as the label of a widget, which would read it as Markdown: nothing in it is a link, picture or sign."""
    escapes = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(str(text).split()))
    # Addresses, :emoji: and :material/icons: are found after the escapes are gone; an invisible joiner keeps them apart.
    return re.sub(r"(?<=[:@])|(?<=www)(?=\\\.)", _JOINER, escapes, flags=re.IGNORECASE)


def shortened(text: str, most: int) -> str:
    """The beginning of a text on one line, at most so many characters and …, up to the end of a sentence where one is near."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    stop = max(line.rfind(mark, most // 2, most) for mark in "。；！？")
    return f"{line[: stop + 1] if stop >= 0 else line[:most]}…"


def _key(text: str, layers: bytearray, start: int, end: int) -> str:
    inner = "".join(
        _word(text[start + a : start + b], layers[start + a]) for a, b in _runs(layers[start:end], TERM | ALSO)
    )
    return f'<b class="key">{inner}</b>' if layers[start] & KEY else inner


def _word(piece: str, layer: int) -> str:
    # Lines are kept by the style sheet (white-space: pre-line), which needs them free of indents.
    safe = html.escape(re.sub(r"\s*\n\s*", "\n", piece))
    if layer & TERM:
        return f"<mark>{safe}</mark>"
    return f'<mark class="also">{safe}</mark>' if layer & ALSO else safe


def _runs(layers: bytearray, mask: int) -> Iterable[tuple[int, int]]:
    """Ranges over which the layers in `mask` stay the same."""
    start = 0
    for at in range(1, len(layers) + 1):
        if at == len(layers) or (layers[at] & mask) != (layers[start] & mask):
            yield start, at
            start = at


def _paint(layers: bytearray, folded: str, word: str, layer: int) -> None:
    # A single character is part of too many other words to be worth a mark.
    letters = [re.escape(c) for c in _fold(word) if not c.isspace()]
    if len(letters) < 2:
        return
    # Lines of a PDF may break inside a word.
    for found in re.finditer(r"\s*".join(letters), folded):
        for at in range(found.start(), found.end()):
            layers[at] |= layer


def _fold(text: str) -> str:
    """Case and width folded one character for one, so that offsets hold."""
    return text.translate(_FOLDED)


class _Folding(dict[int, int]):
    """Code point → what it is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> int:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = ord(folded) if len(folded) == 1 else code
        return self[code]


_FOLDED = _Folding()
