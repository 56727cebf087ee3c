"""Pictures of pages as lines of text, by rapidocr with the models in its wheel; it never reaches for the network and
never judges what the words mean."""

import logging
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from corpus.errors import UnreadableFile
from corpus.formats.pdf_blocks import Page
from corpus.formats.pdf_chars import View, upright
from corpus.formats.pdf_columns import banded
from corpus.formats.pdf_lines import Line
from corpus.workers import allow

THREADS = 2
_SECONDS_A_PAGE = 180.0
INSTALL = 'pip install "planseek[ocr]"'

_LONGEST_SIDE = 4000
# Lines are found on a picture of this size, in an eighth of the time that the whole one takes, and read on the whole.
_DETECTION_SIDE = 960
_SCORE = 0.5
_DOUBTFUL = 0.75
_LONG_LINE = 6
_EM = 0.72
_ASCENT = 0.38
_SAME_SIZE = 0.07
_SAME_ROW = 0.4
_WORD_GAP = 0.9
_COLUMN_GAP = 2.2

_WIDE = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’]"
_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
# Place names that the models misread, found by reading all 3,147 names of prefectures and counties: the wrong reading
# is no place and no word.
_MISREAD = {"毫州": "亳州", "埔桥区": "埇桥区", "鄂邑区": "鄠邑区"}
_LAST_STOP = re.compile(r"(?<=[\u3400-\u9fff])\.$")


class OcrAbsent(UnreadableFile):
    """The extra that reads pictures is not installed."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What the model read in one quadrilateral; places in points of the deskewed frame, y upwards."""

    text: str
    left: float
    right: float
    low: float
    high: float
    centres: tuple[float, ...]


@cache
def recogniser() -> "Recogniser":
    """The one recogniser of this process: loading its models takes a second. Raises OcrAbsent."""
    return Recogniser()


class Recogniser:
    """Reads one picture at a time, on at most THREADS threads."""

    def __init__(self) -> None:
        # Its logger writes to the console as soon as it is imported.
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        found = find_spec("rapidocr")
        if found is None or not found.origin or find_spec("onnxruntime") is None:
            raise OcrAbsent(f"识别扫描件需要 OCR 组件，请运行 {INSTALL} 后重新导入")
        models = Path(found.origin).parent / "models"
        detection, recognition = _newest(models, "*_det_*.onnx"), _newest(models, "*_rec_*.onnx")
        if detection is None or recognition is None:
            # Without a model at hand rapidocr would download one.
            raise OcrAbsent(f"OCR 组件缺少模型文件，请运行 {INSTALL} --force-reinstall 后重新导入")
        from rapidocr import RapidOCR

        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.max_side_len": _LONGEST_SIDE,
                "Global.text_score": _SCORE,
                "Global.return_word_box": True,
                "Global.return_single_char_box": True,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.model_path": str(detection),
                "Rec.model_path": str(recognition),
                "Det.limit_type": "max",
                "Det.limit_side_len": _DETECTION_SIDE,
                # Longer batches pad short lines to the longest.
                "Rec.rec_batch_num": 1,
            }
        )
        self._lock = threading.Lock()

    def page(self, picture: Any, number: int, width: float, height: float) -> Page:
        """The lines of one picture, an array of height × width × 3 bytes (blue, green, red), as page `number`
        (from 0) of `width` by `height` points; askew and turned pictures are set upright."""
        import numpy as np

        allow(_SECONDS_A_PAGE)
        best: tuple[tuple[bool, float], int, list[tuple[Any, str, float, Any]]] | None = None
        for turns in (0, 3, 1, 2):
            own = np.ascontiguousarray(np.rot90(picture, -turns)) if turns else picture
            found = self._read(own)
            # Lines that lie count before lines that stand: the model sets upright whatever it reads.
            fit = bool(found) and not _looks_turned(found), sum(score * len(text) for _, text, score, _ in found)
            if best is None or fit > best[0]:
                best = fit, turns, found
            if fit[0]:
                break
        assert best is not None
        _, turns, found = best
        wide, tall = (height, width) if turns % 2 else (width, height)
        pixels = picture.shape[0] if turns % 2 else picture.shape[1]
        skew = _skew([quad for quad, _, _, _ in found])
        view = _askew(upright(width, height, (4 - turns) % 4), wide, tall, skew)
        pieces = [_piece(item, wide / pixels, wide, tall, skew) for item in found]
        return Page(_lines(pieces, number, view, wide), wide, tall)

    def _read(self, picture: Any) -> list[tuple[Any, str, float, Any]]:
        """(quadrilateral in pixels, text, score, boxes of its characters) for every line found."""
        with self._lock:
            found = self._engine(picture)
        if found.txts is None or found.boxes is None:
            return []
        words = found.word_results if len(found.word_results) == len(found.txts) else [()] * len(found.txts)
        return [
            (quad, text, score, word)
            for quad, text, score, word in zip(found.boxes, found.txts, found.scores, words, strict=True)
            if text.strip()
        ]


def page_numbers(pages: Sequence[int]) -> str:
    """「第 3、5–8 页」 for pages counted from 0."""
    parts: list[list[int]] = []
    for page in sorted(pages):
        if parts and page == parts[-1][-1] + 1:
            parts[-1].append(page)
        else:
            parts.append([page])
    named = [
        f"{part[0] + 1}–{part[-1] + 1}" if len(part) > 2 else "、".join(str(n + 1) for n in part) for part in parts
    ]
    return f"第 {'、'.join(named)} 页"


def _newest(folder: Path, pattern: str) -> Path | None:
    return max(folder.glob(pattern), default=None)


def _looks_turned(found: Sequence[tuple[Any, str, float, Any]]) -> bool:
    """Whether most lines stand upright or were hardly legible."""
    standing = sum(1 for quad, text, _, _ in found if len(text) > 1 and _sides(quad)[1] > 1.5 * _sides(quad)[0])
    doubtful = sum(score * len(text) for _, text, score, _ in found) < _DOUBTFUL * sum(
        len(text) for _, text, _, _ in found
    )
    return standing > 0.5 * len(found) or doubtful


def _sides(quad: Any) -> tuple[float, float]:
    (ax, ay), (bx, by), _, (dx, dy) = quad
    return math.hypot(bx - ax, by - ay), math.hypot(dx - ax, dy - ay)


def _skew(quads: Sequence[Any]) -> float:
    """The angle at which the page's long lines run, in radians, clockwise."""
    angles = []
    for quad in quads:
        wide, tall = _sides(quad)
        if wide > 5 * tall:
            (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
            angles.append(math.atan2((by - ay) + (cy - dy), (bx - ax) + (cx - dx)))
    return median(angles) if angles else 0.0


def _askew(outer: View, wide: float, tall: float, skew: float) -> View:
    """From the deskewed frame, turned about the picture's middle, through `outer` to the page as shown."""
    cos, sin = math.cos(skew), math.sin(skew)
    # x' = cos·x + sin·y, y' = −sin·x + cos·y about the middle.
    mx, my = wide / 2, tall / 2
    x0, y0 = mx - cos * mx - sin * my, my + sin * mx - cos * my
    px, py = outer.at(x0, y0)
    return View(
        outer.width, outer.height,
        outer.xx * cos - outer.xy * sin, outer.xx * sin + outer.xy * cos, px,
        outer.yx * cos - outer.yy * sin, outer.yx * sin + outer.yy * cos, py,
    )  # fmt: skip


def _piece(item: tuple[Any, str, float, Any], scale: float, wide: float, tall: float, skew: float) -> _Piece:
    quad, text, _, words = item
    cos, sin = math.cos(skew), math.sin(skew)

    def place(x: float, y: float) -> tuple[float, float]:
        px, py = float(x) * scale - wide / 2, tall / 2 - float(y) * scale
        return cos * px - sin * py + wide / 2, sin * px + cos * py + tall / 2

    corners = [place(x, y) for x, y in quad]
    left, right = (corners[0][0] + corners[3][0]) / 2, (corners[1][0] + corners[2][0]) / 2
    high, low = (corners[0][1] + corners[1][1]) / 2, (corners[2][1] + corners[3][1]) / 2
    return _Piece(text, left, right, low, high, _centres(text, left, right, words, place))


def _centres(text: str, left: float, right: float, words: Any, place: Any) -> tuple[float, ...]:
    """The middle of each character: where the model saw it, else spread over the line by width."""
    boxes = [(char, box) for char, _, box in words] if words else []
    if "".join(char for char, _ in boxes) == text and all(len(char) == 1 for char, _ in boxes):
        middles = [place(sum(x for x, _ in box) / 4, sum(y for _, y in box) / 4)[0] for _, box in boxes]
        if all(a < b for a, b in pairwise(middles)):
            return tuple(middles)
    total = sum(map(_width, text))
    out, done = [], 0.0
    for char in text:
        out.append(left + (right - left) * (done + _width(char) / 2) / total)
        done += _width(char)
    return tuple(out)


def _width(char: str) -> float:
    return 0.5 if char.isascii() else 1.0


def _lines(pieces: list[_Piece], number: int, view: View, width: float) -> list[Line]:
    """Pieces as lines, in reading order."""
    ems = _sizes(pieces)
    found = []
    for piece, em in zip(pieces, ems, strict=True):
        base = (piece.low + piece.high) / 2 - _ASCENT * em
        text, centres = _stripped(piece)
        if text:
            edges = [piece.left, *((a + b) / 2 for a, b in pairwise(centres)), piece.right]
            pad = min(max((piece.right - piece.left - em * sum(map(_width, text))) / 2, 0.0), 0.3 * em)
            found.append(
                Line(
                    _corrected(text), number, piece.left + pad, piece.right - pad, base, em, False,
                    low=piece.low, high=piece.high, edges=edges, view=view,
                )
            )  # fmt: skip
    bands = banded(found, width) or [(0, found)]
    return [line for _, band in bands for line in _rows(band)]


def _stripped(piece: _Piece) -> tuple[str, tuple[float, ...]]:
    start = len(piece.text) - len(piece.text.lstrip())
    text = piece.text.strip()
    return text, piece.centres[start : start + len(text)]


def _sizes(pieces: list[_Piece]) -> list[float]:
    """The size of each piece's characters in points: from their pitch where there are many, else from the box's
    height; nearly equal ones are made equal."""
    pitches = [_pitch(piece) for piece in pieces]
    ratios = [pitch / (p.high - p.low) for pitch, p in zip(pitches, pieces, strict=True) if pitch and p.high > p.low]
    ratio = median(ratios) if ratios else _EM
    raw = [pitch or ratio * (piece.high - piece.low) for pitch, piece in zip(pitches, pieces, strict=True)]
    order = sorted(range(len(raw)), key=lambda index: raw[index])
    out = [0.0] * len(raw)
    group: list[int] = []
    for index in [*order, -1]:
        if group and (index < 0 or raw[index] > raw[group[-1]] * (1 + _SAME_SIZE)):
            weighted = sorted(size for member in group for size in [raw[member]] * len(pieces[member].text))
            size = round(weighted[len(weighted) // 2] * 2) / 2
            for member in group:
                out[member] = size
            group = []
        group.append(index)
    return out


def _pitch(piece: _Piece) -> float | None:
    if sum(1 for char in piece.text if not char.isascii()) < max(_LONG_LINE, 0.7 * len(piece.text)):
        return None
    total = sum((_width(a) + _width(b)) / 2 for a, b in pairwise(piece.text))
    return (piece.centres[-1] - piece.centres[0]) / total if total else None


def _rows(found: list[Line]) -> list[Line]:
    """Lines top down; those side by side on one row as one."""
    rows: list[list[Line]] = []
    for line in sorted(found, key=lambda line: -line.base):
        row = rows[-1] if rows else None
        if (
            row is not None and abs(row[0].base - line.base) < _SAME_ROW * min(row[0].size, line.size)
            and all(line.left >= other.right - line.size / 2 or line.right <= other.left + line.size / 2 for other in row)
        ):  # fmt: skip
            row.append(line)
        else:
            rows.append([line])
    return [_row(sorted(row, key=lambda line: line.left)) for row in rows]


def _row(row: list[Line]) -> Line:
    whole = row[0]
    for line in row[1:]:
        gap = (line.left - whole.right) / max(whole.size, 1.0)
        between = " " if gap > _WORD_GAP else ""
        whole.columns += gap > _COLUMN_GAP
        edges = [*(whole.edges if between else whole.edges[:-1]), *line.edges]
        whole.edges = [max(edges[: index + 1]) for index in range(len(edges))] if len(edges) < 400 else sorted(edges)
        whole.text += between + line.text
        whole.right = line.right
        whole.low, whole.high = min(whole.low, line.low), max(whole.high, line.high)
        whole.size = max(whole.size, line.size)
    return whole


def _corrected(text: str) -> str:
    """Place names known to be misread, and marks between Chinese words in their full width; one for one."""
    for wrong, name in _MISREAD.items():
        text = text.replace(wrong, name)
    text = "".join(
        _FULL[char] if char in _FULL and _is_wide_at(text, index) else char for index, char in enumerate(text)
    )
    return _LAST_STOP.sub("。", text)


def _is_wide_at(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    near = after if text[index] == "(" else before
    return bool(re.fullmatch(_WIDE, near)) or (text[index] == ")" and "（" in text[:index])
