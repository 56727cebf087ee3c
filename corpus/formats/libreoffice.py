"""Converts a file with LibreOffice, one at a time on this machine; it reads no result and keeps no file."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corpus.errors import UnreadableFile
from corpus.formats.docx_package import PACKAGE_LIMIT

SECONDS = 120
"""How long one conversion may take."""

WAIT = 900
"""How many seconds to wait for the conversions of other processes."""

_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/opt/libreoffice/program/soffice",
)
# Nothing in a document may run, and nothing it points at is fetched: macros off, links never updated, and a proxy
# that answers to nobody for whatever would still ask.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Field"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link"><value>1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort"><value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort"><value>9</value></prop></item>
</oor:items>
"""


def program() -> str | None:
    """LibreOffice's command on this machine, or None where it is not installed."""
    return (
        shutil.which("soffice")
        or shutil.which("libreoffice")
        or next((place for place in _PLACES if Path(place).is_file()), None)
    )


def converted(content: bytes, name: str, suffix: str, target: str, advice: str) -> bytes:
    """The bytes of a file as LibreOffice writes them in the format `target` ("docx", "xlsx").

    `suffix` (".doc") tells LibreOffice what it is given; `advice` ends each message: what to save the file as
    instead. Raises UnreadableFile where LibreOffice is absent, busy, too slow, or makes nothing of the file.
    """
    command = program()
    if command is None:
        raise UnreadableFile(f"{name}：读取 {suffix} 文件需要 LibreOffice，本机未安装，请安装 LibreOffice，或{advice}")
    # The names of temporary files are ours, so nothing in a file's own name reaches a command line.
    with tempfile.TemporaryDirectory(prefix="planseek-", ignore_cleanup_errors=True) as folder, _turn(name, advice):
        home = Path(folder)
        settings = home / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, "utf-8")
        source = home / f"source{suffix}"
        source.write_bytes(content)
        out = home / "out"
        _run(
            [
                command, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--norestore",
                "--nolockcheck", "--nodefault", "--nologo", "--convert-to", target, "--outdir", str(out), str(source),
            ],
            home, name, advice,
        )  # fmt: skip
        result = out / f"source.{target}"
        if not result.is_file() or not result.stat().st_size:
            raise UnreadableFile(f"{name}：LibreOffice 无法转换该文件（可能已损坏或加密），请{advice}")
        if result.stat().st_size > PACKAGE_LIMIT:
            raise UnreadableFile(f"{name}：转换后的文件过大，拒绝读取，请拆分后再导入")
        return result.read_bytes()


def _run(command: list[str], home: Path, name: str, advice: str) -> None:
    """Run the conversion in a session of its own, so that a late one ends with all that it has started."""
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment = kept | {"SAL_USE_VCLPLUGIN": "svp", "TMPDIR": str(home)}
    if sys.platform == "win32":
        environment = dict(os.environ)
    started = subprocess.Popen(
        command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip
    try:
        started.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(f"{name}：转换超过 {SECONDS} 秒没有完成，请{advice}") from error
    finally:
        _end(started)


def _end(started: "subprocess.Popen[bytes]") -> None:
    """End what was started and its children: LibreOffice's command only waits for another program."""
    if sys.platform == "win32":
        if started.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(started.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # all of it has ended by itself
            os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@contextmanager
def _turn(name: str, advice: str) -> Iterator[None]:
    """Hold the machine's one turn. The system gives a lock back when its holder ends, however it ends, so that a
    killed conversion blocks nobody."""
    owner = os.getuid() if sys.platform != "win32" else "user"
    path = Path(tempfile.gettempdir()) / f"planseek-libreoffice-{owner}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        deadline = time.monotonic() + WAIT
        while not _lock(lock):
            if time.monotonic() > deadline:
                raise UnreadableFile(f"{name}：等待其他文件转换超过 {WAIT // 60} 分钟，请稍后重试，或{advice}")
            time.sleep(0.1)
        yield
    finally:
        os.close(lock)


def _lock(descriptor: int) -> bool:
    """Whether the lock was free and is now ours, until the descriptor is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
