"""Opens a DOCX package after looking for what would harm the reader: bombs, entities, passwords, missing
parts."""

import zipfile
from io import BytesIO
from typing import Any

from corpus.errors import UnreadableFile

MEMBERS_LIMIT = 10_000
MEMBER_LIMIT = 128 << 20
PACKAGE_LIMIT = 256 << 20
_RATIO_LIMIT = 200
_RATIO_FROM = 8 << 20

_DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")


def check(content: bytes, name: str, kind: str = "Word 文档") -> list[str]:
    """The names of the parts of an Office package; raises UnreadableFile for one that is truncated, encrypted, no
    package of Office, or explosive. `kind` names in messages what it should be."""
    broken = f"{name}：{kind}不完整或已损坏，请重新下载，或用 Office、WPS 打开后另存再导入"
    try:
        package = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile(broken) from error
    with package:
        members = package.infolist()
        check_sizes(members, name)
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableFile(f"{name}：{kind}已加密，请在 Office 或 WPS 中取消密码后另存，再导入")
        names = {member.filename for member in members}
        if "[Content_Types].xml" not in names or "_rels/.rels" not in names:
            raise UnreadableFile(f"{name}：内容是压缩包而不是{kind}，请解压后导入其中的文件")
        for member in members:
            if not member.filename.lower().endswith((".xml", ".rels")):
                continue
            try:
                xml = package.read(member)
            except Exception as error:  # zlib, CRC, unknown compression: all mean that the part is lost
                raise UnreadableFile(broken) from error
            if _declares(xml):
                raise UnreadableFile(
                    f"{name}：{kind}含有不安全的 XML 实体声明，拒绝读取，请用 Office、WPS 另存后再导入"
                )
        return sorted(names)


def check_sizes(members: list[zipfile.ZipInfo], name: str) -> None:
    """Raise UnreadableFile for a package with too many or too large members, or one that folds too well."""
    unfolded = sum(member.file_size for member in members)
    folded = sum(member.compress_size for member in members)
    if (
        len(members) > MEMBERS_LIMIT
        or unfolded > PACKAGE_LIMIT
        or any(member.file_size > MEMBER_LIMIT for member in members)
        or (unfolded > _RATIO_FROM and unfolded > _RATIO_LIMIT * max(folded, 1))
    ):
        raise UnreadableFile(
            f"{name}：文档展开后过大（{unfolded / (1 << 20):.0f} MB），拒绝读取，请删去大图或拆分后再导入"
        )


def _declares(xml: bytes) -> bool:
    """Whether an XML part declares a document type or entities, in whichever encoding it comes."""
    codec = "utf-8"
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"
    elif xml[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        codec = "utf-16-le" if xml[0] else "utf-16-be"
    return any(word in xml for word in _encoded(codec))


def _encoded(codec: str) -> list[bytes]:
    codecs = ("utf-16-le", "utf-16-be") if codec == "utf-16" else (codec,)
    return [word.encode(one) for word in _DECLARATIONS for one in codecs]


def open_document(content: bytes, name: str) -> Any:
    """The python-docx document; raises UnreadableFile with one line for every way in which opening fails."""
    check(content, name)
    from docx import Document

    try:
        return Document(BytesIO(content))
    except Exception as error:
        # python-docx raises KeyError, ValueError, XMLSyntaxError and more for missing or strange parts.
        raise UnreadableFile(
            f"{name}：不是完整的 Word 文档（或为特殊格式），请用 Word、WPS 打开后另存为 .docx 再导入"
        ) from error
