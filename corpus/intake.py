"""Finds files and turns each into a document with its passages. Never writes to the store."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import formats
from corpus.annotate import annotate
from corpus.cut import Piece, cut
from corpus.errors import PlanSeekError, UnreadableFile
from corpus.metadata import KINDS, STATUSES, read_metadata
from corpus.model import Document, Evidence, Passage, Reading, Region
from corpus.places import Gazetteer, Place, read_places

READER_VERSION = "2"
"""Changes whenever reading, annotating or cutting changes its results: files are then read anew."""

_SIDE_FILES = {"metadata.csv", "regions.csv"}
_FIELDS = ("title", "region", "kind", "period", "status", "issued", "number", "collection")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: its absolute path and the row of metadata.csv beside it."""

    path: Path
    override: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.path.as_posix()


@dataclass(frozen=True, slots=True)
class Tray:
    """What a set of paths holds: files in a stable order, places that regions.csv files add, and paths refused."""

    files: tuple[Found, ...]
    places: tuple[Place, ...]
    refused: tuple[tuple[str, str], ...]


def find(paths: Iterable[Path]) -> Tray:
    """Walk files and folders (hidden ones and links out of the folder left out). Raises PlanSeekError for side files
    that cannot be understood."""
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
            if file.name not in _SIDE_FILES:
                files.setdefault(file.as_posix(), Found(file, overrides[folder].get(file.name, {})))
    return Tray(tuple(files[key] for key in sorted(files)), tuple(places), tuple(refused))


def _walk(root: Path, refused: list[tuple[str, str]]) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    try:
        entries = sorted(root.iterdir())
    except OSError:
        refused.append((root.as_posix(), "没有读取该文件夹的权限。请检查权限后重试。"))
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _walk(entry, refused)
        elif entry.is_file():
            yield entry


def _side_files(folder: Path) -> tuple[dict[str, Mapping[str, str]], list[Place]]:
    places: list[Place] = []
    if (regions := folder / "regions.csv").is_file():
        places = read_places(_csv_text(regions), regions.as_posix())
    overrides: dict[str, Mapping[str, str]] = {}
    if (metadata := folder / "metadata.csv").is_file():
        reader = csv.DictReader(io.StringIO(_csv_text(metadata)))
        if "file" not in (reader.fieldnames or ()):
            raise PlanSeekError(f"{metadata} 缺少 file 列。表头应为：file,{','.join(_FIELDS)}")
        for row in reader:
            known = {key: (row.get(key) or "").strip() for key in _FIELDS}
            overrides[(row["file"] or "").strip()] = {key: value for key, value in known.items() if value}
    return overrides, places


def _csv_text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def reading_key(found: Found, places_digest: str) -> str:
    """What, besides its bytes, decides how a file is read; it stands in the store beside the file."""
    override = "\n".join(f"{k}={v}" for k, v in sorted(found.override.items()))
    return hashlib.sha256(f"{READER_VERSION}\n{places_digest}\n{override}".encode()).hexdigest()[:16]


def load(path: Path) -> bytes:
    """A file's bytes. Raises UnreadableFile where it is too large or may not be read."""
    try:
        if path.stat().st_size > formats.SIZE_LIMIT:
            raise UnreadableFile(f"文件超过 {formats.SIZE_LIMIT >> 20} MB 的上限。请拆分后再导入。")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"无法读取（{error.strerror or error}）。请检查文件权限。") from error


def read_document(content: bytes, found: Found, gazetteer: Gazetteer) -> tuple[Document, list[Passage]]:
    """Read, annotate and cut one file. Raises UnreadableFile with what the user can do."""
    reading = formats.read(content, found.path.name)
    metadata = read_metadata(reading, found.path.name, gazetteer)
    annotation = annotate(reading, metadata.title_span)
    document = Document(
        id=hashlib.sha256(content).hexdigest(), files=(found.key,), text=reading.text, title=metadata.title,
        region=metadata.region, kind=metadata.kind, period=metadata.period, status=metadata.status,
        issued=metadata.issued, number=metadata.number, sections=annotation.sections, pages=reading.pages,
        evidence=metadata.evidence,
    )  # fmt: skip
    document = _override(document, found.override, gazetteer)
    passages = [
        _passage(document, piece, gazetteer)
        for piece in cut(reading.text, annotation.paragraphs)
        if _worth(reading, piece)
    ]
    if not passages:
        raise UnreadableFile("没有读到正文（只有标题、导航或空白）。请确认文件内容。")
    return document, passages


def _worth(reading: Reading, piece: Piece) -> bool:
    """A piece of a few characters without a word in it (a stray mark, a bare number) is no passage."""
    return _WORDED.match(reading.text, piece.span.start, piece.span.end) is not None


_WORDED = re.compile(r"(?:[^\u4e00-\u9fffA-Za-z]*[\u4e00-\u9fffA-Za-z]){4}")


def _override(document: Document, override: Mapping[str, str], gazetteer: Gazetteer) -> Document:
    """metadata.csv outranks what was read."""
    changes: dict[str, object] = {}
    for key, value in override.items():
        if key == "region":
            codes = gazetteer.named(value)
            if not codes:
                raise UnreadableFile(
                    f"metadata.csv 中的地区「{value}」不在行政区划表内。请改用全称、代码，或在 regions.csv 中补充。"
                )
            if len(codes) > 1:
                names = "、".join(gazetteer.full_name(c) for c in codes[:5])
                raise UnreadableFile(f"metadata.csv 中的地区「{value}」有多个同名地区：{names}。请写全称或代码。")
            changes[key] = gazetteer.region(codes[0])
        elif key == "kind" and value not in KINDS:
            raise UnreadableFile(f"metadata.csv 中的文种「{value}」无法识别，可用：{'、'.join(KINDS)}。")
        elif key == "status" and value not in STATUSES:
            raise UnreadableFile(f"metadata.csv 中的状态「{value}」无法识别，可用：{'、'.join(STATUSES)}。")
        else:
            changes[key] = value
    evidence = dict(document.evidence) | {key: Evidence(None, 1.0, "metadata.csv") for key in changes}
    return replace(document, evidence=evidence, **changes)  # type: ignore[arg-type]


def _passage(document: Document, piece: Piece, gazetteer: Gazetteer) -> Passage:
    return Passage(
        document.id, piece.span, piece.trail, piece.headings, piece.first, piece.last,
        _region_of(document, piece, gazetteer), document.page_of(piece.span.start),
    )  # fmt: skip


_BEFORE_NAME = re.compile(
    r"^(?:[0-9一二三四五六七八九十（()）.、\s—]*)(?:支持|推动|推进|加快|做强|做优|引导|促进|发挥|依托|立足)?"
)


def _region_of(document: Document, piece: Piece, gazetteer: Gazetteer) -> Region | None:
    """The document's region, or a subordinate one whose name heads the section or the lead phrase, or with which a
    passage opens that names no other of them."""
    own = document.region
    if own is None or own.level in ("国家", "县级", "乡级"):
        return own
    for heading in reversed(piece.trail):
        found = _headed_by(heading[_BEFORE_NAME.match(heading).end() :], own, gazetteer)  # type: ignore[union-attr]
        if found:
            return gazetteer.region(found)
    passage = piece.span.of(document.text)
    opened = _headed_by(passage, own, gazetteer)
    if opened:
        level = gazetteer.places[opened].level
        others = {
            code
            for mention in gazetteer.mentions(passage)
            for code in mention.codes
            if mention.full and gazetteer.places[code].level == level and gazetteer.within(code, own.code)
        }
        if others == {opened}:
            return gazetteer.region(opened)
    return own


def _headed_by(text: str, own: Region, gazetteer: Gazetteer) -> str | None:
    """The code of the one region inside `own` whose full name a text begins with, not as one of several."""
    mention = next(iter(gazetteer.mentions(text[:14])), None)
    if (
        mention is None
        or mention.start > 0
        or not mention.full
        or text[mention.end : mention.end + 1] in tuple("、和及与")
    ):
        return None
    inside = [c for c in mention.codes if c != own.code and gazetteer.within(c, own.code)]
    return inside[0] if len(inside) == 1 else None
