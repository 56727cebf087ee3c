"""A service that knows only some collections: whatever it ranks, counts, suggests or shows, it is as if there were nothing
else. Changes no corpus."""

import threading
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.errors import PlanSeekError
from corpus.store import Store
from index.generations import Manifest
from index.protocols import Embedder
from index.tokenizer import Tokenizer
from retriever.generators import Generator
from retriever.library import Library
from retriever.rerankers.protocols import Reranker
from retriever.search import Searcher
from retriever.service import Service

if TYPE_CHECKING:
    from index.embedders.static import StaticEmbedder


class Within(Service):
    """What the whole service has loaded is used, not loaded again. owner: whose baskets and batches these are."""

    def __init__(self, whole: Service, collections: frozenset[str], owner: str) -> None:
        super().__init__(whole.settings)
        self.owner, self._whole, self._collections = owner, whole, collections
        self._under = threading.Lock()
        self._found: tuple[Searcher, Searcher] | None = None

    @property
    def searcher(self) -> Searcher:
        whole = self._whole.searcher
        with self._under:
            if self._found is None or self._found[0] is not whole:
                self._found = whole, Searcher(self.settings.home, whole.tools, (whole, self._collections))
            return self._found[1]

    def store(self) -> Store:
        return Store(self.settings.home / "corpus.sqlite", collections=self._collections)

    def manifest(self) -> Manifest:
        return replace(super().manifest(), passages=len(self.searcher.corpus().passages))

    @cached_property
    def library(self) -> Library:
        raise PlanSeekError("这个密钥只能查看部分资料集，不能更改语料。请联系管理员。")

    @cached_property
    def tokenizer(self) -> Tokenizer:
        return self._whole.tokenizer

    @cached_property
    def table(self) -> "StaticEmbedder":
        return self._whole.table

    @cached_property
    def embedder(self) -> Embedder:
        return self._whole.embedder

    @cached_property
    def reranker(self) -> Reranker | None:
        return self._whole.reranker

    @cached_property
    def generator(self) -> Generator | None:
        return self._whole.generator
