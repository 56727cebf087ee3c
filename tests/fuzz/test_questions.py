"""Twisted questions: understood, the same twice, or refused in Chinese. The long run is `benchmarks.fuzz questions`."""

from benchmarks import fuzz_questions
from benchmarks.fuzz_questions import LONGEST, twisted
from corpus.errors import PlanSeekError
from retriever.model import Query
from retriever.search import Searcher


def test_twisted_questions_are_understood_twice_alike_or_refused() -> None:
    figures = fuzz_questions.read(twisted(1500, 21))
    assert figures["faults"] == []
    assert figures["outcomes"]["理解"] > 1400 and figures["outcomes"]["拒绝并说明原因"] > 5


def test_twisted_questions_find_or_are_refused(searcher: Searcher) -> None:
    found = refused = 0
    for query in twisted(60, 22):
        try:
            findings = searcher.search(query)
        except PlanSeekError as error:
            assert "\n" not in str(error) and any("\u4e00" <= c <= "\u9fff" for c in str(error))
            refused += 1
        else:
            found += 1
            texts = {document.id: document.text for document in searcher.corpus().documents.values()}
            assert all(hit.passage.span.of(texts[hit.passage.document]) for hit in findings.hits)
    assert found > 40 and found + refused == 60


def test_the_same_seed_twists_alike_and_no_question_is_too_long() -> None:
    queries = list(twisted(600, 23))
    assert queries == list(twisted(600, 23)) and queries != list(twisted(600, 24))
    assert max(len(query.text) for query in queries) == LONGEST and all(isinstance(query, Query) for query in queries)
