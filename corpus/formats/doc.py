"""Word 97, WPS, RTF and ODT documents, read by way of LibreOffice's DOCX; a file that its bytes show to be
something else is read as that. It never reads the old formats itself."""

import re
import struct
import zipfile
from io import BytesIO

from corpus.errors import UnreadableFile
from corpus.formats import docx, html, text
from corpus.formats.compound import streams
from corpus.formats.docx_package import check_sizes
from corpus.formats.encodings import decode
from corpus.formats.libreoffice import converted
from corpus.formats.signatures import signature
from corpus.model import Reading

ADVICE = "在 Word 或 WPS 中打开并另存为 .docx 后再导入"

_LOCKED = "文档已加密，请在 Word 或 WPS 中取消密码后另存，再导入"
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|table|div|p)\b", re.IGNORECASE)
_WORD_XML = re.compile(rb"<w:wordDocument|<office:document|<pkg:package")
_HEAD = 4096
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read(content: bytes, name: str) -> Reading:
    """The document's text and hints as the DOCX reader gives them. Raises UnreadableFile."""
    kind = signature(content)
    if kind == "OLE":
        return _through_docx(content, name, _old_suffix(content, name))
    if kind == "RTF":
        return _through_docx(content, name, ".rtf")
    if kind == "ZIP":
        return _package(content, name)
    if kind == "MHTML":
        return html.read(content, name)
    head = content[:_HEAD]
    if _WORD_XML.search(head):
        return _through_docx(content, name, ".fodt" if b"<office:document" in head else ".xml")
    if _PAGE.search(head) or (head.startswith(_TEXT_MARKS) and "<html" in head.decode("utf-16", "ignore").lower()):
        return html.read(content, name)
    if decode(content) is not None:
        return text.read(content, name)
    raise UnreadableFile(f"{name}：内容不是 Word 或 WPS 文档（可能损坏或改过扩展名），请重新下载，或{ADVICE}")


def _through_docx(content: bytes, name: str, suffix: str) -> Reading:
    return docx.read(converted(content, name, suffix, "docx", ADVICE), name)


def _old_suffix(content: bytes, name: str) -> str:
    """The suffix under which LibreOffice knows an old container; refuses those that hold no readable document."""
    try:
        found = streams(content)
    except (ValueError, struct.error) as error:
        raise UnreadableFile(f"{name}：文件不完整或已损坏，请重新下载，或{ADVICE}") from error
    if "EncryptedPackage" in found:
        raise UnreadableFile(f"{name}：{_LOCKED}")
    if "Workbook" in found or "Book" in found:
        raise UnreadableFile(f"{name}：内容是表格而不是文字文档，请把扩展名改为 .xls 后再导入")
    if "PowerPoint Document" in found:
        raise UnreadableFile(f"{name}：内容是演示文稿，暂不支持，请把文字另存为 .docx 后再导入")
    words = found.get("WordDocument")
    if words is None:
        # The WPS of the 1990s and Microsoft Works have streams of their own.
        return ".wps"
    # [MS-DOC] 2.5.2: wIdent at 0, bit 0x0100 of the flags at 10 is fEncrypted (0x8000: merely obfuscated).
    if len(words) >= 12 and struct.unpack_from("<H", words, 10)[0] & 0x0100:
        raise UnreadableFile(f"{name}：{_LOCKED}")
    return ".doc"


def _package(content: bytes, name: str) -> Reading:
    """A ZIP: a DOCX under an old suffix, or an OpenDocument text."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            members = package.infolist()
            check_sizes(members, name)
            names = {member.filename for member in members}
            if "[Content_Types].xml" in names:
                return docx.read(content, name)
            if any(member.flag_bits & 1 for member in members):
                raise UnreadableFile(f"{name}：{_LOCKED}")
            mimetype = package.read("mimetype")[:80] if "mimetype" in names else b""
            manifest = package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
    except (zipfile.BadZipFile, zipfile.error, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise UnreadableFile(f"{name}：文件不完整或已损坏，请重新下载，或{ADVICE}") from error
    if b"opendocument.text" not in mimetype:
        raise UnreadableFile(f"{name}：内容是压缩包或其他文件而不是文字文档，请确认选对了文件，或{ADVICE}")
    if b"encryption-data" in manifest:
        raise UnreadableFile(f"{name}：{_LOCKED}")
    return _through_docx(content, name, ".odt")
