"""Whole runs on small sets: every system by name, the command's JSON, and planted questions that a system must solve."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import PlanSeekError
from eval.ground import laid_out, over_texts, shared_folder
from eval.measures import NUGGETS, NUGGETS_SHOWN, RANKED
from eval.model import Question, QuestionSet
from eval.questions import read_beir, read_set
from eval.run import averages, evaluate, run
from eval.systems import SYSTEMS, chosen
from retriever.service import Service
from settings import Settings

TOPICS = ("湿地保护", "轨道交通", "养老服务", "高标准农田", "跨境电商", "职业教育", "量子计算", "海绵城市")


@pytest.fixture(scope="module")
def beir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight passages, each asked for by its own topic; one question more that nothing can answer."""
    folder = tmp_path_factory.mktemp("beir") / "tiny"
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": f"p{i}", "title": "", "text": f"本年重点推进{topic}，取得明显成效。"} for i, topic in enumerate(TOPICS)
    ]
    queries = [{"_id": f"q{i}", "text": f"{topic}推进得怎样"} for i, topic in enumerate(TOPICS)]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    qrels = "".join(f"q{i}\tp{i}\t1\n" for i in range(len(TOPICS)))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}", "utf-8")
    return folder


@pytest.mark.parametrize("system", SYSTEMS)
def test_planted_passages_are_found_by_every_system(beir: Path, system: str, tmp_path: Path) -> None:
    report = run(Settings(home=tmp_path), "", beir, system, "all")
    assert report["set"] == "tiny"
    row = report["systems"][system]
    latency = row.pop("latency_ms")
    assert 0 < latency["p50"] <= latency["p95"]
    assert row == {"questions": 8} | dict.fromkeys((*RANKED, NUGGETS, NUGGETS_SHOWN), 1.0)
    assert report["index"]["bytes"] > 0 and report["index"]["build_seconds"] >= 0


def test_hybrid_on_a_bare_set_is_production_scoring(beir: Path, tmp_path: Path) -> None:
    """Rows stand in the order of the sum of standardised scores; hybrid's after the second look, fused's without."""
    from retriever import fuse
    from retriever.rerankers.late import LateInteraction
    from retriever.rerankers.protocols import Candidates

    questions = read_beir(beir)
    ground = over_texts(questions, Service(Settings(home=tmp_path)), tmp_path / "index")
    question = questions.questions[3]
    topic, makers = question.query, ground.tools.makers
    lexical = ground.backend.lexical_scores(dict.fromkeys(makers.tokenizer.terms(topic), 1.0))
    dense = ground.backend.dense_scores(makers.embedder.encode_queries([topic])[0])
    rows = np.arange(len(ground.items), dtype=np.int32)
    fused = fuse.weighted_sum(lexical, dense, rows, fuse.DENSE_LEAST)
    again = LateInteraction(makers.table).scores(topic, Candidates(rows, ground.backend, ground.texts.__getitem__))
    both = fuse.standardised(fused, rows) + again
    assert SYSTEMS["fused"](ground).rank(question, 1) == SYSTEMS["hybrid"](ground).rank(question, 1) == [3]
    assert SYSTEMS["fused"](ground).rank(question, 8) == np.argsort(-fused, kind="stable").tolist()
    assert SYSTEMS["hybrid"](ground).rank(question, 8) == np.argsort(-both, kind="stable").tolist()


def test_within_restricts_every_system(beir: Path, tmp_path: Path) -> None:
    questions = read_beir(beir)
    ground = over_texts(questions, Service(Settings(home=tmp_path)), tmp_path / "index")
    asked = Question("q", "湿地保护推进得怎样", within=("p2", "p5"))
    for name, system in SYSTEMS.items():
        assert set(system(ground).rank(asked, 10)) <= {2, 5}, name
        assert system(ground).groups(asked) is None


def test_questions_without_an_answer_are_not_averaged_in(beir: Path, tmp_path: Path) -> None:
    questions = read_beir(beir)
    ground = over_texts(questions, Service(Settings(home=tmp_path)), tmp_path / "index")
    asked = (Question("no", "有没有火星基地", kind="unanswerable", answerable=False), *questions.questions)
    (result,) = evaluate(asked, ground, ["bm25"])
    means = averages(asked, result)
    assert (means["questions"], means["R@10"]) == (8, 1.0)
    assert means["kinds"] == {"unanswerable": {"questions": 0}}


def test_unknown_systems_are_refused() -> None:
    assert chosen("") == list(SYSTEMS)
    assert chosen("dense, bm25,dense") == ["dense", "bm25"]
    with pytest.raises(PlanSeekError, match="没有名为「bm26」的检索系统。可用：rank-bm25"):
        chosen("bm25,bm26")


def test_a_set_whose_documents_are_nowhere_is_skipped_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANSEEK_SHARED", str(tmp_path / "none"))
    with (
        pytest.raises(PlanSeekError, match="评测集「plans」已跳过"),
        laid_out(read_set("plans"), Settings(home=tmp_path)),
    ):
        pass
    other = QuestionSet("mine", (Question("q", "问", within=("ab" * 32,)),))
    with pytest.raises(PlanSeekError, match="请先用 planseek ingest"), laid_out(other, Settings(home=tmp_path)):
        pass


def planseek(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-m", "cli", "eval", "run", *arguments],
        capture_output=True, text=True, cwd=cwd, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip


def test_the_command_prints_one_json_object(beir: Path, tmp_path: Path) -> None:
    done = planseek("--beir", str(beir), "--systems", "bm25,hybrid", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"set", "split", "questions", "index", "systems"}
    assert report["systems"]["bm25"]["nDCG@10"] == 1
    assert list(report["systems"]) == ["bm25", "hybrid"]
    assert not list(tmp_path.iterdir())


def test_the_command_prints_a_table(beir: Path, tmp_path: Path) -> None:
    done = planseek("--beir", str(beir), "--systems", "bm25", cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "评测集 tiny：8 题"
    assert "nDCG@10" in done.stdout
    assert "要点召回@10" in done.stdout


@pytest.mark.parametrize("arguments", [("--set", "none"), ("--beir", "none"), ("--systems", "bm26"), ("--split", "x")])
def test_bad_input_is_one_line_and_exit_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = planseek(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_plans_by_kind(tmp_path: Path) -> None:
    """The dev half over the real texts: one ingest, two systems, the shape of the report and what must not happen."""
    if not (shared_folder() / "plans").is_dir():
        pytest.skip("没有 shared/plans：用 PLANSEEK_SHARED 指明 shared 文件夹")
    report = run(Settings(home=tmp_path), "plans", None, "bm25,hybrid", "dev")
    for measured in report["systems"].values():
        assert {"colloquial", "fact", "fan_out"} <= set(measured["kinds"])
        assert measured["kinds"]["fan_out"]["wrong-region"] == 0
    before, after = (report["systems"][name]["kinds"]["colloquial"][NUGGETS] for name in ("bm25", "hybrid"))
    assert after >= 2 * before
