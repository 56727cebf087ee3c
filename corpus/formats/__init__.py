"""From a file's bytes to a Reading: one reader a format, chosen by suffix; it never guesses past one."""

from importlib import import_module
from pathlib import PurePosixPath

from corpus.errors import UnreadableFile
from corpus.formats.signatures import signature
from corpus.model import Reading

SIZE_LIMIT = 64 << 20
"""The largest file that is read, in bytes."""

PICTURES_LIMIT = 512 << 20
"""The largest file whose bulk is pictures: a scan of three hundred pages has a hundred megabytes and little text."""

READERS: dict[str, str] = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".mht": "html",
    ".mhtml": "html",
    ".docx": "docx",
    ".doc": "doc",
    ".wps": "doc",
    ".rtf": "doc",
    ".odt": "doc",
    ".xlsx": "sheet",
    ".xls": "sheet",
    ".et": "sheet",
    ".csv": "sheet",
    ".pdf": "pdf",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
}
"""Suffix → module of this package that has `read(content: bytes, name: str) -> Reading`."""

# What the first bytes of a format may say; None: plain text, which has no signature of its own. The old suffixes of
# Word and Excel stand on so many things that their readers look for themselves.
_SIGNATURES: dict[str, tuple[str | None, ...]] = {
    "text": (None,),
    "html": (None, "MHTML"),
    "docx": ("ZIP",),
    "doc": ("OLE", "RTF", "ZIP", "MHTML", None),
    "sheet": ("OLE", "ZIP", "MHTML", None),
    "pdf": ("PDF",),
    "image": ("PNG", "JPEG", "TIFF", "BMP"),
}

# The suffix to advise for what the bytes turn out to be.
_ADVICE = {
    "ZIP": "若它本是 Word 文档，请把扩展名改回 .docx；若是压缩包，请解压后再导入",
    "PDF": "请把扩展名改回 .pdf 后再导入",
    "OLE": "若它本是旧版 Word 文档，请把扩展名改为 .doc；若是旧版表格，请改为 .xls",
    "RTF": "请把扩展名改为 .rtf 后再导入",
    "MHTML": "请把扩展名改为 .mht 后再导入",
    "PNG": "请把扩展名改为 .png 后再导入",
    "JPEG": "请把扩展名改为 .jpg 后再导入",
    "TIFF": "请把扩展名改为 .tif 后再导入",
    "BMP": "请把扩展名改为 .bmp 后再导入",
    "RAR": "请解压后导入其中的文件，或重新压缩为 ZIP",
    "7Z": "请解压后导入其中的文件，或重新压缩为 ZIP",
    "GZIP": "请解压后导入其中的文件，或重新压缩为 ZIP",
}


def suffix_of(name: str) -> str:
    """The suffix that chooses the reader, lower case with its dot; of an archive's member, the member's."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def size_limit(name: str) -> int:
    """The largest file of this name that is read, in bytes."""
    return PICTURES_LIMIT if READERS.get(suffix_of(name)) in ("pdf", "image") else SIZE_LIMIT


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
    if len(content) > size_limit(name):
        size, limit = len(content) / (1 << 20), size_limit(name) >> 20
        raise UnreadableFile(f"{name}：文件有 {size:.0f} MB，超过 {limit} MB 的上限，请拆分后再导入")
    if not content.strip():
        raise UnreadableFile(f"{name}：文件是空的，请确认导出或下载是否完整")
    _check_signature(content, name, suffix, _SIGNATURES[module])
    reader = import_module(f"corpus.formats.{module}")
    try:
        reading: Reading = reader.read(content, name)
    except (UnreadableFile, MemoryError):
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


def _check_signature(content: bytes, name: str, suffix: str, expected: tuple[str | None, ...]) -> None:
    found = signature(content)
    if found in expected:
        return
    if expected == ("ZIP",) and found == "OLE":
        # Word wraps an encrypted document into the old container under this stream name.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile(f"{name}：文档已加密，请在 Word 或 WPS 中取消密码后另存，再导入")
        raise UnreadableFile(f"{name}：内容是旧版 Word 文档而不是 .docx，{_ADVICE['OLE']}")
    if found is None:
        raise UnreadableFile(f"{name}：内容不是 {suffix} 文件（可能损坏或改过扩展名），请重新下载或另存后再导入")
    advice = _ADVICE.get(found, "请确认选对了文件，改回原来的扩展名")
    raise UnreadableFile(f"{name}：内容其实是 {found} 文件，与扩展名 {suffix} 不符，{advice}")
