"""The API's upkeep of the corpus: jobs, corrections, removals, regions, disk use; every refusal a problem in Chinese."""

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from desk.jobs import OVER
from retriever.service import Service
from settings import Settings
from tests.test_app import REGIONS, TEXT, problem

OTHER = """临澜市沧浦区养老服务行动计划

一、重点任务

新建社区食堂三十处，服务独居老人两千名，改造老年活动中心六座，由区民政局牵头。
"""


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "库"))


@pytest.fixture
def service(home: Path) -> Service:
    return Service(Settings(home=home, upload_mb=1))


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False)


@pytest.fixture
def fresh(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=tmp_path / "新库", upload_mb=1))), raise_server_exceptions=False)


def files(*given: tuple[str, bytes]) -> Any:
    return [("files", pair) for pair in given]


def ended(client: TestClient, job: dict[str, Any]) -> Any:
    until = time.monotonic() + 60
    while job["state"] not in OVER:
        assert time.monotonic() < until, job
        time.sleep(0.02)
        job = client.get(f"/v1/jobs/{job['id']}").json()
    return job


def documents(client: TestClient) -> dict[str, Any]:
    """The listed documents by the beginning of their file's name."""
    return {Path(d["file"]).name[:2]: d for d in client.get("/v1/documents").json()["documents"]}


# — jobs ————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_files_come_in_as_a_job(fresh: TestClient) -> None:
    answer = fresh.post("/v1/ingest/jobs", files=files(("计划.txt", TEXT.encode()), ("regions.csv", REGIONS.encode()), ("坏.pdf", b"x")))
    assert answer.status_code == 202 and answer.json()["kind"] == "ingest"
    job = ended(fresh, answer.json())
    assert (job["state"], job["error"]) == ("done", None)
    assert {Path(d["file"]).name: d["status"] for d in job["result"]["documents"]} == {"计划.txt": "added", "坏.pdf": "refused"}
    assert [j["id"] for j in fresh.get("/v1/jobs").json()["jobs"]] == [job["id"]]
    assert len(fresh.post("/v1/search", json={"query": "湿地"}).json()["hits"]) == 1


def test_a_refused_upload_begins_no_job(fresh: TestClient) -> None:
    answer = fresh.post("/v1/ingest/jobs", files=files(("大.txt", b"x" * ((1 << 20) + 1))))
    assert "超过 1 MB 的上限" in problem(answer, 422)
    assert fresh.get("/v1/jobs").json() == {"jobs": []}
    assert "没有编号为 x 的任务" in problem(fresh.get("/v1/jobs/x"), 404)
    assert "没有编号为 x 的任务" in problem(fresh.delete("/v1/jobs/x"), 404)


def test_the_same_file_sent_again_is_left_untouched(fresh: TestClient, tmp_path: Path) -> None:
    fresh.post("/v1/ingest", files=files(("计划.txt", TEXT.encode())))
    kept = tmp_path / "新库" / "uploads" / "计划.txt"
    before = kept.stat()
    job = ended(fresh, fresh.post("/v1/ingest/jobs", files=files(("计划.txt", TEXT.encode()))).json())
    assert [d["status"] for d in job["result"]["documents"]] == ["unchanged"]
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_while_files_come_in_questions_are_answered_and_changes_wait(service: Service, client: TestClient) -> None:
    reading, go = threading.Event(), threading.Event()

    def hold(stage: str, done: int, total: int) -> None:
        reading.set()
        assert go.wait(60)

    target = documents(client)["06"]["id"]
    uploads = service.settings.home / "uploads"
    uploads.mkdir()
    (uploads / "养老.txt").write_text(OTHER, "utf-8")
    writer = threading.Thread(target=service.ingest, args=([uploads],), kwargs={"progress": hold})
    writer.start()
    try:
        assert reading.wait(60)
        found = client.post("/v1/search", json={"query": "各区生态修复措施"})
        assert found.status_code == 200 and found.json()["hits"]
        assert "正在读入文件" in problem(client.patch(f"/v1/documents/{target}", json={"title": "题"}), 409)
        job = client.post("/v1/documents/removals", json={"documents": [target]}).json()
        waiting = client.post("/v1/ingest/jobs", files=files(("计划.txt", TEXT.encode()))).json()
        until = time.monotonic() + 60
        while client.get(f"/v1/jobs/{waiting['id']}").json()["stage"] != "等待前一项写入完成":
            assert time.monotonic() < until
            time.sleep(0.02)
        assert client.delete(f"/v1/jobs/{waiting['id']}").json()["state"] in ("running", "stopped")
        assert ended(client, waiting)["state"] == "stopped"
    finally:
        go.set()
        writer.join()
    assert ended(client, job)["state"] == "done"
    assert "06" not in documents(client) and "养老" in documents(client) and "计划" not in documents(client)
    again = client.post(f"/v1/jobs/{waiting['id']}/again")
    assert again.status_code == 202 and ended(client, again.json())["state"] == "done"
    assert "计划" in documents(client)


# — corrections —————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_document_is_corrected_and_taken_back(client: TestClient) -> None:
    before = documents(client)["06"]
    assert before["edited"] == {} and before["region"]["confidence"] < 1
    done = client.patch(f"/v1/documents/{before['id']}", json={"region": "茶溪县", "issued": "2026年1月20日", "number": ""}).json()
    assert (done["status"], done["document"]["region"]["name"]) == ("changed", "澜江省临澜市茶溪县")
    now = documents(client)["06"]
    assert now["edited"] == {"region": before["region"]["name"], "issued": before["issued"], "number": before["number"]}
    assert (now["issued"], now["number"], now["region"]["confidence"]) == ("2026-01-20", None, 1.0)
    shown = client.get(f"/v1/documents/{before['id']}").json()
    assert shown["document"]["region"]["source"] == "edited"
    assert {passage["region"]["name"] for passage in shown["passages"]} == {"澜江省临澜市茶溪县"}
    hits = client.post("/v1/search", json={"query": "生态", "regions": ["茶溪县"], "document": before["id"]}).json()["hits"]
    assert hits and {hit["region"]["name"] for hit in hits} == {"澜江省临澜市茶溪县"}
    client.patch(f"/v1/documents/{before['id']}", json={"region": None, "issued": None, "number": None})
    assert documents(client)["06"] == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"region": "鼓楼区"}, "江苏省南京市鼓楼区、江苏省徐州市鼓楼区"), ({"kind": "小说"}, "可用：规划纲要"), ({"status": "草稿"}, "可用：正式"),
        ({"period": "十四五"}, "请写作 2021-2025 或 2026"), ({"issued": "昨天"}, "请写作 2021-03-05"), ({"title": " "}, "标题不能为空"),
        ({"text": "x"}, "text"), ({"title": 5}, "title"), ({"title": "长" * 501}, "title"),
    ],
)  # fmt: skip
def test_refused_corrections_change_nothing(client: TestClient, body: dict[str, object], words: str) -> None:
    before = documents(client)
    assert words in problem(client.patch(f"/v1/documents/{before['06']['id']}", json={"period": "2030"} | body), 422)
    assert documents(client) == before


def test_several_are_saved_together_each_with_its_outcome(client: TestClient) -> None:
    listed = documents(client)
    one, two = listed["06"]["id"], listed["09"]["id"]
    body = {"documents": [{"id": one, "title": "改过的题"}, {"id": two, "kind": "小说"}, {"id": "0" * 64, "title": "题"}]}
    done = client.patch("/v1/documents", json=body).json()["documents"]
    assert [(d["id"], d["status"]) for d in done] == [(one, "changed"), (two, "refused"), ("0" * 64, "refused")]
    assert "文种「小说」无法识别" in done[1]["reason"] and "没有编号为" in done[2]["reason"] and done[0]["reason"] is None
    twice = {"documents": [{"id": one, "title": "甲"}, {"id": one, "title": "乙"}]}
    assert "出现了两次" in problem(client.patch("/v1/documents", json=twice), 422)
    assert "没有编号为 x 的文档" in problem(client.patch("/v1/documents/x", json={"title": "题"}), 404)


# — removals ————————————————————————————————————————————————————————————————————————————————————————————————————


def test_an_uploaded_document_is_removed_with_its_copy(client: TestClient, home: Path) -> None:
    client.post("/v1/ingest", files=files(("养老.txt", OTHER.encode())))
    copy = home / "uploads" / "养老.txt"
    target = documents(client)["养老"]["id"]
    gone = client.delete(f"/v1/documents/{target}").json()
    assert (gone["title"], gone["deleted"], gone["left"], gone["note"]) == ("临澜市沧浦区养老服务行动计划", [copy.resolve().as_posix()], [], None)
    assert not copy.exists()
    assert "没有编号为" in problem(client.get(f"/v1/documents/{target}"), 404)
    assert "没有编号为" in problem(client.delete(f"/v1/documents/{target}"), 404)


def test_a_file_outside_the_home_stays_and_that_is_said(client: TestClient) -> None:
    target = documents(client)["06"]
    gone = client.delete(f"/v1/documents/{target['id']}").json()
    assert (gone["deleted"], gone["left"]) == ([], [target["file"]]) and Path(target["file"]).exists()
    assert "06_望澜区2026年政府工作报告.txt 还在原处" in gone["note"]


def test_several_are_removed_as_a_job(client: TestClient) -> None:
    listed = documents(client)
    ids = [listed["06"]["id"], listed["09"]["id"]]
    job = ended(client, client.post("/v1/documents/removals", json={"documents": ids}).json())
    assert job["state"] == "done" and [d["id"] for d in job["result"]["documents"]] == ids
    assert documents(client).keys() == listed.keys() - {"06", "09"}
    assert "没有编号为" in problem(client.post("/v1/documents/removals", json={"documents": ids}), 404)


# — regions and disk use ————————————————————————————————————————————————————————————————————————————————————————


def test_regions_are_found_added_and_taken_back(client: TestClient) -> None:
    found = client.get("/v1/regions", params={"q": "弋江区"}).json()
    assert found["total"] == 1
    assert {key: found["regions"][0][key] for key in ("code", "name", "level", "parent", "own", "documents")} == {
        "code": "340203", "name": "安徽省芜湖市弋江区", "level": "县级", "parent": "340200", "own": False, "documents": 0,
    }  # fmt: skip
    first = client.get("/v1/regions", params={"limit": 1}).json()
    assert len(first["regions"]) == 1 and first["regions"][0]["own"] and first["total"] > 1
    row = {"code": "990100K1", "name": "沧浪高新区", "level": "县级", "parent": "临澜市", "aliases": ["沧浪高新"], "lon": 118.2, "from": "2006"}
    answer = client.post("/v1/regions", json={"regions": [row]})
    assert answer.status_code == 201 and "重新读入" in answer.json()["note"]
    added = answer.json()["regions"][0]
    assert (added["name"], added["own_name"], added["aliases"], added["lon"], added["from"]) == (
        "澜江省临澜市沧浪高新区", "沧浪高新区", ["沧浪高新"], 118.2, "2006",
    )  # fmt: skip
    assert "沧浪高新区" in client.post("/v1/search", json={"query": "生态", "regions": ["沧浪高新区"]}).text
    assert "第 1 个地区：代码 990100K1 已是" in problem(client.post("/v1/regions", json={"regions": [row]}), 422)
    assert client.delete("/v1/regions/990100K1").json() == {"removed": "990100K1"}
    assert "没有代码为" in problem(client.delete("/v1/regions/990100K1"), 404)
    assert "份文件属于或提到" in problem(client.delete("/v1/regions/990102"), 409)


def test_everything_at_hand_is_read_again_as_a_job(client: TestClient) -> None:
    row = {"code": "990100K1", "name": "沧浪高新区", "level": "县级", "parent": "临澜市"}
    client.post("/v1/regions", json={"regions": [row]})
    job = ended(client, client.post("/v1/ingest/again").json())
    assert (job["kind"], job["state"]) == ("reread", "done")
    assert {d["status"] for d in job["result"]["documents"]} == {"replaced"} and len(job["result"]["documents"]) == len(documents(client))


def test_disk_use(client: TestClient, fresh: TestClient) -> None:
    used = client.get("/v1/usage").json()
    assert set(used) == {"store", "index", "uploads", "cache", "other", "models", "free", "documents", "passages"}
    assert (used["documents"], used["uploads"]) == (14, 0) and min(used["store"], used["index"], used["models"], used["free"]) > 100_000
    assert "planseek ingest" in problem(fresh.get("/v1/usage"), 503)
