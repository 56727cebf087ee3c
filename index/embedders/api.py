"""Embeddings from any server that speaks OpenAI's protocol (Ollama, vLLM, Xinference …). The only embedder that sends text
elsewhere, and only to the address in the settings."""

import json
import os
import time
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from index.embedders.errors import ModelUnavailable
from index.embedders.prompts import Prompted, chosen_prompts
from index.protocols import Floats

KEY = "PLANSEEK_EMBEDDING_KEY"
"""The variable that holds the server's key, where it wants one: never in a settings file, never in a log."""

TOGETHER = 64
_SECONDS = 60.0
_TRIES = 4
_PAUSE = 0.5


class ApiEmbedder(Prompted):
    """`setting`: the server's base address, `#` and the model's name: `http://127.0.0.1:11434/v1#bge-m3`."""

    def __init__(self, setting: str) -> None:
        address, _, model = setting.partition("#")
        if not address.startswith(("http://", "https://")) or not model.strip():
            raise ModelUnavailable(
                f"向量服务设置「{setting}」无法识别。写法：api:地址#模型名称，例如 api:http://127.0.0.1:11434/v1#bge-m3"
            )
        self._address, self._model = address.rstrip("/"), model.strip()
        try:
            self._address = str(httpx.URL(self._address))
        except httpx.InvalidURL as error:
            raise ModelUnavailable(f"向量服务地址「{address}」无效（{error}）。请检查 model 设置。") from error
        key = os.environ.get(KEY, "").strip()
        if not key.isascii():
            raise ModelUnavailable(f"密钥 {KEY} 含有英文字母、数字、符号以外的字，请检查是否复制完整。")
        # A proxy set for the office's browsers must not see what goes to a server inside.
        self._http = httpx.Client(
            timeout=httpx.Timeout(_SECONDS, connect=5.0), trust_env=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )  # fmt: skip
        self._prompts = chosen_prompts({}, self._model)
        self.dimension = self._asked(["长度"]).shape[1]
        self.name = f"api-{self._model}-{self.dimension}"

    def _encode(self, texts: Sequence[str], prompt: str) -> Floats:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        spoken = [i for i, text in enumerate(texts) if text.strip()]
        for start in range(0, len(spoken), TOGETHER):
            batch = spoken[start : start + TOGETHER]
            vectors = self._asked([prompt + texts[i] for i in batch])
            if vectors.shape[1] != self.dimension:
                raise ModelUnavailable(f"向量服务 {self._address} 先后返回了不同长度的向量，请检查模型「{self._model}」。")
            rows[batch] = vectors
        return rows

    def _asked(self, texts: list[str]) -> Floats:
        """(len(texts), dimension) unit rows; busy answers are asked for again."""
        reason = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                status, content = self._answer({"model": self._model, "input": texts})
            except httpx.RequestError as error:
                reason = f"{type(error).__name__}"
                continue
            if status == 200:
                return self._rows(content, len(texts))
            reason = f"状态码 {status}"
            if status < 500 and status != 429:
                break
        raise ModelUnavailable(
            f"向量服务 {self._address} 没有给出结果（{reason}）。请确认服务已启动、模型「{self._model}」已装好"
            f"{'，以及密钥 ' + KEY if reason.endswith(('401', '403')) else ''}，或把 model 设为 bundled。"
        )

    def _answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        """Status and body, all of it within _SECONDS: httpx limits only the wait for the next bytes."""
        end = time.monotonic() + _SECONDS
        content = bytearray()
        with self._http.stream("POST", f"{self._address}/embeddings", json=question) as answer:
            for part in answer.iter_bytes():
                content += part
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("too slow")
            return answer.status_code, bytes(content)

    def _rows(self, content: bytes, expected: int) -> Floats:
        try:
            listed = sorted(json.loads(content)["data"], key=lambda row: int(row["index"]))
            rows = np.array([row["embedding"] for row in listed], np.float32)
            if rows.ndim != 2 or not rows.size or len(rows) != expected or not np.isfinite(rows).all():
                raise ValueError
        except (ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(
                f"向量服务 {self._address} 的回答不是向量。请检查地址是否以 /v1 结尾、模型「{self._model}」是否是向量模型。"
            ) from error
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)
