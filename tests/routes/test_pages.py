"""A document as it is looked at, over HTTP: paragraphs as cited, citations of spans, pictures of pages, refusals in Chinese."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.service import Service
from settings import Settings
from tests.test_app import problem, upload


@pytest.fixture(scope="module")
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)


def known(client: TestClient, name: str) -> Any:
    """A sample by a part of its file's name."""
    documents = client.get("/v1/documents").json()["documents"]
    found = next(document["id"] for document in documents if name in document["file"])
    return client.get(f"/v1/documents/{found}").json()


def path(document: Any, rest: str) -> str:
    return f"/v1/documents/{document['document']['id']}/{rest}"


def test_a_hit_is_cited_by_the_numbers_of_its_paragraphs(client: TestClient) -> None:
    hits = client.post("/v1/search", json={"query": "生态修复", "k": 30}).json()["hits"]
    assert len(hits) > 10
    for hit in hits:
        base, span = f"/v1/documents/{hit['document']['id']}", hit["span"]
        cited = client.get(f"{base}/citation", params=span).json()
        assert (cited["quote"], cited["citation"], cited["page"]) == (hit["text"], hit["citation"], hit["page"])
        rows = client.get(f"{base}/paragraphs").json()["paragraphs"]
        own = [row for row in rows if row["start"] < span["end"] and span["start"] < row["end"]]
        first, last = own[0]["first"], own[-1]["last"]
        assert hit["citation"].endswith(f"第{first}段" if first == last else f"第{first}—{last}段")


def test_a_span_over_sections_is_cited_by_each_of_them(client: TestClient) -> None:
    document = known(client, "01_")
    a, b = next(
        (a, b) for a, b in zip(document["passages"], document["passages"][1:], strict=False) if a["trail"][:2] != b["trail"][:2]
    )
    whole = client.get(path(document, "citation"), params={"start": a["start"], "end": b["end"]}).json()["citation"]
    parts = [client.get(path(document, "citation"), params={"start": p["start"], "end": p["end"]}).json()["citation"] for p in (a, b)]
    assert whole == "；".join(parts) and parts[0] != parts[1]


def test_what_is_in_no_passage_is_cited_by_the_title(client: TestClient) -> None:
    document = known(client, "13_")
    out = next(section for section in document["sections"] if section["kind"] == "boilerplate")
    cited = client.get(path(document, "citation"), params={"start": out["start"], "end": out["end"]}).json()
    assert cited["citation"] == f"《{document['document']['title']['value']}》"
    assert cited["quote"] == document["text"][out["start"] : out["end"]]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 3), (0, 10**9)])
def test_a_span_outside_the_text_is_refused(client: TestClient, start: int, end: int) -> None:
    assert "没有从" in problem(client.get(path(known(client, "01_"), "citation"), params={"start": start, "end": end}), 422)


def test_a_page_is_a_picture_of_the_width_asked_for(client: TestClient) -> None:
    from PIL import Image

    document = known(client, "05_")
    pages = client.get(path(document, "paragraphs")).json()["pages"]
    assert pages == sorted(pages) and len(pages) == document["document"]["pages"]
    answer = client.get(path(document, f"pages/{len(pages)}"), params={"width": 640})
    assert answer.headers["content-type"] == "image/webp" and answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.width) == ("WEBP", 640)


@pytest.mark.parametrize("width", [0, 399, 2001, "breit"])
def test_other_widths_are_refused(client: TestClient, width: object) -> None:
    assert "width" in problem(client.get(path(known(client, "05_"), "pages/1"), params={"width": str(width)}), 422)


def test_pages_that_are_not_there_are_unknown(client: TestClient) -> None:
    assert "只有 9 页，没有第 10 页" in problem(client.get(path(known(client, "05_"), "pages/10")), 404)
    assert "没有页面图" in problem(client.get(path(known(client, "01_"), "pages/1")), 404)
    problem(client.get(path(known(client, "05_"), "pages/0")), 422)
    for rest in ("paragraphs", "citation?start=0&end=1", "pages/1"):
        assert "没有编号为" in problem(client.get(f"/v1/documents/{'0' * 64}/{rest}"), 404)


def test_an_uploaded_file_that_is_taken_away_has_no_pictures(samples: Path, tmp_path: Path) -> None:
    home = tmp_path / "库"
    client = TestClient(create_app(Service(Settings(home=home))), raise_server_exceptions=False)
    name = "05_云麓区生态环境保护十四五专项规划.pdf"
    assert upload(client, (name, (samples / name).read_bytes())).status_code == 200
    document = known(client, "05_")
    assert client.get(path(document, "pages/1"), params={"width": 400}).status_code == 200
    shutil.move(home / "uploads" / name, tmp_path / name)
    told = problem(client.get(path(document, "pages/2"), params={"width": 400}), 404)
    assert "已经不在导入时的位置" in told and str(home) not in told
