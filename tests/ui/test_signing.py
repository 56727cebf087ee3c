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


def test_who_sees_some_collections_has_the_tabs_for_asking_only(tmp_path: Path, open_page: Callable[..., AppTest]) -> None:
    home, plans = tmp_path / "home", tmp_path / "plans"
    with running.api(home) as address:
        files = running.write_plans(plans)
        (plans / "metadata.csv").write_text("file,collection\n镜湖区十四五规划纲要.txt,公开<b>\n", "utf-8")
        running.upload(address, [*files, plans / "metadata.csv"])
        keys = {name: Keys(home).add(name, "读者", [name])[1] for name in ("公开<b>", "另一个<b>")}
        page = open_page(address, q="生态修复")
        page.text_input[0].set_value(keys["公开<b>"])
        page.button[0].click().run()
        assert not page.exception and _shown(page, "现有 1 份文件、1 个地区")
        assert [tab.label for tab in page.tabs] == ["提问", "原文", "对比", "批量"]
        assert _shown(page, "湖岸") and not _shown(page, "鸠江")
        page = open_page(address, tab="语料")
        page.text_input[0].set_value(keys["另一个<b>"])
        page.button[0].click().run()
        assert not page.exception and _shown(page, "只能查看资料集「另一个&lt;b&gt;」") and not _shown(page, "先放入规划文本")


def _shown(page: AppTest, words: str) -> bool:
    return any(words in element.proto.body for element in page.get("html"))
