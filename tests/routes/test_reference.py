"""The page /docs: every route with its fields, nothing from another host, nothing unescaped."""

import re
from html import escape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import create_app
from retriever.service import Service
from routes.reference import page
from settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home: Path = tmp_path_factory.mktemp("home")
    return create_app(Service(Settings(home=home)))


def test_every_route_stands_on_the_page_with_its_words(app: FastAPI) -> None:
    shown = TestClient(app).get("/docs").text
    described = app.openapi()["paths"]
    assert len(described) > 20
    for path, methods in described.items():
        for method, route in methods.items():
            line = f"<b>{method.upper()}</b><code>{escape(path)}</code><span>{escape(route['summary'])}</span>"
            assert line in shown and re.search(r"[\u4e00-\u9fff]", route["summary"])


def test_the_page_asks_no_other_host(app: FastAPI) -> None:
    shown = TestClient(app).get("/docs").text
    assert not re.search(r"<(?:script|link|img|iframe|object)|@import|url\(|(?:src|href)=\"(?![#/]openapi|#|/)", shown)
    assert set(re.findall(r"https?://[^/\"' ]+", shown)) == {"http://127.0.0.1:8000"}


def test_a_field_is_told_with_type_limits_and_default(app: FastAPI) -> None:
    shown = TestClient(app).get("/docs").text
    assert "<td><code>k</code></td><td>整数</td><td>平铺结果的最多条数；默认 10；最小 1；最大 1000</td>" in shown
    assert escape('curl -X POST http://127.0.0.1:8000/v1/search -H \'Content-Type: application/json\' -d \'{"query": "各区生态修复措施"}\'') in shown


def test_what_is_described_is_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    field = {"type": "string", "description": hostile}
    route = {"tags": [hostile], "summary": hostile, "requestBody": {"content": {"application/json": {"schema": {"properties": {hostile: field}}}}}}
    shown = page({"info": {"title": hostile, "version": hostile}, "paths": {f"/{hostile}": {"post": route}}})
    assert "<script" not in shown and shown.count(escape(hostile)) >= 7
