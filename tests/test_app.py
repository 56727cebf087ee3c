"""The API over real files: every route, every refusal a problem in Chinese, hostile uploads."""

import csv
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app import create_app
from corpus.errors import PlanSeekError
from retriever.exporters import EXPORTERS
from retriever.service import Service
from routes.uploads import bare_name
from settings import Settings

TEXT = """临澜市沧浦区促进生态修复行动计划

一、总体要求

以沧浪溪为重点，统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩，恢复湿地410亩，森林覆盖率达到58.2%。
"""
REGIONS = "code,name,level,parent\n990000,澜江省,省级,100000\n990100,临澜市,地级,990000\n990102,沧浦区,县级,990100\n"


@pytest.fixture(scope="module")
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "库"


@pytest.fixture
def fresh(home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=home, upload_mb=1))), raise_server_exceptions=False)


def problem(answer: httpx.Response, status: int) -> str:
    """The detail of a problem response: one Chinese line."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail"} and body["status"] == status
    detail: str = body["detail"]
    assert "\n" not in detail and any("\u4e00" <= c <= "\u9fff" for c in detail), detail
    return detail


def upload(client: TestClient, *files: tuple[str, bytes]) -> Any:
    return client.post("/v1/ingest", files=[("files", (name, content)) for name, content in files])


@pytest.mark.parametrize("route", ["search", "ask", "export"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"query": " 　\n"}, "问题是空的"), ({"query": ""}, "问题是空的"), ({"query": "水" * 10_000}, "问题有 10000 个字"),
        ({"query": "水" * 20_001}, "query"), ({}, "query"), ({"query": 5}, "query"), ({"query": "水", "k": 0}, "k"),
        ({"query": "水", "k": 1001}, "k"), ({"query": "水", "k": "十"}, "k"), ({"query": "水", "per_region": 51}, "per_region"),
        ({"query": "水", "mode": "x"}, "检索方式「x」无法识别"), ({"query": "水", "regions": ["无此区"]}, "没有找到地区「无此区」"),
        ({"query": "水", "kinds": ["小说"]}, "文种「小说」无法识别"), ({"query": "水", "document": "x"}, "没有编号为 x 的文档"),
        ({"query": "水", "region": "沧浦区"}, "region"), ({"query": "水", "regions": "沧浦区"}, "regions"),
    ],
)  # fmt: skip
def test_refused_questions(client: TestClient, route: str, body: dict[str, object], words: str) -> None:
    assert words in problem(client.post(f"/v1/{route}", json=body), 422)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"query": "\\ud800"}'])
def test_bodies_that_are_no_question(client: TestClient, content: bytes) -> None:
    problem(client.post("/v1/search", content=content, headers={"content-type": "application/json"}), 422)


def test_addresses_that_are_none(client: TestClient) -> None:
    assert "没有这个地址" in problem(client.get("/v2/search"), 404)
    assert "不支持该请求方法" in problem(client.get("/v1/search"), 405)
    assert "没有编号为 abc 的文档" in problem(client.get("/v1/documents/abc"), 404)
    for query in ("offset=-1", "limit=0", "limit=1001", "limit=x"):
        problem(client.get(f"/v1/documents?{query}"), 422)
    problem(client.post("/v1/ingest"), 422)
    assert client.get("/openapi.json").status_code == 200


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_export(client: TestClient, name: str) -> None:
    answer = client.post("/v1/export", json={"query": "各区生态修复措施", "format": name})
    assert answer.status_code == 200 and answer.headers["content-type"] == EXPORTERS[name][1]
    assert answer.headers["content-disposition"] == f'attachment; filename="planseek.{EXPORTERS[name].suffix}"'
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert {row["问题"] for row in rows} == {"各区生态修复措施"} and "未检索到" in {row["结果"] for row in rows}


def test_unknown_export_format(client: TestClient) -> None:
    answer = client.post("/v1/export", json={"query": "生态", "format": "exe"})
    assert "不支持导出为「exe」" in problem(answer, 422)


def test_restrictions_reach_the_search(client: TestClient) -> None:
    def hits(**body: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.post("/v1/search", json={"query": "生态修复"} | body).json()["hits"]
        return found

    assert len(hits()) == 10 and len(hits(k=2)) == 2
    assert {hit["document"]["kind"] for hit in hits(kinds=["政府工作报告"])} == {"政府工作报告"}
    assert {hit["document"]["period"] for hit in hits(periods=["2026"])} == {"2026"}
    assert {hit["region"]["code"] for hit in hits(regions=["沧浦区"])} == {"990102"}
    assert {hit["document"]["status"] for hit in hits(statuses=["征求意见稿"])} == {"征求意见稿"}
    assert {tuple(hit["why"]) for hit in hits(mode="bm25")} == {("bm25",)}
    assert hits(periods=["1999"]) == []
    one = hits()[0]["document"]["id"]
    assert {hit["document"]["id"] for hit in hits(document=one)} == {one}


# — before an index is there, and when it does not fit ——————————————————————————————————————————————————————————


def test_nothing_to_search_is_503(fresh: TestClient, home: Path) -> None:
    health = fresh.get("/v1/health")
    assert health.status_code == 503 and health.json()["status"] == "not_ready"
    assert "planseek ingest" in health.json()["reason"]
    for route in ("search", "ask", "export"):
        assert "planseek ingest" in problem(fresh.post(f"/v1/{route}", json={"query": "生态"}), 503)
    assert "planseek ingest" in problem(fresh.get("/v1/documents"), 503)
    assert "planseek ingest" in problem(fresh.get("/v1/documents/abc"), 503)
    assert not (home / "corpus.sqlite").exists()


@pytest.mark.parametrize("damage", ["lost", "stale"])
def test_an_index_that_does_not_fit_is_503(sample_home: Path, home: Path, damage: str) -> None:
    shutil.copytree(sample_home, home)
    (manifest,) = home.glob("index/*/manifest.json")
    if damage == "lost":
        manifest.unlink()
    else:
        manifest.write_text(manifest.read_text("utf-8").replace('"tokenizer": "', '"tokenizer": "old-'), "utf-8")
    stale = TestClient(create_app(Service(Settings(home=home))))
    assert stale.get("/v1/health").status_code == 503
    remedy = "请运行 planseek doctor --repair" if damage == "lost" else "请运行 planseek ingest"
    assert remedy in problem(stale.post("/v1/search", json={"query": "生态"}), 503)


# — uploads ————————————————————————————————————————————————————————————————————————————————————————————————————


def test_an_upload_is_searched_at_once(fresh: TestClient, home: Path) -> None:
    report = upload(fresh, ("计划.txt", TEXT.encode()), ("regions.csv", REGIONS.encode())).json()
    (document,) = report["documents"]
    assert (document["status"], document["region"]["code"]) == ("added", "990102")
    (hit,) = fresh.post("/v1/search", json={"query": "沧浦区湿地"}).json()["hits"]
    assert hit["text"] in TEXT and hit["document"]["file"] == (home / "uploads" / "计划.txt").resolve().as_posix()
    assert upload(fresh, ("计划.txt", TEXT.encode())).json()["documents"][0]["status"] == "unchanged"
    metadata = "file,title,status\n计划.txt,改过的标题,征求意见稿\n".encode()
    (document,) = upload(fresh, ("metadata.csv", metadata)).json()["documents"]
    assert (document["status"], document["title"]) == ("replaced", "改过的标题")
    assert sorted(path.name for path in (home / "uploads").iterdir()) == ["metadata.csv", "regions.csv", "计划.txt"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.txt", "x.txt"), ("C:\\文件\\x.txt", "x.txt"), ("/etc/passwd", "passwd"), ("..\\..\\x.txt", "x.txt"),
        ("a\x00b.txt", "ab.txt"), ("a\nb.txt", "ab.txt"), ('<b>"x"</b>.txt', "b.txt"), (".x.txt", "x.txt"), ("~$x.txt", "~$x.txt"),
        ("规划" * 150 + ".txt", ("规划" * 150).encode()[:196].decode(errors="ignore") + ".txt"), ("x" * 300, "x" * 200),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"), ("甲." + "乙" * 300, ("甲." + "乙" * 300).encode()[:200].decode(errors="ignore")),
        ("a:b?.txt", "ab.txt"), ("规划.TXT", "规划.TXT"), ("x.txt/", "x.txt"),
    ],
)  # fmt: skip
def test_bare_names(given: str, kept: str) -> None:
    assert bare_name(given) == kept and len(kept.encode()) <= 200


@pytest.mark.parametrize("given", ["", " ", ".", "..", "../..", "/", "\\", "\x00", "???"])
def test_names_that_are_none(given: str) -> None:
    with pytest.raises(PlanSeekError, match="上传的文件没有文件名"):
        bare_name(given)


@pytest.mark.parametrize(
    "name",
    ["../../x.txt", "C:\\x.txt", "规划" * 150 + ".txt", "a\x00b.txt", "/etc/x.txt", "..%2f..%2fx.txt", "x.txt\r\n"],
)
def test_hostile_names_stay_in_the_uploads_folder(fresh: TestClient, home: Path, tmp_path: Path, name: str) -> None:
    (document,) = upload(fresh, (name, TEXT.encode())).json()["documents"]
    assert Path(document["file"]).parent == (home / "uploads").resolve()
    assert {path.name for path in tmp_path.iterdir()} == {"库"}
    assert {path.name for path in home.iterdir()} <= {"uploads", "corpus.sqlite", "index", "manifest.json", "cache"}


def test_refused_uploads_leave_nothing(fresh: TestClient, home: Path) -> None:
    uploads = home / "uploads"
    assert "超过 1 MB 的上限" in problem(
        upload(fresh, ("小.txt", TEXT.encode()), ("大.txt", b"x" * ((1 << 20) + 1))), 422
    )
    assert list(uploads.iterdir()) == []
    assert "有两个文件同名「甲.txt」" in problem(upload(fresh, ("甲.txt", b"1"), ("x/甲.txt", b"2")), 422)
    assert "没有文件名" in problem(upload(fresh, ("..", TEXT.encode())), 422)
    assert "regions.csv 缺少列" in problem(upload(fresh, ("regions.csv", "代码\n1\n".encode())), 422)
    assert "metadata.csv 缺少 file 列" in problem(
        upload(fresh, ("metadata.csv", b"a\n1\n"), ("甲.txt", TEXT.encode())), 422
    )
    assert list(uploads.iterdir()) == []
    assert upload(fresh, ("甲.txt", TEXT.encode())).json()["documents"][0]["status"] == "added"


def test_an_unreadable_upload_is_reported_and_harms_nothing(fresh: TestClient) -> None:
    upload(fresh, ("甲.txt", TEXT.encode()))
    report = upload(fresh, ("甲.txt", b"\x00\xff" * 99), ("空.txt", b""), ("x.exe", b"MZ\x00"), ("乙.txt", b"x")).json()
    by_name = {Path(d["file"]).name: d for d in report["documents"]}
    assert {d["status"] for d in by_name.values()} == {"refused"} and all(d["reason"] for d in by_name.values())
    assert len(fresh.post("/v1/search", json={"query": "湿地"}).json()["hits"]) == 1
    at_limit = upload(fresh, ("界.txt", TEXT.encode() + b" " * ((1 << 20) - len(TEXT.encode()))))
    assert at_limit.json()["documents"][0]["status"] == "added"


# — over a real socket ————————————————————————————————————————————————————————————————————————————————————————————


def test_over_http(sample_home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:create_app",
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen(line, env=os.environ | {"PLANSEEK_HOME": str(sample_home)}, stderr=subprocess.PIPE)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            for _ in range(300):
                try:
                    health = client.get("/v1/health")
                    break
                except httpx.ConnectError:
                    assert server.poll() is None
                    time.sleep(0.1)
            assert health.json()["status"] == "ok"
            found = client.post("/v1/search", json={"query": "各区生态修复措施"}).json()
            assert len(found["groups"]) == 9 and found["hits"]
            assert "问题是空的" in problem(client.post("/v1/ask", json={"query": " "}), 422)
            assert client.post("/v1/export", json={"query": "养老", "format": "xlsx"}).content[:2] == b"PK"
    finally:
        server.terminate()
        _, err = server.communicate(timeout=20)
    assert b"Traceback" not in err
