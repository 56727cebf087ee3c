"""A chat server on this machine that answers as it is told: whole, in pieces, wrongly or not at all."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM, WHOLE = "text/event-stream; charset=utf-8", "application/json"


class Server(ThreadingHTTPServer):
    """Answers by `script` and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.script: Callable[[Asked], None] = streamed(["资料中没有写明。"])
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.gone = threading.Event()
        """Set once a client has left before the answer was all sent."""
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is no news."""
        self.gone.set()


class Asked(BaseHTTPRequestHandler):
    """One question; a script answers through it."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.headers.append(dict(self.headers))
        self.server.paths.append(self.path)
        self.server.script(self)
        self.close_connection = True

    def do_GET(self) -> None:
        self.server.paths.append("GET " + self.path)
        self.start(200, WHOLE)

    def start(self, status: int, kind: str | None, **others: str) -> None:
        """Status line and headers; the body ends with the connection unless its length is given."""
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in others.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def send(self, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        return


def chunk(text: str | None, reason: str | None = None) -> bytes:
    """One event of a stream, as OpenAI's."""
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": reason}
    return event({"object": "chat.completion.chunk", "choices": [choice]})


def event(content: object) -> bytes:
    return b"data: " + json.dumps(content, ensure_ascii=False).encode() + b"\n\n"


def streamed(pieces: Iterable[str], *, last: Iterable[bytes] = (), done: bool = True) -> Callable[[Asked], None]:
    """Pieces, then the chunk that counts what was used and has no choices, then the end."""
    parts = [event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}), *map(chunk, pieces)]
    parts += last or [chunk(None, "stop"), event({"choices": [], "usage": {"total_tokens": 9}})]
    return sent(200, STREAM, b"".join(parts) + (b"data: [DONE]\n\n" if done else b""))


def whole(text: str) -> Callable[[Asked], None]:
    """A reply that is not streamed."""
    reply = {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
    return sent(200, WHOLE, json.dumps(reply).encode())


def sent(status: int, kind: str | None, content: bytes, **headers: str) -> Callable[[Asked], None]:
    def script(asked: Asked) -> None:
        asked.start(status, kind, **headers)
        asked.send(content)

    return script


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs until the block ends."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
