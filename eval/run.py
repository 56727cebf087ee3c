"""Runs systems over a set and averages their measures, overall and by kind. Never chooses parameters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.ground import laid_out
from eval.measures import DEPTH, NUGGETS, nugget_recall, ranked_measures, relevance
from eval.model import Ground, Question, QuestionSet, Run
from eval.questions import read_beir, read_set
from eval.systems import SYSTEMS, System, chosen
from eval.verdicts import fan_out_measures
from settings import Settings

Progress = Callable[[str, int, int], None]
_NOTHING: Progress = lambda stage, done, total: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Result:
    """One system's measures, question by question: id → measure → value. Questions it cannot take are absent."""

    system: str
    values: dict[str, dict[str, float]]


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
        values = _flat(flat, qrels, _run(name, system, flat, ground, progress))
        for question in questions:
            groups = system.groups(question) if question.fans_out else None
            if groups is not None:
                values[question.id] = fan_out_measures(question.found, question.silent, question.nuggets, groups)
        results.append(Result(name, values))
    return results


def averages(questions: Sequence[Question], result: Result) -> dict[str, Any]:
    """The mean of every measure over the questions that have it, with their number; by kind where a set has kinds."""
    means = _means(questions, result)
    kinds = sorted({question.kind for question in questions if question.kind})
    if kinds:
        means["kinds"] = {kind: _means([q for q in questions if q.kind == kind], result) for kind in kinds}
    return means


def run(
    settings: Settings, name: str, beir: Path | None, systems: str, split: str, progress: Progress = _NOTHING
) -> dict[str, Any]:
    """The JSON of `planseek eval run`: {"set", "split", "questions", "index", "systems"}. Raises PlanSeekError."""
    wanted = chosen(systems)
    questions: QuestionSet = read_beir(beir, split) if beir else read_set(name, split)
    with laid_out(questions, settings) as ground:
        results = evaluate(questions.questions, ground, wanted, progress)
        return {
            "set": questions.name,
            "split": split,
            "questions": len(questions.questions),
            "index": {
                "passages": len(ground.items),
                "tokenizer": ground.tokenizer.name,
                "embedder": ground.embedder.name,
                "lexicon": ground.lexicon.digest,
            },
            "systems": {result.system: averages(questions.questions, result) for result in results},
        }


def _among(question: Question, ground: Ground) -> list[Any]:
    documents = frozenset(question.within)
    return [item for item in ground.items if not documents or item.document in documents]


def _run(name: str, system: System, questions: Sequence[Question], ground: Ground, progress: Progress) -> Run:
    rankings = {}
    for done, question in enumerate(questions):
        progress(name, done, len(questions))
        rankings[question.id] = tuple(ground.items[row] for row in system.rank(question, DEPTH))
    progress(name, len(questions), len(questions))
    return Run(name, rankings)


def _flat(questions: Sequence[Question], qrels: dict[str, dict[str, int]], run: Run) -> dict[str, dict[str, float]]:
    values = ranked_measures(qrels, run.rankings)
    for question in questions:
        values[question.id][NUGGETS] = nugget_recall(question.nuggets, run.rankings.get(question.id, ()), 10)
    return values


def _means(questions: Sequence[Question], result: Result) -> dict[str, Any]:
    columns: dict[str, list[float]] = {}
    for question in questions:
        for measure, value in result.values.get(question.id, {}).items():
            columns.setdefault(measure, []).append(value)
    counted = sum(question.id in result.values for question in questions)
    return {"questions": counted} | {m: round(sum(column) / len(column), 4) for m, column in columns.items()}
