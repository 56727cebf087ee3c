"""Installs PlanSeek from this folder into its `env`, without a network, and tries it out. Stands alone: only the standard library."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
ENV = HERE / "env"
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LONGEST_ON_WINDOWS = 259


def main() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    made_for = json.loads((HERE / "bundle.json").read_text("utf-8"))
    refuse_what_cannot_run(made_for)
    check()
    install()
    try_out()
    if sys.platform.startswith("linux"):
        write_launcher()
    say("安装完成。" + ("双击“启动规划问答.bat”即可使用。" if os.name == "nt" else "运行 ./启动规划问答.sh 即可使用。"))


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def stop(line: str) -> None:
    say(line)
    sys.exit(1)


def refuse_what_cannot_run(made_for: dict) -> None:
    import platform

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    machine = f"{platform.system()}-{platform.machine()}".lower()
    if machine != made_for["system"]:
        stop(f"这个安装包是给 {made_for['system']} 的，这台电脑是 {machine}。请换用相应的安装包。")
    if version not in made_for["pythons"]:
        stop(f"这个安装包适用于 Python {'、'.join(made_for['pythons'])}，现在用的是 {version}。请改用 install.sh 或 安装.bat，它会自己寻找。")
    if sys.maxsize < 2**32:
        stop("这是 32 位的 Python。请安装 64 位的。")
    if os.name == "nt":
        room = LONGEST_ON_WINDOWS - made_for["longest"]
        if len(str(ENV / "Lib" / "site-packages")) + 1 > room:
            stop(f"文件夹 {HERE} 的路径太长，Windows 装不下。请移到 D:\\planseek 这样的短路径下再安装。")
    if os.name == "nt" and not str(HERE).isascii():
        say(f"注意：路径 {HERE} 含有中文等字符，Windows 上个别组件可能打不开这样的路径。建议移到 D:\\planseek 这样的文件夹。")


def check() -> None:
    """Compare every file with SHA256SUMS."""
    say("核对文件……")
    for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines():
        expected, _, name = line.partition("  ")
        file = HERE / name
        digest = hashlib.sha256()
        try:
            with file.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(block)
        except OSError as error:
            stop(f"缺少文件 {name}（{error.strerror}）。压缩包可能没有解压完整，请重新解压。")
        if digest.hexdigest() != expected:
            stop(f"文件 {name} 与校验和不符，可能在拷贝时损坏。请重新拷贝压缩包并解压。")


def install() -> None:
    say("安装（约一两分钟）……")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        # Debian's Pythons come without ensurepip: pip runs from its wheel instead.
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(ENV)], check=True)
        pip = next((HERE / "wheels").glob("pip-*.whl"))
        subprocess.run(
            [str(PYTHON), str(pip / "pip"), "install", "--quiet", "--no-index", "--find-links", str(HERE / "wheels"), "--no-deps",
             "--require-hashes", "--no-cache-dir", "-r", str(HERE / f"requirements-{version}.txt")],
            check=True, env=clean(),
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        stop(f"没有装成（{error}）。请关闭正在运行的规划问答，检查磁盘空间与文件夹的读写权限后再试；上面几行是具体原因。")


def clean() -> dict:
    """The environment without what would lead pip or Python elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PLANSEEK_", "PYTHONPATH", "PYTHONHOME"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1"}


def try_out() -> None:
    """Ingest the samples into a folder of its own and ask a question."""
    say("自检：导入样例文本并提问……")
    scratch = tempfile.mkdtemp(prefix="planseek-")
    try:
        samples = subprocess.run(
            [str(PYTHON), "-P", "-c", "import corpus; print(corpus.__path__[0])"], check=True, capture_output=True, env=clean(),
            text=True, encoding="utf-8",
        ).stdout.strip()  # fmt: skip
        subprocess.run([str(PYTHON), "-P", "-c", "import app, streamlit"], check=True, capture_output=True, env=clean(), text=True, encoding="utf-8")
        planseek("ingest", str(Path(samples) / "samples"), "--home", scratch)
        answer = json.loads(planseek("ask", "各区生态修复措施", "--home", scratch, "--json"))
        if answer["status"] == "not_found":
            stop("自检没有得到答案，安装可能不完整。请把这段输出发给维护者。")
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout or "").strip().splitlines()
        more = "若提到 DLL，请先安装微软 VC++ 运行库（VC_redist.x64.exe）。" if os.name == "nt" else ""
        stop(f"自检未通过：{told[-1] if told else error}。{more}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def planseek(*arguments: str) -> str:
    command = [str(PYTHON), "-P", "-m", "cli", *arguments]
    return subprocess.run(command, check=True, capture_output=True, env=clean(), text=True, encoding="utf-8").stdout


def write_launcher() -> None:
    """A desktop entry, which must name its program in full."""
    quoted = str(HERE / "启动规划问答.sh").replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    entry = HERE / "规划问答.desktop"
    entry.write_text(
        f'[Desktop Entry]\nType=Application\nName=规划问答\nTerminal=true\nExec=sh "{quoted}"\n', "utf-8"
    )
    entry.chmod(0o755)
    say("可以把“规划问答.desktop”拷到桌面，双击启动。")


if __name__ == "__main__":
    main()
