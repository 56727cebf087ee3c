"""Starts the API and the page together and stops both when either ends or it is asked to, the API last and at leisure. Knows nothing
of their content."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings import Settings

PAGE = Path(__file__).with_name("page.py")
GRACE = 30
"""Seconds for requests under way once the service is to stop; jobs have theirs after that."""
_STOPPED_AFTER = GRACE + 30
_IDLE = 75
"""Seconds that an idle connection is kept: longer than callers keep theirs, or one is closed just as a question is sent over it."""

# The colours of Streamlit's own widgets; those of everything else stand in style.css.
_THEME = {
    "light.primaryColor": "#1d4e58", "light.backgroundColor": "#ffffff", "light.secondaryBackgroundColor": "#f6f5f0",
    "light.textColor": "#1c2326", "light.borderColor": "#dcdbd4",
    "dark.primaryColor": "#7fbcc6", "dark.backgroundColor": "#14191b", "dark.secondaryBackgroundColor": "#1d2326",
    "dark.textColor": "#e6e9e8", "dark.borderColor": "#3a4347",
}  # fmt: skip


class PortTaken(Exception):  # noqa: N818 - names the thing
    """A port that another program holds; the message says what to do."""


def serve(settings: "Settings", host: str, port: int, ui_port: int) -> None:
    """Run both until asked to stop, then let the API answer what it has begun. Raises PortTaken before anything starts if a port is
    held, SystemExit(1) where one of them ended by itself."""
    for wanted, option in ((port, "--port"), (ui_port, "--ui-port")):
        if not _free(host, wanted):
            raise PortTaken(f"端口 {wanted} 已被占用。请关闭占用它的程序，或用 {option} 换一个端口。")
    # The API reads planseek.toml in its own working folder; what was read here must hold there.
    environment = os.environ | {f"PLANSEEK_{f.name.upper()}": str(getattr(settings, f.name)) for f in fields(settings)}
    environment |= {
        "PLANSEEK_HOME": str(settings.home.resolve()),
        "PLANSEEK_API": f"http://{_reachable(host)}:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    api = [sys.executable, "-m", "uvicorn", "app:create_app", "--factory", "--host", host, "--port", str(port),
           "--log-level", "warning", "--timeout-graceful-shutdown", str(GRACE), "--timeout-keep-alive", str(_IDLE), "--no-server-header"]  # fmt: skip
    page = [
        sys.executable, "-m", "streamlit", "run", str(PAGE), "--server.headless=true", f"--server.address={host}",
        f"--server.port={ui_port}", "--browser.gatherUsageStats=false", "--server.fileWatcherType=none",
        "--client.toolbarMode=minimal", f"--server.maxUploadSize={settings.upload_mb}", "--logger.level=warning",
        "--client.showErrorDetails=none", *(f"--theme.{name}={colour}" for name, colour in _THEME.items()),
    ]  # fmt: skip
    _stop_on_signal()
    running: list[subprocess.Popen[bytes]] = []
    ended = ""
    try:
        # Streamlit greets in English on its standard output; what goes wrong it says on the other.
        for command, said in ((page, subprocess.DEVNULL), (api, None)):
            running.append(subprocess.Popen(command, env=environment, cwd=PAGE.parents[1], stdout=said))
        _announce(host, port, ui_port)
        while not ended:
            ended = next((name for name, program in zip(("页面", "接口"), running, strict=True) if program.poll() is not None), "")
            time.sleep(0.2)
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        _stop(running)
    if ended:
        print(f"{ended}意外停止，另一个也已停下。原因见上面的输出；请重新运行 planseek serve。", file=sys.stderr)  # noqa: T201
        raise SystemExit(1)


def _announce(host: str, port: int, ui_port: int) -> None:
    print(f"页面：http://{_reachable(host)}:{ui_port}\n接口：http://{_reachable(host)}:{port}/docs\n按 Ctrl+C 停止。", flush=True)  # noqa: T201


def _stop(running: "list[subprocess.Popen[bytes]]") -> None:
    """Ask each to end and wait for it; asked once more meanwhile, end them at once."""
    try:
        for program in running:
            program.terminate()
        for program in running:
            program.wait(timeout=_STOPPED_AFTER)
    except (KeyboardInterrupt, SystemExit, subprocess.TimeoutExpired):
        pass
    finally:
        for program in running:
            program.kill()
            program.wait()


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # On Windows the option would let two programs hold one port.
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise PortTaken(f"无法识别监听地址「{host}」。请用 127.0.0.1 或本机的地址。") from error
        except OSError:
            return False
    return True


def _reachable(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host


def _stop_on_signal() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
