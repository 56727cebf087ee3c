"""Fixtures of the desk's tests: a home of their own over the sample plans."""

import shutil
from pathlib import Path

import pytest

from retriever.service import Service
from settings import Settings


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "库"))


@pytest.fixture
def service(home: Path) -> Service:
    return Service(Settings(home=home))
