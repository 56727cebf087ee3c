"""docs/api.md against the application: every route stands there, and nothing that is none."""

import re
from pathlib import Path

from app import create_app
from retriever.service import Service
from settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
_ROW = re.compile(r"^\| ([A-Z、]+) (/v1/\S+) \|", re.MULTILINE)


def test_every_route_stands_in_the_page_with_its_methods_and_no_other_does(tmp_path: Path) -> None:
    described = create_app(Service(Settings(home=tmp_path))).openapi()["paths"]
    there = {(method.upper(), path) for path, methods in described.items() for method in methods}
    told = [(method, path) for methods, path in _ROW.findall(PAGE.read_text("utf-8")) for method in methods.split("、")]
    assert sorted(told) == sorted(there)
