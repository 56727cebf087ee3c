"""The API's batches over the sample plans: handed in, watched, stopped, taken up by another server, exported, removed; every
refusal a problem in Chinese."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi.testclient import TestClient

from app import create_app
from desk.questions_file import read_questions
from retriever.exporters import EXPORTERS
from retriever.service import Service
from settings import Settings
from tests.desk.questionnaire import SIXTY, sixty, workbook

TWO = workbook([["问题", "备注"], ["各区生态修复措施", "给办公室"], ["月球基地氦三开采"]])


def client_over(home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=home))), raise_server_exceptions=False)


@pytest.fixture
def client(home: Path) -> TestClient:
    return client_over(home)


def submit(client: TestClient, content: bytes = TWO, name: str = "清单.xlsx", **options: str) -> Any:
    answer = client.post("/v1/batches", files={"file": (name, content)}, data=options)
    assert answer.status_code == 202, answer.text
    return answer.json()


def until(client: TestClient, batch_id: str, *states: str) -> Any:
    """The batch once it is in one of these states."""
    end = time.monotonic() + 100
    while (batch := client.get(f"/v1/batches/{batch_id}").json())["state"] not in states:
        assert time.monotonic() < end, batch
        time.sleep(0.02)
    return batch


def refusal(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json", answer.text
    told: str = answer.json()["detail"]
    return told


def test_a_batch_is_answered_in_the_background(client: TestClient) -> None:
    begun = submit(client, per_region="2")
    assert (begun["name"], begun["total"], begun["per_region"], begun["mode"]) == ("清单.xlsx", 2, 2, "hybrid")
    batch = until(client, begun["id"], "done")
    assert (batch["done"], batch["counts"], batch["job"], batch["error"], batch["outdated"]) == (
        2, {"answered": 0, "partly": 1, "not_found": 1, "error": 0}, None, None, False
    )  # fmt: skip
    asked = client.post("/v1/ask", json={"query": "各区生态修复措施", "per_region": 2}).json()
    row = batch["rows"][0]
    first = asked["statements"][0]["citations"][0]
    assert row["first"] == {"quote": first["quote"], "citation": first["citation"]} and row["note"] == "给办公室"
    kept = client.get(f"/v1/batches/{batch['id']}/answers/1").json()
    assert [g["status"] for g in kept["groups"]] == [g["status"] for g in asked["groups"]] and kept["statements"] == asked["statements"]
    (listed,) = client.get("/v1/batches").json()["batches"]
    assert listed == {name: value for name, value in batch.items() if name not in ("rows", "outdated")}
    assert submit(client, per_region="2")["id"] == batch["id"]


def test_stopped_by_one_server_and_taken_up_by_the_next(client: TestClient, home: Path) -> None:
    content = sixty()
    begun = submit(client, content)
    job = begun["job"]
    while client.get(f"/v1/batches/{begun['id']}").json()["done"] < 3:
        time.sleep(0.02)
    assert "请先停止" in refusal(client.delete(f"/v1/batches/{begun['id']}"), 409)
    assert submit(client, content)["job"] == job
    assert client.post(f"/v1/batches/{begun['id']}/stop").status_code == 202
    stopped = until(client, begun["id"], "stopped", "done")
    assert stopped["state"] == "stopped" and 3 <= stopped["done"] < 60
    assert [row["status"] == "waiting" for row in stopped["rows"]] == [n >= stopped["done"] for n in range(60)]
    after = client_over(home)
    assert after.get(f"/v1/batches/{begun['id']}").json()["state"] == "stopped"
    assert after.post(f"/v1/batches/{begun['id']}/resume").status_code == 202
    done = until(after, begun["id"], "done")
    assert done["rows"][: stopped["done"]] == stopped["rows"][: stopped["done"]]
    assert [row["question"] for row in done["rows"]] == SIXTY and not any(row["status"] == "waiting" for row in done["rows"])


def test_exports_are_files_with_their_own_names(client: TestClient) -> None:
    batch = until(client, submit(client)["id"], "done")
    for name, exporter in EXPORTERS.items():
        answer = client.get(f"/v1/batches/{batch['id']}/export", params={"format": name})
        assert answer.status_code == 200 and answer.headers["content-type"] == exporter.media_type
        assert unquote(answer.headers["content-disposition"]).endswith(f"filename*=UTF-8''清单_答案.{exporter.suffix}")
        assert answer.headers["x-content-type-options"] == "nosniff" and len(answer.content) > 100
    assert "不支持导出为「exe」" in refusal(client.get(f"/v1/batches/{batch['id']}/export?format=exe"), 422)


def test_the_template_can_be_handed_in_as_it_is(client: TestClient) -> None:
    empty = client.get("/v1/batches/template")
    assert read_questions(empty.content, "示例.xlsx")[0].text == "各区生态修复措施"
    assert until(client, submit(client, empty.content)["id"], "done")["total"] == 3


def test_what_is_removed_is_gone(client: TestClient, home: Path) -> None:
    batch = until(client, submit(client)["id"], "done")
    assert client.delete(f"/v1/batches/{batch['id']}").json() == {"removed": batch["id"]}
    assert list((home / "batches").iterdir()) == [] == client.get("/v1/batches").json()["batches"]
    for method, path in (("GET", ""), ("GET", "/export"), ("GET", "/answers/1"), ("POST", "/resume"), ("POST", "/stop"), ("DELETE", "")):
        assert "没有编号为" in refusal(client.request(method, f"/v1/batches/{batch['id']}{path}"), 404)


def test_without_an_index_it_says_what_to_run(tmp_path: Path) -> None:
    client = client_over(tmp_path / "空")
    failed = until(client, submit(client)["id"], "failed")
    assert "planseek ingest" in failed["error"] and failed["done"] == 0


@pytest.mark.parametrize(
    ("name", "content", "options", "told"),
    [
        ("a.exe", b"x", {}, "不支持这种文件"), ("a.xlsx", b"x", {}, "不是 Excel"), ("a.txt", b"", {}, "没有找到问题"),
        ("a.csv", "问题,规划期\n水,很久\n".encode(), {}, "第 2 行"), ("a.txt", bytes((10 << 20) + 1), {}, "10 MB"),
        ("a.txt", "水".encode(), {"per_region": "0"}, "per_region"), ("a.txt", "水".encode(), {"mode": "x"}, "检索方式「x」无法识别"),
        ("..", "水".encode(), {}, "没有文件名"),
    ],
)  # fmt: skip
def test_refused_files(client: TestClient, home: Path, name: str, content: bytes, options: dict[str, str], told: str) -> None:
    assert told in refusal(client.post("/v1/batches", files={"file": (name, content)}, data=options), 422)
    assert not (home / "batches").exists()


def test_a_name_leads_nowhere_and_is_kept_bare(client: TestClient, home: Path) -> None:
    begun = submit(client, "水".encode(), "../../etc/<b>问题</b>.txt")
    assert "/" not in begun["name"] and "<" not in begun["name"] and begun["name"].endswith(".txt")
    assert [path.name for path in (home / "batches").iterdir()] == [begun["id"]]
    until(client, begun["id"], "done")
