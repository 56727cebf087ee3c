"""The bill of materials of PlanSeek (CycloneDX 1.6), with the licence of everything that it runs on. Fetches nothing."""

import json
import re
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from bundle.lock import chosen, locked_at, project_at
from bundle.target import Target, here, target_of

_COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)
_NAMESPACE = uuid.UUID("6d1f9a3e-9d0f-5c0a-8f5e-0b6a3f1c2d47")
_LONGEST_NAME = 100
"""Characters: a longer licence field is its text."""


@dataclass(frozen=True, slots=True)
class Component:
    """A package in the bill. sha256: of the one file that is used, or of every file that the lock allows; runs: whether
    PlanSeek runs on it, or only its tests and extras do."""

    name: str
    version: str
    licence: str
    sha256: tuple[str, ...]
    runs: bool = True

    @property
    def binds(self) -> bool:
        """Whether its licence is a GPL or AGPL that leaves no other choice; the Lesser GPL, which libraries may carry, is not."""
        return all(_COPYLEFT.search(choice) for choice in re.split(r"\s+OR\s+", self.licence) or [""])


def licence_of(metadata: Any) -> str:
    """What a package's metadata says of its licence: an SPDX expression, a name, or its classifiers; empty where nothing does."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [
        line.rsplit(" :: ", 1)[1] for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ") and line.count(" :: ") > 1
    ]
    named = (metadata.get("License") or "").strip()
    if named and len(named) <= _LONGEST_NAME and "\n" not in named:
        return str(named)
    return " AND ".join(classified) or str(named.partition("\n")[0][:_LONGEST_NAME])


def bill(version: str, components: Iterable[Component]) -> str:
    """The bill as JSON: the same components, the same bytes."""
    listed = [_shown(component) for component in sorted(components, key=lambda c: c.name)]
    content = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "name": "planseek", "version": version, "bom-ref": "planseek",
                                   "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": listed,
    }  # fmt: skip
    serial = uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))
    return json.dumps({"serialNumber": serial.urn, **content}, ensure_ascii=False, indent=1) + "\n"


def _shown(component: Component) -> dict[str, Any]:
    url = f"pkg:pypi/{component.name}@{component.version}"
    hashes = [{"alg": "SHA-256", "content": digest} for digest in sorted(component.sha256)]
    shown: dict[str, Any] = {
        "type": "library", "name": component.name, "version": component.version, "purl": url, "bom-ref": url,
        "scope": "required" if component.runs else "excluded",
    }  # fmt: skip
    if component.licence:
        shown["licenses"] = [{"license": {"name": component.licence}}]
    if len(hashes) == 1:
        shown["hashes"] = hashes
    elif hashes:
        page = f"https://pypi.org/project/{component.name}/{component.version}/#files"
        shown["externalReferences"] = [{"type": "distribution", "url": page, "hashes": hashes}]
    return shown


def locked_components() -> list[Component]:
    """Every locked package of this system and the torch beside it, with the licence that is installed with it."""
    target = target_of(here(), f"{sys.version_info[0]}.{sys.version_info[1]}")
    project, locked = project_at(), locked_at()
    runs = set(_running(target))
    entries = [entry for versions in locked.values() if (entry := chosen(versions, target.markers()))]
    found = [Component(e.name, e.version, _installed_licence(e.name), tuple(e.hashes), e.name in runs) for e in entries]
    return [*found, Component("torch", project.torch, _installed_licence("torch"), ())]


def _installed_licence(name: str) -> str:
    metadata = _metadata(name)
    return licence_of(metadata) if metadata is not None else ""


def _metadata(name: str) -> Message | None:
    try:
        return distribution(name).metadata  # type: ignore[return-value]
    except PackageNotFoundError:
        return None


def _running(target: Target) -> Iterator[str]:
    """The names of all that PlanSeek needs to run, by what is installed; extras that a package asks for included."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    asked = [(requirement, "") for requirement in project_at().requires]
    seen: set[tuple[str, str]] = set()
    while asked:
        requirement, within = asked.pop()
        if requirement.marker is not None and not requirement.marker.evaluate(target.markers() | {"extra": within}):
            continue
        name = str(canonicalize_name(requirement.name))
        for extra in ("", *requirement.extras):
            metadata = _metadata(name)
            if metadata is not None and (name, extra) not in seen:
                seen.add((name, extra))
                asked += [(Requirement(line), extra) for line in metadata.get_all("Requires-Dist") or []]
        yield name


if __name__ == "__main__":
    print(bill(project_at().version, locked_components()), end="")  # noqa: T201
