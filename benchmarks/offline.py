"""Installs an offline bundle where there is no network, and asks, exports and serves there. Changes nothing but its scratch folder.

    python -m benchmarks.offline [planseek-….tar]      (Linux; without a file, the bundle is made first)
"""

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

_QUESTION = "各区生态修复措施"
# The network of a new namespace is a loopback that is down.
_CUT_OFF = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh"]
_SERVE = """
import subprocess, sys, time, urllib.request
folder, api, page = sys.argv[1:]
server = subprocess.Popen(["sh", f"{folder}/启动规划问答.sh", "--port", api, "--ui-port", page], stdout=subprocess.DEVNULL)
try:
    for url in (f"http://127.0.0.1:{api}/v1/health", f"http://127.0.0.1:{api}/v1/documents", f"http://127.0.0.1:{page}/"):
        for left in range(180, -1, -1):
            try:
                print(url, urllib.request.urlopen(url, timeout=30).status)
                break
            except OSError:
                assert left and server.poll() is None, f"{url} gives no answer"
                time.sleep(1)
finally:
    server.terminate()
    server.wait(30)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path)
    archive = parser.parse_args().archive
    with tempfile.TemporaryDirectory(prefix="offline-") as name:
        scratch = Path(name)
        if archive is None:
            archive = scratch / "planseek.tar"
            subprocess.run([Path(sys.executable).with_name("planseek"), "bundle", "-o", archive], check=True)
        with tarfile.open(archive) as opened:
            opened.extractall(scratch / "office", filter="data")
        _use(scratch / "office" / "planseek", scratch)


def _use(folder: Path, scratch: Path) -> None:
    if not (folder / "env").exists():
        _cut_off(["sh", folder / "install.sh"], scratch)
    packages = next((folder / "env" / "lib").glob("python*")) / "site-packages"
    command, home = folder / "env" / "bin" / "planseek", folder / "home"
    taken = json.loads(_cut_off([command, "ingest", packages / "corpus" / "samples", "--home", home, "--json"], scratch))
    answer = json.loads(_cut_off([command, "ask", _QUESTION, "--home", home, "--json"], scratch))
    assert answer["status"] != "not_found" and answer["groups"], answer["status"]
    for suffix, start in ((".docx", b"PK"), (".pdf", b"%PDF"), (".xlsx", b"PK")):
        file = scratch / f"答案{suffix}"
        _cut_off([command, "export", _QUESTION, "-o", file, "--home", home], scratch)
        assert file.read_bytes().startswith(start), suffix
    served = _cut_off([folder / "env" / "bin" / "python", "-c", _SERVE, folder, "18231", "18232"], scratch)
    size = sum(f.stat().st_size for f in (folder / "env").rglob("*") if f.is_file() and not f.is_symlink())
    print(f"{len(taken['documents'])} documents, {taken['passages']} passages; answer: {answer['status']}, {len(answer['groups'])} regions")  # noqa: T201
    print(f"{served}installed: {size / 1e6:.0f} MB")  # noqa: T201


def _cut_off(command: list[str | Path], scratch: Path) -> str:
    """Run a command with no network and nothing of this environment; what it printed."""
    shutil.rmtree(scratch / "user", ignore_errors=True)
    # The Python that this runs on may stand elsewhere than where a bare path looks.
    bare = {"PATH": f"/usr/sbin:/usr/bin:/sbin:/bin:{sys.base_prefix}/bin", "HOME": str(scratch / "user"), "LANG": "C.UTF-8"}
    began = time.monotonic()
    ran = subprocess.run([*_CUT_OFF, *command], env=bare, cwd=scratch, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    print(f"{time.monotonic() - began:6.1f} s  {' '.join(Path(part).name for part in command[:2])}", file=sys.stderr)  # noqa: T201
    return ran.stdout


if __name__ == "__main__":
    main()
