"""Conversions go there and back without a judgement changing, and what cannot be converted is refused in one line."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Span
from eval.convert import (
    QRELS,
    TOPICS,
    beir_files,
    convert,
    judged_in,
    judged_over,
    lengths_in,
    run_files,
    set_files,
    trec_files,
    write,
)
from eval.ground import over_home, over_texts
from eval.measures import RANKED, relevance
from eval.model import Ground, Nugget, Question, QuestionSet
from eval.questions import read_beir, read_set
from eval.run import evaluate, run
from eval.saved import save
from eval.systems import SYSTEMS
from retriever.service import Service
from settings import Settings

HASH = "0123456789abcdef" + "0" * 48


@pytest.fixture(scope="module")
def ground(sample_home: Path) -> Ground:
    return over_home(Service(Settings(home=sample_home)))


@pytest.fixture(scope="module")
def questions() -> QuestionSet:
    return read_set("sample")


@pytest.fixture(scope="module")
def folder(ground: Ground, questions: QuestionSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample set as a BEIR folder and a TREC folder."""
    folder = tmp_path_factory.mktemp("converted")
    judged = judged_over(questions.questions, ground.items)
    write(beir_files(judged, ground), folder / "beir")
    write(trec_files(judged), folder / "trec")
    return folder


def test_a_beir_folder_measures_as_the_set_does(ground, questions, folder: Path, tmp_path: Path):
    """Without the reading of place names, which a BEIR folder is asked without: every value of every question."""
    read = read_beir(folder / "beir")
    service = Service(Settings(home=tmp_path))
    systems = ["rank-bm25", "bm25", "first-words"]
    there = evaluate(read.questions, over_texts(read, service, tmp_path), systems)
    here = evaluate(questions.questions, replace(ground, corpus=None), systems)
    assert len(there[0].values) >= 100
    for before, after in zip(here, there, strict=True):
        for name, row in before.values.items():
            measured = after.values.get(name, dict.fromkeys(RANKED, 0.0))
            assert {m: measured[m] for m in RANKED} == {m: row[m] for m in RANKED}, (before.system, name)


def test_a_query_keeps_what_beir_has_no_field_for(questions, folder: Path):
    known = {question.id: question for question in questions.questions}
    for question in read_beir(folder / "beir").questions:
        assert replace(question, nuggets=()) == replace(known[question.id], nuggets=())


@pytest.mark.parametrize("source", ["trec", "beir", f"trec/{QRELS}"])
def test_a_set_comes_back_with_the_same_relevance(source: str, ground, questions, folder: Path, sample_home: Path, tmp_path: Path):
    write(set_files(judged_in(folder / source), lengths_in(sample_home), sample_home), tmp_path / "back")
    back = {question.id: question for question in read_set("back", folder=tmp_path).questions}
    expected = {question.id: relevance(question, ground.items) for question in questions.questions}
    assert {name: relevance(question, ground.items) for name, question in back.items()} == {n: r for n, r in expected.items() if r}
    assert sum(map(len, expected.values())) >= 300
    if source == "beir":
        assert {back[q.id].kind for q in questions.questions if q.id in back} >= {"colloquial", "fan_out"}


def test_within_is_kept_to(ground: Ground):
    first, other = ground.items[0], next(i for i in ground.items if i.document != ground.items[0].document)
    question = Question("q", "?", nuggets=(Nugget(first.document, first.span), Nugget(other.document, other.span, 2)))
    assert judged_over([question], ground.items)[0][1] == {first.id: 1, other.id: 2}
    assert judged_over([replace(question, within=(other.document,))], ground.items)[0][1] == {other.id: 2}


def test_a_saved_run_as_a_trec_run_scores_the_same(folder: Path, sample_home: Path, tmp_path: Path):
    import pytrec_eval

    report = run(Settings(home=sample_home), "sample", None, "rank-bm25,bm25+lexicon", "dev", details=True)
    save(report, tmp_path / "run.json")
    files, what = convert(Settings(home=sample_home), "trec", None, None, tmp_path / "run.json")
    write(files, tmp_path / "runs")
    assert (sorted(files), what) == (["bm25+lexicon.run", "rank-bm25.run"], "2 个系统的返回结果")
    with (folder / "trec" / QRELS).open() as lines:
        qrels = pytrec_eval.parse_qrel(lines)
    for system in ("rank-bm25", "bm25+lexicon"):
        with (tmp_path / "runs" / f"{system}.run").open() as lines:
            measured = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut_10"}).evaluate(pytrec_eval.parse_run(lines))
        values = {n: row["nDCG@10"] for n, row in report["details"][system]["values"].items() if "nDCG@10" in row}
        assert len(values) >= 40
        assert {n: measured.get(n, {"ndcg_cut_10": 0.0})["ndcg_cut_10"] for n in values} == pytest.approx(values, abs=1e-6)


def test_a_set_in_a_home_converts(ground: Ground, sample_home: Path, tmp_path: Path):
    home = Path(shutil.copytree(sample_home, tmp_path / "home"))
    judged = [(Question("q1", "养老床位有多少"), {ground.items[0].id: 2})]
    write(set_files(judged, lengths_in(home), home), home / "sets" / "mine")
    files, what = convert(Settings(home=home), "trec", "mine", None, None)
    assert what == "1 题，1 条判断"
    assert files == {QRELS: f"q1 0 {ground.items[0].id} 2\n", TOPICS: "q1\t养老床位有多少\n"}
    files, what = convert(Settings(home=home), "beir", "mine", None, None, "all")
    assert files["qrels/test.tsv"] == f"query-id\tcorpus-id\tscore\nq1\t{ground.items[0].id}\t2\n"
    assert len(files["corpus.jsonl"].splitlines()) == len(ground.items)


def test_run_lines():
    places = [[HASH, 3, 9], [HASH, 3, 9], ["p7", 0, 4]]
    report = {"details": {"my system": {"returned": {"q1": places, "q2": []}}}}
    assert run_files(report, "run.json") == {
        "my_system.run": "q1 Q0 0123456789abcdef:3-9 1 2 my_system\nq1 Q0 p7 2 1 my_system\n"
    }
    with pytest.raises(PlanSeekError, match=r"没有各系统返回的段落.*eval run --save run\.json"):
        run_files({"details": {"bm25": {"values": {}}}}, "run.json")


def json_lines(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("qrels/dev.tsv", "qid\tpid\tscore\n10\t7\t1\n"),
        ("qrels/dev.tsv", "10\t7\t1\r\n"),
        ("qrels.tsv", "\ufeffquery-id\tcorpus-id\tscore\n10\t7\t1.0\n10\t8\t0\n"),
        ("qrels.tsv", "score\tpid\tqid\n1\t7\t10\n"),
        ("qrels.jsonl", '{"qid": 10, "pid": "7", "score": 1}\n'),
        ("qrels.jsonl", '{"query-id": "10", "docid": 7, "score": "1"}\n'),
        ("qrels/dev.jsonl", '{"query-id": "10", "corpus-id": "7", "score": 1.0}\n'),
    ],
)
def test_a_c_mteb_folder_loads_as_it_is(file: str, content: str, tmp_path: Path):
    json_lines(tmp_path / "corpus.jsonl", [{"id": 7, "text": "湿地保护"}, {"id": "8", "title": None, "text": "轨道交通"}])
    json_lines(tmp_path / "queries.jsonl", [{"id": "10", "text": "湿地怎么保护", "metadata": {"kind": 3, "regions": 4}}])
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content, "utf-8", newline="")
    for split in ("all", "dev"):
        read = read_beir(tmp_path, split)
        assert read.texts == {"7": "湿地保护", "8": "轨道交通"}
        assert read.questions == (Question("10", "湿地怎么保护", nuggets=(Nugget("7", Span(0, 4)),)),)
    if "dev" in file:
        with pytest.raises(PlanSeekError, match=r"没有 qrels/test\.tsv、qrels\.tsv"):
            read_beir(tmp_path, "test")


@pytest.mark.parametrize("line", ['{"qid": "10", "score": 1}', '{"qid": "1", "pid": "7", "score": "高"}', "[1]", '{"qid": "1", "pid": "7", "score": 1e999}'])
def test_broken_json_judgements_are_named(line: str, tmp_path: Path):
    json_lines(tmp_path / "corpus.jsonl", [{"id": "7", "text": "湿地保护"}])
    json_lines(tmp_path / "queries.jsonl", [{"id": "10", "text": "湿地怎么保护"}])
    (tmp_path / "qrels.jsonl").write_text('{"qid": "10", "pid": "7", "score": 1}\n' + line + "\n", "utf-8")
    with pytest.raises(PlanSeekError, match=r"qrels\.jsonl 第 2 行"):
        read_beir(tmp_path)


@pytest.mark.parametrize(
    ("qrels", "topics", "said"),
    [
        ("q1 0 0123456789abcdef:0-9\n", "q1\t问\n", r"qrels\.txt 第 1 行应为：题号、0、段号、分数"),
        ("q1 0 0123456789abcdef:0-9 1\n", "q2\t问\n", r"queries\.tsv 里没有 qrels\.txt 判过的题「q1」"),
        ("q1 0 0123456789abcdef:0-9 1\n", "q1 问\n", r"queries\.tsv 第 1 行应为"),
        ("q1 0 0123456789abcdef:0-9 1\n", None, r"无法读取 .*queries\.tsv"),
        ("q1 0 0123456789abcdef:0-9 0\n", "q1\t问\n", "没有一条相关的判断"),
        ("q1 0 p7 1\n", "q1\t问\n", "「p7」不是段落编号.*eval run --beir"),
        ("q1 0 fedcba9876543210:0-9 1\n", "q1\t问\n", "fedcba9876543210… 不在数据文件夹"),
        ("q1 0 0123456789abcdef:0-99 1\n", "q1\t问\n", "超出了文档的 50 个字"),
        ("q1 0 0123456789abcdef:9-9 1\n", "q1\t问\n", "超出了文档的 50 个字"),
    ],
)
def test_judgements_that_make_no_set_are_refused(qrels: str, topics: str | None, said: str, tmp_path: Path):
    (tmp_path / QRELS).write_text(qrels, "utf-8")
    if topics is not None:
        (tmp_path / TOPICS).write_text(topics, "utf-8")
    with pytest.raises(PlanSeekError, match=said):
        set_files(judged_in(tmp_path), {HASH: 50}, tmp_path)


def test_what_cannot_be_written_is_refused(tmp_path: Path):
    for name in ("a b", "", "a\n"):
        with pytest.raises(PlanSeekError, match="含有空白"):
            trec_files([(Question(name, "问"), {"p": 1})])
    (tmp_path / QRELS).write_text("mine")
    with pytest.raises(PlanSeekError, match="已经存在，没有覆盖"):
        write({TOPICS: "", QRELS: ""}, tmp_path)
    assert not (tmp_path / TOPICS).exists()
    with pytest.raises(PlanSeekError, match="无法写入"):
        write({"x": ""}, tmp_path / QRELS / "below")
    with pytest.raises(PlanSeekError, match="还没有语料"):
        lengths_in(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "sample", "--to", "csv"), "--to「csv」无法识别，可用：beir、trec、set"),
        (("--to", "trec"), "--set"),
        (("--set", "sample", "--from", "x", "--to", "trec"), "两者选一"),
        (("--set", "sample", "--to", "set"), "已经是评测集"),
        (("--from", "none", "--to", "set"), "没有可转换的评测集"),
        (("--from", "none", "--to", "beir"), "要有文档的原文"),
        (("--run", "none.json", "--to", "beir"), "--to trec"),
        (("--run", "none.json", "--to", "trec"), "无法读取"),
        (("--set", "none", "--to", "trec"), "没有名为「none」的评测集"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: tuple[str, ...], said: str, tmp_path: Path):
    from typer.testing import CliRunner

    from eval.commands import evaluation

    done = CliRunner().invoke(evaluation, ["convert", *options, "-o", str(tmp_path / "out")])
    assert isinstance(done.exception, PlanSeekError) and said in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_the_command_there_and_back(planseek, sample_home: Path, tmp_path: Path):
    assert "132 题" in planseek("eval", "convert", "--set", "sample", "--to", "trec", "-o", tmp_path / "t", home=sample_home).out
    done = planseek("eval", "convert", "--from", tmp_path / "t", "--to", "set", "-o", tmp_path / "s", home=sample_home)
    assert (done.code, len(read_set("s", folder=tmp_path).questions)) == (0, 118)
    again = planseek("eval", "convert", "--from", tmp_path / "t", "--to", "set", "-o", tmp_path / "s", home=sample_home)
    assert "已经存在" in again.refused()


def test_first_words_looks_no_further_than_two_terms(ground: Ground):
    system = SYSTEMS["first-words"](ground)
    short, long = Question("a", "养老服务"), Question("b", "养老服务的床位到底够不够用")
    assert ground.tools.makers.tokenizer.terms(short.query)[:2] == ground.tools.makers.tokenizer.terms(long.query)[:2]
    assert system.rank(short, 100) == system.rank(long, 100) != []
    assert system.rank(long, 3) == system.rank(long, 100)[:3]
    assert system.groups(long) is None and system.rank(Question("c", "……"), 10) == []
