"""The API's evaluations over the sample plans: a run in the background, its tables, questions and comparisons, every refusal."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app import create_app
from corpus.errors import PlanSeekError
from corpus.store import Store
from eval import kept, saved, service
from eval.compare import LEADING, compare
from eval.measures import NUGGETS
from eval.questions import read_set
from eval.table import MEASURES
from retriever.service import Service
from settings import Settings

SYSTEMS = ["bm25", "hybrid"]


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("evaluated") / "库"))


@pytest.fixture(scope="module")
def client(home: Path) -> TestClient:
    return client_over(home)


@pytest.fixture(scope="module")
def run_id(client: TestClient) -> str:
    """A kept run of two systems over the development half."""
    assert client.post("/v1/evaluations", json={"set": "sample", "split": "dev", "systems": SYSTEMS}).status_code == 202
    ended = finished(client)
    assert ended["error"] is None
    found: str = ended["kept"]
    return found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TestClient]:
    yield client_over(tmp_path / "库")


def client_over(home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=home))), raise_server_exceptions=False)


def finished(client: TestClient) -> dict[str, Any]:
    until = time.monotonic() + 100
    while (now := client.get("/v1/evaluations/running").json())["running"]:
        assert time.monotonic() < until and 0 <= now["done"] <= now["total"]
        time.sleep(0.1)
    assert isinstance(now, dict)
    return now


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail: str = answer.json()["detail"]
    assert any("\u4e00" <= c <= "\u9fff" for c in detail)
    return detail


def test_a_home_without_runs_says_what_can_be_run(fresh: TestClient) -> None:
    offered = fresh.get("/v1/evaluations").json()
    assert offered["runs"] == []
    sizes = {s["name"]: s["questions"] for s in offered["sets"]}
    assert sizes["sample"] == {split: len(read_set("sample", split).questions) for split in ("dev", "test", "all")}
    assert {"bm25", "hybrid"} <= {s["name"] for s in offered["systems"]}
    assert fresh.get("/v1/evaluations/running").json() == {
        "running": False, "stage": "", "done": 0, "total": 0, "error": None, "kept": None,
    }  # fmt: skip


def test_a_run_is_kept_with_its_time_and_index(client: TestClient, home: Path, run_id: str) -> None:
    (listed,) = [r for r in client.get("/v1/evaluations").json()["runs"] if r["id"] == run_id]
    assert (listed["set"], listed["split"], listed["systems"]) == ("sample", "dev", SYSTEMS)
    assert listed["made"][:4].isdigit() and listed["index"]["passages"] > 0
    file = home / kept.FOLDER / f"{run_id}.json"
    assert saved.load(file)["set"] == "sample"  # what the command line compares and reports
    assert not list(file.parent.glob(".*"))


def test_tables_are_the_means_of_the_rows(client: TestClient, run_id: str) -> None:
    found = client.get(f"/v1/evaluations/{run_id}").json()
    assert [s["name"] for s in found["systems"]] == SYSTEMS
    tables = {table["kind"]: table for table in found["tables"]}
    assert "" in tables and tables["fact"]["label"] == "事实与数字" and tables["fan_out"]["lead"] == "verdict-accuracy"
    assert tables["unanswerable"]["lead"] == "abstained"
    facts = [row for row in found["rows"] if row["kind"] == "fact"]
    assert len(facts) == tables["fact"]["questions"]
    for row in tables["fact"]["rows"]:
        values = [q["values"][row["system"]][NUGGETS] for q in facts]
        assert row["values"][NUGGETS] == pytest.approx(sum(values) / len(values), abs=1e-4)
    described = {m["name"]: m for m in found["measures"]}
    assert {name for table in found["tables"] for name in table["measures"]} == set(described)
    assert all(m["meaning"] for m in described.values())


def test_every_measure_is_explained() -> None:
    assert set(MEASURES) <= set(service.MEANINGS)


def test_a_question_shows_what_was_returned_and_missed(client: TestClient, home: Path, run_id: str) -> None:
    store = Store(home / "corpus.sqlite")
    texts = {d.id: d.text for d in store.documents()}
    store.close()
    report = saved.load(home / kept.FOLDER / f"{run_id}.json")
    partly = 0
    for question in read_set("sample", "dev").questions:
        found = client.get(f"/v1/evaluations/{run_id}/questions/{question.id}").json()
        assert (found["query"], found["nuggets"]) == (question.query, len(question.nuggets))
        for name in SYSTEMS:
            row = found["systems"][name]
            places = report["details"][name]["returned"].get(question.id, [])
            assert [p["text"] for p in row["returned"]] == [texts[d][start:end] for d, start, end in places]
            assert all(p["citation"].startswith("《") for p in (*row["returned"], *row["missed"]))
            nuggets = {n.span.of(texts[n.document]) for n in question.nuggets}
            assert {n["text"] for n in row["missed"]} <= nuggets
            if question.nuggets and not question.fans_out:
                share = 1 - len(row["missed"]) / len(question.nuggets)
                assert row["values"][NUGGETS] == pytest.approx(share)
                assert any(p["answers"] for p in row["returned"]) == (share > 0)
                partly += 0 < share < 1
    assert partly


def test_two_systems_are_compared(client: TestClient, home: Path, run_id: str) -> None:
    found = client.get(f"/v1/evaluations/{run_id}/compare", params={"first": "bm25", "second": "hybrid"}).json()
    report = saved.load(home / kept.FOLDER / f"{run_id}.json")
    before, after = (report["details"][name]["values"] for name in SYSTEMS)
    facts = {q: v for q, v in before.items() if report["kinds"][q] == "fact"}
    expected = compare(facts, after, NUGGETS, "fact")
    assert expected is not None
    (row,) = [r for r in found["rows"] if (r["kind"], r["measure"]) == ("fact", NUGGETS)]
    same = ("first", "second", "difference", "low", "high", "p", "wins", "losses", "questions")
    assert {name: row[name] for name in same} == {name: expected.as_row()[name] for name in same}
    assert row["kind_label"] == "事实与数字" and row["label"] == "要点召回@10"
    assert {r["measure"] for r in found["rows"]} <= set(LEADING)
    shifts = [abs(c["second"] - c["first"]) for c in found["changed"]]
    assert shifts == sorted(shifts, reverse=True) and all(shifts)
    assert found["same_index"] is True
    itself = client.get(f"/v1/evaluations/{run_id}/compare", params={"other": run_id, "first": "bm25", "second": "bm25"}).json()
    assert itself["changed"] == [] and {r["p"] for r in itself["rows"]} == {1.0}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"set": "无"}, "没有名为「无」的评测集"), ({"set": "../sample"}, "没有名为"), ({"split": "x"}, "无法识别"),
        ({"systems": ["x"]}, "没有名为「x」的检索系统"), ({"sets": "sample"}, "sets"), ({"systems": "bm25"}, "systems"),
    ],
)  # fmt: skip
def test_refused_runs(client: TestClient, body: dict[str, object], words: str) -> None:
    assert words in problem(client.post("/v1/evaluations", json=body), 422)


def test_what_is_not_there(client: TestClient, home: Path, run_id: str) -> None:
    (home / kept.FOLDER / "x.json").write_text("{}", "utf-8")
    for name in ("x", "20260101-000000-sample", "..%2Fcorpus", "%2e%2e"):
        problem(client.get(f"/v1/evaluations/{name}"), 404)
    assert "没有编号为 zz 的题" in problem(client.get(f"/v1/evaluations/{run_id}/questions/zz"), 404)
    assert "没有编号为 zz 的评测" in problem(client.get(f"/v1/evaluations/{run_id}/compare?other=zz"), 404)
    assert "没有系统「dense」" in problem(client.get(f"/v1/evaluations/{run_id}/compare?first=dense"), 422)


def test_different_sets_are_not_compared(client: TestClient, home: Path, run_id: str) -> None:
    file = home / kept.FOLDER / f"{run_id}.json"
    other = "20200101-000000-plans"
    file.with_name(f"{other}.json").write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"set": "plans"}), "utf-8")
    assert "评测集不同" in problem(client.get(f"/v1/evaluations/{run_id}/compare?other={other}"), 422)


def test_damaged_files_are_left_out(client: TestClient, home: Path, run_id: str) -> None:
    damaged = home / kept.FOLDER / "20200102-000000-sample.json"
    damaged.write_text('{"set"', "utf-8")
    listed = [run["id"] for run in client.get("/v1/evaluations").json()["runs"]]
    assert run_id in listed and damaged.stem not in listed
    assert "不是保存的评测结果" in problem(client.get(f"/v1/evaluations/{damaged.stem}"), 422)


def test_one_at_a_time(fresh: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slow(*words: object, **named: object) -> dict[str, Any]:
        seen: Any = words[5]
        seen("hybrid", 3, 10)
        assert go.wait(30)
        raise PlanSeekError("语料是空的。")

    monkeypatch.setattr(service, "run", slow)
    assert fresh.post("/v1/evaluations", json={"systems": SYSTEMS}).json()["running"] is True
    assert "已有一次评测正在运行" in problem(fresh.post("/v1/evaluations", json={}), 409)
    until = time.monotonic() + 10
    while not (now := fresh.get("/v1/evaluations/running").json())["total"] and time.monotonic() < until:
        time.sleep(0.02)
    assert (now["stage"], now["done"], now["total"]) == ("hybrid", 13, 20)
    go.set()
    assert finished(fresh)["error"] == "语料是空的。"


def test_missing_documents_are_named(fresh: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLANSEEK_SHARED", str(tmp_path / "nowhere"))
    assert fresh.post("/v1/evaluations", json={"set": "plans", "systems": ["bm25"]}).status_code == 202
    ended = finished(fresh)
    assert "没有它的全部文档" in ended["error"] and ended["kept"] is None


def test_a_fault_ends_the_run_with_a_sentence(fresh: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "run", lambda *words, **named: {}["x"])
    fresh.post("/v1/evaluations", json={})
    assert "评测出错（KeyError）" in finished(fresh)["error"]
    assert fresh.post("/v1/evaluations", json={"set": "无"}).status_code == 422


def test_the_homes_own_sets_are_offered(fresh: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "库" / "sets" / "我的题"
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text('{"id": "q1", "query": "养老"}\n', "utf-8")
    assert {"name": "我的题", "label": "自己的题集", "questions": {"all": 1}} in fresh.get("/v1/evaluations").json()["sets"]


def test_runs_of_the_same_second_are_both_kept(tmp_path: Path) -> None:
    report = {"set": "sample", "split": "all", "questions": 0, "index": {}, "systems": {}, "details": {}, "kinds": {}}
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert kept.keep(tmp_path, report, (), None, now) == "20260102-030405-sample"
    assert kept.keep(tmp_path, report, (), None, now) == "20260102-030405-sample-1"
    assert [run["id"] for run in kept.kept(tmp_path)] == ["20260102-030405-sample-1", "20260102-030405-sample"]


def test_judgements_go_into_the_homes_own_set(sample_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "判"))
    client = TestClient(create_app(Service(Settings(home=home))))
    hit = client.post("/v1/search", json={"query": "养老床位"}).json()["hits"][0]
    mark = {"document": hit["document"]["id"], **hit["span"], "mark": "有用"}
    assert client.post("/v1/judgements", json={"query": "养老床位", "marks": [mark]}).json() == {"set": "mine", "questions": 1, "marks": 1}
    bad = client.post("/v1/judgements", json={"query": "养老床位", "marks": [mark | {"mark": "很好"}]})
    assert bad.status_code == 422 and "不认识" in bad.json()["detail"]
    assert client.post("/v1/judgements", json={"query": "养老床位", "marks": []}).status_code == 422
    assert "mine" in str(client.get("/v1/evaluations").json())
