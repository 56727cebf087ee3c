"""The routes that hand tables on as files, over the sample plans: each holds what the table's own route answers."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever import exporters
from retriever.service import Service
from settings import Settings


@pytest.fixture(scope="module")
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def draft(client: TestClient) -> str:
    found: str = next(d["id"] for d in client.get("/v1/documents").json()["documents"] if d["status"] != "正式")
    return found


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def exported(client: TestClient, format_name: str, **body: Any) -> bytes:
    answer = client.post("/v1/export", json=body | {"format": format_name})
    assert answer.status_code == 200, answer.text
    exporter = exporters.EXPORTERS[format_name]
    assert answer.headers["content-type"] == exporter.media_type and answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == f'attachment; filename="planseek-{body["what"]}.{exporter.suffix}"'
    return answer.content


@pytest.mark.parametrize(("what", "route"), [("targets", "targets"), ("duties", "duties"), ("matrix", "compare")])
def test_the_json_of_a_file_is_what_the_route_answers(client: TestClient, what: str, route: str) -> None:
    body: dict[str, Any] = {"query": "各区养老服务由谁负责" if what == "duties" else "各区森林覆盖率目标"}
    body |= {"columns": ["养老", "托育"]} if what == "matrix" else {}
    answered = client.post(f"/v1/{route}", json=body | ({"k": 50} if what == "targets" else {})).json()
    file = json.loads(exported(client, "json", what=what, **body))
    assert file["rows"] == answered["rows"] and file["rows"]


def test_a_file_of_targets_has_a_line_a_target(client: TestClient) -> None:
    found = rows(exported(client, "csv", what="targets", query="各区森林覆盖率目标"))
    assert [(r["地区"], r["目标"]) for r in found] == [
        ("澜江省临澜市云麓区", "69.2%"), ("澜江省临澜市东屏县", "76.5%以上"), ("澜江省临澜市栗源市", "63%")
    ]  # fmt: skip


def test_a_matrix_is_exported_by_its_columns(client: TestClient) -> None:
    text = exported(client, "md", what="matrix", query="各区有哪些措施", columns=["养老", "生态修复"]).decode()
    assert "养老" in text and "生态修复" in text and "云麓区" in text


@pytest.mark.parametrize("format_name", exporters.EXPORTERS)
def test_a_units_tasks_and_a_drafts_changes_come_in_every_format(client: TestClient, draft: str, format_name: str) -> None:
    suffix = exporters.EXPORTERS[format_name].suffix
    for path, what in (("/v1/duties/export?unit=民政局", "duties"), (f"/v1/documents/{draft}/changes/export?", "changes")):
        answer = client.get(f"{path}&format={format_name}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"] == f'attachment; filename="planseek-{what}.{suffix}"' and answer.content


def test_changes_and_tasks_say_what_their_routes_answer(client: TestClient, draft: str) -> None:
    changes = client.get(f"/v1/documents/{draft}/changes").json()["changes"]
    assert json.loads(client.get(f"/v1/documents/{draft}/changes/export?format=json").content)["changes"] == changes != []
    tasks = client.get("/v1/duties?unit=民政局").json()["rows"]
    assert json.loads(client.get("/v1/duties/export?unit=民政局&format=json").content)["rows"] == tasks != []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/duties/export?unit=局", 422, "unit"), ("/v1/duties/export?unit=民政局&format=odt", 422, "不支持导出为「odt」"),
        (f"/v1/documents/{'0' * 64}/changes/export", 404, ""), ("/v1/documents/{final}/changes/export", 422, "没有可以比较的正式文件"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused(client: TestClient, path: str, status: int, said: str) -> None:
    final = next(d["id"] for d in client.get("/v1/documents").json()["documents"] if d["status"] == "正式")
    answer = client.get(path.format(final=final))
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert said in answer.text and "Traceback" not in answer.text


def test_an_unknown_kind_of_table_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/export", json={"query": "各区养老", "what": "poems"})
    assert answer.status_code == 422 and "不能导出「poems」" in answer.json()["detail"]


def test_a_target_tells_where_its_region_lies(client: TestClient) -> None:
    found = client.post("/v1/targets", json={"query": "各区森林覆盖率目标"}).json()["rows"]
    assert found[0]["region"] == {
        "code": "990104", "name": "澜江省临澜市云麓区", "level": "县级", "place": {"lon": 118.22, "lat": 30.24, "own": True}
    }  # fmt: skip
