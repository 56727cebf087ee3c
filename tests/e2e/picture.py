"""Takes the README's picture of the page over the sample plans: python -m tests.e2e.picture [FILE]. No test."""

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, QUIET
from tests.ui import running

QUESTION = "各区生态修复措施"


def take(file: Path, width: int = 1280, height: int = 1100) -> None:
    """Ingest corpus/samples into a fresh home, ask, and save what a browser of this size shows."""
    home, port, ui_port = Path(tempfile.mkdtemp()), running.free_port(), running.free_port()
    command = running.serve_command(home, port, ui_port)
    with running.running(command, {}, f"http://127.0.0.1:{port}/v1/health"), sync_playwright() as player:
        running.upload(f"http://127.0.0.1:{port}", sorted((running.ROOT / "corpus" / "samples").iterdir()))
        browser = player.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"http://127.0.0.1:{ui_port}/?q={quote(QUESTION)}")
        page.wait_for_selector(".ps-coverage", timeout=60_000)
        page.wait_for_timeout(1500)  # until the box is filled in and nothing moves
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else running.ROOT / "docs" / "images" / "page.png")
