"""The tab 评测 against a real API over the sample plans, and the HTML of its tables: what they show and that they escape."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.running import api as api_over
from ui import client, scores

Open = Callable[..., AppTest]
EVIL = "<script>alert(1)</script>"


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def settled(address: str) -> dict[str, Any]:
    until = time.monotonic() + 100
    while (now := httpx.get(f"{address}/v1/evaluations/running", trust_env=False).json())["running"]:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert isinstance(now, dict)
    return now


@pytest.fixture(scope="module")
def address(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An API over the sample plans with no run kept yet."""
    home = Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("evaluated") / "库"))
    with api_over(home) as at:
        yield at


@pytest.fixture(scope="module")
def evaluated(address: str) -> str:
    """The same with one run kept: bm25 and hybrid over the development half."""
    body = {"set": "sample", "split": "dev", "systems": ["bm25", "hybrid"]}
    httpx.post(f"{address}/v1/evaluations", json=body, timeout=60, trust_env=False).raise_for_status()
    assert settled(address)["error"] is None
    return address


def test_without_runs_it_says_what_to_do_and_runs(address: str, open_page: Open) -> None:
    page = open_page(address, tab="评测")
    html = shown(page)
    assert "还没有评测结果" in html and "ps-scores" not in html
    assert page.selectbox(key="eval-set").value == "sample"
    page.multiselect(key="eval-systems").set_value([]).run()
    assert page.button(key="eval-run").disabled
    page.multiselect(key="eval-systems").set_value(["bm25"]).run()
    page.button(key="eval-run").click().run()
    assert settled(address)["error"] is None
    html = shown(open_page(address, tab="评测"))
    assert "已保存 1 次" in html and "还没有评测结果" not in html


def test_measures_by_kind(evaluated: str, open_page: Open) -> None:
    page = open_page(evaluated, tab="评测")
    html = shown(page)
    assert "要点召回@10" in html and "前 10 段的排序质量" in html and "<th>hybrid</th>" in html
    assert page.get("vega_lite_chart")
    assert "判定正确率" in html  # of the fan-outs, in the table over all kinds
    page.get("button_group")  # the kinds are pills
    page.session_state["eval-kind"] = "fact"
    page.run()
    measures = shown(page).split("ps-measures")[1].split("</table>")[0]
    assert "要点召回@10" in measures and "判定正确率" not in measures


def test_a_question_is_shown_with_what_was_missed(evaluated: str, open_page: Open) -> None:
    page = open_page(evaluated, tab="评测")
    assert "ps-asked" not in shown(page)
    chosen = page.selectbox(key="eval-question")
    scored = [float(option.split("　")[0]) for option in chosen.options]
    assert scored == sorted(scored)
    chosen.select_index(0).run()
    html = shown(page)
    assert "返回的段落" in html and "漏掉的要点" in html and 'class="missed"' in html and "《" in html.split("ps-asked")[1]


def test_one_system_against_another(evaluated: str, open_page: Open) -> None:
    page = open_page(evaluated, tab="评测")
    assert page.selectbox(key="eval-second").disabled
    page.selectbox(key="eval-first").select_index(0).run()
    assert not page.selectbox(key="eval-second").disabled
    page.selectbox(key="eval-second").select_index(0).run()
    html = shown(page)
    assert "95% 区间" in html and "变化的题" in html and "乙胜" in html


def test_a_refusal_stands_in_the_tab_only(address: str, monkeypatch: pytest.MonkeyPatch, open_page: Open) -> None:
    def refused(self: client.Api) -> client.Json:
        raise client.ApiError(f"评测不可用{EVIL}")

    monkeypatch.setattr(client.Api, "evaluations", refused)
    html = shown(open_page(address, tab="评测"))
    assert "评测不可用&lt;script&gt;" in html and "ps-guide" in html and EVIL not in html


def test_everything_is_escaped() -> None:
    run = {
        "questions": 1, "index": {"passages": 1, "tokenizer": EVIL, "embedder": EVIL, "lexicon": EVIL},
        "measures": [{"name": "m", "label": EVIL, "meaning": EVIL}], "systems": [{"name": EVIL, "latency_ms": {"p50": 1, "p95": 2}}],
    }  # fmt: skip
    table = {"kind": "fact", "measures": ["m"], "rows": [{"system": EVIL, "values": {"m": 0.5}}]}
    passage = {"text": EVIL, "citation": EVIL, "answers": True}
    asked = {"nuggets": 1, "found": 0, "silent": 0, "answerable": True, "systems": {"s": {"returned": [passage] * 5, "missed": [passage]}}}
    row = {"kind": "k", "kind_label": EVIL, "label": EVIL, "questions": 1, "first": 0.0, "second": 1.0, "difference": 1.0,
           "low": 0.5, "high": 1.0, "p": 0.0001, "wins": 1, "losses": 0}  # fmt: skip
    changed = {"id": EVIL, "query": EVIL, "label": EVIL, "measure": EVIL, "first": 0.0, "second": 1.0}
    compared = {"same_index": False, "rows": [row], "changed": [changed]}
    pieces = [
        scores.index_line(run), scores.measures(run, table), scores.latencies(run), scores.question(asked, "s"),
        scores.comparison(compared), scores.note(EVIL),
    ]  # fmt: skip
    assert all(EVIL not in piece and "&lt;script&gt;" in piece for piece in pieces)
    assert 'class="best">+1.000' in pieces[4] and "&lt; 0.001" in pieces[4] and "索引不同" in pieces[4]


def test_the_best_is_set_off_only_where_there_is_one() -> None:
    about = [{"name": name, "label": name, "meaning": ""} for name in ("m", "wrong-region", "abstained")]
    rows = [
        {"system": "a", "values": {"m": 0.5, "wrong-region": 2.0, "abstained": 0.25}},
        {"system": "b", "values": {"m": 0.75, "wrong-region": 1.0, "abstained": 0.125}},
    ]
    table = {"kind": "fact", "measures": ["m", "wrong-region", "abstained"], "rows": rows}
    html = scores.measures({"measures": about}, table)
    assert [cell.split("<")[0] for cell in html.split('class="best">')[1:]] == ["0.750", "1.000"]
    alone = scores.measures({"measures": about}, table | {"rows": rows[:1]})
    assert 'class="best"' not in alone


def test_no_common_question_is_said() -> None:
    assert "没有共同的题" in scores.comparison({"same_index": True, "rows": [], "changed": []})
