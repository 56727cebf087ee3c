"""The bill of materials: whole, the same for the same lock, and without a licence that would bind PlanSeek."""

import json
import re
from email.message import Message

import pytest

from bundle.lock import locked_at
from bundle.sbom import Component, bill, licence_of, locked_components


def described(**fields: str | list[str]) -> Message:
    message = Message()
    for name, value in fields.items():
        for line in [value] if isinstance(value, str) else value:
            message[name.replace("_", "-")] = line
    return message


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        (described(License_Expression="MIT OR Apache-2.0", License="other"), "MIT OR Apache-2.0"),
        (described(License="BSD", Classifier=["License :: OSI Approved :: MIT License"]), "BSD"),
        (described(License="Copyright\nAll rights", Classifier=["License :: OSI Approved", "License :: OSI Approved :: BSD License"]), "BSD License"),
        (described(License="The licence\nof many lines"), "The licence"),
        (described(), ""),
    ],
)
def test_a_licence_is_read_from_where_the_package_tells_it(metadata: Message, licence: str) -> None:
    assert licence_of(metadata) == licence


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("GPL-3.0-or-later", True), ("AGPL-3.0", True), ("GNU Affero General Public License v3", True), ("GNU General Public License (GPL)", True),
        ("GPLv2+ AND MIT", True), ("LGPL-2.1-only", False), ("GNU Lesser General Public License v3", False), ("MPL-2.0", False),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", False), ("GPL-2.0 OR AGPL-3.0", True), ("MIT", False), ("", False),
    ],
)  # fmt: skip
def test_only_a_gpl_without_another_choice_binds(licence: str, binds: bool) -> None:
    assert Component("a", "1", licence, ()).binds == binds


def test_nothing_that_planseek_runs_on_binds_it_or_is_without_a_licence() -> None:
    running = [component for component in locked_components() if component.runs]
    assert {"numpy", "streamlit", "docxtpl", "torch", "starlette", "pandas"} <= {component.name for component in running}
    assert [component.name for component in running if component.binds or not component.licence] == []
    # What tests alone need is told apart.
    assert {"pytest", "ruff", "mypy"} <= {component.name for component in locked_components() if not component.runs}


def test_a_bill_names_every_package_once_with_the_hashes_of_the_lock() -> None:
    content = bill("1.0", locked_components())
    assert content == bill("1.0", reversed(locked_components()))
    told = json.loads(content)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6") and re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told["serialNumber"])
    names = [component["name"] for component in told["components"]]
    assert names == sorted(set(names)) and set(names) <= {*locked_at(), "torch"}
    numpy = next(c for c in told["components"] if c["name"] == "numpy")
    assert numpy["purl"] == f"pkg:pypi/numpy@{numpy['version']}" and numpy["scope"] == "required"
    (entry,) = [entry for entry in locked_at()["numpy"] if entry.version == numpy["version"]]
    assert {h["content"] for h in numpy["externalReferences"][0]["hashes"]} == entry.hashes
    one = json.loads(bill("1.0", [Component("a", "1", "MIT", ("ab",))]))["components"][0]
    assert one["hashes"] == [{"alg": "SHA-256", "content": "ab"}] and one["licenses"] == [{"license": {"name": "MIT"}}]
