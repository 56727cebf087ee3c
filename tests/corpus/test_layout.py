"""Boxes of spans: by hand arithmetic, over line ends, and the same after they were packed for the store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.layout import Box, boxes, pack, unpack
from corpus.model import Run, Span

RUNS = (
    Run(Span(0, 4), 1, 0.1, 0.12, (0.1, 0.2, 0.3, 0.4, 0.5)),
    Run(Span(4, 6), 1, 0.15, 0.17, (0.1, 0.2, 0.3)),
    Run(Span(7, 9), 2, 0.1, 0.12, (0.5, 0.6, 0.7)),
)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(1, 3), [Box(1, 0.2, 0.1, 0.4, 0.12)]),
        (Span(3, 5), [Box(1, 0.4, 0.1, 0.5, 0.12), Box(1, 0.1, 0.15, 0.2, 0.17)]),
        (Span(5, 8), [Box(1, 0.2, 0.15, 0.3, 0.17), Box(2, 0.5, 0.1, 0.6, 0.12)]),
        (Span(6, 7), []),
        (Span(9, 12), []),
    ],
)
def test_a_span_is_covered_line_by_line(span, expected):
    assert boxes(RUNS, span) == expected


def test_a_document_without_pages_has_no_boxes():
    assert boxes((), Span(0, 5)) == [] and pack(()) == b"" and unpack(b"") == ()


place = st.floats(0, 1)


@given(st.lists(st.tuples(st.integers(1, 9), place, place, st.lists(place, min_size=2, max_size=9)), max_size=8))
def test_packing_keeps_every_place_to_a_step(rows):
    runs, at = [], 0
    for page, top, bottom, edges in rows:
        runs.append(Run(Span(at, at + len(edges) - 1), page, top, bottom, tuple(edges)))
        at += len(edges)
    back = unpack(pack(runs))
    assert [(r.span, r.page) for r in back] == [(r.span, r.page) for r in runs]
    for old, new in zip(runs, back, strict=True):
        assert new.edges == pytest.approx(old.edges, abs=1 / 131070 + 1e-12)
        assert (new.top, new.bottom) == pytest.approx((old.top, old.bottom), abs=1 / 131070 + 1e-12)
