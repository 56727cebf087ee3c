"""Lays out what a computer without a network gets, sealed with checksums, in one archive. Downloads nothing."""

import json
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bundle.lock import Project
from bundle.sbom import Component, bill, licence_of
from bundle.target import System, Target
from bundle.wheels import Fetched, Wheel, sha256_of

FOLDER = "planseek"
"""What it unpacks to: of the same name in every version, so that a newer one goes over an older one."""
SUMS = "SHA256SUMS"
_PARTS = Path(__file__).with_name("parts")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into one archive: the wheels of each Python, PlanSeek's own, and pip's."""

    project: Project
    system: System
    fetched: Mapping[Target, Fetched]
    own: Wheel
    pip: Wheel
    with_torch: bool
    with_ocr: bool

    @property
    def wheels(self) -> list[Wheel]:
        """Every wheel once, by file name."""
        every = {wheel.file.name: wheel for found in self.fetched.values() for wheel in found.wheels}
        return [wheel for _, wheel in sorted({**every, self.own.file.name: self.own}.items())]

    @property
    def missing(self) -> dict[str, str]:
        return {name: lost for found in self.fetched.values() for name, lost in found.missing.items()}


def lay_out(contents: Contents, folder: Path) -> None:
    """Write all that the archive holds but for its wheels, which are linked or copied, into an empty folder."""
    windows = contents.system.os_name == "nt"
    (folder / "wheels").mkdir(parents=True)
    (folder / "tools").mkdir()
    for wheel in (*contents.wheels, contents.pip):
        _linked(wheel.file, folder / "wheels" / wheel.file.name)
    for target, found in contents.fetched.items():
        lines = [f"{w.name}=={w.version} --hash=sha256:{w.sha256}\n" for w in (*found.wheels, contents.own)]
        (folder / f"requirements-{target.version}.txt").write_text("".join(lines), "utf-8", newline="\n")
    about = {
        "planseek": contents.project.version,
        "system": f"{contents.system.platform_system}-{contents.system.machine}".lower(),
        "pythons": [target.version for target in contents.fetched],
        "longest": longest(contents.wheels),
        "missing": contents.missing,
    }
    (folder / "bundle.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "sbom.json").write_text(bill(contents.project.version, map(_component, (*contents.wheels, contents.pip))), "utf-8")
    words = _words(contents)
    scripts = (
        {"install.bat": "安装.bat", "start.bat": "启动规划问答.bat", "install.cmd": "tools/install.cmd", "start.cmd": "tools/start.cmd"}
        if windows
        else {"install.sh": "install.sh", "start.sh": "启动规划问答.sh"}
    )
    scripts |= {"README.txt": "先读我.txt", "no-python.txt": "tools/no-python.txt", "install.py": "tools/install.py", "start.py": "tools/start.py"}
    for part, name in scripts.items():
        text = (_PARTS / part).read_text("utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        # Notepad before Windows 10 1809 knows no other line ends, and reads UTF-8 by its mark.
        mark = "\ufeff" if windows and name == "先读我.txt" else ""
        (folder / name).write_text(mark + text, "utf-8", newline="\r\n" if windows else "\n")
        if name.endswith(".sh"):
            (folder / name).chmod(0o755)
    shutil.copyfile(contents.project.root / "LICENSE", folder / "LICENSE")
    sums = [f"{sha256_of(file)}  {file.relative_to(folder).as_posix()}\n" for file in _files(folder)]
    (folder / SUMS).write_text("".join(sums), "utf-8", newline="\n")


def _component(wheel: Wheel) -> Component:
    return Component(wheel.name, wheel.version, licence_of(wheel.metadata), (wheel.sha256,))


def longest(wheels: Sequence[Wheel]) -> int:
    """Characters of the longest path below site-packages that the wheels unpack to, its compiled form included."""
    most = 0
    for wheel in wheels:
        with zipfile.ZipFile(wheel.file) as archive:
            for name in archive.namelist():
                compiled = len("__pycache__/") + len(".cpython-311") + 1 if name.endswith(".py") else 0
                most = max(most, len(name) + compiled)
    return most


def pack(folder: Path, archive: Path) -> None:
    """The folder as one archive, a .zip or a .tar by its name: not compressed, for wheels are. Nothing stands under its name
    before all of it is written. Raises OSError."""
    unready = archive.with_name(f".{archive.name}.{os.getpid()}")
    try:
        (_zip if archive.suffix == ".zip" else _tar)(folder, unready)
        unready.replace(archive)
    finally:
        unready.unlink(missing_ok=True)


def _zip(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for source in _files(folder):
            entry = zipfile.ZipInfo(f"{FOLDER}/{source.relative_to(folder).as_posix()}", _EARLIEST)
            entry.external_attr = (stat.S_IFREG | _mode(source)) << 16
            entry.file_size = source.stat().st_size
            with source.open("rb") as origin, archive.open(entry, "w") as written:
                shutil.copyfileobj(origin, written, 1 << 20)


def _tar(folder: Path, file: Path) -> None:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as archive:
        for source in _files(folder):
            entry = tarfile.TarInfo(f"{FOLDER}/{source.relative_to(folder).as_posix()}")
            entry.size, entry.mode = source.stat().st_size, _mode(source)
            with source.open("rb") as origin:
                archive.addfile(entry, origin)


def _mode(file: Path) -> int:
    return 0o755 if file.suffix == ".sh" else 0o644


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _linked(source: Path, copy: Path) -> None:
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)


def _words(contents: Contents) -> dict[str, str]:
    windows = contents.system.os_name == "nt"
    versions = [target.version for target in contents.fetched]
    left_out = [f"  · {name}：这个系统没有它的安装包，因此不能用{lost}。" for name, lost in contents.missing.items()]
    if not contents.with_torch:
        left_out.append("  · torch 与 sentence-transformers：随附的模型不需要；要换用其他模型，请用 planseek bundle --with-torch 重新制作。")
    if not contents.with_ocr:
        left_out.append("  · 扫描件识别（OCR）：需要时用 planseek bundle --with-ocr 重新制作。")
    left_out.append("  · LibreOffice：读旧式 .doc、.wps 文件要用，系统里有就会自动使用。")
    return {
        "VERSION": contents.project.version, "VERSIONS": " ".join(versions), "FIRST": versions[0],
        "PYTHONS": " ".join(f"python{version}" for version in versions), "CHOICE": " 或 ".join(versions),
        "SYSTEM": contents.system.name, "INSTALLED": str(round(_installed(contents) / 1e6, -1)).removesuffix(".0"),
        "NEEDS": "Windows 10 或更新（64 位）。若自检提到 DLL，需先装微软 VC++ 运行库。" if windows else "glibc 2.28 或更新（麒麟 V10、统信 20、Debian 10、openEuler 20.03 及以后）。",
        "WHERE": r"D:\planseek" if windows else "/opt/planseek",
        "INSTALL": "双击“安装.bat”。" if windows else "在终端进入该文件夹，运行 sh install.sh",
        "START": "双击“启动规划问答.bat”，关闭窗口即停止。" if windows else "运行 sh 启动规划问答.sh（或双击“规划问答.desktop”），按 Ctrl+C 停止。",
        "COMMAND": r"env\Scripts\planseek.exe --help" if windows else "env/bin/planseek --help",
        "LEFT_OUT": "\n".join(left_out),
    }  # fmt: skip


def _installed(contents: Contents) -> int:
    """Bytes of one Python's packages once unpacked."""
    total = 0
    for wheel in (*next(iter(contents.fetched.values())).wheels, contents.own):
        with zipfile.ZipFile(wheel.file) as archive:
            total += sum(entry.file_size for entry in archive.infolist())
    return total
