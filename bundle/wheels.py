"""Brings the wheels of the locked packages for a target into a folder, each checked against the lock's hashes; keeps those that
are there. Installs nothing."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.lock import Locked, Project, chosen
from bundle.target import Target
from corpus.errors import PlanSeekError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PIP = Locked("pip", "26.3", frozenset({"f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"}))
"""The installer that travels along: Debian's Pythons, and those made after it, come without one."""
SOURCE_ONLY = frozenset({"jieba"})
"""Published as source alone, and pure Python: built here, it runs everywhere."""
DISPENSABLE = {"pytrec-eval-terrier": "评测（planseek eval 与页面的“评测”一栏）"}
"""What is lost where a target has no wheel of a package that PlanSeek can do without."""
HEAVY = ("sentence-transformers", "torch")
"""Only other models than the bundled one need them."""
_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
_AT_ONCE = 4

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel in the folder, and what the package asks for there."""

    name: str
    version: str
    file: Path
    sha256: str
    metadata: Message = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The wheels of one target, by name, and what could not be had: name → what is lost."""

    wheels: tuple[Wheel, ...]
    missing: Mapping[str, str]


class NoWheel(PlanSeekError):  # noqa: N818 - names the state
    """A package that has no wheel for a target, or that could not be fetched."""


def fetched(
    project: Project, locked: Mapping[str, tuple[Locked, ...]], target: Target, folder: Path, progress: Progress,
    *, with_torch: bool = False, extras: Collection[str] = (),
) -> Fetched:  # fmt: skip
    """Bring everything that PlanSeek needs on a target, and what that needs in turn, into a folder. Raises PlanSeekError."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [r for r in project.requires if with_torch or _name(r) not in HEAVY]
    asked += [requirement for extra in extras for requirement in project.extras[extra]]
    stage = f"下载 {target.system.name} Python {target.version}"
    wheels: dict[str, Wheel] = {}
    missing: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while asked:
            fresh = [(name, extra) for name, extra in _wanted(asked, target) if (name, extra) not in seen]
            seen.update(fresh)
            new = [name for name in dict.fromkeys(name for name, _ in fresh) if name not in wheels and name not in missing]
            progress(stage, len(wheels), len(wheels) + len(new))
            for name, found in zip(new, pool.map(lambda n: _one(n, project, locked, target, folder), new), strict=True):
                if isinstance(found, Wheel):
                    wheels[name] = found
                    progress(stage, len(wheels), len(seen))
                else:
                    missing[name] = found
            asked = [r for name, extra in fresh if name in wheels for r in _requires(wheels[name], extra, target)]
    progress(stage, len(wheels), len(wheels))
    return Fetched(tuple(sorted(wheels.values(), key=lambda wheel: wheel.name)), missing)


def _name(requirement: "Requirement") -> str:
    from packaging.utils import canonicalize_name

    return str(canonicalize_name(requirement.name))


def _wanted(requirements: "Iterable[Requirement]", target: Target) -> Iterator[tuple[str, str]]:
    """(name, extra) of what holds on a target; the package itself is the extra ""."""
    for requirement in requirements:
        if requirement.marker is None or requirement.marker.evaluate(target.markers()):
            for extra in ("", *sorted(requirement.extras)):
                yield _name(requirement), extra


def _requires(wheel: Wheel, extra: str, target: Target) -> "Iterator[Requirement]":
    from packaging.requirements import Requirement

    for line in wheel.metadata.get_all("Requires-Dist", []):
        requirement = Requirement(line)
        if requirement.marker is None:
            if not extra:
                yield requirement
        elif requirement.marker.evaluate(target.markers() | {"extra": extra}):
            requirement.marker = None
            yield requirement


def _one(
    name: str, project: Project, locked: Mapping[str, tuple[Locked, ...]], target: Target, folder: Path
) -> "Wheel | str":
    """A package's wheel, or what is lost without it. Raises PlanSeekError."""
    if name == "torch":
        return _torch(project.torch, target, folder)
    entry = chosen(locked.get(name, ()), target.markers())
    if entry is None:
        raise PlanSeekError(f"requirements.lock 里没有适用于 {target.system.name} Python {target.version} 的 {name}。请先运行 make lock。")
    try:
        return fetch(entry, target, folder)
    except NoWheel:
        if name in DISPENSABLE:
            return DISPENSABLE[name]
        raise


def fetch(entry: Locked, target: Target, folder: Path) -> Wheel:
    """The wheel of a locked package, from the folder if a whole one lies there. Raises NoWheel."""
    kept = _kept(entry.name, entry.version, target, folder, entry.hashes)
    if kept is None:
        with ExitStack() as stack:
            # Into a folder of its own first: what a break leaves behind is no wheel.
            empty = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
            asked = empty / "requirements.txt"
            asked.write_text(f"{entry.name}=={entry.version} " + " ".join(f"--hash=sha256:{h}" for h in sorted(entry.hashes)), "utf-8")
            if entry.name in SOURCE_ONLY:
                options = ["wheel", "--no-build-isolation", "--no-binary", entry.name, "--wheel-dir", str(empty)]
            else:
                options = ["download", *target.pip_options(), "--dest", str(empty)]
            told = _pip([*options, "--no-deps", "--require-hashes", "-r", str(asked)])
            for made in empty.glob("*.whl"):
                made.replace(folder / made.name)
        kept = _kept(entry.name, entry.version, target, folder, entry.hashes)
        if kept is None:
            raise NoWheel(f"{entry.name} {entry.version} 没有适用于 {target.system.name} Python {target.version} 的安装包，或下载失败：{told}")
    return kept


def _torch(version: str, target: Target, folder: Path) -> Wheel:
    """PyTorch's CPU build, from where pip is told to look, else from PyTorch's own index: PyPI's build for Linux is another."""
    kept = _kept("torch", version, target, folder, None)
    links = os.environ.get("PIP_FIND_LINKS", "")
    sources = ([["--no-index", *(p for link in links.split() for p in ("--find-links", link))]] if links else [])
    sources.append(["--index-url", _TORCH_INDEX])
    for source in sources:
        if kept is None:
            _pip(["download", *source, *target.pip_options(), "--no-deps", "--dest", str(folder), f"torch=={version}"])
            kept = _kept("torch", version, target, folder, None)
    if kept is None:
        raise NoWheel(
            f"得不到 {target.system.name} Python {target.version} 的 torch {version}（仅 CPU 版）。随附的模型不需要它，去掉 --with-torch 即可；"
            f"确需其他模型时，请把它的 .whl 放进 {folder} 后重新运行（可从 {_TORCH_INDEX} 下载）。"
        )
    return kept


def _pip(arguments: list[str]) -> str:
    """Run pip; the last line of what it says. A pip that is told of other indexes asks them, too. Raises PlanSeekError."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--quiet"], env=environment, capture_output=True, text=True, encoding="utf-8",
        errors="replace", check=False,
    )  # fmt: skip
    lines = [line.strip() for line in ran.stderr.splitlines() if line.strip()] or [""]
    if "No module named pip" in lines[-1]:
        raise PlanSeekError(f"这个 Python（{sys.executable}）没有 pip。请用 make setup 建立的 .venv 运行。")
    return next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])


def _kept(name: str, version: str, target: Target, folder: Path, hashes: frozenset[str] | None) -> Wheel | None:
    """The wheel of a package in the folder that runs on a target and is one of those locked (None: of any content)."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename
    from packaging.version import Version

    tags = target.tags()
    for file in sorted(folder.glob("*.whl")):
        with suppress(InvalidWheelFilename):
            own, built, _, for_tags = parse_wheel_filename(file.name)
            if own != name or built.public != Version(version).public or not for_tags & tags:
                continue
            found = opened(file)
            if found is not None and (hashes is None or name in SOURCE_ONLY or found.sha256 in hashes):
                return found
    return None


def opened(file: Path) -> Wheel | None:
    """A wheel with its metadata; None where the file is not whole."""
    from packaging.utils import parse_wheel_filename

    name, version, *_ = parse_wheel_filename(file.name)
    try:
        with zipfile.ZipFile(file) as archive:
            inner = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
            metadata = message_from_bytes(archive.read(inner))
    except (OSError, zipfile.BadZipFile, StopIteration):
        return None
    return Wheel(str(name), str(version), file, sha256_of(file), metadata)


def sha256_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def own_wheel(project: Project, folder: Path) -> Wheel:
    """PlanSeek's own wheel, built from a copy of the sources alone: what an earlier build left beside them stays out. Raises
    PlanSeekError."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "planseek"
        copy.mkdir()
        for source in (*project.sources, "pyproject.toml", "README.md", "LICENSE"):
            origin = project.root / source
            if origin.is_dir():
                shutil.copytree(origin, copy / source, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(origin, copy / source)
        told = _pip(["wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", name, str(copy)])
        for made in Path(name).glob("planseek-*.whl"):
            shutil.copyfile(made, folder / made.name)
            if wheel := opened(folder / made.name):
                return wheel
    raise PlanSeekError(f"规划问答自身的安装包没有做成：{told}。请先在源码文件夹运行 make setup。")
