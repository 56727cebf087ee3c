"""Fixtures of the page's tests: a real API over small plans, one over nothing, and the page itself."""

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui import running


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an API over running.PLANS."""
    with running.api(tmp_path_factory.mktemp("home")) as address:
        running.upload(address, running.write_plans(tmp_path_factory.mktemp("plans")))
        yield address


@pytest.fixture(scope="session")
def empty_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running.api(tmp_path_factory.mktemp("empty")) as address:
        yield address


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Runs the page against an API, for the question and filters of its address."""

    def open_at(address: str, **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("PLANSEEK_API", address)
        st.cache_resource.clear()
        page = AppTest.from_file(str(running.ROOT / "ui" / "page.py"), default_timeout=60)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return open_at
