"""Takes the pictures of the page that README and guide show, over the sample plans: python -m tests.e2e.picture [FOLDER]. No
test."""

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, QUIET
from tests.ui import running

QUESTION = "各区生态修复措施"
TARGETS = "各区森林覆盖率目标"
COLUMNS = ("各区有哪些措施", "养老、托育")
BATCH = "序号,问题\n1,各区生态修复措施\n2,各区养老服务措施\n3,云麓区青桐水库怎样保护\n4,老人吃饭洗澡有人管吗\n5,各区有没有地铁建设\n"
COLOURS = 128
"""Of a picture: a page has few, and its file is a third as large."""


def take(folder: Path, width: int = 1280, height: int = 1000) -> None:
    """Ingest corpus/samples into a fresh home, and save what a browser of this size shows of the page's tabs."""
    home, port, ui_port = Path(tempfile.mkdtemp()), running.free_port(), running.free_port()
    command = running.serve_command(home, port, ui_port)
    with running.running(command, {}, f"http://127.0.0.1:{port}/v1/health"), sync_playwright() as player:
        running.upload(f"http://127.0.0.1:{port}", sorted((running.ROOT / "corpus" / "samples").iterdir()))
        browser = player.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": height}, base_url=f"http://127.0.0.1:{ui_port}")
        page.set_default_timeout(60_000)
        page.goto(f"/?q={quote(QUESTION)}")
        page.wait_for_selector(".ps-coverage")
        _save(page, folder / "page.png")
        page.get_by_role("link", name="看原文").first.click()
        page.wait_for_selector("#cited")
        _save(page, folder / "original.png")
        page.goto(f"/?compare={quote('目标表')}&beside-q={quote(TARGETS)}")
        page.wait_for_selector(".ps-sheet")
        _save(page, folder / "targets.png")
        page.goto(f"/?tab={quote('对比')}&beside-q={quote(COLUMNS[0])}&beside-columns={quote(COLUMNS[1])}")
        page.locator(".st-key-table-exports").wait_for()
        _save(page, folder / "matrix.png")
        page.goto(f"/?tab={quote('语料')}")
        page.wait_for_selector(".ps-usage")
        _save(page, folder / "corpus.png")
        page.goto(f"/?tab={quote('批量')}")
        page.locator(".st-key-batch-new input[type=file]").set_input_files(
            {"name": "本周要查的问题.csv", "mimeType": "text/csv", "buffer": BATCH.encode()}
        )
        page.locator("[data-testid=stFileChip], [data-testid=stFileUploaderFile]").first.wait_for()
        page.get_by_role("button", name="开始回答").click()
        page.locator(".st-key-batch-exports").wait_for()
        _save(page, folder / "batch.png", short=0.62)
        browser.close()


def _save(page: Page, file: Path, short: float = 1.0) -> None:
    """short: what part of the height is worth showing."""
    page.wait_for_timeout(4000)  # until the page is filled in and nothing moves
    size = page.viewport_size or {"width": 0, "height": 0}
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": size["width"], "height": round(size["height"] * short)})
    Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else running.ROOT / "docs" / "images")
