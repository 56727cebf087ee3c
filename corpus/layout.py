"""Where a span stands on the pages: boxes from a reading's runs, and the runs as bytes for the store. Draws nothing."""

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.model import Run, Span

_STEPS = 65535
"""Places are stored in steps of 1/65535 of a page: a hundredth of a point on A4."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page (from 1); places are parts of its width and height, 0–1 from the upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


def boxes(runs: Sequence[Run], span: Span) -> list[Box]:
    """The rectangles that cover a span, one for each stretch of a line, in text order; none where no page shows it."""
    found = []
    at = max(bisect_right(runs, span.start, key=lambda run: run.span.start) - 1, 0)
    for run in runs[at:]:
        if run.span.start >= span.end:
            break
        first, last = max(span.start, run.span.start), min(span.end, run.span.end)
        if first < last:
            edges = run.edges[first - run.span.start : last - run.span.start + 1]
            found.append(Box(run.page, min(edges), run.top, max(edges), run.bottom))
    return found


def pack(runs: Sequence[Run]) -> bytes:
    """The runs in a few bytes a character: four numbers a run, then all edges, places in steps of 1/65535."""
    if not runs:
        return b""
    heads = np.array([(run.span.start, run.span.end, run.page) for run in runs], "<i4")
    sides = np.array([(run.top, run.bottom) for run in runs])
    edges = np.concatenate([np.asarray(run.edges) for run in runs])
    places = [np.rint(np.clip(part, 0, 1) * _STEPS).astype("<u2").tobytes() for part in (sides, edges)]
    return len(runs).to_bytes(4, "little") + zlib.compress(heads.tobytes() + places[0] + places[1], 3)


def unpack(packed: bytes) -> tuple[Run, ...]:
    """The runs of `pack`, places exact to 1/65535. Raises ValueError or zlib.error for bytes that are not its."""
    if not packed:
        return ()
    count = int.from_bytes(packed[:4], "little")
    content = zlib.decompress(packed[4:])
    heads = np.frombuffer(content, "<i4", 3 * count).reshape(count, 3).tolist()
    sides = (np.frombuffer(content, "<u2", 2 * count, 12 * count) / _STEPS).reshape(count, 2).tolist()
    edges = (np.frombuffer(content, "<u2", offset=16 * count) / _STEPS).tolist()
    runs, at = [], 0
    for (start, end, page), (top, bottom) in zip(heads, sides, strict=True):
        following = at + end - start + 1
        runs.append(Run(Span(start, end), page, top, bottom, tuple(edges[at:following])))
        at = following
    return tuple(runs)
