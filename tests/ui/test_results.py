"""Rendering of findings, by hand-made answers: what a live corpus seldom shows."""

from copy import deepcopy

from ui import results
from ui.client import Json

REGION = {"code": "990102", "name": "澜江省临澜市沧浦区", "level": "县级"}
CITY = {"code": "990100", "name": "澜江省临澜市", "level": "地级"}
HIT: Json = {
    "rank": 1, "score": 1.0, "region": REGION, "trail": ["第一章"], "paragraph": 1, "page": 7,
    "document": {"id": "d", "title": "题", "file": "/home/someone/secret/题.pdf", "region": CITY, "kind": "规划纲要",
                 "period": "2021-2025", "status": "草案"},
    "span": {"start": 100, "end": 108}, "text": "整治河道。植树。", "citation": "《题》第一章 第1段", "evidence": 0.9,
    "why": {"bm25": {"rank": 2, "score": 3.456, "terms": ["河道", "绿化"]}, "dense": {"rank": 1, "score": 0.5}},
}  # fmt: skip
READING: Json = {
    "topic": "河道", "regions": [REGION], "fan_out": "县级", "period": None, "kinds": [], "statuses": ["草案"],
    "expansions": [{"word": "植树", "weight": 0.5, "entry": "绿化"}], "notes": ["语料中没有<b>某地</b>本级的文件。"],
}  # fmt: skip


def _statement(start: int, end: int) -> Json:
    span = {"start": start, "end": end}
    cited = {"document": HIT["document"], "span": span, "citation": HIT["citation"]}
    return {"text": "整治河道。", "citations": [cited]}


def _answer(**changes: object) -> Json:
    group = {
        "region": REGION,
        "status": "found",
        "hits": [HIT],
        "best_rejected": None,
        "statements": [_statement(100, 105)],
    }
    answer: Json = {
        "query": "各区河道", "interpretation": READING, "hits": [HIT], "groups": [group], "status": "answered",
        "statements": [_statement(100, 105)],
    }  # fmt: skip
    return deepcopy(answer | changes)


def test_hit_shows_quotation_citation_page_status_and_reasons() -> None:
    shown = results.grouped(_answer())
    assert '<b class="key">整治<mark>河道</mark>。</b><mark class="also">植树</mark>。' in shown
    for part in (
        "《题》第一章 第1段",
        "第 7 页",
        'ps-draft">草案',
        "见于临澜市文件",
        "题.pdf · 规划纲要 · 2021-2025",
        "第 2 名",
        "得分 3.46",
        "命中 河道、绿化",
    ):
        assert part in shown
    assert "secret" not in shown


def test_a_sentence_of_another_document_marks_nothing() -> None:
    answer = _answer()
    answer["groups"][0]["statements"][0]["citations"][0]["document"] = HIT["document"] | {"id": "other"}
    assert 'class="key"' not in results.grouped(answer)
    assert 'class="key"' not in results.grouped(
        _answer(groups=[_answer()["groups"][0] | {"statements": [_statement(90, 105)]}])
    )


def test_silent_region_without_any_passage() -> None:
    silent = {"region": REGION, "status": "not_found", "hits": [], "best_rejected": None, "statements": []}
    shown = results.grouped(_answer(groups=[silent], hits=[]))
    assert "<b>1</b> 个地区中 <b>0</b> 个有相关表述" in shown
    assert "未检索到" in shown and "也没有相近的段落" in shown


def test_flat_answer_and_honest_silence() -> None:
    reading = READING | {"fan_out": None}
    two = [_statement(100, 105), _statement(105, 108)]
    answered = results.flat(_answer(interpretation=reading, groups=[], statements=two))
    assert answered.count("<q>") == 2
    assert answered.count("<cite>《题》第一章 第1段</cite></li>") == 1
    assert "沧浦区 · 题.pdf" in answered
    silent = results.flat(_answer(interpretation=reading, groups=[], statements=[], status="not_found"))
    assert "未检索到" in silent and "最接近的原文，不足以作答" in silent and "直接回答" not in silent
    nothing = results.flat(_answer(interpretation=reading, groups=[], statements=[], status="not_found", hits=[]))
    assert "放宽" in nothing and "ps-hit" not in nothing


def test_a_tables_row_can_be_seen_by_column() -> None:
    hit = deepcopy(HIT) | {"rows": [[{"column": "单位", "text": "区<b>水务局"}, {"column": "", "text": "采纳"}]]}
    shown = results._hit({"query": "水", "interpretation": {}}, hit, ())
    assert "<dt>单位</dt><dd>区&lt;b&gt;水务局</dd><dt></dt><dd>采纳</dd>" in shown and "按列查看（1 行）" in shown
    assert "按列查看" not in results._hit({"query": "水", "interpretation": {}}, HIT, ())


def test_the_other_regions_that_word_it_alike_are_named() -> None:
    alike = deepcopy(HIT) | {"also": [CITY, REGION | {"name": "澜江省<b>"}]}
    shown = results._hit({"query": "水", "interpretation": {}}, alike, ())
    assert "相同表述另见 2 个地区" in shown and "<p>临澜市、&lt;b&gt;</p>" in shown
    assert "相同表述" not in results._hit({"query": "水", "interpretation": {}}, HIT, ())


def test_every_hit_can_be_named_and_reached() -> None:
    assert '<article class="ps-hit" tabindex="-1" data-ref="d:100:108">' in results.grouped(_answer())


def test_the_question_stands_at_the_results_escaped() -> None:
    assert 'data-question="各区河道"' in results.grouped(_answer())
    assert 'data-question="沧浦区&lt;i&gt;河道&quot;"' in results.grouped(_answer(), '沧浦区<i>河道"')


def test_only_what_is_new_since_the_last_run_is_labelled() -> None:
    new = {"document": "d", "start": 100, "end": 108}
    assert ">新</span>" in results.grouped(_answer(new=[new]))
    assert ">新</span>" not in results.grouped(_answer(new=[new | {"start": 99}])) and ">新</span>" not in results.grouped(_answer())
