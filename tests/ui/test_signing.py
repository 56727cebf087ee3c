"""A service with keys: the page asks for one, and shows the corpus under the right one only."""

from collections.abc import Callable
from pathlib import Path

import httpx
from streamlit.testing.v1 import AppTest

from access.keys import Keys
from tests.ui import running


def test_the_page_signs_in_with_a_key(tmp_path: Path, open_page: Callable[..., AppTest]) -> None:
    home = tmp_path / "home"
    with running.api(home) as address:
        running.upload(address, running.write_plans(tmp_path / "plans"))
        _, secret = Keys(home).add("规划科", "读者")
        assert httpx.get(f"{address}/v1/documents", trust_env=False).status_code == 401
        page = open_page(address, q="镜湖区生态修复")
        assert not page.exception and _shown(page, "请登录") and not _shown(page, "直接回答")
        page.text_input[0].set_value("ps_0_0")
        page.button[0].click().run()
        assert _shown(page, "密钥不对或已停用") and not _shown(page, "直接回答")
        page.text_input[0].set_value(f" {secret} ")
        page.button[0].click().run()
        assert not page.exception and not _shown(page, "请登录") and _shown(page, "直接回答")


def _shown(page: AppTest, words: str) -> bool:
    return any(words in element.proto.body for element in page.get("html"))
