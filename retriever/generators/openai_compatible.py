"""Texts from any server that speaks OpenAI's chat protocol (Ollama, vLLM, llama.cpp …). Sends only to the address it was
made for, follows no redirect, unpacks nothing and never repeats what a server says of an error."""

import json
import queue
import threading
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

import httpx

from retriever.generators.errors import GeneratorError
from retriever.generators.thinking import Thoughts

MOST_CHARACTERS = 60_000
"""Of one text with its thoughts: models that think aloud write some 30,000, one caught in a loop without end."""
_MOST_BYTES = 32 << 20
_LONGEST_LINE = 1 << 20
_CONNECT = 5.0
_PATH = "/chat/completions"


class OpenAiCompatible:
    """One model of one server. `url`: its base address, as a rule ending in /v1. `timeout`: seconds for a whole text."""

    def __init__(self, url: str, model: str, key: str, timeout: float) -> None:
        """Sends nothing yet. Raises GeneratorError for a setting that cannot be."""
        self.name = model.strip()
        self._address = _address(url)
        key = key.strip()
        if not self.name:
            raise GeneratorError(f"生成服务 {self._address} 缺少模型名称：请在设置里写明要用的模型。")
        # Anything else would be refused below with a message that holds the key.
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise GeneratorError(f"生成服务 {self._address} 的密钥含有空格、汉字等不该有的字符，请检查是否复制完整。")
        if not 0 < timeout <= 3600:
            raise GeneratorError(f"生成服务的等待时间 {timeout:g} 秒无效：请填 1 到 3600 之间的秒数。")
        self._timeout = timeout
        # A proxy set for the office's browsers must not see what goes to a server inside.
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT, timeout)), trust_env=False, follow_redirects=False,
            headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {}),
        )  # fmt: skip

    def write(self, instructions: str, question: str) -> Iterator[str]:
        """The text in pieces as they come. A thread reads: httpx limits each wait, this limits all of them together."""
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": question}]
        body = {"model": self.name, "messages": messages, "temperature": 0, "stream": True}
        came: queue.Queue[str | GeneratorError | None] = queue.Queue()
        stopped = threading.Event()
        end = time.monotonic() + self._timeout
        threading.Thread(target=self._read, args=(body, came, stopped), daemon=True).start()
        try:
            while True:
                try:
                    piece = came.get(timeout=max(0.0, end - time.monotonic()))
                except queue.Empty:
                    raise self._late() from None
                if piece is None:
                    return
                if isinstance(piece, GeneratorError):
                    raise piece
                yield piece
        finally:
            stopped.set()

    def _read(
        self, body: dict[str, Any], came: "queue.Queue[str | GeneratorError | None]", stopped: threading.Event
    ) -> None:
        thoughts, total = Thoughts(), 0
        try:
            for content in self._contents(body, stopped):
                total += len(content)
                if total > MOST_CHARACTERS:
                    raise self._error(f"写了 {MOST_CHARACTERS:,} 字还没有写完，已停止接收", "请换一个模型或稍后重试")
                for piece in thoughts.without(_inert(content)):
                    came.put(piece)
            for piece in thoughts.rest():
                came.put(piece)
            came.put(None)
        except httpx.TimeoutException as error:
            connecting = isinstance(error, httpx.ConnectTimeout)
            came.put(self._unreachable(error) if connecting else self._late())
        except httpx.ConnectError as error:
            came.put(self._unreachable(error))
        except httpx.HTTPError as error:
            came.put(self._error(f"中途断开（{type(error).__name__}）", "请确认服务运行正常后重试"))
        except GeneratorError as error:
            came.put(error)
        except Exception as error:  # whatever it is, whoever waits must hear of it
            came.put(self._error(f"没有问成（{type(error).__name__}）", "请重试；仍不行时请查看程序的记录"))

    def _contents(self, body: dict[str, Any], stopped: threading.Event) -> Iterator[str]:
        """What the model wrote, thoughts included."""
        with self._http.stream("POST", self._address + _PATH, json=body) as answer:
            self._admit(answer)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json":
                content = b"\n".join(self._lines(answer, stopped))
                if len(content) > _LONGEST_LINE:
                    raise self._strange()
                yield self._content(self._parsed(content), "message")[0]
            elif kind == "text/event-stream":
                yield from self._streamed(answer, stopped)
            else:
                raise self._strange()

    def _admit(self, answer: httpx.Response) -> None:
        status = answer.status_code
        told = f"没有给出结果（状态码 {status}）"
        if status in (401, 403):
            raise self._error(told, "请检查密钥是否正确、是否有权使用这个模型")
        if status == 404:
            raise self._error(told, f"请检查地址是否以 /v1 结尾、模型「{self.name}」是否已装好")
        if status == 429:
            raise self._error(told, "服务正忙或用量已满，请稍后重试")
        if 300 <= status < 400:
            raise self._error(f"要求转到别的地址（状态码 {status}），已拒绝", "请在设置里直接写最终的地址")
        if status >= 500:
            raise self._error(told, "请查看服务是否运行正常，或稍后重试")
        if status != 200:
            raise self._error(told, f"请检查模型「{self.name}」与服务的版本")
        # A few packed bytes can unpack to gigabytes; none were asked for.
        if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise self._strange()

    def _streamed(self, answer: httpx.Response, stopped: threading.Event) -> Iterator[str]:
        finished = False
        for line in self._lines(answer, stopped):
            name, _, value = line.partition(b":")
            value = value.strip()
            if name != b"data" or not value:
                continue
            if value == b"[DONE]":
                return
            content, reason = self._content(self._parsed(value), "delta")
            finished = finished or reason
            if content:
                yield content
        if not finished:
            raise self._error("中途断开，回答不完整", "请确认服务运行正常后重试")

    def _lines(self, answer: httpx.Response, stopped: threading.Event) -> Iterator[bytes]:
        held, total = b"", 0
        for part in answer.iter_raw():
            total += len(part)
            *lines, held = (held + part).split(b"\n")
            if stopped.is_set() or total > _MOST_BYTES or len(held) > _LONGEST_LINE:
                raise self._error("发来的内容过长，已停止接收", "请确认地址是不是聊天模型的服务")
            yield from lines
        yield held

    def _parsed(self, content: bytes) -> dict[str, Any]:
        try:
            parsed = json.loads(content.decode())
        except (ValueError, RecursionError):
            raise self._strange() from None
        if not isinstance(parsed, dict):
            raise self._strange()
        return parsed

    def _content(self, parsed: dict[str, Any], part: str) -> tuple[str, bool]:
        """(text, whether it is the last); a chunk without choices counts what was used and holds no text."""
        choices = parsed.get("choices")
        if parsed.get("error") or (choices is None and part == "message"):
            raise self._error("报告了错误，没有写出回答", f"请查看服务的记录，并检查模型「{self.name}」")
        try:
            first = choices[0] if choices else {}
            written, reason = (first.get(part) or {}).get("content") or "", first.get("finish_reason")
        except (AttributeError, TypeError, KeyError):
            raise self._strange() from None
        if not isinstance(written, str):
            raise self._strange()
        if reason == "length":
            raise self._error("达到长度上限，回答没有写完", "请调大服务的输出长度，或换一个模型")
        if reason == "content_filter":
            raise self._error("拦下了回答", "请换一个问法")
        return written, bool(reason)

    def _late(self) -> GeneratorError:
        return self._error(f"在 {self._timeout:g} 秒内没有写完回答", "请稍后重试，或换用较小的模型")

    def _strange(self) -> GeneratorError:
        return self._error("的回答不是聊天模型的格式", "请检查地址是否以 /v1 结尾、是不是兼容 OpenAI 的服务")

    def _unreachable(self, error: Exception) -> GeneratorError:
        return self._error(f"连接不上（{type(error).__name__}）", "请确认服务已启动、地址和端口无误")

    def _error(self, what: str, advice: str) -> GeneratorError:
        space = "" if what.startswith("的") else " "
        return GeneratorError(f"生成服务 {self._address}{space}{what}。{advice}。")


def _address(url: str) -> str:
    """A base address without what the path of the chat adds; never one that holds a name, a password or a query."""
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError) as error:
        raise GeneratorError("生成服务的地址无效。写法：http://主机:端口/v1，例如 http://127.0.0.1:11434/v1") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise GeneratorError("生成服务的地址无法识别。写法：http://主机:端口/v1，例如 http://127.0.0.1:11434/v1")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise GeneratorError(
            "生成服务的地址里不能带用户名、密码或 ?、# 之后的参数：密钥请写在密钥设置里，地址只写到 /v1。"
        )
    return str(parsed).rstrip("/").removesuffix(_PATH).rstrip("/")


def _inert(text: str) -> str:
    """A text without control and formatting characters: half of a surrogate pair cannot be stored, and a mark that turns
    the direction of writing shows other figures than were checked."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
