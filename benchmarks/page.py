"""Times the page in real Chromium, from the click on 检索 to the first painted passage, over 10,000 passages. Changes nothing but a
home of its own."""

import argparse
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.model import calibration
from eval.ground import shared_folder

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "page.json"
CHROMIUM = "/usr/bin/chromium"
QUESTIONS = (
    "各省养老服务措施", "各省2026年地区生产总值目标", "各省科技创新", "各省乡村振兴措施", "各区生态修复措施", "各省就业目标", "各省数字经济发展",
    "江里还能打鱼吗", "各省低空经济", "老人吃饭洗澡有人管吗", "各省优化营商环境",
)  # fmt: skip
QUIET = 1.5
"""Seconds between two questions, in which the rest of the page is drawn."""

# Painted: the frame after the one in which the first new passage stands in the document.
_WATCH = """() => {
  const shown = () => document.querySelector(".ps-results");
  const before = shown()?.innerHTML.slice(0, 4000);
  window.psTimes = {};
  document.addEventListener("mousedown", () => { window.psTimes.down = performance.now(); }, { once: true, capture: true });
  const watch = new MutationObserver(() => {
    if (!shown()?.querySelector(".ps-hit") || shown().innerHTML.slice(0, 4000) === before) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.psTimes.painted = performance.now(); }, 0));
  });
  watch.observe(document.body, { childList: true, subtree: true });
}"""


def main() -> None:
    """Print a row a question; keep the whole in benchmarks/results/page.json unless a page that runs already was asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", help="the address of a page that runs already")
    parser.add_argument("--home", type=Path, help="a home to serve; otherwise one of 10,000 passages is made from $PLANSEEK_SHARED/plans")
    options = parser.parse_args()
    if options.page:
        _print(timed(options.page))
        return
    with TemporaryDirectory(prefix="planseek-page-") as scratch:
        home = options.home or _ingested(shared_folder() / "plans", Path(scratch))
        with _served(home) as (api, page):
            passages = sum(d["passages"] for d in httpx.get(f"{api}/v1/documents?limit=1000", trust_env=False, timeout=60).json()["documents"])
            alone = _asked(api)
            found = {"passages": passages, "calibration_ms": round(calibration(), 1)} | timed(page) | {"api_median_ms": alone}
    _print(found)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def timed(page_address: str) -> dict[str, object]:
    """Milliseconds from click to paint, by question, each asked once in one tab; the first load of the page stands apart."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.set_default_timeout(60_000)
        began = time.perf_counter()
        tab.goto(page_address)
        tab.wait_for_selector(".ps-guide")
        opened = 1000 * (time.perf_counter() - began)
        times = {}
        for question in QUESTIONS:
            tab.wait_for_timeout(1000 * QUIET)
            tab.get_by_label("问题", exact=True).fill(question)
            tab.evaluate(_WATCH)
            tab.get_by_role("button", name="检索", exact=True).click()
            tab.wait_for_function("window.psTimes.painted")
            times[question] = round(tab.evaluate("window.psTimes.painted - window.psTimes.down"))
        browser.close()
    return {"opened_ms": round(opened), "median_ms": round(statistics.median(times.values())), "slowest_ms": max(times.values()), "all_ms": times}


def _print(found: dict[str, object]) -> None:
    for question, milliseconds in found["all_ms"].items():  # type: ignore[attr-defined]
        sys.stdout.write(f"{milliseconds:6} ms  {question}\n")
    sys.stdout.write("  ".join(f"{name} {value}" for name, value in found.items() if name != "all_ms") + "\n")


def _ingested(plans: Path, scratch: Path) -> Path:
    """A home over the plans and a second edition of each text, which differs in its figures."""
    if not plans.is_dir():
        sys.exit(f"没有找到 {plans}。请用环境变量 PLANSEEK_SHARED 指明 shared 文件夹，或用 --home 指明数据文件夹。")
    folder, home = scratch / "文件", scratch / "库"
    folder.mkdir()
    for file in sorted(plans.glob("*.txt")):
        text = file.read_text("utf-8", errors="replace")
        (folder / file.name).write_text(text, "utf-8")
        (folder / f"{file.stem}_修订.txt").write_text(re.sub(r"(?<!\d)\d{1,3}(?!\d)", lambda n: str(int(n[0]) + 1), text), "utf-8")
    subprocess.run([sys.executable, "-m", "cli", "ingest", str(folder), "--home", str(home)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return home


@contextmanager
def _served(home: Path) -> Iterator[tuple[str, str]]:
    """`planseek serve` over a home; the addresses of API and page."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, ui_port = one.getsockname()[1], other.getsockname()[1]
    command = [sys.executable, "-m", "cli", "serve", "--home", str(home), "--port", str(port), "--ui-port", str(ui_port)]
    addresses = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}"
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for address in (f"{addresses[0]}/v1/health", addresses[1]):
            for _ in range(300):
                try:
                    httpx.get(address, timeout=30, trust_env=False)
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            else:
                sys.exit(f"{address} 没有在一分钟内启动。")
        yield addresses
    finally:
        server.terminate()
        server.wait(20)


def _asked(api: str) -> int:
    """Median milliseconds in which the API alone answers the same questions, after two that warm it up."""
    times = []
    with httpx.Client(base_url=api, timeout=60, trust_env=False) as client:
        for question in (*QUESTIONS[:2], *QUESTIONS):
            began = time.perf_counter()
            client.post("/v1/ask", json={"query": question}).raise_for_status()
            times.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(times[2:]))


if __name__ == "__main__":
    main()
