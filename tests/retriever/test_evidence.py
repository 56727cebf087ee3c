"""Evidence and the terms it rests on, by hand, over a backend of a few rows."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from corpus.model import Document, Passage, Span
from index.backends.local import LocalBackend
from index.bags import Bags
from index.clauses import Clauses
from index.protocols import Backend
from index.tokenizer import Tokenizer
from retriever import evidence
from retriever.answer import answer
from retriever.expand import Expansion
from retriever.folded import folded
from retriever.model import Asked, Findings, Hit, Interpretation, Query
from retriever.verdict.judge import ANSWERED, RELATED
from tests.index.small_table import Characters

TEXT = "推进矿山复绿。恢复湿地，矿山管护。全面完成。"


DOCUMENT = Document("evidence", ("甲.txt",), TEXT, "甲")


def passage(*trail: str, headings: int | None = None) -> Passage:
    return Passage(DOCUMENT.id, Span(0, len(TEXT)), trail, len(trail) if headings is None else headings, 1, 1)


def share(what: Asked, *trail: str, headings: int | None = None, title: str = "") -> float:
    (found,) = evidence.shares(what, folded([(passage(*trail, headings=headings), DOCUMENT)]), [title]).tolist()
    return found


def held(terms: dict[str, float], *trail: str, headings: int | None = None, title: str = "") -> float:
    return share(Asked(terms, (terms,)), *trail, headings=headings, title=title)


def test_the_share_of_the_best_sentence() -> None:
    assert held({"矿山": 2.0, "复绿": 2.0}) == pytest.approx(1.0)
    assert held({"矿山": 3.0, "养老": 1.0}) == pytest.approx(0.75)
    # 复绿 and 湿地 stand in different sentences: the heavier one decides
    assert held({"复绿": 1.0, "湿地": 3.0}) == pytest.approx(0.75)
    assert held({"养老": 1.0}) == 0.0 and held({}) == 0.0


def test_headings_count_most_of_their_share_and_lead_phrases_all() -> None:
    assert held({"生态": 1.0, "湿地": 1.0}, "第一节 生态") == pytest.approx(0.85 + 0.15 / 2)
    assert held({"生态": 1.0, "湿地": 1.0}, "生态", headings=0) == pytest.approx(1.0)
    assert held({"生态": 1.0}, "第一节 生态") == pytest.approx(0.85)


def test_a_title_counts_for_what_stands_neither_in_a_sentence_nor_above_it() -> None:
    assert held({"生态": 1.0, "湿地": 3.0}, title="生态保护规划") == pytest.approx(0.75 + 0.4 / 4)
    assert held({"湿地": 1.0}, title="湿地规划") == pytest.approx(1.0)
    assert held({"生态": 1.0}, "第一节 生态", title="生态规划") == pytest.approx(0.85)


def test_alternatives_are_asked_by_themselves() -> None:
    what = Asked({"养老": 1.0, "湿地": 1.0}, ({"养老": 1.0}, {"湿地": 1.0}))
    assert share(what) == pytest.approx(1.0)


def test_official_words_are_independent_witnesses() -> None:
    """1 - (1 - 0.6)(1 - 0.5/2): a word of three characters counts in full, one of two by half."""
    what = Asked({}, (), (("复绿。", 0.6), ("湿地", 0.5), ("没有的词", 0.9)))
    (witnessed,), (greatest,) = evidence.witnessed(what, folded([(passage(), DOCUMENT)]))
    assert witnessed == pytest.approx(1 - 0.4 * 0.75) and greatest == 0.6
    assert share(what) == 0.0


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    folder = tmp_path_factory.mktemp("tiny") / "x"
    rows = [["生态", "修复"], ["生态", "水"], ["渔业"], ["养殖"]]
    LocalBackend.build(folder, Bags.of(rows), np.eye(4, dtype=np.float32), Clauses.of(list(map("".join, rows)), Characters()))
    return LocalBackend(folder)


def test_asked_keeps_the_finest_weighty_terms_by_idf(tokenizer: Tokenizer, backend: Backend) -> None:
    """生态 in two of four rows, 修复 in one, 水 in one at half weight; 生态修复 is covered by its parts; 措施 is generic."""
    what = evidence.asked("生态修复措施和水", [], 0.0, frozenset(), tokenizer, backend)
    assert what.terms == pytest.approx(
        {"生态": log(1 + 2.5 / 2.5), "修复": log(1 + 3.5 / 1.5), "水": 0.5 * log(1 + 3.5 / 1.5)}
    )
    assert what.parts == (what.terms,) and what.words == ()


def test_asked_splits_where_both_sides_are_known(tokenizer: Tokenizer, backend: Backend) -> None:
    both = evidence.asked("渔业和养殖情况", [], 0.0, {"渔业", "养殖"}, tokenizer, backend)
    assert [set(part) for part in both.parts] == [{"渔业"}, {"养殖"}]
    assert len(evidence.asked("渔业和养殖情况", [], 0.0, {"渔业"}, tokenizer, backend).parts) == 1


def test_expansions_count_by_how_far_they_are_needed(tokenizer: Tokenizer, backend: Backend) -> None:
    expansions = [Expansion("水产养殖", 0.8, "渔业")]
    assert evidence.asked("打鱼", expansions, 0.5, frozenset(), tokenizer, backend).words == (("水产养殖", 0.4),)
    assert evidence.asked("打鱼", expansions, 0.0, frozenset(), tokenizer, backend).words == ()


def test_an_answer_quotes_only_what_has_evidence() -> None:
    document = Document("d" * 64, ("甲.txt",), TEXT, "甲")
    terms = {"矿山": 1.0}
    least, most = Span(0, 7), Span(7, len(TEXT))

    def found(answered: float, *values: float) -> Findings:
        hits = tuple(
            Hit(replace(passage(), span=span), document, span.of(TEXT), 1.0, rank, value)
            for rank, (span, value) in enumerate(zip((most, least), values, strict=False), 1)
        )
        return Findings(Query("矿山"), Interpretation("矿山"), hits, (), Asked(terms, (terms,)), answered)

    def quotes(findings: Findings) -> tuple[str, list[str]]:
        told = answer(findings)
        for statement in told.statements:
            (citation,) = statement.citations
            assert citation.span.of(TEXT) == citation.quote == statement.text
        return told.status, [statement.text for statement in told.statements]

    both = ["恢复湿地，矿山管护。", "推进矿山复绿。"]
    assert quotes(found(ANSWERED, RELATED, RELATED)) == ("answered", both)
    # what is not even related is not quoted; where nothing is, the best that there is
    assert quotes(found(ANSWERED, RELATED - 0.01, RELATED)) == ("answered", both[1:])
    assert quotes(found(ANSWERED, RELATED - 0.01, RELATED - 0.02)) == ("answered", both[:1])
    # and nothing at all where the question as a whole is not answered, however good a passage is
    assert quotes(found(ANSWERED - 0.01, 0.99, 0.99)) == ("not_found", [])
    assert quotes(found(0.99)) == ("not_found", [])
