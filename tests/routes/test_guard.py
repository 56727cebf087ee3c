"""The door of the API: every route under every role, from everywhere; what was done under a key stands in the log."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from access.audit import Audit
from access.keys import Keys
from access.model import ROLES
from app import create_app
from retriever.service import Service
from settings import Settings

EDITORS = {
    ("POST", "/v1/ingest"), ("POST", "/v1/ingest/again"), ("POST", "/v1/ingest/jobs"), ("DELETE", "/v1/jobs/{job_id}"), ("POST", "/v1/jobs/{job_id}/again"), ("PATCH", "/v1/documents"), ("POST", "/v1/documents/removals"),
    ("PATCH", "/v1/documents/{document_id}"), ("DELETE", "/v1/documents/{document_id}"), ("POST", "/v1/regions"),
    ("DELETE", "/v1/regions/{code}"), ("POST", "/v1/evaluations"),
}  # fmt: skip
"""What changes the corpus or keeps the machine busy; everything else is any reader's."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def secrets(home: Path) -> dict[str, str]:
    return {role: Keys(home).add(role, role)[1] for role in ROLES}


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Service(Settings(home=home, requests_per_minute=100_000))), raise_server_exceptions=False) as client:
        yield client


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_every_route_asks_for_a_key_and_for_no_more_than_its_role(client: TestClient, secrets: dict[str, str]) -> None:
    routes = [(method.upper(), path) for path, methods in client.app.openapi()["paths"].items() for method in methods]  # type: ignore[attr-defined]
    assert set(routes) >= EDITORS and len(routes) > 40
    for method, path in routes:
        address = re.sub(r"\{[^}]+\}", "7", path)
        if path in ("/v1/health", "/v1/live", "/v1/ready"):
            assert client.request(method, address).status_code in (200, 503)
            continue
        nobody = client.request(method, address)
        assert (nobody.status_code, nobody.headers["content-type"]) == (401, "application/problem+json"), (method, path)
        for role in ROLES:
            answer = client.request(method, address, headers=_bearer(secrets[role]))
            barred = (role == "读者" and (method, path) in EDITORS) or (role != "管理员" and path == "/v1/metrics")
            assert (answer.status_code == 403) == barred, (method, path, role, answer.text)
            assert answer.status_code != 401, (method, path, role)


def test_what_no_route_is_known_for_is_the_administrators(client: TestClient, secrets: dict[str, str]) -> None:
    assert client.post("/v1/elsewhere", headers=_bearer(secrets["编辑"])).status_code == 403
    assert client.post("/v1/elsewhere", headers=_bearer(secrets["管理员"])).status_code == 404


@pytest.mark.parametrize("given", ["Bearer", "Bearer ", "Bearer ps_0_0", "Basic eDp5", "ps_0_0", "Bearer " + "a" * 4000])
def test_what_is_no_key_opens_nothing(client: TestClient, secrets: dict[str, str], given: str) -> None:
    assert client.get("/v1/documents", headers={"Authorization": given}).status_code == 401


def test_the_page_of_the_api_wants_a_key_too_and_health_tells_only_that_it_is_there(client: TestClient, secrets: dict[str, str]) -> None:
    assert (client.get("/docs").status_code, client.get("/openapi.json").status_code) == (401, 401)
    health = client.get("/v1/health")
    assert (health.status_code, set(health.json())) == (503, {"status", "reason"})


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Origin": "http://evil.example"}, "别的网站"),
        ({"Origin": "null"}, "别的网站"),
        ({"Sec-Fetch-Site": "cross-site"}, "别的网站"),
        ({"Host": "evil.example"}, "不是本机"),
        ({"Host": "evil.example:8000"}, "不是本机"),
    ],
)
def test_a_page_elsewhere_can_neither_ask_nor_upload_without_keys(tmp_path: Path, headers: dict[str, str], told: str) -> None:
    here = TestClient(create_app(Service(Settings(home=tmp_path))), raise_server_exceptions=False)
    assert here.get("/v1/evaluations").status_code == 200
    refused = here.get("/v1/evaluations", headers=headers)
    assert refused.status_code == 403 and told in refused.json()["detail"]
    assert here.post("/v1/ingest", files={"files": ("a.txt", b"x")}, headers=headers).status_code == 403
    assert not (tmp_path / "uploads").exists()


def test_without_keys_only_this_machine_is_answered(tmp_path: Path) -> None:
    app = create_app(Service(Settings(home=tmp_path)))
    away = TestClient(app, client=("10.0.0.9", 50000), raise_server_exceptions=False)
    answer = away.get("/v1/evaluations")
    assert answer.status_code == 403 and "只接受本机的请求" in answer.json()["detail"]
    assert TestClient(app, client=("127.0.0.1", 50000), raise_server_exceptions=False).get("/v1/evaluations").status_code == 200


def test_what_was_done_under_a_key_is_written_down_without_the_key(home: Path, client: TestClient, secrets: dict[str, str]) -> None:
    client.post("/v1/search", json={"query": "各区养老"}, headers=_bearer(secrets["读者"]))
    client.delete("/v1/documents/7", headers=_bearer(secrets["编辑"]))
    removed, asked = Audit(home).lines(2)
    assert (asked["name"], asked["action"], asked["path"]) == ("读者", "提问", "/v1/search")
    assert (removed["name"], removed["action"], removed["path"]) == ("编辑", "移除文档", "/v1/documents/7")
    written = "".join(path.read_text("utf-8") for path in home.glob("audit*.jsonl"))
    assert not any(secret.split("_", 2)[2] in written for secret in secrets.values())


def test_every_answer_bears_the_headers_that_browsers_heed(client: TestClient, secrets: dict[str, str]) -> None:
    for answer in (client.get("/v1/documents"), client.get("/docs", headers=_bearer(secrets["读者"])), client.get("/none")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "access-control-allow-origin" not in answer.headers


def test_keys_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite").write_bytes(b"broken" * 500)
    answer = TestClient(create_app(Service(Settings(home=tmp_path))), raise_server_exceptions=False).get("/v1/documents")
    assert answer.status_code == 503 and "密钥库" in answer.json()["detail"]
