"""Fixtures that several folders share: the tools, and a home ingested from the sample plans. Built once a run."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies import models
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from index.embedders import load_bundled
from index.embedders.static import StaticEmbedder
from index.ingest import ingest
from index.protocols import Embedder
from index.segments import Makers
from index.tokenizer import Tokenizer
from retriever.expand import Lexicon
from retriever.rerankers import load_reranker
from retriever.score import Tools
from retriever.search import Searcher

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "corpus" / "samples"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only thing on standard output."""
        return json.loads(self.out)

    def refused(self, code: int = 2) -> str:
        """The one Chinese line of a command that failed; nothing on standard output, no traceback."""
        assert (self.code, self.out) == (code, ""), self
        (line,) = self.err.splitlines()
        assert "Traceback" not in line and "程序出错" not in line and any("\u4e00" <= c <= "\u9fff" for c in line), line
        return line


Command = Callable[..., Ran]


# Machines are shared: how long an example takes, or is made in, says nothing.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def planseek() -> Command:
    """Runs the installed command: planseek("search", "生态", home=…, cwd=…, env=…)."""
    command = Path(sys.executable).with_name("planseek")

    def run(*words: str | Path | bytes, home: Path | None = None, **options: Any) -> Ran:
        line: Sequence[str | Path | bytes] = [command, *words, *(["--home", home] if home else [])]
        done = subprocess.run(line, capture_output=True, timeout=120, check=False, **options)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def forget_applications() -> Iterator[None]:
    """FastAPI remembers every route function it has seen, and a route of ours holds its service: 100 MB each."""
    yield
    for remembering in vars(models).values():
        if callable(clear := getattr(remembering, "cache_clear", None)):
            clear()


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.fixture(scope="session")
def table() -> StaticEmbedder:
    return load_bundled()


@pytest.fixture(scope="session")
def embedder(table: StaticEmbedder) -> Embedder:
    return table


@pytest.fixture(scope="session")
def makers(tokenizer: Tokenizer, embedder: Embedder, table: StaticEmbedder) -> Makers:
    return Makers(tokenizer, embedder, table)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample plans."""
    return Path(shutil.copytree(SAMPLES, tmp_path_factory.mktemp("samples") / "示例"))


@pytest.fixture(scope="session")
def sample_home(samples: Path, makers: Makers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample plans in. Read only: whoever writes works on a copy."""
    home = tmp_path_factory.mktemp("home") / "库"
    report = ingest([samples], home, makers)
    assert {file.status for file in report.files} == {"added"}
    return home


@pytest.fixture(scope="session")
def tools(makers: Makers, table: StaticEmbedder, lexicon: Lexicon) -> Tools:
    """What a search is made with where nothing is set."""
    return Tools(makers, lexicon, load_reranker("late", lambda: table))


@pytest.fixture(scope="session")
def searcher(sample_home: Path, tools: Tools) -> Searcher:
    return Searcher(sample_home, tools)
