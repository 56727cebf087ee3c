"""The systems that a bundle can be made for: what their markers say and which wheels run there. Downloads nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import PlanSeekError

if TYPE_CHECKING:
    from packaging.tags import Tag

# Down from the glibc that the newest wheels ask for; Kylin V10 and UOS 20 have 2.28.
_GLIBC = (28, 27, 26, 24, 17, 12, 5)


@dataclass(frozen=True, slots=True)
class System:
    """One kind of computer, by the words that markers and wheel names use for it."""

    name: str
    os_name: str
    sys_platform: str
    platform_system: str
    machine: str
    platforms: tuple[str, ...]


def _linux(machine: str) -> System:
    old = {"x86_64": ("manylinux2014", "manylinux2010", "manylinux1")}.get(machine, ("manylinux2014",))
    names = (*(f"manylinux_2_{minor}" for minor in _GLIBC), *old, "linux")
    return System(f"linux-{machine}", "posix", "linux", "Linux", machine, tuple(f"{name}_{machine}" for name in names))


SYSTEMS = {
    system.name: system
    for system in (_linux("x86_64"), _linux("aarch64"), System("windows-amd64", "nt", "win32", "Windows", "AMD64", ("win_amd64",)))
}
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Target:
    """A system and a minor version of CPython."""

    system: System
    python: tuple[int, int]

    @property
    def version(self) -> str:
        return f"{self.python[0]}.{self.python[1]}"

    def markers(self) -> dict[str, str]:
        """The environment that a requirement's marker is judged in."""
        return {
            "implementation_name": "cpython", "implementation_version": f"{self.version}.0", "os_name": self.system.os_name,
            "platform_machine": self.system.machine, "platform_python_implementation": "CPython",
            "platform_release": "", "platform_system": self.system.platform_system, "platform_version": "",
            "python_full_version": f"{self.version}.0", "python_version": self.version,
            "sys_platform": self.system.sys_platform, "extra": "",
        }  # fmt: skip

    def tags(self) -> "frozenset[Tag]":
        """What a wheel may be tagged with to run there."""
        from packaging.tags import compatible_tags, cpython_tags

        def both() -> "Iterator[Tag]":
            yield from cpython_tags(self.python, platforms=self.system.platforms)
            yield from compatible_tags(self.python, f"cp{self.python[0]}{self.python[1]}", self.system.platforms)

        return frozenset(both())

    def pip_options(self) -> list[str]:
        """How pip is told to choose wheels for this target instead of for itself."""
        platforms = [part for name in self.system.platforms for part in ("--platform", name)]
        return ["--only-binary=:all:", "--implementation=cp", f"--python-version={self.version}", *platforms]


def target_of(system: str, python: str) -> Target:
    """The target that the two options name. Raises PlanSeekError."""
    if system not in SYSTEMS:
        raise PlanSeekError(f"没有「{system}」这种系统，可用：{'、'.join(SYSTEMS)}。")
    found = re.fullmatch(r"3\.(\d{1,2})", python)
    if found is None or (3, int(found[1])) < OLDEST:
        raise PlanSeekError(f"--python「{python}」不可用：规划问答需要 Python 3.11 或更新的版本，请写成 3.11、3.12 这样。")
    return Target(SYSTEMS[system], (3, int(found[1])))


def here() -> str:
    """The name of the system that this runs on, as far as it is one of them."""
    import platform

    return next(
        (s.name for s in SYSTEMS.values() if (s.platform_system, s.machine.lower()) == (platform.system(), platform.machine().lower())),
        "linux-x86_64",
    )
