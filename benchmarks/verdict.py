"""Sweeps the evidence threshold of retriever/evidence.py over the dev half's fan-outs. Prints; changes nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import settings as configuration
from benchmarks.model import markdown
from eval.ground import laid_out
from eval.questions import read_set
from eval.run import averages, evaluate
from eval.verdicts import FAN_OUT
from retriever import evidence

THRESHOLDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.62, 0.64, 0.66, 0.68, 0.7, 0.72, 0.75, 0.8)


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


def main() -> None:
    """One row a threshold."""
    questions = read_set("plans", "dev")
    fan_outs = [question for question in questions.questions if question.fans_out]
    rows = []
    with laid_out(questions, configuration.load()) as ground:
        for threshold in THRESHOLDS:
            with set_to(evidence, FOUND=threshold):
                (result,) = evaluate(fan_outs, ground, ["hybrid"])
            means = averages(fan_outs, result)
            rows.append([f"{threshold}", *(f"{means[measure]:.4f}" for measure in FAN_OUT)])
    sys.stdout.write(markdown(["FOUND", *FAN_OUT], rows) + "\n")


if __name__ == "__main__":
    main()
