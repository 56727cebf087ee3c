"""Fixtures of the end-to-end tests: `planseek serve` over small plans, and real Chromium that counts foreign requests."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest

from tests.ui import running

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # A fresh profile looks for its maker's servers; not even their names are asked for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page that `planseek serve` starts over running.PLANS."""
    home, port, ui_port = tmp_path_factory.mktemp("home"), running.free_port(), running.free_port()
    command = running.serve_command(home, port, ui_port)
    with running.running(command, {}, f"http://127.0.0.1:{port}/v1/health"):
        running.upload(f"http://127.0.0.1:{port}", running.write_plans(tmp_path_factory.mktemp("plans")))
        yield f"http://127.0.0.1:{ui_port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (make system installs it)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")
    with playwright.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(request: pytest.FixtureRequest, browser, site: str) -> Iterator[object]:  # type: ignore[no-untyped-def]
    """A fresh tab of the given width (parametrise indirectly; 1280 otherwise). Fails on a request to another host, on a
    dialog (a plan's script would open one) and on an error of the page's scripts."""
    width = getattr(request, "param", 1280)
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    hosts, dialogs, faults = set(), [], []
    context.on("request", lambda sent: hosts.add(urlparse(sent.url).hostname))
    page.on("websocket", lambda socket: hosts.add(urlparse(socket.url).hostname))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert hosts - {None} <= {"127.0.0.1", "localhost"}, "the page asks other hosts"
    assert not dialogs
    assert not faults
