"""Lays out what a set is searched in: a home that holds its documents, or an index made for the moment of BEIR's."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.errors import PlanSeekError
from corpus.model import Document, Span
from corpus.store import Store
from eval.model import Ground, Item, QuestionSet
from index.backends.local import LocalBackend
from index.bags import Bags
from index.catalogue import index_text
from index.clauses import Clauses
from retriever.expand import Lexicon
from retriever.service import Service
from settings import Settings


def shared_folder() -> Path:
    """The folder of development material beside the project: PLANSEEK_SHARED, or ../shared."""
    return Path(os.environ.get("PLANSEEK_SHARED") or Path(__file__).parents[2] / "shared")


def sources(name: str) -> tuple[Path, ...]:
    """Where the documents of a set that ships can be read from; empty where only the user has them."""
    plans, samples = shared_folder() / "plans", Path(__file__).parents[1] / "corpus" / "samples"
    folders = {"plans": (plans,), "unheard": (plans,), "sample": (samples,), "regions": (plans, samples), "rare": (plans, samples)}
    return folders.get(name, ())


@contextmanager
def laid_out(questions: QuestionSet, settings: Settings, *, fresh: bool = False) -> Iterator[Ground]:
    """The ground of a set: its own passages, the home of the settings (not where it is to be `fresh`), or a home made for as
    long as it is needed.

    Raises PlanSeekError where the set's documents are neither in the home nor to be found.
    """
    with TemporaryDirectory(prefix="planseek-eval-") as scratch:
        if questions.texts:
            yield over_texts(questions, Service(settings), Path(scratch))
            return
        if not fresh and _holds(settings.home, questions.documents):
            yield over_home(Service(settings))
            return
        folders = sources(questions.name)
        absent = [folder for folder in folders if not folder.is_dir()]
        if absent or not folders:
            where = (
                f"也没有找到 {absent[0]}（可用环境变量 PLANSEEK_SHARED 指明 shared 文件夹）"
                if absent
                else "请先用 planseek ingest 导入它们"
            )
            raise PlanSeekError(
                f"评测集「{questions.name}」已跳过：数据文件夹 {settings.home} 里没有它的全部文档，{where}。"
            )
        service = Service(replace(settings, home=Path(scratch)))
        began = time.perf_counter()
        service.ingest(folders)
        seconds = round(time.perf_counter() - began, 1)
        if not _holds(Path(scratch), questions.documents):
            raise PlanSeekError(f"{'、'.join(map(str, folders))} 里缺少评测集「{questions.name}」的部分文档。请检查文件是否齐全、未被改动。")
        yield replace(over_home(service), seconds=seconds)


def over_home(service: Service) -> Ground:
    """Everything in a home, as `planseek search` sees it. Raises PlanSeekError where its index does not fit."""
    corpus = service.searcher.corpus()
    if corpus.backend is None:
        raise PlanSeekError("语料是空的。请先运行：planseek ingest 文件或文件夹")
    items = [Item(passage.id, passage.document, passage.span) for passage in corpus.passages]
    texts = [index_text(passage, corpus.documents[passage.document].text) for passage in corpus.passages]
    tools = service.tools(service.lexicon())
    size = _bytes(service.settings.home / "index")
    return Ground(items, texts, corpus.backend, tools, corpus, size)


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def over_texts(questions: QuestionSet, service: Service, folder: Path) -> Ground:
    """The passages of a BEIR set, each one row, indexed in `folder` by the parts that production uses."""
    texts = list(questions.texts.values())
    began = time.perf_counter()
    LocalBackend.build(
        folder, Bags.of(map(service.tokenizer.terms, texts)), service.embedder.encode_passages(texts),
        Clauses.of(texts, service.table),
    )  # fmt: skip
    items = [Item(name, name, Span(0, len(text))) for name, text in questions.texts.items()]
    seconds = round(time.perf_counter() - began, 1)
    backend = LocalBackend(folder)
    return Ground(items, texts, backend, service.tools(Lexicon()), None, _bytes(folder), seconds)


def documents_of(questions: QuestionSet, settings: Settings) -> dict[str, Document]:
    """The documents that a set names, by id, as far as the home holds them; else read from where the set's files lie."""
    with laid_out(questions, settings) as ground:
        return dict(ground.corpus.documents) if ground.corpus else {}


def _holds(home: Path, documents: frozenset[str]) -> bool:
    if not (home / "corpus.sqlite").exists():
        return False
    store = Store(home / "corpus.sqlite")
    try:
        return documents <= {document.id for document in store.documents(with_text=False)}
    finally:
        store.close()
