"""Reading of sets: what ships, what a user writes, BEIR folders, and what is refused."""

import json
from pathlib import Path

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Span
from eval.model import Nugget, Question
from eval.questions import names, read_beir, read_set, sets_folder

HASH = "ab" * 32


def write_set(folder: Path, *rows: object) -> None:
    (folder / "mine").mkdir()
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "mine" / "questions.jsonl").write_text("\n".join(lines) + "\n\n", "utf-8")


def test_every_field_is_read(tmp_path: Path) -> None:
    row = {
        "id": "q1", "query": "各区停车难", "kind": "fan_out", "split": "dev", "answerable": True, "within": [HASH],
        "nuggets": [{"document": HASH, "start": 3, "end": 9, "grade": 2}],
        "regions": {"found": ["340203"], "silent": ["330781"]},
    }  # fmt: skip
    write_set(tmp_path, row, {"id": "q2", "query": "有没有地铁", "split": "test", "answerable": False})
    first, second = read_set("mine", folder=tmp_path).questions
    nuggets = (Nugget(HASH, Span(3, 9), 2),)
    assert first == Question("q1", "各区停车难", "fan_out", "dev", True, nuggets, (HASH,), ("340203",), ("330781",))
    assert first.fans_out
    assert (second.answerable, second.nuggets, second.fans_out) == (False, (), False)
    assert [q.id for q in read_set("mine", "test", tmp_path).questions] == ["q2"]
    assert read_set("mine", folder=tmp_path).documents == {HASH}


@pytest.mark.parametrize(
    "row",
    ["not json", "[1]", {"id": "q"}, {"id": "q", "query": "x", "nuggets": [{"document": HASH, "start": 9, "end": 3}]}],
)
def test_a_broken_line_is_named(tmp_path: Path, row: object) -> None:
    write_set(tmp_path, {"id": "q0", "query": "好的"}, row)
    with pytest.raises(PlanSeekError, match="第 2 行"):
        read_set("mine", folder=tmp_path)


def test_unknown_set_and_empty_half(tmp_path: Path) -> None:
    with pytest.raises(PlanSeekError, match=r"没有名为「nothing」的评测集。可用：.*plans"):
        read_set("nothing")
    write_set(tmp_path, {"id": "q", "query": "x", "split": "dev"})
    with pytest.raises(PlanSeekError, match="没有题目"):
        read_set("mine", "test", tmp_path)
    with pytest.raises(PlanSeekError, match="--split"):
        read_set("mine", "train", tmp_path)


@pytest.mark.parametrize("name", names())
def test_sets_that_ship_are_sound(name: str) -> None:
    """Unique ids, a half and a kind each, and no sentence of a source: judgements are offsets."""
    questions = read_set(name).questions
    assert len({q.id for q in questions}) == len(questions)
    for question in questions:
        assert question.split in ("dev", "test")
        assert question.kind
        assert bool(question.nuggets) == question.answerable
        assert not set(question.found) & set(question.silent)
    allowed = {"id", "query", "kind", "split", "answerable", "within", "nuggets", "regions", "note", "topic", "style", "shape"}
    for line in (sets_folder() / name / "questions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        assert set(row) <= allowed
        assert all(set(nugget) == {"document", "start", "end", "grade"} for nugget in row["nuggets"])


def write_beir(folder: Path, qrels: str) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": "p1", "title": "铁路", "text": "广茂铁路全长三百公里。"},
        {"_id": "p2", "title": "", "text": "锣鼓经是记谱\u2028方法。"},
    ]
    queries = [{"_id": "q1", "text": "广茂铁路多长"}, {"_id": "q2", "text": "没有人判过"}]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, "utf-8")
    return folder


def test_beir_folder(tmp_path: Path) -> None:
    read = read_beir(write_beir(tmp_path / "tiny", "query-id\tcorpus-id\tscore\nq1\tp1\t2\nq1\tp2\t0\nq9\tp1\t1\n"))
    assert read.name == "tiny"
    assert read.texts == {"p1": "铁路\n广茂铁路全长三百公里。", "p2": "锣鼓经是记谱\u2028方法。"}
    assert read.questions == (Question("q1", "广茂铁路多长", nuggets=(Nugget("p1", Span(0, 14), 2),)),)


@pytest.mark.parametrize("qrels", ["query-id\tcorpus-id\tscore\nq1\tp1\tmuch\n", "q1 p1 1\n"])
def test_broken_qrels_are_named(tmp_path: Path, qrels: str) -> None:
    with pytest.raises(PlanSeekError, match=r"test\.tsv 第 \d 行"):
        read_beir(write_beir(tmp_path / "tiny", qrels))


def test_beir_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(PlanSeekError, match="不存在"):
        read_beir(tmp_path / "none")
    with pytest.raises(PlanSeekError, match="无法读取"):
        read_beir(tmp_path)
