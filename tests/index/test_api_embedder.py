"""Embeddings over real HTTP from a scripted server on this machine: what it answers, and every way in which it may not."""

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import NotReady, PlanSeekError
from index.embedders import load_embedder
from index.embedders.api import KEY, TOGETHER, ApiEmbedder
from retriever.model import Query
from retriever.service import Service
from settings import Settings

FILE = "青屏县生态修复行动计划\n\n一、矿山\n\n加快生态环境修复，实施矿山复绿、岸线整治，到2027年修复采石场11处。\n\n二、渔业\n\n江里禁止打鱼，渔船全部上岸，渔民转产安置。\n"
Answer = tuple[int, bytes]


def row(text: str, dimension: int = 8) -> list[float]:
    """A vector of no fixed length, the same for the same text."""
    return [float(byte) - 100 for byte in hashlib.sha256(text.encode()).digest()[:dimension]]


def unit(*texts: str) -> np.ndarray:
    rows = np.array([row(text) for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def listed(texts: list[str], dimension: int = 8) -> Answer:
    """OpenAI's form, last text first: only `index` tells which is which."""
    rows = [{"object": "embedding", "index": i, "embedding": row(text, dimension)} for i, text in enumerate(texts)]
    return 200, json.dumps({"object": "list", "data": rows[::-1]}).encode()


class Server(ThreadingHTTPServer):
    """Answers by `script`, which may be exchanged, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.script: Callable[[list[str]], Answer] = listed
        self.first: list[Answer] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.drip = threading.Event()
        self.closing = threading.Event()

    @property
    def setting(self) -> str:
        return f"api:http://127.0.0.1:{self.server_port}/v1#tiny"


class _Asked(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.paths.append(self.path)
        self.server.asked.append(body)
        self.server.headers.append(dict(self.headers))
        status, content = self.server.first.pop(0) if self.server.first else self.server.script(body["input"])
        self.send_response(status)
        if not self.server.drip.is_set():
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        while self.server.drip.is_set() and not self.server.closing.wait(0.02):
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.setattr("index.embedders.api._PAUSE", 0.001)
    started = Server()
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield started
    started.closing.set()
    started.shutdown()
    started.server_close()
    thread.join()


def refused(call: Callable[[], object], *told: str) -> None:
    with pytest.raises(PlanSeekError) as caught:
        call()
    assert "\n" not in str(caught.value)
    for words in told:
        assert words in str(caught.value)


def test_rows_come_in_the_order_of_the_texts(server: Server) -> None:
    embedder = load_embedder(server.setting)
    texts = [f"第{i}条" for i in range(2 * TOGETHER + 3)]
    vectors = embedder.encode_passages(texts)
    assert vectors.dtype == np.float32 and vectors.shape == (len(texts), 8) == (len(texts), embedder.dimension)
    np.testing.assert_allclose(vectors, unit(*texts), atol=1e-6)
    assert [len(body["input"]) for body in server.asked] == [1, TOGETHER, TOGETHER, 3]
    assert {body["model"] for body in server.asked} == {"tiny"} and set(server.paths) == {"/v1/embeddings"}
    assert embedder.name == "api-tiny-8"


def test_empty_texts_are_zero_rows_and_are_not_sent(server: Server) -> None:
    embedder = load_embedder(server.setting)
    server.asked.clear()
    vectors = embedder.encode_passages(["", "江", " \n", "渔"])
    np.testing.assert_allclose(vectors, [[0] * 8, unit("江")[0], [0] * 8, unit("渔")[0]], atol=1e-6)
    assert [body["input"] for body in server.asked] == [["江", "渔"]]
    server.asked.clear()
    assert embedder.encode_passages([]).shape == (0, 8) and embedder.encode_queries([" "]).tolist() == [[0] * 8]
    assert not server.asked


def test_a_zero_vector_stays_zero(server: Server) -> None:
    server.script = lambda texts: (200, json.dumps({"data": [{"index": 0, "embedding": [0, 0]}]}).encode())
    assert load_embedder(server.setting).encode_queries(["江"]).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("model", "query", "passage"),
    [("tiny", "", ""), ("multilingual-e5-small", "query: ", "passage: "), ("bge-m3", "", ""),
     ("bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", "")],
)  # fmt: skip
def test_published_prompts_are_sent(server: Server, model: str, query: str, passage: str) -> None:
    embedder = load_embedder(server.setting.replace("tiny", model))
    server.asked.clear()
    np.testing.assert_allclose(embedder.encode_queries(["江"]), unit(query + "江"), atol=1e-6)
    np.testing.assert_allclose(embedder.encode_passages(["江"]), unit(passage + "江"), atol=1e-6)


def test_the_key_goes_into_a_header_and_nowhere_else(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    load_embedder(server.setting)
    assert "Authorization" not in server.headers[-1]
    monkeypatch.setenv(KEY, "sk-abc\n")
    embedder = load_embedder(server.setting)
    assert server.headers[-1]["Authorization"] == "Bearer sk-abc" and "sk-abc" not in embedder.name
    server.script = lambda texts: (401, b"no")
    with pytest.raises(PlanSeekError) as caught:
        embedder.encode_queries(["江"])
    assert "sk-abc" not in str(caught.value)
    monkeypatch.setenv(KEY, "密钥")
    refused(lambda: load_embedder(server.setting), KEY, "是否复制完整")


def test_no_proxy_sees_what_goes_to_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert load_embedder(server.setting).dimension == 8


# — a server that fails ————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    embedder = load_embedder(server.setting)
    server.asked.clear()
    server.first = [(status, b"busy")] * 3
    np.testing.assert_allclose(embedder.encode_queries(["江"]), unit("江"), atol=1e-6)
    assert [body["input"] for body in server.asked] == [["江"]] * 4


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    embedder = load_embedder(server.setting)
    server.asked.clear()
    server.script = lambda texts: (503, b"busy")
    refused(lambda: embedder.encode_queries(["江"]), "没有给出结果（状态码 503）", "请确认服务已启动", "bundled")
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [301, 400, 404, 422])
def test_a_refusal_is_final(server: Server, status: int) -> None:
    server.script = lambda texts: (status, b"{}")
    refused(lambda: load_embedder(server.setting), f"状态码 {status}", "模型「tiny」已装好", server.setting[4:-5])
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named(server: Server, status: int) -> None:
    server.script = lambda texts: (status, b"{}")
    refused(lambda: load_embedder(server.setting), f"状态码 {status}", f"密钥 {KEY}")


def test_a_dead_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.embedders.api._PAUSE", 0.001)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    refused(lambda: load_embedder(f"api:http://127.0.0.1:{port}/v1#m"), f"127.0.0.1:{port}", "ConnectError", "请确认服务已启动")


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "endless"])
def test_a_slow_server_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch, drip: bool) -> None:
    """One that never answers, and one whose answer goes on and on, a byte at a time."""
    monkeypatch.setattr("index.embedders.api._SECONDS", 0.2)
    embedder = load_embedder(server.setting)

    def late(texts: list[str]) -> Answer:
        if not drip:
            server.closing.wait(5)
        return listed(texts)

    server.script = late
    if drip:
        server.drip.set()
    refused(lambda: embedder.encode_queries(["江"]), "ReadTimeout", "请确认服务已启动")


def test_a_connection_cut_short(server: Server) -> None:
    """The header promises more than comes."""
    embedder = load_embedder(server.setting)

    def cut(texts: list[str]) -> Answer:
        raise ConnectionAbortedError

    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    server.script = cut
    refused(lambda: embedder.encode_queries(["江"]), "RemoteProtocolError")


@pytest.mark.parametrize(
    "content",
    [
        "<html><body>Ollama is running</body></html>",
        "",
        "null",
        "[]",
        '{"error": "no such model"}',
        '{"data": []}',
        '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1, 2]}]}',
        '{"data": [{"index": 0, "embedding": [1, NaN]}]}',
        '{"data": [{"index": 0, "embedding": [1, 1e999]}]}',
        '{"data": [{"index": 0, "embedding": "AACAPw=="}]}',
        '{"data": [{"index": 0, "embedding": []}]}',
        '{"data": [{"embedding": [1, 2]}]}',
        '{"data": [{"index": 0, "embedding": [[1, 2]]}]}',
    ],
    ids=["html", "nothing", "null", "list", "error", "none", "too many", "nan", "infinite", "base64", "no numbers",
         "no index", "nested"],
)  # fmt: skip
def test_an_answer_that_is_no_vectors(server: Server, content: str) -> None:
    server.script = lambda texts: (200, content.encode())
    refused(lambda: load_embedder(server.setting), "的回答不是向量", "/v1 结尾", "「tiny」是否是向量模型")


def test_rows_of_unequal_length_are_no_vectors(server: Server) -> None:
    embedder = load_embedder(server.setting)
    rows = [{"index": 0, "embedding": [1] * 8}, {"index": 1, "embedding": [1] * 7}]
    server.script = lambda texts: (200, json.dumps({"data": rows}).encode())
    refused(lambda: embedder.encode_passages(["江", "渔"]), "的回答不是向量")


def test_another_dimension_than_before(server: Server) -> None:
    embedder = load_embedder(server.setting)
    server.script = lambda texts: listed(texts, 6)
    refused(lambda: embedder.encode_passages(["江"]), "先后返回了不同长度的向量", "「tiny」")


@pytest.mark.parametrize(
    "setting", ["api:", "api:http://127.0.0.1/v1", "api:http://127.0.0.1/v1# ", "api:127.0.0.1:1/v1#m", "api:ftp://x#m"]
)
def test_a_setting_that_is_no_address(setting: str) -> None:
    refused(lambda: load_embedder(setting), "向量服务设置", "无法识别", "写法：api:地址#模型名称")


@pytest.mark.parametrize("address", ["http://[::1/v1", "http://127.0.0.1:端口/v1"])
def test_an_address_that_cannot_be(address: str) -> None:
    refused(lambda: load_embedder(f"api:{address}#m"), f"向量服务地址「{address}」无效", "请检查 model 设置")


# — in use —————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_slash_behind_the_address_is_no_other_address(server: Server) -> None:
    ApiEmbedder(server.setting.removeprefix("api:").replace("#", "/#"))
    assert server.paths == ["/v1/embeddings"]


def test_a_library_is_ingested_and_searched(server: Server, tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text(FILE, "utf-8")
    settings = Settings(home=tmp_path / "库", model=server.setting)
    report = Service(settings).ingest([tmp_path / "甲.txt"])
    sent = [text for body in server.asked[1:] for text in body["input"]]
    assert report.passages >= 2 and len(sent) == report.passages and any("采石场11处" in text for text in sent)
    service = Service(settings)
    best = service.search(Query("江里还能打鱼吗", mode="dense")).hits[0]
    (topic,) = server.asked[-1]["input"]
    scores = unit(*sent) @ unit(topic)[0]
    assert best.text in sent[int(scores.argmax())] and best.score == pytest.approx(scores.max(), abs=1e-5)
    assert service.search(Query("江里还能打鱼吗")).hits

    with pytest.raises(NotReady, match=r"另一向量模型建立的（api-tiny-8，.*请运行 planseek ingest"):
        Service(Settings(home=tmp_path / "库")).search(Query("江里还能打鱼吗"))


def test_a_server_that_fails_in_the_middle_leaves_the_library_as_it_was(server: Server, tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text(FILE, "utf-8")
    settings = Settings(home=tmp_path / "库", model=server.setting)
    Service(settings).ingest([tmp_path / "甲.txt"])
    (tmp_path / "乙.txt").write_text(FILE.replace("11处", "12处"), "utf-8")
    service = Service(settings)
    assert service.embedder.dimension == 8
    server.script = lambda texts: (404, b"")
    refused(lambda: service.ingest([tmp_path / "乙.txt"]), "状态码 404")
    server.script = listed
    found = Service(settings).search(Query("采石场", mode="bm25")).hits
    assert found and all("11处" in hit.text for hit in found)
    assert [file.status for file in Service(settings).ingest([tmp_path / "乙.txt"]).files] == ["added"]
