"""Structure against the readers' annotations: what share of headings, trails, paragraphs and page noise is right."""

import os
from pathlib import Path

import pytest

from benchmarks import structure

PLANS = Path(os.environ.get("PLANSEEK_SHARED", structure.ROOT.parent / "shared")) / "plans"
HALVES = [half for half in ("open", "sealed") if (structure.GOLDEN / f"{half}.jsonl").is_file()]
pytestmark = pytest.mark.skipif(not PLANS.is_dir(), reason=f"{PLANS} is not there; set PLANSEEK_SHARED to its parent")


@pytest.fixture(scope="module", params=HALVES)
def rows(request) -> list[structure.Score]:
    return structure.scores(request.param, PLANS)


def test_every_annotated_text_is_scored(rows):
    assert len(rows) >= 8 and len({row.document for row in rows}) == len(rows)


def test_headings_and_what_stands_above_them(rows):
    assert structure.total(rows).heading_f1 >= 0.98
    assert [row.document for row in rows if row.heading_f1 < 0.9] == []


def test_trails_and_paragraph_numbers_of_passages(rows):
    total = structure.total(rows)
    assert total.placed / total.passages >= 0.98
    assert [row.document for row in rows if row.placed < 0.9 * row.passages] == []


def test_page_noise_is_left_out_and_no_sentence_is_lost(rows):
    total = structure.total(rows)
    assert total.noise_left_out / total.noise >= 0.99
    assert total.body_lost == 0
