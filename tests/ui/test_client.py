"""The client's sentences for every way a request can fail."""

from collections.abc import Callable

import httpx
import pytest

from tests.ui.running import free_port
from ui import client
from ui.client import Api, ApiError, Unreachable


def over(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    api = Api("http://127.0.0.1:1")
    api._http = httpx.Client(base_url=api.address, transport=httpx.MockTransport(answer))
    return api


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(422, json={"detail": "问题是空的。"}), "问题是空的。"),
        (httpx.Response(500, text="Internal Server Error"), "检索服务出错（500）"),
        (httpx.Response(422, json={"detail": [{"loc": []}]}), "检索服务出错（422）"),
        (httpx.Response(413), "文件太大"),
        (httpx.Response(200, text="<html>"), "PLANSEEK_API"),
    ],
)
def test_refusals_become_sentences(answer: httpx.Response, sentence: str) -> None:
    with pytest.raises(ApiError, match=sentence):
        over(lambda request: answer).ask({"query": "甲"})


def test_slow_is_not_gone() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with pytest.raises(ApiError, match="太久没有回应") as raised:
        over(slow).ask({"query": "甲"})
    assert not isinstance(raised.value, Unreachable)


def test_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.4)
    with pytest.raises(Unreachable, match="planseek serve"):
        Api(f"http://127.0.0.1:{free_port()}").fault()


def test_fault_is_the_reason_of_health() -> None:
    reason = {"status": "not_ready", "reason": "索引是旧版的。请运行 planseek ingest。"}
    assert over(lambda request: httpx.Response(503, json=reason)).fault() == reason["reason"]
    assert over(lambda request: httpx.Response(200, json={"status": "ok"})).fault() is None


def test_documents_are_read_to_the_end() -> None:
    def paged(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        page = [{"id": str(i)} for i in range(offset, min(offset + 2, 5))]
        return httpx.Response(200, json={"documents": page, "total": 5})

    assert [d["id"] for d in over(paged).documents()] == ["0", "1", "2", "3", "4"]
