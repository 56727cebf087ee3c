"""Members of ZIP archives, listed and read one at a time; nothing is ever unpacked to disk, nor any archive changed."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from corpus.errors import UnreadableFile
from corpus.formats import SIZE_LIMIT
from corpus.formats.signatures import signature

SUFFIXES = (".zip",)
"""The archives that can be read."""

REFUSED_SUFFIXES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".z01", ".iso", ".cab")
"""Archives that cannot be, for which `members` says what to do instead."""

DEPTH = 2
"""How many archives may stand around a file: a.zip/b.zip/c.txt is two."""

MEMBERS_LIMIT = 10_000
TOTAL_LIMIT = 2 << 30
_RATIO_LIMIT = 200
_RATIO_FROM = 8 << 20
_CHUNK = 1 << 20

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")
_BAD = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, NotImplementedError, RuntimeError)
_REPACK = "请解压后导入其中的文件，或重新压缩为 ZIP"


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive. `inner` is its path there (`b.docx`, or `b.zip/c.txt` inside a nested archive), unique
    within the archive and the same at every listing; `size` its bytes unpacked; `refusal` why it cannot be read, a
    Chinese line that begins with the archive's and the member's name, or None."""

    inner: str
    size: int
    refusal: str | None = None


def is_archive(name: str) -> bool:
    """Whether a file name is that of an archive, readable or not."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower() in (*SUFFIXES, *REFUSED_SUFFIXES)


def members(path: Path) -> Iterator[Member]:
    """The files of an archive, those of archives inside it in their place, in the archive's order.

    Folders, hidden files and what systems add to archives are passed over. Raises UnreadableFile for an archive
    that as a whole cannot be read; a member that cannot be has a `refusal`, and the rest stays readable. Holds one
    nested archive in memory at most.
    """
    with _opened(path) as package:
        budget = _Budget()
        yield from _walk(package, path.name, "", 1, budget)


def read_member(path: Path, inner: str) -> bytes:
    """The bytes of one member, named as `members` names it. Raises UnreadableFile where it is refused or damaged."""
    with _opened(path) as package:
        return _read_in(package, path.name, inner, 1)


class _Budget:
    """What all members of one archive may take together, nested ones included."""

    def __init__(self) -> None:
        self.members = 0
        self.size = 0

    def take(self, infos: list[zipfile.ZipInfo], name: str) -> None:
        self.members += len(infos)
        self.size += sum(info.file_size for info in infos)
        if self.members > MEMBERS_LIMIT:
            raise UnreadableFile(f"{name}：压缩包里的文件超过 {MEMBERS_LIMIT} 个，请分成几个压缩包，或解压后导入文件夹")
        if self.size > TOTAL_LIMIT:
            raise UnreadableFile(
                f"{name}：压缩包展开后超过 {TOTAL_LIMIT >> 30} GB，拒绝读取，请确认来源，或解压后导入文件夹"
            )


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise UnreadableFile(f"{path.name}：无法读取（{error.strerror or error}），请检查文件权限") from error
    kind = signature(head)
    suffix = path.suffix.lower()
    if kind in ("RAR", "7Z", "GZIP") or suffix in REFUSED_SUFFIXES:
        raise UnreadableFile(f"{path.name}：不支持 {kind or suffix} 压缩包，{_REPACK}")
    return _package(path, path.name)


def _package(source: Path | IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        package = zipfile.ZipFile(source)
    except _BAD as error:
        raise UnreadableFile(
            f"{name}：压缩包不完整或已损坏（也可能是分卷压缩），请重新下载，或解压后导入其中的文件"
        ) from error
    if "[Content_Types].xml" in package.namelist():
        package.close()
        raise UnreadableFile(f"{name}：内容是 Office 文档而不是压缩包，请把扩展名改回 .docx 或 .xlsx 后再导入")
    return package


def _walk(package: zipfile.ZipFile, shown: str, above: str, depth: int, budget: _Budget) -> Iterator[Member]:
    listed = list(_listing(package))
    budget.take(package.infolist(), shown)
    for name, info in listed:
        inner = above + name
        label = f"{shown}/{name}"
        refusal = _refusal(info, label)
        if refusal is not None or PurePosixPath(name).suffix.lower() not in SUFFIXES:
            yield Member(inner, info.file_size, refusal)
            continue
        if depth >= DEPTH:
            yield Member(inner, info.file_size, f"{label}：压缩包嵌套超过 {DEPTH} 层，请解压后再导入")
            continue
        try:
            nested = _package(BytesIO(_content(package, info, label)), label)
        except UnreadableFile as error:
            yield Member(inner, info.file_size, str(error))
            continue
        with nested:
            try:
                yield from _walk(nested, label, f"{inner}/", depth + 1, budget)
            except UnreadableFile as error:
                yield Member(inner, info.file_size, str(error))


def _read_in(package: zipfile.ZipFile, shown: str, inner: str, depth: int) -> bytes:
    for name, info in _listing(package):
        label = f"{shown}/{name}"
        if name == inner:
            return _content(package, info, label)
        nested = PurePosixPath(name).suffix.lower() in SUFFIXES and inner.startswith(f"{name}/")
        if nested and depth < DEPTH:
            with _package(BytesIO(_content(package, info, label)), label) as below:
                return _read_in(below, label, inner[len(name) + 1 :], depth + 1)
    raise UnreadableFile(f"{shown}/{inner}：压缩包里没有这个文件，请重新导入该压缩包")


def _listing(package: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The members worth naming, each under a name of its own: a second 规划.docx is 规划 (2).docx."""
    taken: set[str] = set()
    for info in package.infolist():
        parts = _parts(_name(info))
        if not parts or info.orig_filename.endswith(("/", "\\")) or _is_hidden(parts):
            continue
        name = unique = "/".join(parts)
        count = 1
        while unique in taken:
            count += 1
            stem, dot, suffix = name.rpartition(".")
            unique = f"{stem} ({count}).{suffix}" if dot and "/" not in suffix else f"{name} ({count})"
        taken.add(unique)
        yield unique, info


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was given: UTF-8 where flagged or found beside it, else what Windows writes in China."""
    if info.flag_bits & _UTF8_NAME:
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    if beside := _unicode_path(info.extra, raw):
        return beside
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The UTF-8 name of Info-ZIP's Unicode Path field, where it belongs to the name in the header."""
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if tag == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return None


def _parts(name: str) -> list[str]:
    """A name's parts as a path that leads nowhere but down: no drive, no root, no `..`, no control characters."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/"))
    name = re.sub(r"^[A-Za-z]:", "", name)
    return [part for part in (part.strip() for part in name.split("/")) if part not in ("", ".", "..")]


def _is_hidden(parts: list[str]) -> bool:
    return (
        any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts) or parts[-1].lower() in _SYSTEM_FILES
    )


def _refusal(info: zipfile.ZipInfo, label: str) -> str | None:
    """Why a member's name and header alone forbid reading it."""
    if (suffix := PurePosixPath(label).suffix.lower()) in REFUSED_SUFFIXES:
        return f"{label}：不支持 {suffix} 压缩包，{_REPACK}"
    if info.flag_bits & 1:
        return f"{label}：压缩包设有密码，请输入密码解压后再导入"
    if info.file_size > SIZE_LIMIT:
        return f"{label}：文件展开后超过 {SIZE_LIMIT >> 20} MB 的上限，请拆分后再导入"
    if info.file_size > _RATIO_FROM and info.file_size > _RATIO_LIMIT * max(info.compress_size, 1):
        return f"{label}：压缩比异常（可能是压缩炸弹），拒绝读取，请确认来源，解压后再导入"
    if info.compress_type not in _METHODS:
        return f"{label}：压缩方法不常见，无法解开，{_REPACK}"
    return None


def _content(package: zipfile.ZipFile, info: zipfile.ZipInfo, label: str) -> bytes:
    if refusal := _refusal(info, label):
        raise UnreadableFile(refusal)
    parts: list[bytes] = []
    size = 0
    try:
        with package.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > SIZE_LIMIT:
                    raise UnreadableFile(f"{label}：文件展开后超过 {SIZE_LIMIT >> 20} MB 的上限，请拆分后再导入")
                parts.append(chunk)
    except _BAD as error:
        raise UnreadableFile(f"{label}：压缩包里的这个文件已损坏，请重新下载，或解压后再导入") from error
    if size != info.file_size:
        raise UnreadableFile(f"{label}：压缩包里的这个文件不完整，请重新下载，或解压后再导入")
    return b"".join(parts)
