"""What the service takes on: rates by hand arithmetic, turns on a real event loop, sizes over real routes, refusals in Chinese."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from access.keys import Keys
from app import create_app
from retriever.service import Service
from routes import limits
from routes.limits import Full, Kind, Limits, Rates, Turns, kind_of
from settings import Settings
from tests.test_app import problem

T = TypeVar("T")


def played(scene: Coroutine[Any, Any, T]) -> T:
    """What a scene comes to, on a loop and a thread of its own: a browser under test keeps this thread's loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scene).result()


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_send_a_quarter_of_the_minute_in_one_go_and_then_one_every_half_second() -> None:
    clock = Clock()
    rates = Rates(120, clock)
    assert [rates.wait("a") for _ in range(30)] == [0.0] * 30
    assert rates.wait("a") == 0.5
    assert rates.wait("b") == 0.0, "another caller has tokens of its own"
    clock.now += 0.25
    assert rates.wait("a") == 0.25
    clock.now += 0.25
    assert (rates.wait("a"), rates.wait("a")) == (0.0, 0.5)
    clock.now += 3600
    assert [rates.wait("a") for _ in range(31)] == [0.0] * 30 + [0.5], "an hour of silence saves up no more than the most"


def test_callers_who_are_silent_are_forgotten_and_those_who_wait_are_not() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    assert [rates.wait("busy") for _ in range(16)][-1] == 1.0
    for number in range(1001):
        rates.wait(str(number))
    clock.now += 0.5
    assert rates.wait("busy") == 0.5
    clock.now += 60
    rates.wait("one more")
    assert set(rates._left) == {"one more"}


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/ask", "asking"), ("POST", "/v1/export", "asking"), ("GET", "/v1/duties", "asking"), ("GET", "/v1/batches/7/export", "asking"),
        ("POST", "/v1/saved/3/run", "asking"), ("POST", "/v1/write/stream", "writing"), ("POST", "/v1/ingest", "changing"),
        ("DELETE", "/v1/documents/7", "changing"), ("GET", "/v1/documents/7", "reading"), ("POST", "/v1/askance", "changing"),
    ],
)  # fmt: skip
def test_a_request_takes_the_turns_of_its_kind(method: str, path: str, name: str) -> None:
    assert kind_of(method, path).name == name


def test_all_kinds_together_leave_the_server_threads_for_the_door() -> None:
    assert sum(kind.at_once for kind in limits.KINDS) <= 32


def test_turns_are_given_in_order_and_past_the_queue_there_is_none() -> None:
    async def scene() -> list[str]:
        turns, seen, gate = Turns(Kind("k", 1, 2)), [], asyncio.Event()

        async def come(name: str) -> None:
            try:
                async with turns.taken():
                    seen.append(name)
                    await gate.wait()
            except Full:
                seen.append(f"{name} refused")

        tasks = []
        for name in "abcd":
            tasks.append(asyncio.create_task(come(name)))
            await asyncio.sleep(0)
        assert (turns.under_way, turns.waiting) == (1, 2)
        gate.set()
        await asyncio.gather(*tasks)
        assert (turns.under_way, turns.waiting) == (0, 0)
        await come("e")
        return seen

    assert played(scene()) == ["a", "d refused", "b", "c", "e"]


def test_who_waits_in_vain_is_refused_and_leaves_the_queue() -> None:
    async def scene() -> None:
        turns = Turns(Kind("k", 1, 2), patience=0.01)
        async with turns.taken():
            with pytest.raises(Full):
                async with turns.taken():
                    raise AssertionError
        assert (turns.under_way, turns.waiting) == (0, 0)

    played(scene())


def test_a_service_that_is_full_sheds_and_recovers_by_itself() -> None:
    async def scene() -> None:
        gate, refused = asyncio.Event(), []

        async def slow(request: Request) -> PlainTextResponse:
            await gate.wait()
            return PlainTextResponse((await request.body()).decode())

        turns = {kind.name: Turns(Kind(kind.name, 2, 3)) for kind in limits.KINDS}
        inner = Starlette(routes=[Route(f"/v1/{name}", slow, methods=["POST"]) for name in ("ask", "ready")])
        app = Limits(inner, 120, 1, turns, lambda kind, why: refused.append((kind, why)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            asked = [asyncio.create_task(client.post("/v1/ask", content=str(number))) for number in range(9)]
            while len(refused) < 4:
                await asyncio.sleep(0.001)
            assert refused == [("asking", "full")] * 4
            free = asyncio.create_task(client.post("/v1/ready", content="free"))
            await asyncio.sleep(0)
            gate.set()
            assert (await free).text == "free", "what says how the service is takes no turn"
            answers = await asyncio.gather(*asked)
            assert [answer.status_code for answer in answers] == [200] * 5 + [503] * 4
            assert [answer.text for answer in answers[:5]] == list("01234")
            assert "服务正忙" in problem(answers[8], 503) and answers[8].headers["Retry-After"] == "5"
            assert (await client.post("/v1/ask", content="after")).text == "after"

    played(scene())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    one, other = ({"Authorization": f"Bearer {Keys(tmp_path).add(name, '读者')[1]}"} for name in ("甲", "乙"))
    with TestClient(create_app(Service(Settings(home=tmp_path, requests_per_minute=1))), raise_server_exceptions=False) as client:
        answers = [client.post("/v1/search", json={}, headers=one) for _ in range(12)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
        assert "每分钟最多 1 次" in problem(answers[-1], 429)
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].headers["X-Content-Type-Options"] == "nosniff"
        assert client.post("/v1/search", json={}, headers=other).status_code == 422, "another key is not held up"
        assert client.get("/v1/evaluations", headers=one).status_code == 200, "what is only read is not counted"
        assert client.get("/v1/live").status_code == 200


def test_without_keys_this_machine_may_ask_as_often_as_it_likes(home: Path) -> None:
    with TestClient(create_app(Service(Settings(home=home, requests_per_minute=1))), raise_server_exceptions=False) as client:
        assert {client.post("/v1/search", json={}).status_code for _ in range(40)} == {422}


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_past_a_megabyte_is_refused_while_it_arrives(home: Path, announced: bool) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 1 << 16
            yield b" " * (1 << 16)

    async def scene() -> httpx.Response:
        app = create_app(Service(Settings(home=home)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            headers = {"Content-Length": str(64 << 16)} if announced else {}
            return await client.post("/v1/search", content=chunks(), headers=headers)

    assert "1 MB" in problem(played(scene()), 413)
    assert sent == (0 if announced else (1 << 20) + (1 << 16)), "what stands behind the limit is not read"


def test_a_body_of_just_a_megabyte_reaches_the_route(home: Path) -> None:
    with TestClient(create_app(Service(Settings(home=home))), raise_server_exceptions=False) as client:
        body = b'{"query": "' + "养老".encode() + b'"}'
        problem(client.post("/v1/search", content=body.ljust(1 << 20), headers={"Content-Type": "application/json"}), 503)


def test_an_upload_past_the_limit_of_all_its_files_is_refused_while_it_arrives(home: Path) -> None:
    limit, sent = limits.FILES_AT_ONCE << 20, 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        while sent < 2 * limit:
            sent += 1 << 20
            yield b"a" * (1 << 20)

    async def scene() -> httpx.Response:
        app = create_app(Service(Settings(home=home, upload_mb=1)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            return await client.post("/v1/ingest", content=parts(), headers={"Content-Type": "multipart/form-data; boundary=x"})

    assert "32 MB" in problem(played(scene()), 413)
    assert limit <= sent <= limit + (2 << 20)
    assert not (home / "corpus.sqlite").exists()
