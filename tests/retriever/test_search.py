"""Search over the sample plans: exact spans, closed filters, honest groups, stable order."""

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Document
from retriever.model import MODES, Findings, Hit, Query
from retriever.rerankers.late import LateInteraction
from retriever.search import Searcher
from retriever.verdict.judge import ANSWERED, FOUND, RELATED

COUNTIES = {"990102", "990103", "990104", "990105", "990121", "990122", "990123", "990171", "990181"}
QUESTIONS = ["各区生态修复措施", "生态修复", "养老床位有多少", "沧浦区老旧小区改造", "各区县工业园区", "江里还能打鱼吗", "各市目标",
             "沧浦区和墨池区的人才政策"]  # fmt: skip


def shown(findings: Findings) -> list[Hit]:
    return [*findings.hits, *(hit for group in findings.groups for hit in group.hits)]


def every(searcher: Searcher, question: str, **restrictions: object) -> Findings:
    return searcher.search(Query(question, k=1000, per_region=50, **restrictions))  # type: ignore[arg-type]


def document(searcher: Searcher, name: str) -> Document:
    (found,) = (d for d in searcher.corpus().documents.values() if Path(d.files[0]).name.startswith(name))
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_is_a_slice(searcher: Searcher, samples: Path, question: str, mode: str) -> None:
    for hit in shown(every(searcher, question, mode=mode)):
        file = Path(hit.document.files[0])
        assert hit.text == hit.passage.span.of(hit.document.text) and hit.text.strip()
        assert hit.document.id == hashlib.sha256(file.read_bytes()).hexdigest() and file.parent == samples
        if file.suffix == ".txt":
            content = file.read_bytes()
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = content.decode("gb18030")
            assert text[hit.passage.span.start : hit.passage.span.end] == hit.text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", [q for q in QUESTIONS if "各" in q])
def test_fan_out_lists_every_region_once(searcher: Searcher, question: str, mode: str) -> None:
    findings = every(searcher, question, mode=mode)
    codes = [group.region.code for group in findings.groups]
    assert codes == sorted({"990100"} if "各市" in question else COUNTIES)
    for group in findings.groups:
        assert group.status == ("found" if group.hits else "not_found")
        assert group.best_rejected is None or not group.hits
        for hit in (*group.hits, *([group.best_rejected] if group.best_rejected else [])):
            assert hit.passage.region == group.region
        assert [hit.rank for hit in group.hits] == list(range(1, len(group.hits) + 1))
        # what speaks of the topic, then what is related to it
        order = [(hit.evidence < FOUND, -hit.score, hit.passage.id) for hit in group.hits]
        assert order == sorted(order) and not (order and order[0][0])


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_the_flat_ranking_over_the_groups(searcher: Searcher, question: str) -> None:
    findings = every(searcher, question)
    assert [hit.rank for hit in findings.hits] == list(range(1, len(findings.hits) + 1))
    assert all(first.score >= second.score for first, second in pairwise(findings.hits))
    assert len({hit.passage.id for hit in findings.hits}) == len(findings.hits)
    if findings.interpretation.fan_out:
        grouped = sorted(
            ((-hit.score, hit.passage.id) for group in findings.groups for hit in group.hits),
        )
        assert [(-hit.score, hit.passage.id) for hit in findings.hits] == grouped
    else:
        assert findings.groups == () and findings.hits


def test_ecological_restoration_is_found_where_it_is(searcher: Searcher) -> None:
    groups = {group.region.code: group for group in searcher.search(Query("各区生态修复措施")).groups}
    assert {"990102", "990104"} <= {code for code, group in groups.items() if group.status == "found"}
    assert "修复" in "".join(groups["990102"].hits[0].passage.trail)
    assert {group.status for group in groups.values()} == {"found", "not_found"}
    for group in groups.values():
        assert group.hits or group.best_rejected is not None


def bare(findings: Findings) -> list[Hit]:
    """The hits without how likely each speaks of the topic."""
    return [replace(hit, evidence=0.0) for hit in findings.hits]


@pytest.mark.parametrize("mode", MODES)
def test_a_passage_is_judged_alike_however_many_are_asked_for(searcher: Searcher, mode: str) -> None:
    few, many = (searcher.search(Query("生态修复", k=k, mode=mode)) for k in (10, 1000))
    # The products of more rows may round otherwise.
    assert [hit.evidence for hit in few.hits] == pytest.approx([hit.evidence for hit in many.hits[:10]], abs=1e-5)
    assert few.answered == pytest.approx(many.answered, abs=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_bounds(searcher: Searcher, mode: str) -> None:
    whole = bare(every(searcher, "生态修复", mode=mode))
    for k in (1, 3, 7):
        assert bare(searcher.search(Query("生态修复", k=k, mode=mode))) == whole[:k]
    grouped = every(searcher, "各区生态修复措施", mode=mode)
    for most in (1, 2):
        few = searcher.search(Query("各区生态修复措施", k=1000, per_region=most, mode=mode))
        assert [group.hits for group in few.groups] == [group.hits[:most] for group in grouped.groups]
    two = searcher.search(Query("各区生态修复措施", k=2, per_region=50, mode=mode))
    assert two.hits == grouped.hits[:2] and two.groups == grouped.groups


def test_the_same_question_gives_the_same_answer(searcher: Searcher) -> None:
    for question in QUESTIONS:
        assert searcher.search(Query(question)) == searcher.search(Query(question))


def test_modes_name_their_rankers(searcher: Searcher) -> None:
    for mode, rankers in (("hybrid", {"bm25", "dense", "late"}), ("bm25", {"bm25"}), ("dense", {"dense"})):
        hits = every(searcher, "生态修复", mode=mode).hits
        assert hits and all(set(hit.why) == rankers for hit in hits[:LateInteraction.depth])
    # Behind what was looked at again stands the rest, by the first rankers alone.
    rest = every(searcher, "生态修复").hits[LateInteraction.depth :]
    assert rest and all(set(hit.why) == {"bm25", "dense"} for hit in rest)
    for hit in every(searcher, "生态修复", mode="bm25", expand=False).hits:
        assert hit.why["bm25"].score == pytest.approx(hit.score) and hit.why["bm25"].score > 0
        assert set(hit.why["bm25"].terms) <= {"生态", "修复", "生态修复"} and hit.why["bm25"].terms
        assert any(term in hit.text + "".join(hit.passage.trail) for term in hit.why["bm25"].terms)
    dense = every(searcher, "生态修复", mode="dense").hits
    assert [hit.why["dense"].rank for hit in dense[:5]] == [1, 2, 3, 4, 5]


def test_words_that_no_text_has_find_nothing_in_bm25(searcher: Searcher) -> None:
    findings = searcher.search(Query("qwxzv", mode="bm25", expand=False))
    assert findings.hits == ()
    groups = searcher.search(Query("各区qwxzv", mode="bm25", expand=False)).groups
    assert {group.region.code for group in groups} == COUNTIES and not any(group.hits for group in groups)


# — filters fail closed —————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "restrictions",
    [{"periods": ("1999-2003",)}, {"kinds": ("通知",)}, {"statuses": ("废止",)}, {"regions": ("安徽省",)},
     {"regions": ("沧浦区",), "kinds": ("政府工作报告",)}, {"periods": ("",)}],
)  # fmt: skip
def test_an_empty_filter_result_is_empty(searcher: Searcher, mode: str, restrictions: dict[str, object]) -> None:
    assert every(searcher, "生态修复", mode=mode, **restrictions).hits == ()
    fanned = every(searcher, "各区生态修复", mode=mode, **restrictions)
    assert fanned.hits == () and not any(group.hits or group.best_rejected for group in fanned.groups)


def test_a_named_region_that_the_corpus_lacks_finds_nothing(searcher: Searcher) -> None:
    for question in ("安徽省生态修复", "弋江区生态修复", "安徽省各区生态修复"):
        findings = every(searcher, question)
        assert findings.hits == () and findings.groups == (), question


def test_filters_let_through_what_they_name(searcher: Searcher) -> None:
    for hit in (hits := every(searcher, "生态修复", kinds=("政府工作报告", "行动计划")).hits):
        assert hit.document.kind in ("政府工作报告", "行动计划")
    assert {hit.document.kind for hit in hits} == {"政府工作报告", "行动计划"}
    assert {h.document.period for h in every(searcher, "生态修复", periods=("2026",)).hits} == {"2026"}
    for question, restrictions in (("生态修复", {"regions": ("沧浦区",)}), ("沧浦区生态修复", {})):
        found = every(searcher, question, **restrictions).hits
        assert {hit.passage.region.code for hit in found if hit.passage.region} == {"990102"} and found


def test_one_document(searcher: Searcher) -> None:
    for document in searcher.corpus().documents.values():
        hits = every(searcher, "发展目标", document=document.id, mode="dense").hits
        count = sum(passage.document == document.id for passage in searcher.corpus().passages)
        assert {hit.document.id for hit in hits} == {document.id} and len(hits) == count
    with pytest.raises(PlanSeekError, match="没有编号为 abc 的文档"):
        searcher.search(Query("发展", document="abc"))


@pytest.mark.parametrize("region", ["无此区", "000000", "各区"])
def test_an_unknown_region_is_refused(searcher: Searcher, region: str) -> None:
    with pytest.raises(PlanSeekError, match=f"没有找到地区「{region}」"):
        searcher.search(Query("生态", regions=(region,)))


def test_a_draft_steps_back_unless_it_is_asked_for(searcher: Searcher) -> None:
    draft, final = document(searcher, "03"), document(searcher, "04")
    assert (draft.status, final.status) == ("征求意见稿", "正式")

    def seen(**restrictions: object) -> set[str]:
        return {hit.document.id for hit in every(searcher, "创新人才政策", mode="dense", **restrictions).hits}

    assert final.id in seen() and draft.id not in seen()
    assert seen(statuses=("征求意见稿",)) == {draft.id}
    assert {draft.id, final.id} <= seen(statuses=("征求意见稿", "正式"))
    assert seen(document=draft.id) == {draft.id}


# — answers ————————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_statement_is_a_slice_inside_a_shown_passage(searcher: Searcher, question: str) -> None:
    answered = searcher.ask(Query(question))
    statements = [*answered.statements, *(s for group in answered.by_region.values() for s in group)]
    least = FOUND if answered.findings.groups else RELATED
    trusted = [hit for hit in shown(answered.findings) if hit.evidence >= least] or answered.findings.hits[:1]
    spans = {(hit.document.id, hit.passage.span) for hit in trusted}
    for statement in statements:
        (citation,) = statement.citations
        assert citation.span.of(citation.document.text) == citation.quote == statement.text
        assert any(
            identity == citation.document.id and span.start <= citation.span.start and citation.span.end <= span.end
            for identity, span in spans
        )
    found = [group.status == "found" for group in answered.findings.groups]
    if found:
        assert answered.status == ("answered" if all(found) else "partly" if any(found) else "not_found")
        assert set(answered.by_region) == {group.region.code for group in answered.findings.groups}
        for group in answered.findings.groups:
            assert bool(answered.by_region[group.region.code]) == bool(group.hits)
    else:
        assert answered.status == ("answered" if statements else "not_found")
        assert bool(statements) == (answered.findings.answered >= ANSWERED)


def test_no_evidence_is_a_value(searcher: Searcher) -> None:
    answered = searcher.ask(Query("月球基地氦三开采"))
    assert (answered.status, answered.statements) == ("not_found", ())
