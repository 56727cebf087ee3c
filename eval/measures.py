"""The measures of a ranking, each a formula: ir_measures' own, and recall of judged spans. Never averages."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec

from corpus.errors import PlanSeekError
from eval.model import Item, Nugget, Question

RANKED = ("nDCG@10", "R@10", "R@100", "RR@10", "AP")
"""Computed by ir_measures (trec_eval): graded nDCG with gain = grade, the others with every grade from 1 relevant."""

NUGGETS = "nugget-R@10"
NUGGETS_SHOWN = "nugget-R@2000c"
SHOWN = 2000
"""Characters that a reader looks through: passages count in rank order as long as they lie within so many in all."""
DEPTH = 100
"""How far a ranking is read; AP is taken over so many."""


def covers(item: Item, nugget: Nugget) -> bool:
    """Whether a place holds at least half of a nugget: 2 · |item ∩ nugget| >= |nugget|, in characters."""
    shared = min(item.span.end, nugget.span.end) - max(item.span.start, nugget.span.start)
    return item.document == nugget.document and shared > 0 and 2 * shared >= nugget.span.end - nugget.span.start


def overlaps(item: Item, nugget: Nugget) -> bool:
    """Whether a place and a nugget share a character."""
    shared = min(item.span.end, nugget.span.end) - max(item.span.start, nugget.span.start)
    return item.document == nugget.document and shared > 0


def nugget_recall(nuggets: Sequence[Nugget], ranking: Sequence[Item], k: int) -> float:
    """|{n : some item among the first k covers n}| / |nuggets|; 0 where there are none."""
    if not nuggets:
        return 0.0
    return sum(any(covers(item, nugget) for item in ranking[:k]) for nugget in nuggets) / len(nuggets)


def shown_nugget_recall(nuggets: Sequence[Nugget], ranking: Sequence[Item], characters: int = SHOWN) -> float:
    """|{n : some item covers n among the first m}| / |nuggets| with m the most items whose lengths sum to no more than
    `characters`; 0 where there are no nuggets."""
    room = characters
    for count, item in enumerate(ranking):
        room -= item.span.end - item.span.start
        if room < 0:
            return nugget_recall(nuggets, ranking, count)
    return nugget_recall(nuggets, ranking, len(ranking))


def relevance(question: Question, items: Iterable[Item]) -> dict[str, int]:
    """Item id → the highest grade of a nugget that it covers; items that cover none are left out."""
    documents = {nugget.document for nugget in question.nuggets}
    judged: dict[str, int] = {}
    for item in items:
        if item.document in documents:
            grade = max((n.grade for n in question.nuggets if covers(item, n)), default=0)
            if grade > 0:
                judged[item.id] = grade
    return judged


def ranked_measures(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[Item]]
) -> dict[str, dict[str, float]]:
    """Question id → measure → value for every question of `qrels`; one that is missing or has no relevant item: 0.

    nDCG@10 = DCG / ideal DCG with DCG = Σ grade / log2(1 + rank) over the first 10; R@k = relevant items among the
    first k / all relevant; RR@10 = 1 / rank of the first relevant item among the first 10; AP = Σ precision at each
    relevant rank / all relevant. Items are taken in the order given: ties were broken by whoever ranked.
    """
    if find_spec("pytrec_eval") is None:
        raise PlanSeekError("这台电脑没有装评测所需的 pytrec_eval（它没有适用于这个系统的安装包），检索与问答不受影响。请在另一台电脑上评测。")
    import ir_measures

    values = {question: dict.fromkeys(RANKED, 0.0) for question in qrels}
    # trec_eval sorts by score and breaks ties in its own way; a falling score per rank keeps the given order.
    run = {q: {item.id: float(-rank) for rank, item in enumerate(rankings.get(q, ())[:DEPTH])} for q in qrels}
    parsed = [ir_measures.parse_measure(name) for name in RANKED]
    judged = {q: dict(found) for q, found in qrels.items() if found}
    if not judged:
        return values
    for metric in ir_measures.iter_calc(parsed, judged, {q: run[q] for q in judged if run[q]}):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    return values
