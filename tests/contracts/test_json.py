"""The JSON of DESIGN.md §4, key by key, the same from the command line, the API and the exports."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.service import Service
from settings import Settings

INTERPRETATION = {
    "topic", "regions", "fan_out", "period", "periods", "kinds", "statuses", "within", "without", "mentioned", "wants",
    "exact", "excluded", "document", "compare", "read", "expansions", "notes",
}  # fmt: skip
HIT = {
    "rank",
    "score",
    "document",
    "region",
    "trail",
    "paragraph",
    "page",
    "span",
    "text",
    "rows",
    "citation",
    "evidence",
    "why",
    "also",
}
DOCUMENT = {"id", "title", "file", "region", "kind", "period", "status"}
REGION = {"code", "name", "level"}
FIELDS = ("issuer", "title", "region", "kind", "period", "status", "issued", "number")


@pytest.fixture(scope="module")
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))))


def post(client: TestClient, route: str, **body: object) -> Any:
    answer = client.post(f"/v1/{route}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def check_document(document: dict[str, Any]) -> None:
    assert set(document) == DOCUMENT and len(document["id"]) == 64
    assert set(document["region"]) == REGION | {"confidence"} and 0 < document["region"]["confidence"] <= 1


def check_hit(hit: dict[str, Any], *, rejected: bool = False) -> None:
    assert set(hit) == HIT and set(hit["span"]) == {"start", "end"} and set(hit["region"]) == REGION
    check_document(hit["document"])
    assert hit["span"]["end"] - hit["span"]["start"] == len(hit["text"])
    # What is nearest in a silent region need not be among what was looked at again.
    assert set(hit["why"]) in ([{"bm25", "dense"}] if rejected else []) + [{"bm25", "dense", "late"}]
    assert set(hit["why"]["bm25"]) == {"rank", "score", "terms"} and set(hit["why"]["dense"]) == {"rank", "score"}
    assert "late" not in hit["why"] or set(hit["why"]["late"]) == {"rank", "score"}
    assert isinstance(hit["paragraph"], int) and hit["citation"].startswith("《") and 0 <= hit["evidence"] <= 1


@pytest.mark.parametrize("question", ["各区生态修复措施", "生态修复", "养老床位够不够"])
def test_search(client: TestClient, question: str) -> None:
    found = post(client, "search", query=question)
    assert set(found) == {"query", "interpretation", "hits", "groups"} and found["query"] == question
    assert set(found["interpretation"]) == INTERPRETATION and found["hits"]
    for region in found["interpretation"]["regions"]:
        assert set(region) == REGION
    for expansion in found["interpretation"]["expansions"]:
        assert set(expansion) == {"word", "weight", "entry"} and 0 <= expansion["weight"] <= 1
    for group in found["groups"]:
        assert set(group) == {"region", "status", "hits", "best_rejected"} and set(group["region"]) == REGION
        for hit in group["hits"]:
            check_hit(hit)
        if group["best_rejected"]:
            check_hit(group["best_rejected"], rejected=True)
    for hit in found["hits"]:
        check_hit(hit)
    assert bool(found["groups"]) == (found["interpretation"]["fan_out"] is not None) == ("各" in question)


@pytest.mark.parametrize("question", ["各区生态修复措施", "生态修复"])
def test_ask(client: TestClient, question: str) -> None:
    told = post(client, "ask", query=question)
    found = post(client, "search", query=question)
    assert set(told) == set(found) | {"status", "statements"} and told["hits"] == found["hits"]
    assert told["status"] in ("answered", "partly", "not_found") and told["statements"]
    if "各" in question:
        assert [{k: v for k, v in group.items() if k != "statements"} for group in told["groups"]] == found["groups"]
    statements = [*told["statements"], *(s for group in told["groups"] for s in group["statements"])]
    for statement in statements:
        assert set(statement) == {"text", "citations"}
        for citation in statement["citations"]:
            assert set(citation) == {"document", "trail", "paragraph", "span", "quote", "citation"}
            check_document(citation["document"])
            text = client.get(f"/v1/documents/{citation['document']['id']}").json()["text"]
            assert text[citation["span"]["start"] : citation["span"]["end"]] == citation["quote"] == statement["text"]


def test_every_span_slices_the_text_of_its_document(client: TestClient) -> None:
    """Whatever the format: DOCX, PDF and HTML by the stored text, text files by their own."""
    suffixes = set()
    documents: dict[str, Any] = {}
    for question in ("各区生态修复措施", "养老", "产业", "政府工作"):
        for hit in post(client, "search", query=question, k=300)["hits"]:
            identity = hit["document"]["id"]
            if identity not in documents:
                documents[identity] = client.get(f"/v1/documents/{identity}").json()
            document = documents[identity]
            assert document["text"][hit["span"]["start"] : hit["span"]["end"]] == hit["text"]
            passage = {"start": hit["span"]["start"], "end": hit["span"]["end"], "trail": hit["trail"],
                       "paragraph": hit["paragraph"], "region": hit["region"], "page": hit["page"]}  # fmt: skip
            assert passage in document["passages"]
            suffixes.add(Path(hit["document"]["file"]).suffix)
    assert suffixes == {".txt", ".html", ".docx", ".pdf"}


def test_documents(client: TestClient) -> None:
    listed = client.get("/v1/documents").json()
    assert set(listed) == {"documents", "total"} and listed["total"] == 14 == len(listed["documents"])
    for entry in listed["documents"]:
        assert entry.pop("passages") > 0
        assert entry.pop("edited") == {}
        for key in ("issued", "number", "issuer"):
            assert isinstance(entry.pop(key), str | None)
        check_document(entry)
    assert [Path(entry["file"]).name[:2] for entry in listed["documents"]] == [f"{i:02}" for i in range(1, 15)]
    page = client.get("/v1/documents?offset=12&limit=5").json()
    assert page["total"] == 14 and [d["id"] for d in page["documents"]] == [d["id"] for d in listed["documents"][12:]]


def test_one_document(client: TestClient) -> None:
    listed = client.get("/v1/documents").json()["documents"]
    for entry in listed:
        shown = client.get(f"/v1/documents/{entry['id']}").json()
        assert set(shown) == {"document", "sections", "tables", "passages", "text"}
        assert set(shown["document"]) == {"id", "files", "pages", "follows", "missing", "final", "checks", *FIELDS}
        for table in shown["tables"]:
            assert set(table) == {"start", "end", "columns", "rows"}
        for name in FIELDS:
            field = shown["document"][name]
            assert set(field) == {"value", "span", "confidence", "source"} and 0 <= field["confidence"] <= 1
        title = shown["document"]["title"]
        assert title["value"] == entry["title"]
        for section in shown["sections"]:
            assert set(section) == {"kind", "level", "heading", "start", "end"}
        spans = [(p["start"], p["end"]) for p in shown["passages"]]
        assert spans == sorted(spans) and all(a < b <= len(shown["text"]) for a, b in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_boxes_of_a_citation(client: TestClient) -> None:
    """Of a PDF: on its page, line by line down the page; of a text file: none."""
    documents = {Path(d["file"]).suffix: d["id"] for d in client.get("/v1/documents").json()["documents"]}
    passage = client.get(f"/v1/documents/{documents['.pdf']}").json()["passages"][3]
    where = {"start": passage["start"], "end": passage["end"]}
    boxes = client.get(f"/v1/documents/{documents['.pdf']}/boxes", params=where).json()["boxes"]
    assert boxes and boxes[0]["page"] == passage["page"]
    for box in boxes:
        assert set(box) == {"page", "left", "top", "right", "bottom"}
        assert 0 <= box["left"] < box["right"] <= 1 and 0 <= box["top"] < box["bottom"] <= 1
    assert all((a["page"], a["top"]) <= (b["page"], b["top"]) for a, b in pairwise(boxes))
    assert client.get(f"/v1/documents/{documents['.txt']}/boxes", params=where).json() == {"boxes": []}
    assert client.get("/v1/documents/none/boxes", params=where).status_code == 404


def test_health(client: TestClient) -> None:
    health = client.get("/v1/health").json()
    assert set(health) == {"status", "version", "documents", "passages", "index"}
    assert set(health["index"]) == {"checked", "damages"}
    assert (health["status"], health["documents"]) == ("ok", 14)


def test_the_command_line_says_the_same(client: TestClient, planseek: Any, sample_home: Path, tmp_path: Path) -> None:
    question = "各区生态修复措施"
    assert planseek("search", question, "--json", home=sample_home).json == post(client, "search", query=question)
    assert planseek("ask", question, "-k", "3", "--json", home=sample_home).json == post(
        client, "ask", query=question, k=3
    )
    file = tmp_path / "甲.json"
    assert planseek("export", question, "-o", file, home=sample_home).code == 0
    assert json.loads(file.read_text("utf-8")) == post(client, "ask", query=question)


def test_inspect_is_the_document_without_its_text(
    client: TestClient, planseek: Any, samples: Path, tmp_path: Path
) -> None:
    """Read from the file alone, with the regions.csv beside it, into no home: files that stand alone in the corpus."""
    documents = client.get("/v1/documents").json()["documents"]
    for entry in (documents[1], documents[4], documents[5]):
        shown = client.get(f"/v1/documents/{entry['id']}").json()
        del shown["text"]
        assert (shown["document"]["follows"], shown["document"]["final"]) == (None, None)
        ran = planseek("inspect", samples / Path(entry["file"]).name, "--json", home=tmp_path / "无")
        assert ran.json == shown and not (tmp_path / "无").exists()


def test_ingest_report(client: TestClient, planseek: Any, samples: Path, tmp_path: Path) -> None:
    files = [samples / "02_沧浦区十四五规划纲要.txt", tmp_path / "没有.txt"]
    report = planseek("ingest", *files, "--json", home=tmp_path / "库").json
    assert set(report) == {"documents", "passages", "seconds"}
    refused, added = report["documents"]
    keys = {"file", "id", "status", "reason", "title", "region", "kind", "period", "passages", "parts", "checks"}
    assert set(refused) == set(added) == keys
    assert (refused["status"], refused["id"], refused["passages"]) == ("refused", None, 0) and refused["reason"]
    assert (added["status"], added["reason"], added["passages"]) == ("added", None, report["passages"])
    assert set(added["region"]) == REGION | {"confidence"} and added["region"]["code"] == "990102"
    again = planseek("ingest", files[0], "--json", home=tmp_path / "库").json
    assert [d | {"status": "added"} for d in again["documents"]] == [added]
