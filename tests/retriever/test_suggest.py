"""What a question may go on with: completions, near terms, beginnings; only of what the corpus has."""

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.expand import Lexicon
from retriever.search import Searcher
from retriever.service import Service
from retriever.suggest import LONGEST, Shelf, Suggester, bare
from settings import Settings


@pytest.fixture(scope="module")
def suggester(searcher: Searcher, lexicon: Lexicon) -> Suggester:
    return Suggester(searcher.corpus, lambda: lexicon)


def test_a_shelf_is_read_by_how_names_begin() -> None:
    shelf = Shelf((("沧浦", "沧浦区", 2.0), ("沧浦区", "沧浦区", 2.0), ("沧浪溪", "沧浪溪", 5.0), ("河", "河", 9.0)))
    assert shelf.beginning("沧") == ["沧浪溪", "沧浦区"]
    assert shelf.beginning("沧浦区") == ["沧浦区"] and shelf.beginning("海") == []


def test_regions_are_completed_by_own_name_full_name_and_short_name(suggester: Suggester) -> None:
    for typed in ("沧浦", "临澜市沧", "澜江省临澜市沧浦"):
        found = suggester.suggest(typed, 5)
        assert "沧浦区" in found.regions, typed
    asked = suggester.suggest("沧浦", 5).questions
    assert asked and all(question.startswith("沧浦区") for question in asked)


def test_terms_complete_the_last_words_and_keep_what_stands_before(suggester: Suggester, searcher: Searcher) -> None:
    found = suggester.suggest("各区生态", 20)
    assert "生态修复" in found.terms and "各区生态修复" in found.questions
    texts = [document.text for document in searcher.corpus().documents.values()]
    for term in found.terms:
        assert any(term in text for text in texts), f"{term} stands nowhere in the corpus"
        assert term.startswith("生态")


def test_where_nothing_completes_near_terms_of_the_corpus_are_told(suggester: Suggester, searcher: Searcher) -> None:
    found = suggester.suggest("爸妈没人照看", 6)
    texts = "\n".join(document.text for document in searcher.corpus().documents.values())
    assert found.terms and all(term in texts for term in found.terms)
    assert any("养老" in term or "照料" in term or "护理" in term for term in found.terms)


def test_an_empty_box_is_offered_what_the_corpus_has_most_of(suggester: Suggester, searcher: Searcher) -> None:
    found = suggester.suggest("  ", 5)
    corpus = searcher.corpus()
    sizes = {corpus.gazetteer.places[code].name: len(rows) for code, rows in corpus.by_region.items() if code in corpus.gazetteer.places}
    assert [sizes[name] for name in found.regions] == sorted((sizes[name] for name in found.regions), reverse=True)
    assert len(found.terms) == 5 and found.questions[0].startswith("各区") and found.questions[0].endswith("措施")


@pytest.mark.parametrize("typed", ["<script>", "'; DROP", "\x00", "长" * 5000, "🙂", "2026", "，。"])
def test_odd_words_are_no_fault(suggester: Suggester, typed: str) -> None:
    found = suggester.suggest(typed, 5)
    assert all(len(question) <= LONGEST + 20 for question in found.questions)


def test_the_limit_holds_for_each_kind(suggester: Suggester) -> None:
    found = suggester.suggest("生态", 2)
    assert len(found.terms) == 2 and len(found.questions) == 2


@pytest.mark.parametrize(
    ("heading", "words"),
    [("第三节 加强生态修复", "加强生态修复"), ("（二）办好养老", "办好养老"), ("3. 修河", "修河"), ("专栏 2 重点工程", "重点工程"),
     ("一、（三）管水", "管水"), ("十年计划", "十年计划")],
)  # fmt: skip
def test_a_heading_loses_its_numbers(heading: str, words: str) -> None:
    assert bare(heading) == words


def test_suggestions_follow_the_corpus(lexicon: Lexicon, searcher: Searcher) -> None:
    corpus = searcher.corpus()
    states = [corpus]
    suggester = Suggester(lambda: states[-1], lambda: lexicon)
    assert len(suggester.suggest("", 20).regions) > 5
    one = next(document for document in corpus.documents.values() if document.region)
    states.append(replace(corpus, generation="another", documents={one.id: one}, by_region={}))
    assert one.region and one.region.name.endswith(suggester.suggest("", 20).regions)


def test_the_route_tells_all_three_kinds(sample_home: Path) -> None:
    client = TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)
    found = client.get("/v1/suggest", params={"q": "生态", "limit": 3}).json()
    assert set(found) == {"regions", "terms", "questions"} and len(found["terms"]) == 3
    assert client.get("/v1/suggest", params={"limit": 0}).status_code == 422


def test_without_a_corpus_it_says_what_to_do(tmp_path: Path) -> None:
    client = TestClient(create_app(Service(Settings(home=tmp_path))), raise_server_exceptions=False)
    refused = client.get("/v1/suggest")
    assert refused.status_code == 503 and "planseek ingest" in refused.json()["detail"]
