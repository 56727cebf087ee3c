"""Texts over real HTTP from a scripted server on this machine: what it writes, and every way in which it may not."""

import gzip
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from corpus.errors import PlanSeekError
from retriever.generators import FAMILIES, Generator, GeneratorError, load_generator, openai_compatible
from retriever.generators.protocols import ANEW
from retriever.generators.thinking import Thoughts
from tests.retriever.scripted_server import (
    STREAM,
    WHOLE,
    Asked,
    Server,
    chunk,
    event,
    sent,
    serving,
    streamed,
    whole,
)

KEY = "sk-very-secret-1234567890"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def made(server: Server, key: str = KEY, timeout: float = 5.0) -> Generator:
    generator = load_generator(server.url, "tiny", key, timeout)
    assert generator is not None
    return generator


def written(server: Server, timeout: float = 5.0) -> str:
    return "".join(made(server, timeout=timeout).write("要求", "问题"))


def refused(call: Callable[[], object], *told: str) -> str:
    """The one line of a refusal: Chinese, without the key and without a word of the server's."""
    with pytest.raises(GeneratorError) as caught:
        call()
    line = str(caught.value)
    assert isinstance(caught.value, PlanSeekError) and "\n" not in line and line.endswith(("。", "/v1"))
    assert KEY not in line and "server says" not in line and any("\u4e00" <= c <= "\u9fff" for c in line)
    for words in told:
        assert words in line, line
    return line


# — what is asked and what comes ————————————————————————————————————————————————————————————————————————————


def test_what_is_sent_is_openais_form_and_the_key_stands_in_a_header_alone(server: Server) -> None:
    server.script = streamed(["恢复湿地", "410亩[1]。"])
    generator = made(server)
    assert generator.name == "tiny"
    assert list(generator.write("只用资料", "湿地？")) == ["恢复湿地", "410亩[1]。"]
    messages = [{"role": "system", "content": "只用资料"}, {"role": "user", "content": "湿地？"}]
    assert server.bodies == [{"model": "tiny", "messages": messages, "temperature": 0, "stream": True}]
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["Accept-Encoding"] == "identity"
    assert KEY not in json.dumps(server.bodies) and KEY not in repr(generator) + repr(vars(generator))


def test_without_a_key_no_header(server: Server) -> None:
    list(made(server, key=" ").write("", ""))
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("ending", ["/", "/chat/completions", "/chat/completions/"])
def test_the_address_may_be_written_in_full(server: Server, ending: str) -> None:
    generator = load_generator(f"  {server.url}{ending} ", "tiny")
    assert generator is not None and "".join(generator.write("", "")) == "资料中没有写明。"
    assert server.paths == ["/v1/chat/completions"]


def test_a_reply_that_is_not_streamed(server: Server) -> None:
    server.script = whole("<think>想想</think>恢复湿地410亩[1]。")
    assert written(server) == "恢复湿地410亩[1]。"


def test_chunks_cut_anywhere_in_bytes_are_joined(server: Server) -> None:
    content = (
        b": OPENROUTER PROCESSING\r\n\r\n" + chunk("恢复\u2028湿地").replace(b"\n", b"\r\n") + b"event: x\nid: 3\n\n"
    )
    content += event({"choices": []}) + event({"usage": {}}) + event({"choices": [{"delta": {"content": None}}]})
    content += event({"choices": [{"delta": {"reasoning_content": "想"}}]}) + chunk("410亩", "stop") + b"data: [DONE]"

    def script(asked: Asked) -> None:
        asked.start(200, STREAM)
        for byte in content:
            asked.send(bytes([byte]))

    server.script = script
    assert written(server) == "恢复\u2028湿地410亩"


def test_nothing_after_the_end_is_waited_for(server: Server) -> None:
    def script(asked: Asked) -> None:
        asked.start(200, STREAM)
        asked.send(chunk("好") + b"data: [DONE]\n\n")
        asked.server.closing.wait(5)

    server.script = script
    started = time.monotonic()
    assert written(server) == "好" and time.monotonic() - started < 2


def test_signs_that_hide_or_turn_writing_do_not_come_through(server: Server) -> None:
    server.script = streamed(["恢\u200b复\u202e湿\ufeff地\x00\x1b[31m4\u00ad10亩\n\t\f完"])
    assert written(server) == "恢复湿地[31m410亩\n\t完"
    server.script = sent(
        200, STREAM, b'data: {"choices":[{"delta":{"content":"\\ud83d|\\udead"},"finish_reason":"stop"}]}\n\n'
    )
    assert written(server) == "|"


def test_no_proxy_sees_what_goes_to_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert written(server) == "资料中没有写明。"


# — thoughts ———————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>甲</think>乙", "乙"),
        ("<THINK>甲\n</Think >乙", "乙"),
        ("<thinking>甲<b></thinking>乙", "乙"),
        ("乙<think>甲</think>丙<think>丁</think>", "乙丙"),
        ("<think>没有完", ""),
        ("小于<5，<thin 不是", "小于<5，<thin 不是"),
        ("乙<thi", "乙<thi"),
        ("甲</think>乙", f"{ANEW}乙"),
        ("甲</think>乙</think>丙", f"{ANEW}{ANEW}丙"),
    ],
)
def test_thoughts_are_left_out_wherever_pieces_are_cut(text: str, expected: str) -> None:
    for cuts in [(), *((at,) for at in range(1, len(text))), tuple(range(1, len(text)))]:
        thoughts = Thoughts()
        pieces = [text[a:b] for a, b in pairwise((0, *cuts, len(text)))]
        got = [out for piece in pieces for out in thoughts.without(piece)] + list(thoughts.rest())
        anew, expected_last = expected.count(ANEW), expected.split(ANEW)[-1]
        assert got.count(ANEW) == anew and "".join(got).split(ANEW)[-1] == expected_last
        assert all(piece == ANEW or ANEW not in piece for piece in got)


def test_thoughts_split_over_chunks_of_a_stream(server: Server) -> None:
    server.script = streamed(["<th", "ink", ">我想", "一想</", "thi", "nk>", "恢复湿地"])
    assert written(server) == "恢复湿地"


def test_a_server_that_keeps_the_opening_tag_to_itself(server: Server) -> None:
    server.script = streamed(["我想一想。", "</think>恢复湿地"])
    assert list(made(server).write("", "")) == ["我想一想。", ANEW, "恢复湿地"]


# — a server that fails ————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "请检查模型「tiny」"),
        (401, "请检查密钥"),
        (403, "请检查密钥"),
        (404, "请检查地址是否以 /v1 结尾"),
        (422, "请检查模型「tiny」"),
        (429, "服务正忙"),
        (500, "稍后重试"),
        (503, "稍后重试"),
    ],
)
def test_a_status_is_told_with_what_to_do(server: Server, status: int, told: str) -> None:
    server.script = sent(status, WHOLE, json.dumps({"error": f"server says {KEY}"}).encode())
    refused(lambda: written(server), f"状态码 {status}", told, server.url)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(server: Server, status: int) -> None:
    with serving() as other:
        server.script = sent(status, None, b"", Location=other.url + "/chat/completions")
        refused(lambda: written(server), "转到别的地址", f"状态码 {status}", "已拒绝")
        assert other.paths == []


def test_a_redirect_to_nowhere(server: Server) -> None:
    server.script = sent(302, None, b"", Location="http://[::1")
    refused(lambda: written(server), server.url)


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream", None])
def test_another_type_of_content(server: Server, kind: str | None) -> None:
    server.script = sent(200, kind, chunk("恢复", "stop") + b"data: [DONE]\n\n")
    refused(lambda: written(server), "不是聊天模型的格式", "/v1 结尾")


@pytest.mark.parametrize(
    "content",
    [
        b"data: {not json}\n\n",
        b"data: \xff\xfe\x00\n\n",
        b"data: []\n\n",
        b"data: null\n\n",
        b'data: {"choices": {"a": 1}}\n\n',
        b'data: {"choices": ["x"]}\n\n',
        b'data: {"choices": [{"delta": "x"}]}\n\n',
        b'data: {"choices": [{"delta": {"content": ["x"]}}]}\n\n',
        b"data: " + b"[" * 200_000 + b"\n\n",
    ],
    ids=["no json", "bytes", "list", "null", "object", "text", "text in text", "list in text", "deep"],
)
def test_chunks_that_are_none(server: Server, content: bytes) -> None:
    server.script = sent(200, STREAM, chunk("恢复") + content + chunk("湿地", "stop"))
    refused(lambda: written(server), "不是聊天模型的格式")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"choices": [3]}', b"\xff", b'{"choices": [{"message": {"content": 3}}]}']
)
def test_a_whole_reply_that_is_none(server: Server, content: bytes) -> None:
    server.script = sent(200, WHOLE, content)
    refused(lambda: written(server), "不是聊天模型的格式")


def test_garbage_instead_of_http(server: Server) -> None:
    server.script = lambda asked: asked.send(b"\x16\x03\x01garbage\r\n\r\n")
    refused(lambda: written(server), "中途断开")


@pytest.mark.parametrize("reply", ["stream", "whole"])
def test_an_error_in_a_good_answer(server: Server, reply: str) -> None:
    error = {"error": {"message": f"server says {KEY}"}}
    server.script = (
        sent(200, STREAM, chunk("恢复") + event(error))
        if reply == "stream"
        else sent(200, WHOLE, json.dumps(error).encode())
    )
    refused(lambda: written(server), "报告了错误")


@pytest.mark.parametrize(("reason", "told"), [("length", "长度上限"), ("content_filter", "拦下了回答")])
def test_an_answer_that_was_cut_off(server: Server, reason: str, told: str) -> None:
    server.script = streamed(["恢复"], last=[chunk(None, reason)])
    refused(lambda: written(server), told)


def test_a_stream_that_stops_without_an_end(server: Server) -> None:
    server.script = sent(200, STREAM, chunk("恢复") + chunk("湿地"))
    pieces = made(server).write("", "")
    assert [next(pieces), next(pieces)] == ["恢复", "湿地"]
    refused(lambda: next(pieces), "回答不完整")


def test_a_stream_that_is_shorter_than_promised(server: Server) -> None:
    server.script = sent(200, STREAM, chunk("恢复"), Content_Length="100000")
    refused(lambda: written(server), "中途断开")


def test_a_question_that_cannot_be_sent(server: Server) -> None:
    refused(lambda: list(made(server).write("", "湿地\ud800")), "没有问成（UnicodeEncodeError）")
    assert server.bodies == []


def test_a_dead_port() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    generator = load_generator(url, "tiny", KEY, 5)
    assert generator is not None
    refused(lambda: list(generator.write("", "")), url, "连接不上（ConnectError）", "请确认服务已启动")


# — limits —————————————————————————————————————————————————————————————————————————————————————————————————


def _silent(asked: Asked) -> None:
    asked.server.closing.wait(5)


def _headers_only(asked: Asked) -> None:
    asked.start(200, STREAM)
    asked.server.closing.wait(5)


def _dripping_headers(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\n")
    while not asked.server.closing.wait(0.02):
        asked.send(b"X-Slow: 1\r\n")


def _dripping_text(asked: Asked) -> None:
    asked.start(200, STREAM)
    while not asked.server.closing.wait(0.02):
        asked.send(chunk("慢"))


@pytest.mark.parametrize("script", [_silent, _headers_only, _dripping_headers, _dripping_text])
def test_a_slow_server_is_given_up_in_time(server: Server, script: Callable[[Asked], None]) -> None:
    server.script = script
    started = time.monotonic()
    refused(lambda: written(server, timeout=0.4), "在 0.4 秒内没有写完")
    assert 0.35 < time.monotonic() - started < 2


def test_whoever_stops_listening_stops_the_server(server: Server) -> None:
    server.script = _dripping_text
    pieces = made(server).write("", "")
    assert next(pieces) == "慢"
    pieces.close()  # type: ignore[attr-defined]
    assert server.gone.wait(3)


def test_ten_megabytes_of_text_are_not_taken(server: Server) -> None:
    def script(asked: Asked) -> None:
        asked.start(200, STREAM)
        for _ in range(10):
            asked.send(chunk("恢复湿地。" * 70_000))

    server.script = script
    refused(lambda: written(server, timeout=20), "60,000 字还没有写完")


@pytest.mark.parametrize("kind", [STREAM, WHOLE])
def test_a_line_without_end_is_not_taken(server: Server, kind: str) -> None:
    def script(asked: Asked) -> None:
        asked.start(200, kind)
        for _ in range(160):
            asked.send(b"x" * 65536)

    server.script = script
    refused(lambda: written(server, timeout=20), "过长")


def test_endless_bytes_without_text_are_not_taken(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_compatible, "_MOST_BYTES", 1 << 20)
    server.script = sent(200, STREAM, b": waiting\n" * 200_000)
    refused(lambda: written(server), "过长")


@pytest.mark.parametrize("kind", [STREAM, WHOLE])
def test_nothing_packed_is_unpacked(server: Server, kind: str) -> None:
    """100 MB of blanks in 100 KB: refused by the header, before a byte of it is read."""
    bomb = gzip.compress(b" " * 100_000_000, 1)
    server.script = sent(200, kind, bomb, Content_Encoding="gzip")
    started = time.process_time()
    refused(lambda: written(server), "不是聊天模型的格式")
    assert time.process_time() - started < 0.5


def test_the_key_is_in_no_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = sent(401, WHOLE, KEY.encode())
    refused(lambda: written(server))
    assert caplog.records and KEY not in caplog.text


# — settings ———————————————————————————————————————————————————————————————————————————————————————————————


def test_no_address_is_no_generator() -> None:
    assert load_generator(" ", "tiny", KEY, 5) is None
    assert set(FAMILIES) == {"http", "https"}


@pytest.mark.parametrize(
    "url", ["127.0.0.1:1/v1", "ftp://x/v1", "file:///etc/passwd", "http://", "http://[::1/v1", "http://a:端口/v1"]
)
def test_an_address_that_cannot_be(url: str) -> None:
    refused(lambda: load_generator(url, "tiny", KEY, 5), "生成服务的地址", "http://127.0.0.1:11434/v1")


@pytest.mark.parametrize("url", [f"http://me:{KEY}@a/v1", f"http://a/v1?api-key={KEY}", f"http://a/v1#{KEY}"])
def test_a_secret_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    refused(lambda: load_generator(url, "tiny", "", 5), "密钥请写在密钥设置里")


@pytest.mark.parametrize(
    ("model", "key", "timeout", "told"),
    [
        (" ", KEY, 5.0, "缺少模型名称"),
        ("tiny", KEY + "\nX: y", 5.0, "密钥含有"),
        ("tiny", KEY + " " + KEY, 5.0, "密钥含有"),
        ("tiny", "密钥", 5.0, "密钥含有"),
        ("tiny", KEY, 0.0, "0 秒无效"),
        ("tiny", KEY, -1.0, "-1 秒无效"),
        ("tiny", KEY, float("nan"), "秒无效"),
        ("tiny", KEY, float("inf"), "秒无效"),
    ],
)
def test_a_setting_that_cannot_be(model: str, key: str, timeout: float, told: str) -> None:
    refused(lambda: load_generator("http://127.0.0.1:1/v1", model, key, timeout), told)
