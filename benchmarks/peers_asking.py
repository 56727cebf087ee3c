"""One system, ours or another, in an interpreter of its own: builds it, asks it on one core, prints its figures as JSON. Compares nothing.

`python -m benchmarks.peers_asking NAME HOME GROUND`; NAME `ours` writes the ground (terms, vectors, questions, exact answers) that the others
are then given.
"""

import json
import os
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import settings as configuration
from benchmarks.country import Country
from benchmarks.peers_systems import DENSE, LEXICAL, PEERS, WHOLE, Asking, Ground, best
from benchmarks.scale_asking import spread
from benchmarks.scale_programs import resident
from corpus.errors import PlanSeekError
from corpus.model import Passage
from retriever.model import Query
from retriever.service import Service

_ROUNDS = 3
_SECONDS = 60.0
_TOPICS = 40
_BANDWIDTH_BYTES = 1 << 29
_POSTINGS = (".terms.", ".term-", ".lengths.", "csc", "vocab")
"""What the lexical part's files are called."""


def questions() -> list[str]:
    """Forty: short ones on the country's topics and what people ask about them."""
    asked = [question.query for turn in range(3) for question in Country().questions(turn) if question.kind == "plain"]
    return list(dict.fromkeys(asked))[:_TOPICS]


def timed(ask: Callable[[int], object], count: int) -> dict[str, float]:
    """Milliseconds over every question, three times round or until a minute has gone; three questions come before, uncounted."""
    began, times = time.perf_counter(), []
    for number in range(min(count, 3)):
        ask(number)
    for _ in range(_ROUNDS):
        for number in range(count):
            before = time.perf_counter()
            ask(number)
            times.append(1000 * (time.perf_counter() - before))
            if time.perf_counter() - began > _SECONDS and len(times) >= 10:
                return spread(times)
    return spread(times)


def ours(home: Path, ground: Path) -> dict[str, Any]:
    """PlanSeek's own parts and whole; the ground for the others."""
    service = Service(replace(configuration.load(), home=home))
    makers, index = service.makers, home / "index"
    asked = questions()
    ground.mkdir(parents=True, exist_ok=True)
    with closing(service.store()) as store:
        texts = dict(store.texts())
        contents = [wording(passage, texts[passage.document]) for passage in store.passages()]
    del texts
    began = time.perf_counter()
    numbers: dict[str, int] = {}
    ids, lengths = array("i"), array("i")
    for content in contents:
        terms = makers.tokenizer.terms(content)
        ids.extend([numbers.setdefault(term, len(numbers)) for term in terms])
        lengths.append(len(terms))
    tokenised = time.perf_counter() - began
    began = time.perf_counter()
    vectors = makers.embedder.encode_passages(contents)
    embedded = time.perf_counter() - began
    del contents
    np.savez(ground / "bags.npz", ids=np.frombuffer(ids, np.int32), lengths=np.frombuffer(lengths, np.int32), vocabulary=np.array(list(numbers)))
    np.save(ground / "vectors.npy", vectors)
    searcher = service.searcher
    backend = searcher.corpus().backend
    if backend is None:
        raise PlanSeekError(f"{home} 里没有段落。请先运行 planseek ingest。")
    lexical = [dict.fromkeys(makers.tokenizer.terms(question), 1.0) for question in asked]
    dense = makers.embedder.encode_queries(asked)
    exact = [best(vectors @ vector) for vector in dense]
    worded = [[row for row in best(scores) if scores[row] > 0] for scores in map(backend.lexical_scores, lexical)]
    known = {"terms": [list(bag) for bag in lexical], DENSE: exact, LEXICAL: worded}
    (ground / "questions.json").write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    np.save(ground / "queries.npy", dense)
    del vectors, numbers, ids
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    scan = timed(lambda i: backend.dense_scores(dense[i]), len(asked))
    told: dict[str, Any] = {
        "passages": backend.size, "tokenise_s": round(tokenised, 1), "embed_s": round(embedded, 1),
        LEXICAL: {**timed(lambda i: best(backend.lexical_scores(lexical[i])), len(asked)), "disk_mb": _size(index, _POSTINGS)},
        DENSE: {**timed(lambda i: best(backend.dense_scores(dense[i])), len(asked)), "disk_mb": _size(index, ("vectors",)),
                "recall": recall([best(backend.dense_scores(vector)) for vector in dense], exact)},
        "floor": floor(scan["p50"], _size(index, ("vectors",))),
    }  # fmt: skip
    told[WHOLE] = {**timed(lambda i: searcher.search(Query(asked[i])), len(asked)), "disk_mb": _size(index, ("",))}
    return told


def wording(passage: Passage, text: str) -> str:
    """What is indexed of a passage."""
    return " ".join(passage.trail) + "\n" + passage.span.of(text)


def floor(scan_ms: float, size_mb: float) -> dict[str, float]:
    """What reading the vectors once must take at the memory bandwidth of one thread (best of five runs of three ways to read)."""
    large = np.ones(_BANDWIDTH_BYTES // 4, np.float32)
    rates = []
    for read in (large.sum, large.max, lambda: large @ large):
        for _ in range(5):
            began = time.perf_counter()
            read()
            rates.append(large.nbytes / (time.perf_counter() - began) / 1e9)
    best_rate = max(rates)
    return {"mb": size_mb, "gb_a_second": round(best_rate, 2), "ms": round(size_mb * 2**20 / best_rate / 1e6, 3), "scan_ms": scan_ms}


def peer(name: str, ground: Path) -> dict[str, Any]:
    """Another library. Raises ModuleNotFoundError where it is not installed."""
    with np.load(ground / "bags.npz") as kept:
        given = Ground(kept["vocabulary"].tolist(), kept["ids"], kept["lengths"], np.load(ground / "vectors.npy"))
    known = json.loads((ground / "questions.json").read_text("utf-8"))
    asked = [Asking(terms, vector) for terms, vector in zip(known["terms"], np.load(ground / "queries.npy"), strict=True)]
    part, make, _ = PEERS[name]
    with tempfile.TemporaryDirectory(prefix="planseek-peer-") as folder:
        before, began = resident(os.getpid(), "RssAnon"), time.perf_counter()
        system = make(given, Path(folder))
        told: dict[str, Any] = {"build_s": round(time.perf_counter() - began, 2), "disk_mb": _size(Path(folder), ("",))}
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        told |= timed(lambda i: system.ask(asked[i]), len(asked))
        told["memory_mb"] = round(max(0.0, resident(os.getpid(), "RssAnon") - before), 1)
        if part in known:
            told["recall"] = recall([system.ask(question) for question in asked], known[part])
    return told


def recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    """The mean share of the exact ten that were found, over the questions that have any."""
    return round(float(np.mean([len({*own} & {*right}) / len(right) for own, right in zip(found, exact, strict=True) if right])), 4)


def _size(folder: Path, named: Sequence[str]) -> float:
    """MB of the files below a folder whose names hold one of these."""
    return round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and any(part in f.name for part in named)) / 2**20, 1)


def main() -> None:
    """Run one and print; exit code 3 where a library is not there."""
    name, home, ground = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        told = ours(home, ground) if name == "ours" else peer(name, ground)
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
