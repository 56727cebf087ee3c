"""The client for scripts against a real server: what it returns, how it waits, what it says where it is refused."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.keys import Keys
from planseek_client import Client, PlanSeekError
from tests.ui import running

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running.api(tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def stages(address: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, int]]:
    """What was told while the plans were taken in."""
    told: list[tuple[str, int, int]] = []
    with Client(address) as client:
        with pytest.raises(PlanSeekError, match="planseek ingest") as caught:
            client.search("养老")
        assert caught.value.status == 503
        report = client.ingest(running.write_plans(tmp_path_factory.mktemp("plans")), lambda *at: told.append(at))
    assert {(row["file"].rpartition("/")[2], row["status"]) for row in report["documents"]} == {(name, "added") for name in running.PLANS}
    assert report["passages"] > 3
    return told


@pytest.fixture
def client(address: str, stages: list[tuple[str, int, int]]) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def test_an_ingest_tells_how_far_it_is(stages: list[tuple[str, int, int]]) -> None:
    assert stages and all(0 <= done <= total or total == 0 for _, done, total in stages)


def test_a_search_gives_the_words_of_the_document(client: Client) -> None:
    found = client.search("各区生态修复", per_region=1)
    by_region = {group["region"]["name"]: group for group in found["groups"]}
    assert {name: group["status"] for name, group in by_region.items()} == {
        "安徽省芜湖市镜湖区": "found", "安徽省芜湖市鸠江区": "found", "安徽省合肥市庐阳区": "not_found",
    }  # fmt: skip
    (hit,) = by_region["安徽省芜湖市鸠江区"]["hits"]
    text = client.document(hit["document"]["id"])["text"]
    assert text[hit["span"]["start"] : hit["span"]["end"]] == hit["text"] and "修复" in hit["text"]


def test_an_answer_is_cited(client: Client) -> None:
    answer = client.ask("新建养老服务站多少个", regions=["庐阳区"])
    assert answer["status"] == "answered"
    assert any("养老服务站5个" in citation["quote"] for statement in answer["statements"] for citation in statement["citations"])


def test_an_export_is_a_file(client: Client) -> None:
    assert client.export("各区生态修复", "xlsx")[:2] == b"PK"
    assert "镜湖区" in client.export("各区生态修复", "md", what="matrix", columns=["湿地", "码头"]).decode()


def test_all_documents_are_listed(client: Client) -> None:
    listed = {(row["file"] or "").rpartition("/")[2]: row for row in client.documents()}
    assert set(listed) == set(running.PLANS) and all(row["passages"] > 0 for row in listed.values())


def test_a_refusal_is_the_services_own_sentence(client: Client) -> None:
    with pytest.raises(PlanSeekError, match="问题是空的") as caught:
        client.ask(" ")
    assert caught.value.status == 422 and re.fullmatch("[0-9a-f]{16}", caught.value.request)
    with pytest.raises(PlanSeekError, match="没有编号为"):
        client.document("0" * 64)
    with pytest.raises(PlanSeekError, match="没有这个地址"):
        client.document("../health")


def test_files_that_are_refused_say_why(client: Client, tmp_path: Path) -> None:
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-nothing")
    (row,) = client.ingest([tmp_path / "坏.pdf"])["documents"]
    assert row["status"] == "refused" and row["reason"]


def test_where_nothing_answers() -> None:
    with pytest.raises(PlanSeekError, match="连不上服务") as caught:
        Client(f"http://127.0.0.1:{running.free_port()}").search("养老")
    assert caught.value.status == 0


def test_a_wrong_key_and_one_that_asks_too_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Keys(tmp_path).add("甲", "读者")[1]
    monkeypatch.setenv("PLANSEEK_REQUESTS_PER_MINUTE", "10")
    with running.api(tmp_path) as address:
        with pytest.raises(PlanSeekError, match="密钥不对") as caught:
            Client(address, "ps_0_0").search("养老")
        assert caught.value.status == 401
        hasty, patient = Client(address, secret, patience=0), Client(address, secret)
        statuses: list[int] = []
        while 429 not in statuses and len(statuses) < 40:
            with pytest.raises(PlanSeekError) as caught:
                hasty.ask(" ")
            statuses.append(caught.value.status)
        assert statuses[:10] == [422] * 10 and statuses[-1] == 429
        with pytest.raises(PlanSeekError, match="问题是空的"):
            patient.ask(" ")


def test_the_example_of_the_documentation_runs(address: str, stages: list[tuple[str, int, int]], tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?planseek_client.*?)```", page, re.DOTALL)
    script = tmp_path / "例.py"
    script.write_text(example.replace("http://127.0.0.1:8000", address), "utf-8")
    running.write_plans(tmp_path / "规划")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "安徽省芜湖市镜湖区 found" in done.stdout and (tmp_path / "养老.docx").read_bytes()[:2] == b"PK"
