"""The evaluator verified: trec_eval's own numbers, formulas written out again here, planted answers of known value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import comb, log2, sqrt
from pathlib import Path
from random import Random
from statistics import fmean

import pytest

from corpus.model import Document, Passage, Region, Span
from eval.convert import judged_over
from eval.ground import over_home
from eval.measures import DEPTH, NUGGETS, NUGGETS_SHOWN, RANKED, ranked_measures, relevance
from eval.model import Ground, Item, Nugget, Question
from eval.questions import read_set
from eval.run import averages, evaluate
from eval.systems import SYSTEMS
from eval.verdicts import fan_out_measures
from retriever.model import Group, Hit
from retriever.service import Service
from settings import Settings

TREC = {"nDCG@10": "ndcg_cut_10", "R@10": "recall_10", "R@100": "recall_100", "RR@10": "recip_rank", "AP": "map"}
Grades = Mapping[str, int]
Scores = Mapping[str, Mapping[str, float]]


@pytest.fixture(scope="module")
def ground(sample_home: Path) -> Ground:
    return over_home(Service(Settings(home=sample_home)))


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return [question for question in read_set("sample").questions if question.nuggets and not question.fans_out]


@pytest.fixture(scope="module")
def qrels(ground: Ground, questions: list[Question]) -> dict[str, Grades]:
    return {question.id: grades for question, grades in judged_over(questions, ground.items)}


def by_trec_eval(qrels: Mapping[str, Grades], run: Scores) -> dict[str, dict[str, float]]:
    """trec_eval itself on scored passages. It cuts no reciprocal rank: one beyond the tenth counts 0, as RR@10 has it."""
    import pytrec_eval

    judged = {name: dict(grades) for name, grades in qrels.items() if grades}
    found = pytrec_eval.RelevanceEvaluator(judged, set(TREC.values())).evaluate({n: dict(row) for n, row in run.items()})
    values = {name: dict.fromkeys(RANKED, 0.0) for name in qrels}
    for name, row in found.items():
        values[name] = {ours: row[theirs] for ours, theirs in TREC.items()}
        if row["recip_rank"] < 1 / 10:
            values[name]["RR@10"] = 0.0
    return values


def by_hand(grades: Grades, ranking: Sequence[str]) -> dict[str, float]:
    """The formulas of docs/evaluation.md, from the definitions."""
    if not grades:
        return dict.fromkeys(RANKED, 0.0)
    gains = [grades.get(name, 0) for name in ranking[:DEPTH]]
    ranks = [rank for rank, gain in enumerate(gains, 1) if gain]

    def dcg(of: Sequence[int]) -> float:
        return sum(gain / log2(1 + rank) for rank, gain in enumerate(of[:10], 1))

    return {
        "nDCG@10": dcg(gains) / dcg(sorted(grades.values(), reverse=True)),
        "R@10": sum(rank <= 10 for rank in ranks) / len(grades),
        "R@100": len(ranks) / len(grades),
        "RR@10": 1 / ranks[0] if ranks and ranks[0] <= 10 else 0.0,
        "AP": sum(number / rank for number, rank in enumerate(ranks, 1)) / len(grades),
    }


def same(one: Mapping[str, Mapping[str, float]], other: Mapping[str, Mapping[str, float]]) -> None:
    assert one.keys() == other.keys()
    for name, row in one.items():
        assert row == pytest.approx(other[name], abs=1e-6), name


@pytest.mark.parametrize("system", ["rank-bm25", "first-words", "bm25", "hybrid"])
def test_real_runs_have_trec_evals_numbers(system: str, ground, questions, qrels):
    made = SYSTEMS[system](ground)
    rankings = {q.id: [ground.items[row] for row in made.rank(q, DEPTH)] for q in questions}
    ours = ranked_measures(qrels, rankings)
    falling = {name: {item.id: 1000.0 - rank for rank, item in enumerate(items)} for name, items in rankings.items()}
    same(ours, by_trec_eval(qrels, falling))
    same(ours, {name: by_hand(qrels[name], [item.id for item in items]) for name, items in rankings.items()})
    assert len(ours) >= 90 and 0 < fmean(row["nDCG@10"] for row in ours.values()) < 1


def test_ties_are_broken_by_whoever_ranks_and_then_measured_as_trec_eval_does(ground, questions, qrels):
    """BM25 scores rounded until most of them tie. trec_eval orders equal scores by falling passage id; handed the same
    order, our measures have its numbers, and handed another order they do not."""
    items = {item.id: item for item in ground.items}
    run: dict[str, dict[str, float]] = {}
    for question in questions:
        terms = dict.fromkeys(ground.tools.makers.tokenizer.terms(question.query), 1.0)
        scores = ground.backend.lexical_scores(terms)
        tied = {item.id: float(round(score / 4)) for item, score in zip(ground.items, scores, strict=True) if score > 0}
        best = sorted(tied, key=lambda name: (tied[name], name), reverse=True)[:DEPTH]
        run[question.id] = {name: tied[name] for name in best}
    assert sum(len(set(row.values())) < len(row) / 2 for row in run.values()) >= 80
    orders = {n: sorted(row, key=lambda name: (row[name], name), reverse=True) for n, row in run.items()}
    theirs = by_trec_eval(qrels, run)
    ours = ranked_measures(qrels, {name: [items[i] for i in order] for name, order in orders.items()})
    same(ours, theirs)
    same(ours, {name: by_hand(qrels[name], order) for name, order in orders.items()})
    other = {n: sorted(row, key=lambda name: (-row[name], name)) for n, row in run.items()}
    turned = ranked_measures(qrels, {name: [items[i] for i in order] for name, order in other.items()})
    same(turned, {name: by_hand(qrels[name], order) for name, order in other.items()})
    assert turned != ours


class Planted:
    """A system that is told the answers: `order` arranges a question's relevant rows, best first, among all rows."""

    def __init__(self, ground: Ground, order: str) -> None:
        self._ground, self._order = ground, order

    def rank(self, question: Question, depth: int) -> list[int]:
        grades = relevance(question, self._ground.items)
        rows = sorted(range(len(self._ground.items)), key=lambda row: -grades.get(self._ground.items[row].id, 0))
        return {"perfect": rows, "reversed": rows[::-1], "empty": []}[self._order][:depth]

    def groups(self, question: Question) -> None:
        return None

    def ask(self, question: Question) -> None:
        return None


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    for order in ("perfect", "reversed", "empty"):
        monkeypatch.setitem(SYSTEMS, order, lambda ground, order=order: Planted(ground, order))


def test_a_perfect_system_scores_one_and_an_empty_one_nothing(planted, ground, questions, qrels):
    """Over the questions that can be answered in full: ten relevant passages at most, and no nugget that the cut has
    spread over passages of which none holds half."""
    full = [q for q in questions if 0 < len(qrels[q.id]) <= 10 and all(relevance(replace(q, nuggets=(n,)), ground.items) for n in q.nuggets)]
    assert len(full) >= 60
    perfect, reverse, empty = evaluate(full, ground, ["perfect", "reversed", "empty"])
    every = {q.id: dict.fromkeys((*RANKED, NUGGETS), 1.0) for q in full}
    same({name: {m: row[m] for m in (*RANKED, NUGGETS)} for name, row in perfect.values.items()}, every)
    assert all(row[NUGGETS_SHOWN] > 0 for row in perfect.values.values())
    for result in (reverse, empty):
        # More than a hundred passages are not relevant, so that a reversed order shows none within the depth.
        assert {m: v for m, v in averages(full, result).items() if m in (*RANKED, NUGGETS, NUGGETS_SHOWN)} == dict.fromkeys(
            (*RANKED, NUGGETS, NUGGETS_SHOWN), 0.0
        )


def passages(count: int) -> list[Item]:
    return [Item(f"p{i:02}", f"p{i:02}", Span(0, 10)) for i in range(count)]


@pytest.mark.parametrize(("n", "relevant"), [(12, 2), (50, 3), (100, 1), (100, 20)])
def test_relevant_passages_last(n: int, relevant: int):
    items = passages(n)
    values = ranked_measures({"q": {item.id: 1 for item in items[-relevant:]}}, {"q": items})["q"]
    precisions = [number / (n - relevant + number) for number in range(1, relevant + 1)]
    expected = {"nDCG@10": 0.0, "R@10": 0.0, "R@100": 1.0, "RR@10": 0.0, "AP": fmean(precisions)}
    assert values == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "grades"), [(20, (2,)), (50, (2, 1, 1)), (100, (2, 2, 1, 1, 1))])
def test_a_shuffled_ranking_scores_what_chance_does(n: int, grades: tuple[int, ...]):
    """r relevant among n ≤ 100 in random order. Each expectation is exact:

    E R@k = k / n; E DCG@10 = (Σ grades / n) Σ 1 / log2(1 + i);
    E RR@10 = Σ_{i ≤ 10} C(n − i, r − 1) / C(n, r) / i;
    E AP = H/n + (1 − H/n)(r − 1)/(n − 1), H = Σ_{i ≤ n} 1/i: at a relevant passage's rank i, uniform over 1 … n, the
    precision is (1 + (i − 1)(r − 1)/(n − 1)) / i on average (Bestgen 2015, Prague Bulletin of Math. Linguistics 103).

    The mean of T trials is within 4.5 σ / √T of it but once in 150,000; σ of R@10 is the hypergeometric one, that of the
    others is at most 1/2, and measured.
    """
    trials, r, random = 3000, len(grades), Random(20261122)
    items = passages(n)
    judged = {item.id: grade for item, grade in zip(items, grades, strict=False)}
    rankings = {str(trial): random.sample(items, n) for trial in range(trials)}
    values = ranked_measures(dict.fromkeys(rankings, judged), rankings).values()
    ideal = sum(grade / log2(1 + rank) for rank, grade in enumerate(grades, 1))
    harmonic = sum(1 / i for i in range(1, n + 1)) / n
    expected = {
        "nDCG@10": sum(grades) / n * sum(1 / log2(1 + i) for i in range(1, 11)) / ideal,
        "R@10": 10 / n,
        "R@100": 1.0,
        "RR@10": sum(comb(n - i, r - 1) / comb(n, r) / i for i in range(1, 11)),
        "AP": harmonic + (1 - harmonic) * (r - 1) / (n - 1),
    }
    for measure, mean in expected.items():
        column = [row[measure] for row in values]
        spread = sqrt(fmean((value - mean) ** 2 for value in column))
        if measure == "R@10":
            spread = sqrt(10 * (r / n) * (1 - r / n) * (n - 10) / (n - 1)) / r
        assert fmean(column) == pytest.approx(mean, abs=4.5 * spread / sqrt(trials) + 1e-9), measure


def test_one_passage_too_far_down_costs_what_the_formula_says():
    """Moving the only relevant passage from rank to rank: every value along the way, across the cuts at 10 and 100."""
    items = passages(101)
    for rank in range(1, 102):
        ranking = [*items[1:rank], items[0], *items[rank:]]
        values = ranked_measures({"q": {items[0].id: 2}}, {"q": ranking})["q"]
        within = rank <= 10
        expected = (within / log2(1 + rank), float(within), float(rank <= 100), within / rank, (rank <= 100) / rank)
        assert values == pytest.approx(dict(zip(RANKED, expected, strict=True)), abs=1e-6), rank


def test_a_missing_question_counts_nothing_in_the_mean(planted, ground, questions, qrels, monkeypatch):
    """Half of the questions answered perfectly, the other half not at all: the mean is half of the perfect one."""
    asked = [q for q in questions if 0 < len(qrels[q.id]) <= 10][:60]
    silent = {q.id for q in asked[::2]}

    class Half(Planted):
        def rank(self, question: Question, depth: int) -> list[int]:
            return [] if question.id in silent else super().rank(question, depth)

    monkeypatch.setitem(SYSTEMS, "half", lambda ground: Half(ground, "perfect"))
    (half,) = evaluate(asked, ground, ["half"])
    means = averages(asked, half)
    assert means["questions"] == 60
    assert {m: means[m] for m in RANKED} == pytest.approx(dict.fromkeys(RANKED, 0.5), abs=1e-4)
    rankings = {q.id: [ground.items[row] for row in Planted(ground, "perfect").rank(q, DEPTH)] for q in asked if q.id not in silent}
    left_out = ranked_measures({q.id: qrels[q.id] for q in asked}, rankings)
    assert left_out.keys() == {q.id for q in asked}
    same(left_out, {name: dict.fromkeys(RANKED, 0.0 if name in silent else 1.0) for name in left_out})


def test_a_perfect_fan_out_and_an_empty_one():
    """Eight regions, every second of which speaks: told right, told nothing, told the contrary."""
    regions = [Region(f"3402{i:02}", f"第{i}区", "县级", "340200") for i in range(8)]
    found, silent = tuple(r.code for r in regions[::2]), tuple(r.code for r in regions[1::2])
    nuggets = tuple(Nugget(code, Span(10, 30), 2) for code in found)

    def group(region: Region, speaks: bool) -> Group:
        source = Document(region.code, (), "文" * 100, region.name, region)
        passage = Passage(region.code, Span(0, 40), (), 0, 1, 1, region)
        return Group(region, "found", (Hit(passage, source, "", 1.0, 1, 1.0),)) if speaks else Group(region, "not_found", ())

    right = fan_out_measures(found, silent, nuggets, [group(region, region.code in found) for region in regions])
    assert right.pop("wrong-region") == 0 and set(right.values()) == {1.0}
    nothing = fan_out_measures(found, silent, nuggets, [])
    assert set(nothing.values()) == {0.0}
    contrary = fan_out_measures(found, silent, nuggets, [group(region, region.code in silent) for region in regions])
    assert {m: v for m, v in contrary.items() if m != "region-coverage"} == dict.fromkeys(contrary.keys() - {"region-coverage"}, 0.0)
