"""The background check of a service's index: quiet while all is well, named where it is not, and anew after a repair."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import settings as configuration
from app import create_app
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk.mending import mended
from desk.watch import Watch
from index.library import quiet
from index.segments import Makers
from retriever.service import Service


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "库"))


@pytest.fixture
def vectors(home: Path) -> Iterator[Path]:
    with closing(Store(home / "corpus.sqlite")) as store:
        (vectors,) = (home / "index" / str(store.meta("generation"))).glob("*.vectors.faiss")
        yield vectors


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)


def test_damage_is_named_until_it_is_repaired(home: Path, vectors: Path, makers: Makers) -> None:
    watch = Watch(home)
    assert watch.as_json() == {"checked": None, "damages": []}
    watch.look()
    first = watch.as_json()
    assert first["checked"] is not None and first["damages"] == []
    flip(vectors)
    watch.look()
    assert watch.as_json() == first  # compared today
    anew = Watch(home)
    anew.look()
    (damage,) = anew.damages
    assert "vectors.faiss 已损坏" in damage and "planseek doctor --repair" in damage
    mended(home, lambda: makers, quiet)
    anew.look()
    assert anew.damages == ()


def test_a_home_without_an_index_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(PlanSeekError, match="请先运行：planseek ingest"):
        Watch(tmp_path).look()


def test_health_tells_what_the_check_found(home: Path, vectors: Path) -> None:
    served = Service(configuration.Settings(home=home))
    client = TestClient(create_app(served))
    assert client.get("/v1/health").json()["index"] == {"checked": None, "damages": []}
    served.searcher.corpus()
    flip(vectors)
    with TestClient(create_app(served)) as running:
        for _ in range(500):
            health = running.get("/v1/health")
            if health.status_code == 503:
                break
    assert health.status_code == 503 and "vectors.faiss 已损坏" in health.json()["reason"]
