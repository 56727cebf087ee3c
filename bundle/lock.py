"""Reads the locked packages with their hashes, and what the project asks for. Downloads nothing and resolves nothing."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import PlanSeekError

if TYPE_CHECKING:
    from packaging.markers import Marker
    from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = "requirements.lock"


@dataclass(frozen=True, slots=True)
class Locked:
    """One version of a package in the lock: its canonical name, the SHA-256 of its files, and where it holds."""

    name: str
    version: str
    hashes: frozenset[str]
    marker: "Marker | None" = None


@dataclass(frozen=True, slots=True)
class Project:
    """What pyproject.toml says of PlanSeek itself; torch is the version that the Makefile installs beside the lock."""

    root: Path
    version: str
    requires: "tuple[Requirement, ...]"
    extras: "dict[str, tuple[Requirement, ...]]"
    torch: str
    sources: tuple[str, ...]


def project_at(root: Path = ROOT) -> Project:
    """Raises PlanSeekError where PlanSeek does not run from its source folder."""
    from packaging.requirements import Requirement

    try:
        told = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        project, tools = told["project"], told["tool"]
        torch = next(Requirement(line) for line in tools["uv"]["constraint-dependencies"] if line.startswith("torch=="))
        listed = tools["setuptools"]
        return Project(
            root, project["version"], tuple(map(Requirement, project["dependencies"])),
            {name: tuple(map(Requirement, lines)) for name, lines in project["optional-dependencies"].items()},
            next(iter(torch.specifier)).version,
            (*dict.fromkeys(name.split(".")[0] for name in listed["packages"]), *(f"{name}.py" for name in listed["py-modules"])),
        )  # fmt: skip
    except (OSError, KeyError, StopIteration) as error:
        raise PlanSeekError(
            f"{root} 里没有规划问答的源码（pyproject.toml）。离线安装包要从源码文件夹制作：请在那里运行 make setup，再用 .venv/bin/planseek bundle。"
        ) from error


def locked_at(root: Path = ROOT) -> dict[str, tuple[Locked, ...]]:
    """Canonical name → its locked versions. Raises PlanSeekError."""
    try:
        return parsed((root / LOCK).read_text("utf-8"))
    except OSError as error:
        raise PlanSeekError(f"无法读取 {root / LOCK}（{error.strerror}）。请从完整的源码文件夹运行。") from error


def parsed(text: str) -> dict[str, tuple[Locked, ...]]:
    """The entries of a hashed requirements file."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, tuple[Locked, ...]] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        requirement = Requirement(entry.split(" --hash=")[0].strip())
        hashes = frozenset(part.strip().removeprefix("sha256:") for part in entry.split(" --hash=")[1:])
        name = canonicalize_name(requirement.name)
        version = next(iter(requirement.specifier)).version
        found[name] = (*found.get(name, ()), Locked(name, version, hashes, requirement.marker))
    return found


def chosen(versions: Iterable[Locked], markers: dict[str, str]) -> Locked | None:
    """The version that holds in an environment."""
    return next((one for one in versions if one.marker is None or one.marker.evaluate(markers)), None)
