"""`python -m training.verdict`: fits the judges of retriever/verdict on the dev halves of the judged sets and writes their
weights; with --check it cross-validates them by question instead and writes nothing."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import settings as configuration
from eval.ground import laid_out
from eval.model import Ground, Question
from eval.questions import read_set
from eval.systems import limited
from retriever.model import Interpretation, Query
from retriever.search import LEADING, look
from retriever.verdict import judge
from retriever.verdict.signals import SIGNALS

SETS = {"plans": 1.0, "sample": 1.0, "unheard": 1.0, "regions": 1.0, "rare": 0.5}
"""Set → the weight of its questions. Topics that hardly any plan speaks of are asked less often than they stand here: with
the full weight common topics lose .02 of their verdicts, with half .004, and rare ones still win .07 (cross-validated)."""
PASSAGE = (
    "evidence", "own", "words", "clause", "official", "rank", "company", "missing", "clause*missing", "covered",
    "same*covered",
)  # fmt: skip
QUESTION = ("evidence", "terms", "own*-missing", "covered", "company", "same*covered", "whole", "words", "missing")
FOLDS = 6
WRITTEN = Path(__file__).parents[1] / "retriever" / "verdict" / "weights.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """A question with what the search looked at: each row's group, signals and whether it holds a judged nugget; and how much
    the question weighs."""

    question: Question
    groups: tuple[object, ...]
    values: NDArray[np.float32]
    right: NDArray[np.bool_]
    weight: float = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.verdict", description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate by question; write nothing")
    options = parser.parse_args()
    seen = [one for name in SETS for one in looked_at(name)]
    fan_outs = [one for one in seen if one.question.fans_out]
    others = [one for one in seen if not one.question.fans_out and len(one.values)]
    if options.check:
        sys.stdout.write(_checked(fan_outs, others))
        return
    fitted = {"passage": _fit(*_passages(fan_outs), PASSAGE, 0.1), "question": _fit(*_questions(others), QUESTION, 0.3)}
    WRITTEN.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{len(fan_outs)} fan-outs, {len(others)} other questions → {WRITTEN.name}\n")


def looked_at(name: str) -> Iterator[Seen]:
    """The dev questions of a set over its documents."""
    questions = read_set(name, "dev")
    with laid_out(questions, configuration.load()) as ground:
        for question in questions.questions:
            yield replace(_seen(question, ground), weight=SETS[name])


def _seen(question: Question, ground: Ground) -> Seen:
    corpus = limited(ground, question)
    found = look(Query(question.query), corpus, ground.tools)
    if isinstance(found, Interpretation):
        return Seen(question, (), np.zeros((0, len(SIGNALS)), np.float32), np.zeros(0, bool))
    passages = [corpus.passages[row] for row, _ in found.looked_at]
    right = [
        any(n.document == p.document and n.span.start < p.span.end and p.span.start < n.span.end for n in question.nuggets)
        for p in passages
    ]
    return Seen(question, tuple(group for _, group in found.looked_at), found.values, np.array(right, bool))


def _passages(seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    weights = np.concatenate([np.full(len(one.values), one.weight) for one in seen])
    return np.concatenate([one.values for one in seen]), np.concatenate([one.right for one in seen]), weights


def _questions(seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    values = np.concatenate([judge.greatest(one.values[:LEADING]) for one in seen])
    return values, np.array([one.question.answerable for one in seen]), np.array([one.weight for one in seen])


def _fit(
    values: NDArray[np.float32], right: NDArray[np.bool_], weighing: NDArray[np.float64], names: Sequence[str], strength: float
) -> dict[str, object]:
    """Weights over the terms as they are, fitted over standardised ones (strength: 1 / L2 penalty)."""
    terms = np.stack([judge.term(name, values) for name in names], axis=1)
    mean, deviation = terms.mean(axis=0), terms.std(axis=0) + 1e-9
    weight = "balanced" if names is QUESTION else None
    model = LogisticRegression(C=strength, max_iter=5000, class_weight=weight).fit((terms - mean) / deviation, right, weighing)
    weights = model.coef_[0] / deviation
    bias = float(model.intercept_[0] - (weights * mean).sum())
    return {"bias": round(bias, 4), "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}}


def _judge(fitted: dict[str, object]) -> judge.Logistic:
    return judge.Logistic(fitted["bias"], fitted["weights"])  # type: ignore[arg-type]


def _checked(fan_outs: Sequence[Seen], others: Sequence[Seen]) -> str:
    """Figures on questions that a fold's fit has not seen."""
    order = np.random.default_rng(1).permutation(len(fan_outs))
    right: dict[float, list[float]] = {}
    for fold in range(FOLDS):
        held = {int(at) for at in order[fold::FOLDS]}
        model = _judge(_fit(*_passages([s for at, s in enumerate(fan_outs) if at not in held]), PASSAGE, 0.1))
        for at in held:
            for least in (0.2, 0.25, 0.3, 0.35, 0.4):
                right.setdefault(least, []).append(_verdicts(fan_outs[at], model, least))
    lines = [f"verdicts right at {least}: {np.mean(values):.4f}" for least, values in right.items()]
    values, answerable, weights = _questions(others)
    score = np.zeros(len(others))
    order = np.random.default_rng(2).permutation(len(others))
    for fold in range(FOLDS):
        held_out = np.zeros(len(others), bool)
        held_out[order[fold::FOLDS]] = True
        model = _judge(_fit(values[~held_out], answerable[~held_out], weights[~held_out], QUESTION, 0.3))
        score[held_out] = model.probability(values[held_out])
    for least in (0.3, 0.4, 0.5, 0.6):
        kept, refused = (score[answerable] >= least).mean(), (score[~answerable] < least).mean()
        lines.append(f"at {least}: answerable kept {kept:.3f}, unanswerable with passages refused {refused:.3f}")
    return "\n".join(lines) + "\n"


def _verdicts(one: Seen, model: judge.Logistic, least: float) -> float:
    best: dict[object, float] = {}
    for group, p in zip(one.groups, model.probability(one.values).tolist(), strict=True):
        best[group] = max(best.get(group, 0.0), p)
    found, silent = one.question.found, one.question.silent
    right = sum(best.get(code, 0) >= least for code in found) + sum(best.get(code, 0) < least for code in silent)
    return right / max(1, len(found) + len(silent))


if __name__ == "__main__":
    main()
