"""Joins the rankers' scores into one. Pure functions of arrays."""

import numpy as np

from index.protocols import Floats, Rows

LEXICAL_SPEAKS = 0.3, 0.6
"""Shares of a question's idf mass in its best passage between which the lexicon and the embedding lose their say."""

DENSE_LEAST, DENSE_MOST = 0.2, 1.5


def need(coverage: float) -> float:
    """How far the words of a question fail in these texts: 1 up to the lower bound of LEXICAL_SPEAKS, 0 from the upper."""
    low, high = LEXICAL_SPEAKS
    return float(np.clip((high - coverage) / (high - low), 0, 1))


def dense_weight(coverage: float) -> float:
    """The weight of the standardised dense scores beside the lexical ones, by what the question's words reach."""
    return DENSE_LEAST + (DENSE_MOST - DENSE_LEAST) * need(coverage)


def standardised(scores: Floats, rows: Rows) -> Floats:
    """(s - mean) / deviation over the given rows; zeros where all are equal."""
    among = scores[rows]
    deviation = float(among.std()) if len(among) else 0.0
    return (scores - among.mean()) / deviation if deviation > 0 else np.zeros_like(scores)


def weighted_sum(lexical: Floats, dense: Floats, rows: Rows, weight: float) -> Floats:
    """z(lexical) + weight · z(dense), z standardised over `rows` (Shaw and Fox's CombSUM over z-scores)."""
    return standardised(lexical, rows) + np.float32(weight) * standardised(dense, rows)
