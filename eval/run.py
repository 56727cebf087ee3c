"""Runs systems over a set and averages their measures, overall and by kind. Never chooses parameters."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.answers import ABSTAINED, EXACT, abstention, exactness
from eval.ground import laid_out
from eval.measures import DEPTH, NUGGETS, NUGGETS_SHOWN, nugget_recall, ranked_measures, relevance, shown_nugget_recall
from eval.model import Ground, Item, Question, QuestionSet, Run
from eval.questions import read_beir, read_set, sets_in
from eval.systems import SYSTEMS, System, chosen
from eval.verdicts import fan_out_measures
from settings import Settings

Progress = Callable[[str, int, int], None]
_KEPT = 10
"""How many of the passages returned for a question are kept to be looked at."""
_NOTHING: Progress = lambda stage, done, total: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Result:
    """One system's measures, question by question: id → measure → value, and the first passages that it returned. Questions
    it cannot take are absent."""

    system: str
    values: dict[str, dict[str, float]]
    milliseconds: dict[str, float] = field(default_factory=dict)
    returned: dict[str, tuple[Item, ...]] = field(default_factory=dict)


def evaluate(
    questions: Sequence[Question], ground: Ground, systems: Sequence[str], progress: Progress = _NOTHING
) -> list[Result]:
    """Measure systems by name on questions over one ground."""
    # What counts as relevant belongs to the questions, not to a system: every passage, retrieved or not.
    flat = [question for question in questions if question.nuggets and not question.fans_out]
    qrels = {question.id: relevance(question, _among(question, ground)) for question in flat}
    results = []
    for name in systems:
        system = SYSTEMS[name](ground)
        spent: dict[str, float] = {}
        run = _run(name, system, flat, ground, progress, spent)
        values = _flat(flat, qrels, run)
        returned = {name: ranking[:_KEPT] for name, ranking in run.rankings.items()}
        for question in questions:
            groups = system.groups(question) if question.fans_out else None
            if groups is not None:
                values[question.id] = fan_out_measures(question.found, question.silent, question.nuggets, groups)
                shown = (Item(h.passage.id, h.passage.document, h.passage.span) for group in groups for h in group.hits)
                returned[question.id] = tuple(shown)
            if ground.corpus is not None and not question.fans_out:
                answered = system.ask(question)
                if answered is not None:
                    row = values.setdefault(question.id, {})
                    row[ABSTAINED] = float(answered.status == "not_found")
                    exact = exactness(answered, ground.corpus.documents)
                    if exact is not None:
                        row[EXACT] = exact
        results.append(Result(name, values, spent, returned))
    return results


def averages(questions: Sequence[Question], result: Result) -> dict[str, Any]:
    """The mean of every measure over the questions that have it, with their number; by kind where a set has kinds."""
    means = _means(questions, result)
    asked = [q for q in questions if ABSTAINED in result.values.get(q.id, {})]
    means |= {m: round(v, 4) for m, v in abstention((q.answerable, result.values[q.id][ABSTAINED] > 0) for q in asked).items()}
    if result.milliseconds:
        means["latency_ms"] = {name: round(_percentile(result.milliseconds.values(), p), 1) for name, p in (("p50", 50), ("p95", 95))}
    kinds = sorted({question.kind for question in questions if question.kind})
    if kinds:
        means["kinds"] = {kind: _means([q for q in questions if q.kind == kind], result) for kind in kinds}
    return means


def run(
    settings: Settings, name: str, beir: Path | None, systems: str, split: str, progress: Progress = _NOTHING,
    *, details: bool = False, fresh: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The JSON of `planseek eval run`: {"set", "split", "questions", "index", "systems"}; with `details` also, for each
    system, "values" (question → measure → value) and "returned" (question → [document, start, end] …), and "kinds"
    (question → kind). `fresh`: over an index made for it with these settings. Raises PlanSeekError."""
    wanted = chosen(systems)
    questions: QuestionSet = read_beir(beir, split) if beir else read_set(name, split, sets_in(name, settings.home))
    with laid_out(questions, settings, fresh=fresh) as ground:
        results = evaluate(questions.questions, ground, wanted, progress)
        report: dict[str, Any] = {
            "set": questions.name,
            "split": split,
            "questions": len(questions.questions),
            "index": {
                "passages": len(ground.items),
                "tokenizer": ground.tools.makers.tokenizer.name,
                "embedder": ground.tools.makers.embedder.name,
                "lexicon": ground.tools.lexicon.digest,
                "bytes": ground.size,
                "build_seconds": ground.seconds,
            },
            "systems": {result.system: averages(questions.questions, result) for result in results},
        }
        if details:
            report["kinds"] = {question.id: question.kind for question in questions.questions}
            report["details"] = {result.system: _details(result) for result in results}
        return report


def _details(result: Result) -> dict[str, Any]:
    rows = {name: [[i.document, i.span.start, i.span.end] for i in items] for name, items in result.returned.items()}
    return {"values": result.values, "returned": rows}


def _among(question: Question, ground: Ground) -> list[Any]:
    documents = frozenset(question.within)
    return [item for item in ground.items if not documents or item.document in documents]


def _percentile(values: Iterable[float], percent: int) -> float:
    """The smallest value with at least so many percent of the values at or below it (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def _run(
    name: str, system: System, questions: Sequence[Question], ground: Ground, progress: Progress, spent: dict[str, float]
) -> Run:
    """Rank every question; `spent` is given the wall milliseconds of each."""
    rankings = {}
    for done, question in enumerate(questions):
        progress(name, done, len(questions))
        began = time.perf_counter()
        rows = system.rank(question, DEPTH)
        spent[question.id] = (time.perf_counter() - began) * 1000
        rankings[question.id] = tuple(ground.items[row] for row in rows)
    progress(name, len(questions), len(questions))
    return Run(name, rankings)


def _flat(questions: Sequence[Question], qrels: dict[str, dict[str, int]], run: Run) -> dict[str, dict[str, float]]:
    values = ranked_measures(qrels, run.rankings)
    for question in questions:
        ranking = run.rankings.get(question.id, ())
        values[question.id][NUGGETS] = nugget_recall(question.nuggets, ranking, 10)
        values[question.id][NUGGETS_SHOWN] = shown_nugget_recall(question.nuggets, ranking)
    return values


def _means(questions: Sequence[Question], result: Result) -> dict[str, Any]:
    columns: dict[str, list[float]] = {}
    for question in questions:
        for measure, value in result.values.get(question.id, {}).items():
            columns.setdefault(measure, []).append(value)
    counted = sum(question.id in result.values for question in questions)
    return {"questions": counted} | {m: round(sum(column) / len(column), 4) for m, column in columns.items()}
