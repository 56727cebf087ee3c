"""Plain text and Markdown: the bytes decoded and nothing else; no newline is translated, no character
touched."""

from corpus.errors import UnreadableFile
from corpus.formats.encodings import decode
from corpus.model import Reading


def read(content: bytes, name: str) -> Reading:
    """The file's characters: UTF-8, UTF-16 with its mark, or GB18030 (and so GB2312, GBK); the mark is
    dropped.

    Raises UnreadableFile when no encoding fits or what it gives is not text.
    """
    text = decode(content)
    if text is None:
        raise UnreadableFile(
            f"{name}：不是可读的文本文件（编码不是 UTF-8 或 GB18030，或其实是二进制文件），"
            "请用记事本打开确认内容，另存为 UTF-8 后再导入"
        )
    if not text.strip():
        raise UnreadableFile(f"{name}：文件是空的，请确认导出或下载是否完整")
    return Reading(text)
