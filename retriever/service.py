"""What the command line and the API both offer, over one home folder: search, ask, export, inspect, ingest."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import PlanSeekError
from corpus.store import Store
from index.embedders import load_bundled, load_embedder
from index.generations import Manifest, current
from index.protocols import Embedder
from index.segments import Makers
from index.tokenizer import Tokenizer
from retriever import exporters
from retriever import paper as papers
from retriever.changes import Change, changes
from retriever.expand import Lexicon
from retriever.generators import Generator, GeneratorError, load_generator
from retriever.interpret import check
from retriever.lexicon.table import OWN
from retriever.library import Library
from retriever.matrix import matrix
from retriever.model import Answer, Findings, Interpretation, Matrix, Query
from retriever.rerankers import load_reranker
from retriever.rerankers.protocols import Reranker
from retriever.score import Tools
from retriever.search import Searcher
from retriever.synthesis import Checked, Written, write
from settings import Settings

if TYPE_CHECKING:
    from index.embedders.static import StaticEmbedder
    from index.ingest import Progress, Report
    from retriever.tables import DutyRow, TargetRow


GENERATOR_KEY = "PLANSEEK_GENERATOR_KEY"
"""The variable that holds the generator's key, where it wants one: never in a settings file, never in a log."""


class Service:
    """Tools are loaded on first use: a search needs all, an ingest no lexicon. owner: whose baskets and batches are kept."""

    owner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = threading.Lock()
        self._searcher: tuple[tuple[int, int], Searcher] | None = None

    @cached_property
    def tokenizer(self) -> Tokenizer:
        return Tokenizer()

    @cached_property
    def table(self) -> "StaticEmbedder":
        """The static embedding whose tokens the index holds, whatever model embeds the passages."""
        return load_bundled()

    @cached_property
    def embedder(self) -> Embedder:
        return self.table if self.settings.model == "bundled" else load_embedder(self.settings.model)

    @cached_property
    def reranker(self) -> Reranker | None:
        return load_reranker(self.settings.reranker, lambda: self.table)

    @cached_property
    def generator(self) -> Generator | None:
        """What writes answers in words of its own, where the settings name a server. Raises GeneratorError."""
        if self.settings.generator == "none":
            return None
        address, _, model = self.settings.generator.partition("#")
        return load_generator(address, model, os.environ.get(GENERATOR_KEY, ""))

    @property
    def makers(self) -> Makers:
        """What an index is made with under these settings."""
        return Makers(self.tokenizer, self.embedder, self.table)

    @property
    def searcher(self) -> Searcher:
        """The searcher, anew once the home's own lexicon has changed."""
        own = self.settings.home / OWN
        stamp = (own.stat().st_mtime_ns, own.stat().st_size) if own.is_file() else (0, 0)
        with self._opening:
            if self._searcher is None or self._searcher[0] != stamp:
                self._searcher = stamp, Searcher(self.settings.home, self.tools(self.lexicon()))
            return self._searcher[1]

    def lexicon(self) -> Lexicon:
        """The lexicon that ships with the home's own table."""
        return Lexicon(self.settings.home / "cache", self.settings.home / OWN)

    def tools(self, lexicon: Lexicon) -> Tools:
        """What a search is made with under these settings."""
        return Tools(self.makers, lexicon, self.reranker)

    def search(self, query: Query) -> Findings:
        """Passages for a query. Raises PlanSeekError."""
        return self.searcher.search(query)

    def ask(self, query: Query) -> Answer:
        """Cited sentences for a query. Raises PlanSeekError."""
        return self.searcher.ask(query)

    def write(self, query: Query, progress: Callable[[Checked], None] | None = None) -> tuple[Answer, Written]:
        """Cited sentences for a query and an answer written from them, checked sentence by sentence. Raises PlanSeekError
        for the query, never for the server."""
        answered = self.ask(query)
        try:
            generator = self.generator
        except GeneratorError as error:
            return answered, Written((), f"{error}以下仍是直接摘自原文的回答。")
        return answered, write(answered, generator, self._likeness, progress, self.searcher.corpus().gazetteer)

    def _likeness(self, sentence: str, passage: str) -> float:
        """The cosine of two texts under the bundled model."""
        one, other = self.table.encode_queries([sentence])[0], self.table.encode_passages([passage])[0]
        return float(one @ other)

    def compare(self, query: Query, columns: Sequence[str] = ()) -> Matrix:
        """Regions by topics, periods or states, each cell with its passages. Raises PlanSeekError."""
        searcher = self.searcher
        return matrix(query, columns, searcher.corpus(), searcher.tools)

    # Targets and duties are read with patterns that take a fifth of a second to compile: no search waits for them.

    def targets(self, query: Query) -> "tuple[Interpretation, list[TargetRow]]":
        """The targets on what is asked. Raises PlanSeekError."""
        from retriever.tables import target_table

        check(query)
        searcher = self.searcher
        return target_table(query, searcher.corpus(), searcher.tools)

    def targets_of(self, document_id: str) -> "list[TargetRow]":
        """All targets of a document. Raises Unknown."""
        from retriever.tables import targets_of

        with closing(self.store()) as store:
            return targets_of(store.found(document_id), store.passages(document_id))

    def duties(self, query: Query) -> "tuple[Interpretation, list[DutyRow]]":
        """Who is in charge of what is asked. Raises PlanSeekError."""
        from retriever.tables import duty_table

        check(query)
        searcher = self.searcher
        return duty_table(query, searcher.corpus(), searcher.tools)

    def duties_of_unit(self, unit: str) -> "list[DutyRow]":
        """Every task of a unit. Raises PlanSeekError."""
        from retriever.tables import duties_of_unit

        return duties_of_unit(unit, self.searcher.corpus())

    def changes(self, document_id: str) -> list[Change]:
        """What the final version changed of this draft. Raises Unknown, PlanSeekError where there is no final version."""
        with closing(self.store()) as store:
            draft = store.found(document_id)
            final = store.document(draft.final) if draft.final else None
            if final is None:
                raise PlanSeekError(
                    "没有可以比较的正式文件。请打开一份草案（征求意见稿、送审稿），并确认语料里有它的正式版本。"
                )
            return changes(draft, store.passages(draft.id), final, store.passages(final.id))

    def export(
        self, query: Query, format_name: str, what: str = "passages", columns: Sequence[str] = (), template: bytes | None = None
    ) -> bytes:  # fmt: skip
        """A file of what is asked; what: see `paper`; template: the user's own, for Word. Raises PlanSeekError."""
        return exporters.export(self.paper(query, what, columns), format_name, template)

    def paper(self, query: Query, what: str = "passages", columns: Sequence[str] = ()) -> papers.Paper:
        """What is asked as a paper; what: passages, matrix (with its columns), targets or duties. Raises PlanSeekError."""
        made, edition = self.stamp()
        if what == "passages":
            return papers.of_answer(self.ask(query), made, edition)
        if what == "matrix":
            return papers.of_matrix(self.compare(query, columns), made, edition)
        if what == "targets":
            return papers.of_targets(query.text, *self.targets(replace(query, k=max(query.k, 50))), made, edition)
        if what == "duties":
            return papers.of_duties(query.text, *self.duties(replace(query, k=max(query.k, 20))), made, edition)
        raise PlanSeekError(f"不能导出「{what}」，可用：{'、'.join(papers.WHATS)}。")

    def stamp(self) -> tuple[str, str]:
        """Today and the index in force, as papers show them. Raises NotReady."""
        today = date.today()
        return f"{today.year}年{today.month}月{today.day}日", papers.edition_of(self.manifest())

    def manifest(self) -> Manifest:
        """What the index in force was built with. Raises NotReady."""
        with closing(self.store()) as store:
            return current(self.settings.home, store, self.makers)[1]

    @cached_property
    def library(self) -> Library:
        """What changes the corpus."""
        return Library(self.settings, lambda: self.makers)

    def ingest(self, paths: Iterable[Path], *, prune: bool = False, progress: "Progress | None" = None) -> "Report":
        """Bring files in; one at a time in this process, and one process at a time on this home."""
        report = self.library.ingest(paths, prune=prune, progress=progress)
        # Its phrases are indexed now, so that the first question need not wait.
        self.lexicon()
        return report

    def shows(self, document_id: str) -> bool:
        """Whether what is known of a document, even of one that is not there any more, may be told."""
        return True

    def store(self) -> Store:
        """An open store to read from; the caller closes it."""
        return Store(self.settings.home / "corpus.sqlite")
