"""What the service says of itself: numbers on every answer, figures by route, a log in which nothing of a caller's stands."""

import json
import logging
import re
import sys
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from access.keys import Keys
from access.model import ROLES
from app import create_app
from retriever.service import Service
from routes import logs
from settings import Settings
from tests.test_app import problem
from tests.ui.running import free_port, running

SECRET = "geheim7Kq"


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Name and label values → value, of all that /v1/metrics shows."""
    answer = client.get("/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


@pytest.fixture
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)


def test_requests_are_counted_by_the_template_of_their_route(client: TestClient) -> None:
    for name in ("a" * 64, "b" * 64):
        client.get(f"/v1/documents/{name}")
    client.post("/v1/search", json={"query": SECRET})
    client.get(f"/{SECRET}")
    client.request(SECRET, "/v1/search")
    found = figures(client)
    assert found["planseek_requests_total", "GET", "/v1/documents/{document_id}", "404"] == 2
    assert found["planseek_requests_total", "POST", "/v1/search", "200"] == 1
    assert found["planseek_requests_total", "GET", "-", "404"] == 1
    assert found["planseek_request_seconds_count", "POST", "/v1/search"] == 1
    assert SECRET not in client.get("/v1/metrics").text and "养老" not in client.get("/v1/metrics").text


def test_the_corpus_is_counted_as_health_counts_it(client: TestClient) -> None:
    health, found = client.get("/v1/health").json(), figures(client)
    assert (found["planseek_documents",], found["planseek_passages",]) == (health["documents"], health["passages"])
    assert found["planseek_index_damages",] == 0 and found["planseek_under_way", "asking"] == 0
    if sys.platform == "linux":
        assert found["process_resident_memory_bytes",] > 50e6


def test_without_a_corpus_there_are_figures_of_the_rest(tmp_path: Path) -> None:
    client = TestClient(create_app(Service(Settings(home=tmp_path))))
    assert client.get("/v1/live").json() == {"status": "ok"}
    assert client.get("/v1/ready").status_code == 503
    found = figures(client)
    assert found["planseek_requests_total", "GET", "/v1/ready", "503"] == 1 and ("planseek_documents",) not in found


def test_a_service_that_can_answer_is_ready(client: TestClient) -> None:
    assert (client.get("/v1/ready").status_code, client.get("/v1/ready").json()) == (200, {"status": "ok"})


def test_the_figures_are_the_administrators(tmp_path: Path) -> None:
    secrets = {role: Keys(tmp_path).add(role, role)[1] for role in ROLES}
    client = TestClient(create_app(Service(Settings(home=tmp_path))))
    statuses = {role: client.get("/v1/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code for role, secret in secrets.items()}
    assert statuses == {"读者": 403, "编辑": 403, "管理员": 200}
    assert client.get("/v1/metrics").status_code == 401
    assert client.get("/v1/live").status_code == 200


def test_every_answer_has_a_number_of_its_own_whatever_the_caller_sends(client: TestClient) -> None:
    sent = {"X-Request-ID": SECRET}
    numbers = [client.get(path, headers=sent).headers["X-Request-ID"] for path in ("/v1/live", "/none", "/v1/documents/7")]
    assert len(set(numbers)) == 3 and all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)


def test_what_nobody_expected_is_a_sentence_with_the_number_and_a_trace_without_the_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Service(Settings(home=tmp_path)))

    @app.get("/v1/broken")
    def broken() -> None:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error

    with caplog.at_level(logging.INFO, "planseek.requests"):
        answer = TestClient(app, raise_server_exceptions=False).get("/v1/broken")
    told = problem(answer, 500)
    assert answer.headers["X-Request-ID"] in told and SECRET not in told and "KeyError" in told
    for style in logs.STYLES.values():
        lines = "\n".join(style().format(record) for record in caplog.records)
        assert SECRET not in lines and "builtins.ValueError" in lines and "builtins.KeyError" in lines
        assert lines.index("ValueError") < lines.index("KeyError") and "in broken" in lines and "/v1/broken" in lines


def test_a_line_of_the_log_has_these_fields(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key, secret = Keys(tmp_path).add("甲", "读者")
    client = TestClient(create_app(Service(Settings(home=tmp_path))))
    with caplog.at_level(logging.INFO, "planseek.requests"):
        client.get("/v1/evaluations", headers={"Authorization": f"Bearer {secret}"})
    (record,) = caplog.records
    told = json.loads(logs.Json().format(record))
    assert set(told) == {"time", "level", "logger", "message", "method", "route", "status", "ms", "key"}
    assert (told["level"], told["method"], told["route"], told["status"], told["key"]) == ("INFO", "GET", "/v1/evaluations", 200, key.id)
    assert told["ms"] > 0


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_running_server_logs_nothing_that_a_caller_wrote(tmp_path: Path, style: str) -> None:
    key, secret = Keys(tmp_path).add("甲", "管理员")
    port, log = free_port(), tmp_path / "log"
    # The most talkative way to run it.
    server = [sys.executable, "-m", "uvicorn", "app:create_app", "--factory", "--port", str(port), "--log-level", "debug"]
    command = ["sh", "-c", 'exec "$@" 2>"$0"', str(log), *server]
    environment = {"PLANSEEK_HOME": str(tmp_path), "PLANSEEK_LOG": style, "PYTHONUNBUFFERED": "1"}
    address = f"http://127.0.0.1:{port}"
    bearer = {"Authorization": f"Bearer {secret}"}
    with running(command, environment, f"{address}/v1/live"), httpx.Client(base_url=address, headers=bearer, timeout=90, trust_env=False) as client:
        number = client.post("/v1/search", json={"query": SECRET, "regions": [SECRET]}).headers["X-Request-ID"]
        client.post("/v1/search", content=f'{{"query": {SECRET}')
        client.get(f"/v1/documents/{SECRET}", params={"q": SECRET}, headers={"X-Request-ID": SECRET, "Cookie": SECRET})
        client.get("/v1/suggest", params={"q": SECRET})
        client.request(SECRET, f"/{SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
        client.post("/v1/ingest", files={"files": (f"{SECRET}.txt", SECRET.encode())})
        client.post("/v1/ingest", content=SECRET, headers={"Content-Type": f"multipart/form-data; boundary={SECRET}"})
    written = log.read_text("utf-8")
    assert number in written and key.id in written and "/v1/suggest" in written and written.count("POST /v1/search") == 2
    assert SECRET not in written and secret not in written and secret.split("_", 2)[2] not in written
    if style == "json":
        told = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
        assert ("/v1/documents/{document_id}", 503) in [(line.get("route"), line.get("status")) for line in told], "there is no corpus"
