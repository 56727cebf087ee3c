"""Starts the API and the page together and stops both when either ends. Knows nothing of their content."""

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
    """Run both until interrupted. Raises PortTaken before anything starts if a port is held."""
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
    api = [sys.executable, "-m", "uvicorn", "app:create_app", "--factory", "--host", host, "--port", str(port), "--log-level", "warning"]
    page = [
        sys.executable, "-m", "streamlit", "run", str(PAGE), "--server.headless=true", f"--server.address={host}",
        f"--server.port={ui_port}", "--browser.gatherUsageStats=false", "--server.fileWatcherType=none",
        "--client.toolbarMode=minimal", f"--server.maxUploadSize={settings.upload_mb}", "--logger.level=warning",
        "--client.showErrorDetails=none", *(f"--theme.{name}={colour}" for name, colour in _THEME.items()),
    ]  # fmt: skip
    running = [subprocess.Popen(command, env=environment, cwd=PAGE.parents[1]) for command in (api, page)]
    print(f"页面：http://{_reachable(host)}:{ui_port}\n接口：http://{_reachable(host)}:{port}/docs\n按 Ctrl+C 停止。", flush=True)  # noqa: T201
    _stop_on_signal()
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
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
