"""Written answers over the API, from a real server that answers by a script: kept, struck, or replaced by the extracts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.generators.sources import numbered
from retriever.model import Query
from retriever.service import Service
from settings import Settings
from tests.retriever.scripted_server import Server, sent, serving, streamed

QUESTION = "沧浦区护理型床位占比"
GOOD = "2025年护理型床位占比达到60%"
WRONG = "2025年护理型床位占比达到73%"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def plain(sample_home: Path) -> Service:
    """The same home without a generator."""
    return Service(Settings(home=sample_home))


@pytest.fixture(scope="module")
def number(plain: Service) -> int:
    """The number under which the model is shown the passage that says it."""
    return next(s.number for s in numbered(plain.ask(Query(QUESTION))) if GOOD in s.citation.quote)


@pytest.fixture(scope="module")
def extracts(plain: Service) -> Any:
    return TestClient(create_app(plain)).post("/v1/ask", json={"query": QUESTION}).json()


def clients(home: Path, address: str) -> TestClient:
    return TestClient(create_app(Service(Settings(home=home, generator=f"{address}#m"))), raise_server_exceptions=False)


def lines(client: TestClient, query: str = QUESTION) -> list[dict[str, Any]]:
    answer = client.post("/v1/write/stream", json={"query": query})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_good_and_a_wrong_sentence(sample_home: Path, server: Server, number: int, extracts: Any) -> None:
    server.script = streamed([f"沧浦区{GOOD[:9]}", f"{GOOD[9:]}[{number}]。", f"沧浦区{WRONG}[{number}]。"])
    found = clients(sample_home, server.url).post("/v1/write", json={"query": QUESTION}).json()
    good, wrong = found.pop("written")["sentences"]
    assert found == extracts and found["status"] == "answered"
    assert (good["text"].rstrip("。"), good["kept"], good["reason"]) == ("沧浦区" + GOOD, True, None)
    (citation,) = good["citations"]
    assert GOOD in citation["quote"] and citation["document"]["region"]["name"].endswith("沧浦区")
    assert wrong["text"].rstrip("。") == "沧浦区" + WRONG and wrong["kept"] is False and "73%" in wrong["reason"]
    (asked,) = server.bodies
    assert asked["model"] == "m" and GOOD in asked["messages"][-1]["content"]


def test_the_last_line_of_a_stream_is_the_whole_answer(sample_home: Path, server: Server, number: int) -> None:
    server.script = streamed([f"沧浦区{GOOD}[{number}]。", f"沧浦区{WRONG}[{number}]。"])
    client = clients(sample_home, server.url)
    *sentences, last = lines(client)
    assert last == {"answer": client.post("/v1/write", json={"query": QUESTION}).json()}
    assert [line["sentence"] for line in sentences] == last["answer"]["written"]["sentences"]
    assert [line["sentence"]["kept"] for line in sentences] == [True, False]


def test_a_server_that_is_down_leaves_the_extracts(sample_home: Path, extracts: Any) -> None:
    with serving() as gone:
        address = gone.url
    client = clients(sample_home, address)
    found = client.post("/v1/write", json={"query": QUESTION}).json()
    written = found.pop("written")
    assert found == extracts and extracts["statements"]
    assert written["sentences"] == [] and "原文" in written["note"] and "\n" not in written["note"]
    assert lines(client) == [{"answer": extracts | {"written": written}}]


def test_a_server_that_fails_leaves_the_extracts(sample_home: Path, server: Server, extracts: Any) -> None:
    server.script = sent(500, "text/plain", b"no memory")
    found = clients(sample_home, server.url).post("/v1/write", json={"query": QUESTION}).json()
    written = found.pop("written")
    assert found == extracts and written["sentences"] == [] and written["note"]
    assert server.bodies, "it was asked"


def test_all_sentences_struck_leave_the_extracts(
    sample_home: Path, server: Server, number: int, extracts: Any
) -> None:
    server.script = streamed([f"沧浦区{WRONG}[{number}]。"])
    *sentences, last = lines(clients(sample_home, server.url))
    assert [line["sentence"]["kept"] for line in sentences] == [False]
    written = last["answer"].pop("written")
    assert last["answer"] == extracts and written["sentences"] == [] and "没有通过" in written["note"]


def test_nothing_to_rest_on_asks_no_model(sample_home: Path, server: Server) -> None:
    found = clients(sample_home, server.url).post("/v1/write", json={"query": "月球基地氦三开采"}).json()
    assert found["status"] == "not_found" and found["written"]["sentences"] == [] and found["written"]["note"]
    assert server.bodies == []


def test_refused_questions(sample_home: Path, server: Server) -> None:
    client = clients(sample_home, server.url)
    for route in ("write", "write/stream"):
        answer = client.post(f"/v1/{route}", json={"query": " "})
        assert answer.status_code == 422 and "问题是空的" in answer.json()["detail"]
    # a stream has begun before the corpus is looked at: its only line tells
    (line,) = [json.loads(line) for line in client.post(
        "/v1/write/stream", json={"query": "水", "regions": ["无此区"]}
    ).text.splitlines()]  # fmt: skip
    assert set(line) == {"error"} and "没有找到地区「无此区」" in line["error"] and server.bodies == []
