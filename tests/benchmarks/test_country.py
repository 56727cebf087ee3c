"""The generated country: read as what it says it is, the same for one seed, and a small one the beginning of a large one."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.country import PASSAGES_A_FILE, Country, write
from benchmarks.country_words import NAME, drawn, zipf
from corpus.errors import PlanSeekError
from corpus.intake import read_document
from corpus.tray import Found
from retriever.interpret import interpret
from retriever.model import Query


@pytest.fixture(scope="module")
def country() -> Country:
    return Country()


def test_a_plan_is_read_with_the_region_kind_and_years_that_it_was_written_for(country):
    for paper in (country.paper(number) for number in range(8)):
        document, _ = read_document(paper.text.encode(), Found(paper.path), country.places)
        assert document.region is not None
        assert (document.region.code, document.kind, document.period) == (paper.region, paper.kind, paper.period)
        assert paper.path.parts[0] == country.places.places[country.places.line(paper.region)[-2]].name


def test_the_cutter_makes_about_as_many_passages_as_are_asked_for_with_headings_above_them(country):
    papers = [country.paper(number) for number in range(12)]
    passages = [read_document(paper.text.encode(), Found(paper.path), country.places)[1] for paper in papers]
    assert 0.9 < sum(map(len, passages)) / (PASSAGES_A_FILE * len(papers)) < 1.1
    assert {passage.headings for own in passages for passage in own} == {2, 3}


def test_one_seed_writes_the_same_bytes_and_another_seed_others(country):
    again, other = Country(country.seed), Country(8)
    assert [again.paper(number) for number in (0, 5, 4000)] == [country.paper(number) for number in (0, 5, 4000)]
    assert other.paper(0).text != country.paper(0).text


def test_a_small_country_is_the_beginning_of_a_larger_one_and_can_be_gone_on_with(country, tmp_path):
    def texts(folder):
        return {file.relative_to(tmp_path / folder).as_posix(): file.read_bytes() for file in (tmp_path / folder).rglob("*.txt")}

    write(tmp_path / "larger", 5 * PASSAGES_A_FILE, country)
    write(tmp_path / "small", 2 * PASSAGES_A_FILE, country)
    assert len(texts("small")) == 2
    assert texts("small").items() < texts("larger").items()
    write(tmp_path / "small", 3 * PASSAGES_A_FILE, country, first=2)
    assert texts("small") == texts("larger")


def test_every_region_has_one_plan_before_any_has_two(country):
    assert sorted(place.code for place in country.regions) == sorted({place.code for place in country.regions})
    levels = Counter(place.level for place in country.regions)
    assert (levels["省级"], levels["地级"], levels["县级"]) == (34, 333, 2851)
    assert country.paper(len(country.regions)).region == country.paper(0).region


def test_more_plans_than_there_can_be_are_refused(country):
    with pytest.raises(PlanSeekError, match=f"最多能生成 {country.files} 份文件"):
        country.paper(country.files)


def test_plans_share_wording_under_their_own_names(country):
    papers = [country.paper(number) for number in range(40)]
    names = [country.places.places[paper.region].name for paper in papers]
    paragraphs = [{line.replace(name, NAME) for line in paper.text.split("\n\n")[2:]} for paper, name in zip(papers, names, strict=True)]
    times = Counter(paragraph for own in paragraphs for paragraph in own if len(paragraph) > 40)
    shared = sum(count for count in times.values() if count > 1) / times.total()
    assert 0.03 < shared < 0.06
    assert all(NAME in paragraph for paragraph, count in times.items() if count > 1)


def test_forty_questions_are_understood_as_what_they_are_meant_for(country):
    regions = [country.places.region(place.code) for place in country.regions[:300]]
    questions = country.questions()
    assert Counter(question.kind for question in questions) == {"plain": 16, "filtered": 12, "fan-out": 12}
    understood = [(question, interpret(Query(question.query), country.places, regions)) for question in questions]
    assert [read.fan_out for question, read in understood if question.kind == "fan-out"] == ["县级", "县级", "地级", "省级"] * 3
    assert all(read.regions or read.kinds or read.periods for question, read in understood if question.kind == "filtered")
    assert not {question.query for question in questions} & {question.query for question in country.questions(1) if question.kind == "fan-out"}


def test_ranks_are_drawn_as_often_as_the_law_says():
    shares = zipf(3, 1)
    assert np.allclose(np.diff(shares, prepend=0), np.array([1 / 2, 1 / 3, 1 / 4]) / (13 / 12))
    counts = np.bincount(drawn(shares, 100_000, np.random.default_rng(1)), minlength=3)
    assert np.allclose(counts / 100_000, np.array([6, 4, 3]) / 13, atol=0.01)
