"""A service that knows only some collections: whatever it ranks, counts, suggests or shows, it is as if there were nothing
else. Changes no corpus."""

import threading
from collections import OrderedDict
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


_MOST = 8
"""Parts that are kept open at a time: each holds a few bytes a passage of the whole."""


class Parts:
    """The searchers of parts of a service's corpus, by their collections; those asked last stay open. Safe to share between
    threads."""

    def __init__(self, whole: Service) -> None:
        self.whole = whole
        self._lock = threading.Lock()
        self._open: OrderedDict[frozenset[str], tuple[Searcher, Searcher]] = OrderedDict()

    def searcher(self, collections: frozenset[str]) -> Searcher:
        whole = self.whole.searcher
        with self._lock:
            of, found = self._open.pop(collections, (None, None))
            if found is None or of is not whole:
                found = Searcher(self.whole.settings.home, whole.tools, (whole, collections))
            self._open[collections] = whole, found
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
            return found


class Within(Service):
    """What the whole service has loaded is used, not loaded again. owner: whose baskets and batches these are."""

    def __init__(self, parts: Parts, collections: frozenset[str], owner: str) -> None:
        super().__init__(parts.whole.settings)
        self.owner, self._parts, self._collections = owner, parts, collections
        self._whole = parts.whole

    @property
    def searcher(self) -> Searcher:
        return self._parts.searcher(self._collections)

    def shows(self, document_id: str) -> bool:
        return document_id in self.searcher.corpus().documents

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
