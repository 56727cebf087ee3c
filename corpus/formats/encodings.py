"""From bytes to characters for text and HTML: which encodings are tried, and what counts as text at all; it
never changes a character except dropping one byte-order mark."""

import re

# Label as declared in a page → Python codec. gb2312 and gbk pages carry characters of GB18030, its superset,
# so that is what they are read as. Labels not listed (latin-1 as a server's default, above all) count as
# undeclared.
LABELS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}

_DECLARATION = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w-]+)""",
    re.IGNORECASE,
)
_DECLARATION_WITHIN = 4096

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_CONTROL_SHARE = 0.005

# The characters that plan texts use most, in both scripts: of any window of 300 characters of real plans at
# least a third are among them, of Big5 or Korean text misread as GB18030 less than a fifth.
_COMMON = frozenset(
    "的业和发建化展产国加设工新进大一力地全生实制高中区动人推强增经提民体能重要资合等务年政作行会有理保改持济市成"
    "用五开技社基农水平量在为主以城机施质家长品服企现育治创个科度造点分好万学面方入深优第公上规源快术对文各系划完"
    "步计善效定部代项三出升管性场坚电二到应安域续支法本革通目教不同投金内程积统心共节营外省利型构更级是标四调"
    "業發產國設進動強經體資務會濟農為機質長現創個點萬學優規術對劃計項場電應續標調"
    "，。、；：？！“”（）《》—…·　"
)
_COMMON_SHARE = 0.25
_ENOUGH_TO_COUNT = 60
_SAMPLE = 200_000


def text_marks(content: bytes) -> tuple[str, int] | None:
    """The codec that a byte-order mark names and the mark's length in bytes, or None."""
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\x84\x31\x95\x33", "gb18030"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if content.startswith(mark):
            return codec, len(mark)
    return None


def declared(content: bytes) -> str | None:
    """The codec that an HTML page's meta element or XML declaration names, or None."""
    found = _DECLARATION.search(content[:_DECLARATION_WITHIN])
    if found is None:
        return None
    label = (found.group(1) or found.group(2)).decode("ascii", "replace").lower()
    return LABELS.get(label)


def unmarked_utf16(content: bytes) -> str | None:
    """A page in UTF-16 without its mark, known by the NUL beside its first bracket; None for every other page."""
    head = content.lstrip(b"\r\n\t \x00")[:1]
    if head != b"<" or b"\x00" not in content[:16]:
        return None
    codec = "utf-16-le" if content.index(b"<") % 2 == 0 else "utf-16-be"
    return decode_strictly(content, codec)


def decode_strictly(content: bytes, codec: str) -> str | None:
    """The decoded characters, or None when the bytes are not of this codec or do not read as text in it."""
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    return text if is_text(text) and (codec != "gb18030" or is_chinese(text)) else None


def decode(content: bytes, *, declaration: bool = False) -> str | None:
    """Decode by mark, then (if asked) by declaration, then as UTF-8, then as GB18030; None when nothing fits.

    A byte-order mark settles the encoding: what follows it must decode. Line ends stay as they are.
    """
    mark = text_marks(content)
    if mark is not None:
        return decode_strictly(content[mark[1] :], mark[0])
    codecs = ["utf-8", "gb18030"]
    if declaration and (named := declared(content)) is not None:
        codecs = [named, *(codec for codec in codecs if codec != named)]
    for codec in codecs:
        text = decode_strictly(content, codec)
        if text is not None:
            return text
    return None


def is_text(text: str) -> bool:
    """Whether decoded characters are text rather than a binary file: no NUL, hardly a control character."""
    if "\x00" in text:
        return False
    return len(_CONTROL.findall(text)) <= max(1, int(len(text) * _CONTROL_SHARE))


def is_chinese(text: str) -> bool:
    """Whether characters decoded as GB18030 are Chinese or ASCII rather than misread bytes.

    GB18030 gives nearly every pair of bytes a character, so decoding alone proves nothing: a longer text must
    hold its share of common characters, a short one must stay within GB2312.
    """
    sample = text[:: 1 + len(text) // _SAMPLE]
    signs = [char for char in sample if not char.isspace()]
    if not signs:
        return True
    if len(signs) >= _ENOUGH_TO_COUNT:
        common = sum(1 for char in signs if char in _COMMON or char.isascii())
        return common >= _COMMON_SHARE * len(signs)
    plain = sum(1 for char in signs if _in_gb2312(char))
    return plain >= 0.8 * len(signs)


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return char in _COMMON
    return True
