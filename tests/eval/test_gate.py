"""The gate: the sample set, run as users run it, stays above its floors; a run that lost something falls through."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PlanSeekError
from eval.gate import fallen, floors, read_floors, write_floors
from eval.ground import documents_of
from eval.questions import read_set
from eval.report import failures, html, markdown
from eval.run import run
from eval.saved import load, save, values
from settings import Settings


@pytest.fixture(scope="module")
def report(sample_home: Path) -> dict[str, Any]:
    return run(Settings(home=sample_home), "sample", None, "hybrid", "all", details=True)


def test_the_sample_set_stays_above_its_floors(report):
    assert fallen(report, read_floors("sample")) == []


def test_a_run_that_lost_its_vectors_falls_through(sample_home: Path):
    worse = run(Settings(home=sample_home), "sample", None, "rank-bm25,hybrid", "all", details=True)
    for part in ("systems", "details"):
        worse[part]["hybrid"] = worse[part]["rank-bm25"]
    assert any("colloquial" in line for line in fallen(worse, read_floors("sample")))


def test_floors_are_the_lower_ends_and_a_measure_that_is_gone_falls(report, tmp_path: Path):
    limits = floors(report)
    means = report["systems"]["hybrid"]["kinds"]
    assert limits.keys() == {kind for kind in means if kind in limits} and "colloquial" in limits
    for kind, row in limits.items():
        assert all(limit <= means[kind][measure] or measure == "wrong-region" for measure, limit in row.items())
    (tmp_path / "sample").mkdir()
    assert write_floors("sample", report, tmp_path).read_text("utf-8").startswith("{")
    gone = deepcopy(report)
    del gone["systems"]["hybrid"]["kinds"]["fact"]["nDCG@10"]
    assert fallen(gone, limits) == [f"fact nDCG@10: None, floor {limits['fact']['nDCG@10']}"]


def test_a_saved_run_comes_back_and_nothing_else_does(report, tmp_path: Path):
    file = tmp_path / "run.json"
    save(report, file)
    assert load(file) == report
    assert values(report, None, "run.json")[0] == "hybrid"
    with pytest.raises(PlanSeekError, match="没有系统"):
        values(report, "colbert", "run.json")
    for content in ("{}", "not json", "[1]"):
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(PlanSeekError, match="eval run --save"):
            load(tmp_path / "x.json")
    with pytest.raises(PlanSeekError, match="无法读取"):
        load(tmp_path / "absent.json")


def test_a_report_stands_by_itself_and_escapes(report, sample_home: Path):
    questions = read_set("sample")
    documents = documents_of(questions, Settings(home=sample_home))
    page = html(report, questions.questions, documents)
    failed = failures(report, questions.questions, "hybrid")
    assert failed and failed == sorted(failed, key=lambda pair: (pair[1], pair[0].id))
    assert "http" not in page and "<script" not in page and page.count("<rect") >= 6
    assert all(f"{question.id}　" in page for question, _ in failed[:60])
    strange = deepcopy(report) | {"set": "<b>x"}
    assert "<b>x" not in html(strange, questions.questions, documents)
    lines = markdown(report).splitlines()
    assert sum(line.startswith("## ") for line in lines) == len({q.kind for q in questions.questions})


def test_a_configuration_file_is_evaluated_over_an_index_of_its_own(planseek, sample_home: Path, tmp_path: Path):
    (tmp_path / "other.toml").write_text('model = "bundled"\n', "utf-8")
    words = ("eval", "run", "--set", "sample", "--systems", "bm25", "--json", "--config")
    told = planseek(*words, tmp_path / "other.toml", home=sample_home).json
    assert told["index"]["build_seconds"] > 0 and told["systems"]["bm25"]["questions"] > 100
    assert "无法解析" in planseek(*words, tmp_path / "absent.toml", home=sample_home).refused()
