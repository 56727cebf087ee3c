"""What the command line and the API both offer, over one home folder: search, ask, export, inspect, ingest."""

import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.store import Store
from index.embedders import load_embedder
from index.protocols import Embedder
from index.tokenizer import Tokenizer
from retriever import exporters
from retriever.expand import Lexicon
from retriever.model import Answer, Findings, Query
from retriever.search import Searcher
from settings import Settings

if TYPE_CHECKING:
    from index.ingest import Progress, Report


class Service:
    """Tools are loaded on first use: a search needs all, an ingest no lexicon."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._writing = threading.Lock()

    @cached_property
    def tokenizer(self) -> Tokenizer:
        return Tokenizer()

    @cached_property
    def embedder(self) -> Embedder:
        return load_embedder(self.settings.model)

    @cached_property
    def searcher(self) -> Searcher:
        return Searcher(self.settings.home, self.tokenizer, self.embedder, Lexicon(self.settings.home / "cache"))

    def search(self, query: Query) -> Findings:
        """Passages for a query. Raises PlanSeekError."""
        return self.searcher.search(query)

    def ask(self, query: Query) -> Answer:
        """Cited sentences for a query. Raises PlanSeekError."""
        return self.searcher.ask(query)

    def export(self, query: Query, format_name: str) -> bytes:
        """A file of the passages for a query. Raises PlanSeekError."""
        return exporters.export(self.search(query), format_name)

    def ingest(self, paths: Iterable[Path], *, prune: bool = False, progress: "Progress | None" = None) -> "Report":
        """Bring files in; one at a time in this process, and one process at a time on this home."""
        from index.ingest import ingest

        with self._writing:
            quiet: Progress = lambda stage, done, total: None  # noqa: E731
            return ingest(
                paths, self.settings.home, self.tokenizer, self.embedder, prune=prune, progress=progress or quiet
            )

    def store(self) -> Store:
        """An open store to read from; the caller closes it."""
        return Store(self.settings.home / "corpus.sqlite")
