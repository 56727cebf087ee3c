"""Which passages a question's restrictions let through. A filter that nothing passes lets nothing through."""

import re
from collections.abc import Callable

import numpy as np

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage
from index.catalogue import index_text
from index.protocols import Rows
from index.tokenizer import fold
from retriever.interpret.documents import in_state, of_period, titled
from retriever.interpret.documents import inside as within_years
from retriever.model import Interpretation, Query
from retriever.state import Corpus

_FIGURE = re.compile(r"(?:指标|数值|目标[值数])$")
_NONE: Rows = np.zeros(0, np.int32)


def allowed(query: Query, understood: Interpretation, corpus: Corpus) -> Rows:
    """The rows that every filter lets through; a filter that nothing passes lets nothing through."""
    if query.document is not None and query.document not in corpus.documents:
        raise PlanSeekError(
            f"没有编号为 {query.document} 的文档。可用 GET /v1/documents 或 planseek ingest --json 查看编号。"
        )
    codes = {region.code for region in understood.regions}
    limited = bool(codes) or understood.fan_out is not None
    states = {document.status for document in corpus.documents.values()}
    stepped_back = (
        set()
        if understood.statuses or query.document
        else {document.id for document in corpus.documents.values() if document.final}
    )

    def passes(document: Document) -> bool:
        return (
            (not understood.kinds or document.kind in understood.kinds)
            and (not query.periods or document.period in query.periods)
            and in_state(document, query.statuses, understood.statuses, states)
            and (query.document is None or document.id == query.document)
            and (understood.document is None or titled(understood.document, document))
            and document.id not in stepped_back
        )

    names = corpus.passages.documents
    of_region = codes if understood.fan_out is None else frozenset()
    found = [corpus.documents.get(name) for name in names]
    passed = np.array([document is not None and passes(document) for document in found], bool)[corpus.passages.document_numbers]
    inside = np.full(len(corpus.passages), not limited)
    for code in codes & corpus.by_region.keys():
        inside[corpus.by_region[code]] = True
    if of_region:
        own = [document is not None and document.region is not None and document.region.code in of_region for document in found]
        inside |= np.array(own, bool)[corpus.passages.document_numbers]
    for region in understood.without:
        inside[corpus.by_region.get(region.code, _NONE)] = False
    rows = np.flatnonzero(passed & inside).astype(np.int32)
    if understood.exact or understood.excluded:
        rows = _only(rows, lambda row: _holds(corpus.passages[row], corpus, understood))
    if understood.periods:
        loose = all(read.loose for read in understood.read if read.what == "period")
        of_them = _only(rows, lambda row: _of_years(corpus.passages[row], corpus, understood, loose))
        rows = rows if loose and not of_them.size else of_them
    return rows


def _only(rows: Rows, kept: Callable[[int], bool]) -> Rows:
    return np.array([row for row in rows.tolist() if kept(row)], np.int32)


def _of_years(passage: Passage, corpus: Corpus, understood: Interpretation, loose: bool) -> bool:
    """Whether a passage is of the years asked about; of 今年, a document of unknown years may be."""
    document = corpus.documents[passage.document]
    return (loose and document.period is None) or any(of_period(p, passage, document) for p in understood.periods)


def _holds(passage: Passage, corpus: Corpus, understood: Interpretation) -> bool:
    """Whether a passage holds what must stand in it, and nothing that must not."""
    document = corpus.documents[passage.document]
    text = fold(index_text(passage, document.text) + "\n" + document.title)
    return all(fold(phrase) in text for phrase in understood.exact) and not any(
        fold(word) in text for word in understood.excluded
    )


def sought(understood: Interpretation, rows: Rows, corpus: Corpus) -> str:
    """What passages are ranked by: the topic, and the years asked about where the documents are not for just those."""
    documents = {corpus.passages[row].document for row in rows.tolist()} if understood.periods else set()
    told = [corpus.documents[document].period for document in documents]
    years = [read.words for read in understood.read if read.what == "period" and not read.loose
             and not all(period and within_years(period, read.value) for period in told)]  # fmt: skip
    # 钢产量指标 is written 钢产量: the word that asks for a figure outweighs a short name.
    topic = _FIGURE.sub("", understood.topic) if understood.wants == "数字目标" else understood.topic
    return " ".join([topic or understood.topic, *years])
