"""From a file's bytes to a Reading: one reader a format, chosen by suffix; it never guesses past one."""

from importlib import import_module
from pathlib import PurePosixPath

from corpus.errors import UnreadableFile
from corpus.formats.signatures import signature
from corpus.model import Reading

SIZE_LIMIT = 64 << 20
"""The largest file that is read, in bytes."""

READERS: dict[str, str] = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".docx": "docx",
    ".pdf": "pdf",
}
"""Suffix → module of this package that has `read(content: bytes, name: str) -> Reading`."""

# What the first bytes of a format must say; None: plain text, which has no signature of its own.
_SIGNATURES: dict[str, str | None] = {"text": None, "html": None, "docx": "ZIP", "pdf": "PDF"}

# The suffix to advise for what the bytes turn out to be.
_ADVICE = {
    "ZIP": "若它本是 Word 文档，请把扩展名改回 .docx；若是压缩包，请解压后再导入",
    "PDF": "请把扩展名改回 .pdf 后再导入",
    "OLE": "若它本是旧版 Word 文档，请在 Word 或 WPS 中另存为 .docx 后再导入",
    "RTF": "请在 Word 或 WPS 中打开并另存为 .docx 后再导入",
    "MHTML": "请在浏览器中另存为“网页，仅 HTML”后再导入",
}


def suffix_of(name: str) -> str:
    """The suffix that chooses the reader, lower case with its dot; of an archive's member, the member's."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def read(content: bytes, name: str) -> Reading:
    """Read one file's bytes; `name` chooses the reader by its suffix and stands in messages.

    Raises UnreadableFile, a single Chinese line with what is wrong and what to do, for everything that cannot
    be read: unknown suffix, empty or oversized file, content that is not the suffix's, encrypted, damaged.
    """
    suffix = suffix_of(name)
    module = READERS.get(suffix)
    if module is None:
        known = " ".join(READERS)
        raise UnreadableFile(f"{name}：不支持的文件格式“{suffix or '无扩展名'}”，请另存为 {known} 之一后再导入")
    if len(content) > SIZE_LIMIT:
        size, limit = len(content) / (1 << 20), SIZE_LIMIT >> 20
        raise UnreadableFile(f"{name}：文件有 {size:.0f} MB，超过 {limit} MB 的上限，请拆分后再导入")
    if not content.strip():
        raise UnreadableFile(f"{name}：文件是空的，请确认导出或下载是否完整")
    _check_signature(content, name, suffix, _SIGNATURES[module])
    reader = import_module(f"corpus.formats.{module}")
    try:
        reading: Reading = reader.read(content, name)
    except UnreadableFile:
        raise
    except Exception as error:
        # A hostile or damaged file can raise anything inside a parser; whoever ingests sees one line for it,
        # and the cause stays chained for whoever debugs.
        raise UnreadableFile(
            f"{name}：文件内容损坏或不符合 {suffix} 格式，请重新下载，或打开后另存一份再导入"
        ) from error
    if not reading.text.strip():
        raise UnreadableFile(f"{name}：文件里没有可读的文字，请确认内容不是图片或空白")
    return reading


def _check_signature(content: bytes, name: str, suffix: str, expected: str | None) -> None:
    found = signature(content)
    if found == expected:
        return
    if expected == "ZIP" and found == "OLE":
        # Word wraps an encrypted document into the old container under this stream name.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile(f"{name}：文档已加密，请在 Word 或 WPS 中取消密码后另存，再导入")
        raise UnreadableFile(f"{name}：内容是旧版 Word 文档而不是 .docx，{_ADVICE['OLE']}")
    if found is None:
        raise UnreadableFile(f"{name}：内容不是 {suffix} 文件（可能损坏或改过扩展名），请重新下载或另存后再导入")
    advice = _ADVICE.get(found, "请确认选对了文件，改回原来的扩展名")
    raise UnreadableFile(f"{name}：内容其实是 {found} 文件，与扩展名 {suffix} 不符，{advice}")
