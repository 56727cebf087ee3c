"""Sweeps what joins words, lexicon and vectors: colloquial questions of the dev half, and no loss on the BEIR sets."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType

import settings as configuration
from benchmarks.model import markdown
from eval.ground import laid_out, shared_folder
from eval.measures import NUGGETS
from eval.model import Ground, QuestionSet
from eval.questions import read_beir, read_set
from eval.run import averages, evaluate
from retriever import expand, fuse
from retriever.rerankers import late


@contextmanager
def set_to(module: ModuleType, **values: object) -> Iterator[None]:
    """A module's constants at other values for a while."""
    before = {name: getattr(module, name) for name in values}
    for name, value in values.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


SWEEPS: tuple[tuple[ModuleType, str, tuple[object, ...]], ...] = (
    (fuse, "LEXICAL_SPEAKS", ((0.4, 0.9), (0.4, 0.8), (0.3, 0.7), (0.3, 0.6), (0.25, 0.5))),
    (fuse, "DENSE_LEAST", (0.0, 0.1, 0.2, 0.3)),
    (fuse, "DENSE_MOST", (0.6, 0.8, 1.0, 1.3, 1.6)),
    (late, "CLAUSE", (0.25, 0.5, 1.0, 1.5)),
    (expand, "SAME_WEIGHT", (0.6, 0.8, 1.0)),
    (expand, "OFFICIAL_WEIGHT", (0.25, 0.35, 0.5)),
    (expand, "MOST_ENTRIES", (3, 5, 8, 12)),
    (expand, "LEAST_LIKENESS", (0.1, 0.15, 0.2)),
)
"""One constant at a time, the others as they ship."""


def main() -> None:
    """One row a value; several minutes, most of them on the BEIR sets."""
    settings = configuration.load()
    sets = [
        read_set("plans", "dev"),
        *(read_beir(shared_folder() / "benchmarks" / n) for n in ("cmrc-dev", "drcd-dev")),
    ]
    head = ["设定", "口语要点 R@10", "口语 RR@10", "事实 RR@10", "cmrc-dev nDCG@10", "drcd-dev nDCG@10"]
    with ExitStack() as open_grounds:
        grounds = [open_grounds.enter_context(laid_out(questions, settings)) for questions in sets]
        rows = [["bm25", *_measured(sets, grounds, "bm25")], ["hybrid", *_measured(sets, grounds, "hybrid")]]
        for module, name, values in SWEEPS:
            for value in values:
                with set_to(module, **{name: value}):
                    rows.append([f"{name} = {value}", *_measured(sets, grounds, "hybrid")])
    sys.stdout.write(markdown(head, rows) + "\n")


def _measured(sets: list[QuestionSet], grounds: list[Ground], system: str) -> list[str]:
    plans, *others = (
        averages(judged, evaluate(judged, ground, [system])[0])
        for judged, ground in zip(([q for q in s.questions if not q.fans_out] for s in sets), grounds, strict=True)
    )
    spoken, facts = plans["kinds"]["colloquial"], plans["kinds"]["fact"]
    values = (spoken[NUGGETS], spoken["RR@10"], facts["RR@10"], *(other["nDCG@10"] for other in others))
    return [f"{value:.4f}" for value in values]


if __name__ == "__main__":
    main()
