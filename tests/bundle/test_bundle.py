"""An offline bundle: what it takes for whom, how it is laid out and sealed, and what it refuses. Real wheels, no network."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bundle.archive import Contents, lay_out, pack
from bundle.lock import ROOT, Locked, Project, locked_at, parsed, project_at
from bundle.target import SYSTEMS, Target, target_of
from bundle.wheels import DISPENSABLE, HEAVY, PIP, SOURCE_ONLY, Fetched, NoWheel, fetch, fetched, opened, own_wheel
from corpus.errors import PlanSeekError

LINUX, WINDOWS, ARM = (Target(SYSTEMS[name], (3, 11)) for name in ("linux-x86_64", "windows-amd64", "linux-aarch64"))


def wheel(folder: Path, name: str, version: str = "1.0", tag: str = "py3-none-any", requires: tuple[str, ...] = ()) -> Locked:
    """A small wheel in a folder, and its entry in a lock."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(file, "w") as archive:
        lines = [f"Name: {name}", f"Version: {version}", "License-Expression: MIT", *(f"Requires-Dist: {r}" for r in requires)]
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "Metadata-Version: 2.4\n" + "\n".join(lines) + "\n")
        archive.writestr(f"{name}/a_module_with_a_long_name.py", "")
    return Locked(name, version, frozenset({hashlib.sha256(file.read_bytes()).hexdigest()}))


def project(*requires: str, **extras: tuple[Requirement, ...]) -> Project:
    return replace(project_at(), requires=tuple(map(Requirement, requires)), extras=extras)


def lock(*entries: Locked) -> dict[str, tuple[Locked, ...]]:
    found: dict[str, tuple[Locked, ...]] = {}
    for entry in entries:
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip asks no index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def names(found: Fetched) -> list[str]:
    return [w.name for w in found.wheels]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_a_lock_is_read_with_its_markers_and_hashes() -> None:
    text = "a.b==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\nA_b==2.0 ; python_full_version >= '3.12' \\\n    --hash=sha256:33\n"
    one, other = parsed(text)["a-b"]
    assert (one.version, one.hashes, other.version, other.hashes) == ("1.0", {"11", "22"}, "2.0", {"33"})
    assert one.marker and one.marker.evaluate(LINUX.markers()) and not one.marker.evaluate(Target(LINUX.system, (3, 12)).markers())


def test_everything_that_runs_is_locked_and_nothing_is_locked_without_a_hash() -> None:
    locked, asked = locked_at(), {r.name.lower().replace("_", "-") for r in project_at().requires}
    assert asked - {"torch"} <= set(locked)
    assert all(len(h) == 64 for versions in locked.values() for entry in versions for h in entry.hashes)
    assert [name for name, versions in locked.items() if not all(entry.hashes for entry in versions)] == []
    assert {*DISPENSABLE, *SOURCE_ONLY, *HEAVY} - {"torch"} <= set(locked)


def test_what_packages_need_in_turn_comes_along_each_for_its_target(tmp_path: Path, cut_off: None) -> None:
    entries = lock(
        wheel(tmp_path, "a", requires=("b[x]>=1", 'colour; sys_platform == "win32"', 'never; extra == "other"')),
        wheel(tmp_path, "b", requires=('c; extra == "x"',)),
        wheel(tmp_path, "c", tag="cp311-cp311-win_amd64"),
        wheel(tmp_path, "colour"),
    )
    linux = wheel(tmp_path, "c", tag="cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")
    entries["c"] = (Locked("c", "1.0", entries["c"][0].hashes | linux.hashes),)
    asked = project("a", "torch>=2", "sentence-transformers>=6")
    for target, expected, tag in ((LINUX, ["a", "b", "c"], "manylinux"), (WINDOWS, ["a", "b", "c", "colour"], "win_amd64")):
        found = fetched(asked, entries, target, tmp_path, quiet)
        assert names(found) == expected and found.missing == {}
        assert tag in next(w.file.name for w in found.wheels if w.name == "c")


def test_an_extra_is_taken_where_it_is_asked_for(tmp_path: Path, cut_off: None) -> None:
    entries = lock(wheel(tmp_path, "a"), wheel(tmp_path, "seer"))
    asked = project("a", ocr=(Requirement("seer"),))
    assert names(fetched(asked, entries, LINUX, tmp_path, quiet)) == ["a"]
    assert names(fetched(asked, entries, LINUX, tmp_path, quiet, extras=("ocr",))) == ["a", "seer"]


def test_a_wheel_that_is_not_the_locked_one_is_not_taken(tmp_path: Path, cut_off: None) -> None:
    entry = wheel(tmp_path, "a")
    assert fetch(entry, LINUX, tmp_path).sha256 in entry.hashes
    with (tmp_path / "a-1.0-py3-none-any.whl").open("ab") as file:
        file.write(b"more")
    with pytest.raises(NoWheel, match=r"^a 1\.0 没有适用于 linux-x86_64 Python 3\.11 的安装包，或下载失败"):
        fetch(entry, LINUX, tmp_path)


def test_what_can_be_done_without_is_told_and_what_cannot_is_refused(tmp_path: Path, cut_off: None) -> None:
    name = next(iter(DISPENSABLE))
    entries = lock(wheel(tmp_path, "a"), Locked(name, "0.5", frozenset({"0" * 64})), Locked("b", "1", frozenset({"0" * 64})))
    assert fetched(project("a", name), entries, ARM, tmp_path, quiet).missing == {name: DISPENSABLE[name]}
    with pytest.raises(NoWheel, match="b 1 没有适用于 linux-aarch64"):
        fetched(project("a", "b"), entries, ARM, tmp_path, quiet)
    with pytest.raises(PlanSeekError, match=r"requirements\.lock 里没有适用于 linux-aarch64 Python 3\.11 的 d。请先运行 make lock"):
        fetched(project("d"), entries, ARM, tmp_path, quiet)


def test_a_torch_that_cannot_be_had_is_refused_with_what_to_do(tmp_path: Path, cut_off: None) -> None:
    with pytest.raises(NoWheel) as caught:
        fetched(project("torch>=2"), {}, WINDOWS, tmp_path, quiet, with_torch=True)
    assert "去掉 --with-torch" in str(caught.value) and str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_wheel(project_at(), tmp_path_factory.mktemp("own")).file


def test_the_own_wheel_holds_every_file_of_the_packages_and_nothing_else(own: Path) -> None:
    sources = project_at().sources
    with zipfile.ZipFile(own) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {
        path.relative_to(ROOT).as_posix()
        for source in sources
        for path in ((ROOT / source).rglob("*") if (ROOT / source).is_dir() else [ROOT / source])
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == there


def contents(tmp_path: Path, own: Path, target: Target) -> Contents:
    wheel(tmp_path / "wheels", "a")
    wheel(tmp_path / "wheels", "pip", PIP.version)
    a, pip, planseek = (
        found for file in (*sorted((tmp_path / "wheels").iterdir()), own) if (found := opened(file)) is not None
    )
    return Contents(project_at(), target.system, {target: Fetched((a,), {"b": "评测"})}, planseek, pip, False, False)


@pytest.mark.parametrize("target", [LINUX, WINDOWS], ids=lambda target: target.system.name)
def test_an_archive_is_whole_sealed_and_readable_where_it_goes(tmp_path: Path, own: Path, target: Target) -> None:
    made = contents(tmp_path, own, target)
    lay_out(made, tmp_path / "folder")
    windows = target is WINDOWS
    archive = tmp_path / ("包.zip" if windows else "包.tar")
    pack(tmp_path / "folder", archive)
    first = archive.read_bytes()
    pack(tmp_path / "folder", archive)
    assert archive.read_bytes() == first, "the same files, the same archive"
    unpacked = tmp_path / "unpacked"
    if windows:
        with zipfile.ZipFile(archive) as zipped:
            assert zipped.testzip() is None
            zipped.extractall(unpacked)
    else:
        with tarfile.open(archive) as tarred:
            tarred.extractall(unpacked, filter="data")
    folder = unpacked / "planseek"
    scripts = {"安装.bat", "启动规划问答.bat", "tools/install.cmd", "tools/start.cmd"} if windows else {"install.sh", "启动规划问答.sh"}
    rest = {
        "LICENSE", "SHA256SUMS", "bundle.json", "sbom.json", "requirements-3.11.txt", "先读我.txt", "tools/install.py", "tools/start.py",
        "tools/no-python.txt", "wheels/a-1.0-py3-none-any.whl", f"wheels/pip-{PIP.version}-py3-none-any.whl", f"wheels/{own.name}",
    }  # fmt: skip
    held = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert set(held) == scripts | rest
    sums = dict(reversed(line.split("  ")) for line in held["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items() if name != "SHA256SUMS"}
    required = held["requirements-3.11.txt"].decode()
    assert f"planseek=={made.own.version} --hash=sha256:{made.own.sha256}\n" in required and "a==1.0 --hash=sha256:" in required
    for name in scripts | {"先读我.txt", "tools/no-python.txt"}:
        text = held[name].decode("utf-8-sig")
        assert not re.search("@[A-Z_]+@", text), f"a word was not filled in: {name}"
        assert (text.count("\r\n") == text.count("\n")) == windows, name
        # What cmd.exe parses must read the same in every code page.
        assert not windows or name.endswith(".txt") or text.isascii(), name
    assert "b：这个系统没有它的安装包，因此不能用评测。" in held["先读我.txt"].decode("utf-8-sig")
    if not windows:
        assert os.access(folder / "install.sh", os.X_OK) and os.access(folder / "启动规划问答.sh", os.X_OK)
        subprocess.run(["sh", "-n", folder / "install.sh"], check=True)
        subprocess.run(["sh", "-n", folder / "启动规划问答.sh"], check=True)


@pytest.fixture
def office(tmp_path: Path, own: Path) -> Path:
    """A bundle for this computer, laid out."""
    here = Target(SYSTEMS["linux-x86_64"], (sys.version_info[0], sys.version_info[1]))
    lay_out(contents(tmp_path, own, here), tmp_path / "office")
    return tmp_path / "office"


def installing(folder: Path) -> str:
    """The last line of an installer that refuses."""
    ran = subprocess.run([sys.executable, "tools/install.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 1 and "Traceback" not in ran.stderr, ran
    return ran.stdout.splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="为 linux-x86_64 制作的安装包")
def test_the_installer_refuses_what_was_damaged_or_is_for_another_computer(office: Path) -> None:
    about = json.loads((office / "bundle.json").read_text("utf-8"))
    file = office / "wheels" / "a-1.0-py3-none-any.whl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert installing(office) == "文件 wheels/a-1.0-py3-none-any.whl 与校验和不符，可能在拷贝时损坏。请重新拷贝压缩包并解压。"
    file.unlink()
    assert installing(office).startswith("缺少文件 wheels/a-1.0-py3-none-any.whl")
    (office / "bundle.json").write_text(json.dumps(about | {"pythons": ["3.99"]}), "utf-8")
    assert "适用于 Python 3.99" in installing(office)
    (office / "bundle.json").write_text(json.dumps(about | {"system": "windows-amd64"}), "utf-8")
    assert installing(office) == "这个安装包是给 windows-amd64 的，这台电脑是 linux-x86_64。请换用相应的安装包。"
    assert not (office / "env").exists()


def test_without_a_python_the_script_says_which_to_install(office: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("sh", "cat", "dirname"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    ran = subprocess.run([tmp_path / "bin" / "sh", office / "install.sh"], env={"PATH": str(tmp_path / "bin")}, capture_output=True, check=False)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert ran.returncode == 1 and f"没有找到可用的 Python（需要 {version}）" in ran.stderr.decode()


def test_a_target_that_there_is_not_is_refused() -> None:
    for system, python, said in (("mac", "3.11", "没有「mac」这种系统"), ("windows-amd64", "3.10", "3.11 或更新"), ("windows-amd64", "3.x", "3.11 或更新")):
        with pytest.raises(PlanSeekError, match=said):
            target_of(system, python)


def test_without_the_sources_it_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(PlanSeekError, match="没有规划问答的源码"):
        project_at(tmp_path)
