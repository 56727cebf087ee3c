"""The set of topics over provinces and counties: its shape, and that what it judges exists. And a corpus cut down to the
documents that a question is asked among."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.interpretation import TODAY, regions
from corpus import intake, tray
from corpus.model import Document
from corpus.regions.places import Gazetteer
from eval.ground import over_home, shared_folder, sources
from eval.model import Ground, Question
from eval.questions import read_set, sets_folder
from eval.systems import Planseek, Within, limited
from retriever.interpret import interpret
from retriever.model import Query
from retriever.search import search
from retriever.service import Service
from settings import Settings

QUESTIONS = read_set("regions").questions


def test_forty_eight_topics_half_of_them_for_development() -> None:
    assert Counter(question.split for question in QUESTIONS) == {"dev": 24, "test": 24}
    assert len({question.query for question in QUESTIONS}) == len({question.id for question in QUESTIONS}) == 48
    assert {question.kind for question in QUESTIONS} == {"fan_out"}
    assert all(question.fans_out and question.answerable and not question.within for question in QUESTIONS)
    rows = [json.loads(line) for line in (sets_folder() / "regions" / "questions.jsonl").read_text("utf-8").splitlines()]
    styles = Counter((row["style"], row["split"]) for row in rows)
    assert set(styles) == {(style, split) for style in ("书面", "口语") for split in ("dev", "test")}
    assert all(len(row["topic"]) >= 20 for row in rows), "what counts is written down"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_every_region_of_the_level_is_judged_once(question: Question) -> None:
    """Found and silent are all regions of one level, none of them both: as many as the question fans out to."""
    gazetteer, present = regions()
    understood = interpret(Query(question.query), gazetteer, present, TODAY)
    judged = [*question.found, *question.silent]
    assert len(set(judged)) == len(judged)
    assert sorted(judged) == sorted(region.code for region in understood.regions)
    assert understood.fan_out in ("省级", "县级") and {r.level for r in understood.regions} == {understood.fan_out}
    # Some of either, or there is nothing to tell apart.
    assert question.found and question.silent
    assert list(question.found) == sorted(question.found) and list(question.silent) == sorted(question.silent)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_nuggets_are_graded_places(question: Question) -> None:
    assert {nugget.grade for nugget in question.nuggets} <= {1, 2}
    places = [(nugget.document, nugget.span) for nugget in question.nuggets]
    assert len(set(places)) == len(places)
    assert all(len(nugget.document) == 64 and nugget.span.start < nugget.span.end for nugget in question.nuggets)


def test_where_its_documents_are_read_from() -> None:
    plans, samples = sources("regions")
    assert plans == shared_folder() / "plans" and samples.is_dir() and samples.name == "samples"
    assert sources("regions")[:1] == sources("plans") and sources("regions")[1:] == sources("sample")
    assert sources("no such set") == ()


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    """Those that lie where the set's are read from, by id; read, but not indexed."""
    if not (shared_folder() / "plans").is_dir():
        pytest.skip(f"{shared_folder()} is not there; set PLANSEEK_SHARED to the folder that holds plans")
    found = tray.find(sources("regions"))
    gazetteer = Gazetteer(found.places)
    read = [intake.read_document(file.path.read_bytes(), file, gazetteer)[0] for file in found.files]
    return {document.id: document for document in read}


def test_every_document_that_is_judged_exists_and_every_place_lies_in_it(documents: dict[str, Document]) -> None:
    assert read_set("regions").documents <= set(documents)
    for question in QUESTIONS:
        for nugget in question.nuggets:
            document = documents[nugget.document]
            assert nugget.span.end <= len(document.text) and nugget.span.of(document.text).strip(), question.id


def test_every_region_with_a_document_of_its_own_that_is_judged_found(documents: dict[str, Document]) -> None:
    """A nugget of a region's own document means that the region is found; a city's document may speak of its districts."""
    for question in QUESTIONS:
        for nugget in question.nuggets:
            region = documents[nugget.document].region
            assert region is not None
            if region.code in (*question.found, *question.silent):
                assert region.code in question.found, (question.id, region.name)


# — asked among some documents —————————————————————————————————————————————————————————————————————————————————————


@pytest.fixture(scope="module")
def ground(sample_home: Path) -> Ground:
    return over_home(Service(Settings(home=sample_home)))


def test_a_corpus_is_cut_down_to_the_documents_asked_among(ground: Ground) -> None:
    corpus = ground.corpus
    assert corpus is not None
    among = tuple(sorted(corpus.documents))[:2]
    cut = limited(ground, Question("q", "养老", within=(*among, "0" * 64)))
    assert set(cut.documents) == set(cut.by_document) == set(among)
    for name in among:
        assert cut.documents[name] is corpus.documents[name]
        assert np.array_equal(cut.by_document[name], corpus.by_document[name])
    # rows are still those of the whole index
    assert cut.passages is corpus.passages and cut.backend is corpus.backend and cut.by_region is corpus.by_region
    assert len(corpus.documents) == 14, "and the whole is as it was"
    assert limited(ground, Question("q", "养老")) is corpus
    nothing = limited(ground, Question("q", "养老", within=("0" * 64,)))
    assert nothing.documents == nothing.by_document == {}


def test_a_set_of_bare_passages_has_no_corpus(ground: Ground) -> None:
    with pytest.raises(ValueError, match="no corpus"):
        limited(replace(ground, corpus=None), Question("q", "养老"))


@pytest.mark.parametrize("query", ["养老床位", "各区生态修复措施", "沧浦区养老"])
def test_a_question_asked_among_documents_is_answered_from_them_alone(ground: Ground, query: str) -> None:
    assert ground.corpus is not None
    for name in ground.corpus.documents:
        question = Question("q", query, within=(name,))
        found = search(Query(query, k=100), limited(ground, question), ground.tools)
        shown = [*found.hits, *(hit for group in found.groups for hit in (*group.hits, *filter(None, [group.best_rejected])))]
        assert {hit.document.id for hit in shown} <= {name}
        rows = Within(ground).rows(question)
        assert {ground.items[row].document for row in rows.tolist()} == {name}
        told = Planseek(ground, "hybrid", expand=True).ask(question)
        assert told is not None and {c.document.id for s in told.statements for c in s.citations} <= {name}
