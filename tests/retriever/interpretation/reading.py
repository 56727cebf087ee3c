"""Reads a question over the regions, and on the day, that the golden questions were written for. Asserts nothing."""

from collections.abc import Iterable
from functools import cache

from benchmarks.interpretation import TODAY, regions
from corpus.model import Region
from corpus.regions.places import Gazetteer
from retriever.interpret import interpret
from retriever.model import Interpretation, Query

CITY, CANGPU, MOCHI, YUNLU = "990100", "990102", "990103", "990104"
SHANGHAI, ANHUI, SHANDONG, JIANGSU, ZHEJIANG = "310000", "340000", "370000", "320000", "330000"


@cache
def ground() -> tuple[Gazetteer, list[Region]]:
    """The gazetteer, and what the corpus is taken to hold: 21 provinces, one city, 14 counties, six of them not of it."""
    return regions()


def read(text: str, previous: str = "", literal: tuple[str, ...] = ()) -> Interpretation:
    """What is understood of a question."""
    gazetteer, present = ground()
    return interpret(Query(text, previous=previous, literal=literal), gazetteer, present, TODAY)


def codes(found: Iterable[Region]) -> list[str]:
    """The codes of regions in their order."""
    return [region.code for region in found]


def said(understood: Interpretation, what: str) -> list[tuple[str, str]]:
    """(words, value) of all that was read as `what`."""
    return [(read.words, read.value) for read in understood.read if read.what == what]
