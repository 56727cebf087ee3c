"""Takes the pictures of the page that README and guide show, over the sample plans: python -m tests.e2e.picture [FOLDER]. No
test."""

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, QUIET
from tests.ui import running

QUESTION = "各区生态修复措施"


def take(folder: Path, width: int = 1280, height: int = 1100) -> None:
    """Ingest corpus/samples into a fresh home, and save what a browser of this size shows of an answer and of the document it quotes."""
    home, port, ui_port = Path(tempfile.mkdtemp()), running.free_port(), running.free_port()
    command = running.serve_command(home, port, ui_port)
    with running.running(command, {}, f"http://127.0.0.1:{port}/v1/health"), sync_playwright() as player:
        running.upload(f"http://127.0.0.1:{port}", sorted((running.ROOT / "corpus" / "samples").iterdir()))
        browser = player.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(60_000)
        page.goto(f"http://127.0.0.1:{ui_port}/?q={quote(QUESTION)}")
        page.wait_for_selector(".ps-coverage")
        _save(page, folder / "page.png")
        page.get_by_role("link", name="看原文").or_(page.get_by_role("button", name="看原文")).first.click()
        page.wait_for_selector("#cited")
        _save(page, folder / "original.png")
        browser.close()


def _save(page: Page, file: Path) -> None:
    page.wait_for_timeout(2500)  # until the page is filled in and nothing moves
    page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else running.ROOT / "docs" / "images")
