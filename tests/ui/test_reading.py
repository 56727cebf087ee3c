"""How a document was read, as the page shows it: nothing is lost, nothing is left unescaped."""

from ui import reading

TEXT = "首页 > 规划\n茶溪县<b>规划</b>\n第一章 总则\n修好山。"


def field(value, confidence=0.9, span=None):
    return {"value": value, "confidence": confidence, "span": span, "source": "text"}


DOCUMENT = {
    "text": TEXT,
    "document": {
        "title": field("茶溪县<b>规划</b>"), "region": field({"name": "临澜市茶溪县"}, 0.5, {"start": 8, "end": 11}),
        "kind": field("专项规划"), "period": field(None), "status": field("正式"), "issued": field(None), "number": field(None),
        "issuer": field(None), "checks": ["地区「<i>茶溪县</i>」依据不足，请核对"],
    },
    "sections": [
        {"kind": "boilerplate", "level": 0, "heading": "面包屑导航", "start": 0, "end": 7},
        {"kind": "heading", "level": 1, "heading": "第一章 总则", "start": 21, "end": 27},
        {"kind": "box", "level": 2, "heading": "专栏1 <x>", "start": 28, "end": 32},
    ],
    "tables": [{"columns": ["指标", "<td>"], "rows": [["森林覆盖率", "58%"]]}],
}  # fmt: skip


def test_all_parts_are_shown_and_escaped():
    html = reading.shown(DOCUMENT)
    assert "首页 &gt; 规划" in html and "面包屑导航" in html and "略去的内容（1 处" in html
    assert "茶溪县&lt;b&gt;规划&lt;/b&gt;" in html and "&lt;i&gt;茶溪县&lt;/i&gt;" in html and "专栏1 &lt;x&gt;" in html
    assert "<th>&lt;td&gt;</th>" in html and "58%" in html
    assert "把握不大" in html and "读自：茶溪县" in html
    assert "规划期" not in html


def test_a_document_with_nothing_to_tell():
    bare = DOCUMENT | {"sections": [], "tables": [], "document": DOCUMENT["document"] | {"checks": []}}
    html = reading.shown(bare)
    assert "没有略去任何内容" in html and "没有识别到标题层级" in html and "提示：" not in html
