"""Finds the files to read below given paths, with the side files beside them. Reads no plan."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpus import archives
from corpus.errors import PlanSeekError, UnreadableFile
from corpus.regions.place_rows import side_rows
from corpus.regions.places import Place, read_places

_SIDE_FILES = {"metadata.csv", "regions.csv"}
FIELDS = ("title", "region", "kind", "period", "status", "issued", "number", "issuer", "collection")
"""The columns of metadata.csv beside `file`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: its absolute path, which member of it where it is an archive, and its row of metadata.csv."""

    path: Path
    override: Mapping[str, str] = field(default_factory=dict)
    member: str | None = None

    @property
    def key(self) -> str:
        """The name under which the file is known: a.zip/b.docx for a member."""
        return f"{self.path.as_posix()}/{self.member}" if self.member else self.path.as_posix()

    @property
    def name(self) -> str:
        """The file's own name, which chooses its reader and may tell its title."""
        return self.member.rsplit("/", 1)[-1] if self.member else self.path.name


@dataclass(frozen=True, slots=True)
class Tray:
    """What a set of paths holds: files in a stable order, places that regions.csv files add, and paths refused."""

    files: tuple[Found, ...]
    places: tuple[Place, ...]
    refused: tuple[tuple[str, str], ...]


def find(paths: Iterable[Path]) -> Tray:
    """Walk files and folders (hidden ones and links left out). Raises PlanSeekError for side files that cannot be
    understood."""
    files: dict[str, Found] = {}
    places: list[Place] = []
    refused: list[tuple[str, str]] = []
    for path in paths:
        root = path.expanduser().resolve()
        if not root.exists():
            refused.append((path.as_posix(), "文件或文件夹不存在。请检查路径。"))
            continue
        overrides: dict[Path, dict[str, Mapping[str, str]]] = {}
        for file in _walk(root, refused):
            folder = file.parent
            if folder not in overrides:
                overrides[folder], added = _side_files(folder)
                places += added
            if file.name in _SIDE_FILES:
                continue
            if archives.is_archive(file.name):
                inside, added = _members(file, refused)
                places += added
            else:
                inside = [Found(file, overrides[folder].get(file.name, {}))]
            for found in inside:
                files.setdefault(found.key, found)
    return Tray(tuple(files[key] for key in sorted(files)), tuple(places), tuple(refused))


def _walk(root: Path, refused: list[tuple[str, str]]) -> Iterator[Path]:
    if root.is_file():
        yield root
        return

    def note(error: OSError) -> None:
        where = Path(error.filename or root).as_posix()
        refused.append((where, "没有读取该文件夹的权限。请检查权限后重试。"))

    for folder, folders, names in os.walk(root, onerror=note):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (here / name).is_symlink() and not _is_furniture(name, names)
        )
        for name in sorted(names):
            entry = here / name
            if not name.startswith((".", "~$")) and not entry.is_symlink() and entry.is_file():
                yield entry


def _is_furniture(folder: str, beside: list[str]) -> bool:
    """Whether a folder holds the pictures and scripts that a browser saved with a page: 规划_files beside 规划.html."""
    match = re.fullmatch(r"(.+?)(?:_files|\.files|_文件)", folder)
    return match is not None and any(f"{match[1]}{suffix}" in beside for suffix in (".html", ".htm", ".shtml"))


def _members(file: Path, refused: list[tuple[str, str]]) -> tuple[list[Found], list[Place]]:
    """An archive's files, and what the side files among them say of those beside them."""
    overrides: dict[str, dict[str, Mapping[str, str]]] = {}
    places: list[Place] = []
    listed: list[str] = []
    try:
        for member in archives.members(file):
            key = f"{file.as_posix()}/{member.inner}"
            folder, _, name = member.inner.rpartition("/")
            if member.refusal:
                refused.append((key, member.refusal))
            elif name == "regions.csv":
                places += read_places(csv_text(archives.read_member(file, member.inner)), key)
            elif name == "metadata.csv":
                overrides[folder] = _overrides(csv_text(archives.read_member(file, member.inner)), key)
            else:
                listed.append(member.inner)
    except UnreadableFile as error:
        refused.append((file.as_posix(), str(error)))
    found = []
    for inner in listed:
        folder, _, name = inner.rpartition("/")
        found.append(Found(file, overrides.get(folder, {}).get(name, {}), inner))
    if not found and not any(path.startswith(file.as_posix()) for path, _ in refused):
        refused.append((file.as_posix(), f"{file.name}：压缩包里没有文件，请确认压缩包是否完整"))
    return found, places


def _side_files(folder: Path) -> tuple[dict[str, Mapping[str, str]], list[Place]]:
    places: list[Place] = []
    if (regions := folder / "regions.csv").is_file():
        places = read_places(csv_text(regions.read_bytes()), regions.as_posix())
    overrides: dict[str, Mapping[str, str]] = {}
    if (metadata := folder / "metadata.csv").is_file():
        overrides = _overrides(csv_text(metadata.read_bytes()), metadata.as_posix())
    return overrides, places


def _overrides(text: str, source: str) -> dict[str, Mapping[str, str]]:
    header, *rows = side_rows(text, source) or [[]]
    if "file" not in header:
        raise PlanSeekError(f"{source} 缺少 file 列。表头应为：file,{','.join(FIELDS)}")
    overrides: dict[str, Mapping[str, str]] = {}
    for cells in filter(None, rows):
        row = dict(zip(header, map(str.strip, cells), strict=False))
        overrides[row.get("file", "")] = {key: row[key] for key in FIELDS if row.get(key)}
    return overrides


def csv_text(content: bytes) -> str:
    """A side file's text: UTF-8, or what Excel writes in China."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")
