"""Starts PlanSeek over this folder's `home` and opens the page once it answers. Stands alone: only the standard library."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SECONDS = 120


def main() -> None:
    given = sys.argv[1:]
    own = [] if "--home" in given else ["--home", os.environ.get("PLANSEEK_HOME") or str(HERE / "home")]
    port = int(given[given.index("--ui-port") + 1]) if "--ui-port" in given[:-1] else 8501
    running = subprocess.Popen([sys.executable, "-P", "-m", "cli", "serve", *own, *given])
    signal.signal(signal.SIGTERM, lambda number, frame: running.terminate())
    # In a terminal alone a text browser would take it over.
    if os.name == "nt" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=show, args=(port, running), daemon=True).start()
    try:
        sys.exit(running.wait())
    except KeyboardInterrupt:
        # Ctrl+C reached the server as well, which ends in order.
        sys.exit(running.wait())


def show(port: int, running: "subprocess.Popen[bytes]") -> None:
    for _ in range(SECONDS):
        if running.poll() is not None:
            return
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(1)
        else:
            webbrowser.open(f"http://127.0.0.1:{port}")
            return


if __name__ == "__main__":
    main()
