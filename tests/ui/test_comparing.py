"""The tab 对比: its tables from hand-made answers, and the tab itself over a real API with a draft and its final version."""

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.running import api as api_over
from ui import changed, matrix
from ui.client import Json

Open = Callable[..., AppTest]
REGION = {"code": "990102", "name": "澜江省临澜市沧浦区<i>", "level": "县级"}
HIT: Json = {"document": {"id": "d", "status": "草案"}, "text": "修好山。" * 50, "citation": "《题<b>》第1段", "why": {"bm25": {"terms": ["修好"]}}}  # fmt: skip
FOUND: Json = {"region": REGION, "status": "found", "hits": [HIT], "best_rejected": None}
SILENT: Json = {"region": REGION, "status": "not_found", "hits": [], "best_rejected": None}
MATRIX: Json = {"by": "topic", "columns": ["养老", "<script>"], "rows": [{"region": REGION, "cells": [FOUND, SILENT]}]}


def side(quote: str, paragraph: int = 1) -> Json:
    return {"quote": quote, "citation": f"《题<b>》第{paragraph}段"}


CHANGES: list[Json] = [
    {"before": None, "after": side("新<i>句。"), "words": []},
    {"before": side("旧句。", 2), "after": None, "words": []},
    {"before": side("修三亩。", 3), "after": side("修<五亩。", 4),
     "words": [{"tag": "equal", "before": "修", "after": "修"}, {"tag": "replace", "before": "三", "after": "<五"},
               {"tag": "equal", "before": "亩。", "after": "亩。"}]},
]  # fmt: skip


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("养老、托育", ["养老", "托育"]),
        (" 十三五，十四五; 2026\n", ["十三五", "十四五", "2026"]),
        ("养老 养老、", ["养老"]),
        ("、 ，", []),
    ],
)
def test_columns_are_what_was_typed(typed: str, names: list[str]) -> None:
    assert matrix.columns(typed) == names


def test_cells_are_cited_short_and_escaped() -> None:
    html = matrix.table(MATRIX)
    assert "1 个地区 × 2 个主题" in html and "沧浦区&lt;i&gt;" in html and "&lt;script&gt;" in html
    assert "<script" not in html and "<i>" not in html
    assert "养老<small>1 / 1 有表述</small>" in html and "<small>0 / 1 有表述</small>" in html
    first = html.split("<details>")[0]
    assert first.count("<mark>修好</mark>山。") == matrix.SHORT // 4 and "…</blockquote><cite>《题&lt;b&gt;》第1段" in first
    assert html.count("<mark>修好</mark>山。") == matrix.SHORT // 4 + 50
    assert ">全文</summary>" in html and 'aria-label="养老：全文"' in html
    assert '<td class="off"><p>未检索到</p></td>' in html
    assert 'ps-draft">草案' in html


def test_short_cells_fold_only_what_more_there_is() -> None:
    short = HIT | {"text": "修好山。"}
    html = matrix.table(MATRIX | {"rows": [{"region": None, "cells": [FOUND | {"hits": [short]}, FOUND | {"hits": [short, short]}]}]})
    assert html.count("<details>") == 1 and ">另 1 段</summary>" in html and html.count("<blockquote>") == 3
    rejected = deepcopy(MATRIX) | {"rows": [{"region": REGION, "cells": [FOUND, SILENT | {"best_rejected": short}]}]}
    assert "最接近但不足以作答" in matrix.table(rejected)


def test_changes_mark_words_and_cite_both_sides() -> None:
    html = changed.listed(CHANGES)
    assert '<li class="added"><b>增</b><div><blockquote><ins>新&lt;i&gt;句。</ins>' in html
    assert '<li class="dropped"><b>删</b><div><blockquote><del>旧句。</del>' in html
    assert "<blockquote>修<del>三</del><ins>&lt;五</ins>亩。</blockquote>" in html
    assert "<i>草案</i>《题&lt;b&gt;》第3段</cite><cite><i>正式稿</i>《题&lt;b&gt;》第4段" in html
    assert changed.counted(CHANGES) == {"增": 1, "删": 1, "改": 1}


def test_a_number_is_not_torn_apart() -> None:
    words = [
        {"tag": "equal", "before": "最高1", "after": "最高1"}, {"tag": "replace", "before": "5", "after": "8"},
        {"tag": "equal", "before": "0万元，占", "after": "0万元，占"}, {"tag": "insert", "before": "", "after": "2"},
        {"tag": "equal", "before": "5%", "after": "5%"}, {"tag": "delete", "before": "约", "after": ""},
        {"tag": "equal", "before": "7亩", "after": "7亩"},
    ]  # fmt: skip
    html = changed.listed([{"before": side("旧"), "after": side("新"), "words": words}])
    assert "最高<del>150</del><ins>180</ins>万元，占<del>5</del><ins>25</ins>%<del>约</del>7亩" in html


def test_many_changes_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "MOST", 2)
    html = changed.listed(CHANGES)
    assert html.count("<li ") == 2 and "另有 1 处未列出" in html


@pytest.fixture(scope="module")
def sampled(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An API over the sample plans, which hold a draft and its final version."""
    with api_over(Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("compared") / "库"))) as address:
        yield address


def test_topics_stand_side_by_side(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, tab="对比", **{"beside-q": "各区有哪些措施", "beside-columns": "养老、生态修复"})
    html = shown(page)
    assert "导出对照表" in html and "9 个地区 × 2 个主题" in html and html.count('<th scope="row">') == 9
    assert "未检索到" in html and "《茶溪县“十四五”养老服务体系建设规划》" in html


def test_periods_and_versions_come_from_the_question(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, tab="对比")
    page.text_input(key="beside-q").set_value("墨池区创新发展草案和正式稿的区别")
    page.button(key="beside-run").click().run()
    assert "1 个地区 × 2 个版本" in shown(page)
    page.text_input(key="beside-columns").set_value("十四五、2026")
    page.button(key="beside-run").click().run()
    assert "1 个地区 × 2 个时期" in shown(page)


@pytest.mark.parametrize(
    ("query", "columns", "sentence"),
    [
        ("各区养老", "", "没有可以并排的列"),
        ("各区措施", "养老", "请给 2 到 6 个，现有 1 个（养老）"),
        ("各区措施", "一、二、三、四、五、六、七", "现有 7 个"),
        ("", "养老、托育", "请先写要对比的问题"),
        ("各省措施", "养老、托育", "没有可以对比的地区"),
        ("<b>", "<i>、<u>", "全部文件 × 2 个主题"),
    ],
)
def test_what_cannot_be_compared_is_answered_with_advice(
    sampled: str, open_page: Open, query: str, columns: str, sentence: str
) -> None:
    html = shown(open_page(sampled, tab="对比", **{"beside-q": query, "beside-columns": columns}))
    assert sentence in html and "<u>" not in html


def test_a_draft_is_compared_with_its_final_version(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, compare="草案改动")
    assert "ps-changes" not in shown(page) and not [b for b in page.get("download_button") if "table-export" in b.proto.id]
    draft = page.selectbox(key="draft")
    assert len(draft.options) == 1 and "征求意见稿" in draft.options[0]
    draft.select_index(0).run()
    html = shown(page)
    assert "<del>" in html and "<ins>" in html and "（征求意见稿）" in html and "导出全部改动" in html
    every = html.count('<li class="')
    kinds = next(group for group in page.get("button_group") if (group.key or "").startswith("changes-"))
    assert every == sum(html.count(f'<li class="{name}">') for name in changed.KINDS.values()) > 10
    kinds.set_value("增").run()
    assert '<li class="dropped">' not in shown(page) and '<li class="added">' in shown(page)


def test_a_draft_without_its_final_version_says_so(api: str, open_page: Open) -> None:
    page = open_page(api, compare="草案改动")
    page.selectbox(key="draft").select_index(0).run()
    assert "没有可以比较的正式文件" in shown(page) and "ps-changes" not in shown(page)
