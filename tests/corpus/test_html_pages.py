"""Pages as content systems write and browsers save them: what is read, line by line; no page here is a real one."""

import base64
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import UnreadableFile
from corpus.formats import read
from corpus.formats.composer import header_rows
from corpus.model import Reading
from tests.corpus import linlan
from tests.corpus.linlan_files import page as plan_page

TITLE = "临澜市望潮区海岸带综合保护与利用规划"
LINES = (
    "为加强海岸带保护，优化滨海空间布局，根据有关法律法规，结合望潮区实际，制定本规划。规划范围为望潮区全部海岸线和近岸海域。",
    "一、总体要求",
    "坚持保护优先、节约利用，统筹岸线资源和腹地发展，到2025年自然岸线保有率不低于38.2%，近岸海域优良水质比例达到88%。",
    "二、主要任务",
    "（一）分类管控岸线。将全区岸线划分为严格保护、限制开发和优化利用三类，实行差别化管理，每年开展一次岸线动态监测。",
    "（二）修复受损生态。重点修复金螺湾沙滩和望潮河口湿地，五年内整治修复岸线12公里，新增滨海绿道30公里。",
)
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in LINES)
BREAKS = "<br>".join(f"　　{line}" for line in LINES)
SIDE = "".join(f"<li><a href=/{n}>栏目{n}：政务公开与办事服务</a></li>" for n in range(12))


def styled(reading: Reading, style: str) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style == style]


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and "\n" not in message and "请" in message
    return message


def lines(markup: str) -> list[str]:
    return read(f"<meta charset=utf-8><body>{markup}".encode(), "a.html").text.split("\n")


# --- the same plan in two encodings -------------------------------------------------------------------------


@pytest.mark.parametrize(("charset", "codec"), [("utf-8", "utf-8"), ("gb2312", "gb18030")])
def test_the_plan_as_a_page(charset: str, codec: str) -> None:
    reading = read(plan_page(charset, codec), "规划.html")
    found = [line for line in linlan.lines_of(reading) if not line.startswith("发布日期")]
    assert linlan.share(linlan.paragraphs(), found) == 1
    below_title = [(level - 1, text) for level, text in linlan.headings_of(reading)]
    assert linlan.share(linlan.headings(), below_title) == 1
    assert linlan.share(linlan.cells(), linlan.cells_of(reading)) == 1
    assert styled(reading, "title") == [linlan.TITLE]
    assert styled(reading, "box") == ["\n".join(linlan.NOTE_BOX), "\n".join(linlan.BOX)]


# --- content systems ----------------------------------------------------------------------------------------

NEWSPAPER = f"""<html><head><title>临澜日报数字报-{TITLE}</title></head><body><table width=980><tr><td>
<table><tr><td>临澜日报</td></tr><tr><td>第04版：专版</td></tr></table></td><td><table><tr><td class="font01">
<founder-title>{TITLE}</founder-title></td></tr><tr><td><div id="ozoom"><!--enpcontent--><founder-content>{PARAGRAPHS}
</founder-content><!--/enpcontent--></div></td></tr></table></td></tr></table></body></html>"""


def site(head: str, article: str, heading: str = "h1") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{TITLE}-临澜市望潮区人民政府</title>{head}</head><body>"
        f'<div class="top"><ul>{SIDE}</ul></div><{heading} class="title">{TITLE}</{heading}>{article}'
        f'<div class="pager"><a href="_2.html">下一页</a></div><div class="bottom">主办：望潮区人民政府办公室 ICP备0号</div>'
    )


@pytest.mark.parametrize(
    "markup",
    [
        site("", f'<div id="zoom"><div class="TRS_Editor"><style>p{{}}</style>{PARAGRAPHS}</div></div>'),
        site("", f'<div class="view TRS_UEDITOR trs_paper_default">{PARAGRAPHS}</div>', "div"),
        site('<meta name="ContentSource" content="区政府">', f'<div id="UCAP-CONTENT">{PARAGRAPHS}</div>'),
        site("", f'<div class="pages_content"><table><tr><td>{PARAGRAPHS}</td></tr></table></div>'),
        site("", f'<div class="article-content"><!--<$[信息内容]>begin-->{BREAKS}<!--end--></div>'),
        site("", f'<div id="zoom">{BREAKS}</div>', "div"),
        site("", f'<td class="bt_content"><div id="fontzoom"><font size=3>{BREAKS}</font></div></td>'),
        f'<title></title><div id="page-content"><h1 class="rich_media_title" id="activity-name">{TITLE}</h1>'
        f'<div id="js_content" style="visibility: hidden"><section>{PARAGRAPHS}</section></div></div><ul>{SIDE}</ul>',
        NEWSPAPER,
    ],
    ids=["trs", "trs-ueditor", "ucap", "pages", "article", "zoom-br", "fontzoom-br", "wechat", "founder"],
)  # fmt: skip
def test_the_article_of_each_system_and_nothing_else(markup: str) -> None:
    reading = read(markup.encode(), "page.html")
    assert reading.text.split("\n") == [TITLE, *LINES]
    assert styled(reading, "title") == [TITLE] and not styled(reading, "table")


def test_a_page_laid_out_in_one_big_cell_is_no_table() -> None:
    markup = f"<body><table border=0 width=960><tr><td>{BREAKS}</td></tr></table>"
    reading = read(markup.encode(), "a.htm")
    assert reading.text.split("\n") == list(LINES) and not reading.hints


# --- encodings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("utf-8", "gb18030"), ("gb2312", "utf-8"), ("utf-16", "utf-16"), ("utf-8", "utf-16-le"), ("utf-8", "utf-16-be")],
)
def test_encodings_declared_wrongly_or_not_at_all(declared: str, codec: str) -> None:
    markup = f'<html><head><meta charset="{declared}"></head><body><div id=zoom>{PARAGRAPHS}</div></body></html>'
    assert read(markup.encode(codec), "a.html").text.split("\n") == list(LINES)


# --- lists and tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<ol><li>甲</li><li>乙</li></ol>", ["1. 甲", "2. 乙"]),
        ("<ol start=9><li>甲<li value=3>乙<li>丙</ol>", ["9. 甲", "3. 乙", "4. 丙"]),
        ("<ol reversed><li>甲<li>乙<li>丙</ol>", ["3. 甲", "2. 乙", "1. 丙"]),
        ("<ol type=a start=26><li>甲<li>乙</ol>", ["z. 甲", "aa. 乙"]),
        ("<ol type=I start=3><li>甲<li>乙</ol>", ["III. 甲", "IV. 乙"]),
        ("<ol type=i><li><p>甲</p><p>其后</p></li><li>乙</li></ol>", ["i. 甲", "其后", "ii. 乙"]),
        ("<ol><li>甲<ol type=A><li>子</li><li>丑</li></ol></li><li>乙</li></ol>", ["1. 甲", "A. 子", "B. 丑", "2. 乙"]),
        ("<ol><li>甲<ul><li>子</li></ul></li><li></li><li>丙</li></ol>", ["1. 甲", "子", "3. 丙"]),
        ('<ol style="list-style:none"><li>一、甲</li></ol>', ["一、甲"]),
        ('<ol style="list-style-type: cjk-ideographic" start=11><li>甲</li></ol>', ["十一、甲"]),
        ('<ol style="list-style-type:decimal-leading-zero"><li>甲</li></ol>', ["01. 甲"]),
        ("<ol start=99999999999><li>甲</ol><ol start=x><li>乙</ol>", ["99999999. 甲", "1. 乙"]),
    ],
)
def test_ordered_lists_show_their_numbers(markup: str, shown: list[str]) -> None:
    assert lines(markup) == shown


def test_spans_in_tables_leave_their_area_blank() -> None:
    markup = (
        "<table><tr><td rowspan=2>指标</td><td colspan=2>目标值</td></tr><tr><td>2020年</td><td>2025年</td></tr>"
        "<tr><td>岸线</td><td>38</td><td>39</td></tr></table>"
    )
    reading = read(markup.encode(), "a.html")
    assert reading.text == "指标 | 目标值\n | 2020年 | 2025年\n岸线 | 38 | 39"
    assert styled(reading, "cell") == ["指标", "目标值", "", "2020年", "2025年", "岸线", "38", "39"]


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["指标", "2020", "2025"], ["岸线", "38", "39"]], 1),
        ([["", "2020", "2025"], ["岸线", "38", "39"]], 1),
        ([["面积", "2020"], ["人口", "38"]], 0),
        ([["岸线", "38", "39"], ["水质", "81", "88"]], 0),
        ([["甲", "甲"], ["1", "2"]], 0),
    ],
)
def test_which_first_rows_name_columns(rows: list[list[str]], count: int) -> None:
    assert header_rows(rows) == count


# --- saved pages --------------------------------------------------------------------------------------------


def archive(codec: str, charset: str, encoding: str) -> bytes:
    markup = site("", f'<div id="zoom">{PARAGRAPHS}</div>').encode(codec)
    body = quopri.encodestring(markup) if encoding == "quoted-printable" else base64.encodebytes(markup)
    return (
        b"From: <Saved by Blink>\r\nSubject: =?utf-8?Q?a?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        b'\ttype="text/html";\r\n\tboundary="----B"\r\n\r\n------B\r\nContent-Type: image/png\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------B\r\nContent-Type: text/html"
        + (f'; charset="{charset}"' if charset else "").encode()
        + f"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body + b"\r\n------B--\r\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "charset", "encoding"),
    [("utf-8", "utf-8", "quoted-printable"), ("gb18030", "gb2312", "base64"), ("gb18030", "", "quoted-printable")],
)
@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.html", "a.doc"])
def test_web_archives(codec: str, charset: str, encoding: str, name: str) -> None:
    assert read(archive(codec, charset, encoding), name).text.split("\n") == [TITLE, *LINES]


def test_an_archive_without_a_page_is_refused() -> None:
    content = archive("utf-8", "utf-8", "base64").replace(b"text/html", b"text/css")
    assert "没有网页正文" in refusal(content, "a.mht")


ESCAPED = PARAGRAPHS.replace("/", "\\/").replace('"', '\\"').encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize(
    "markup",
    [
        f'<textarea id="content" style="display:none">{PARAGRAPHS.replace("<", "&lt;")}</textarea>',
        f"<textarea>{PARAGRAPHS}</textarea><div>加载中</div>",
        f'<script>var page = {{"id": 7, "content": "{ESCAPED}"}};</script>',
        f'<script type="application/json">{{"a": [{{"html": "{ESCAPED}"}}]}}</script>',
        "<script>document.write('" + PARAGRAPHS + "')</script><noscript>请启用JavaScript</noscript>",
    ],
)
def test_articles_kept_for_a_script_are_found(markup: str) -> None:
    page = f"<html><head><title>{TITLE}_望潮区政府网</title></head><body>{markup}</body></html>"
    reading = read(page.encode(), "a.html")
    assert reading.text.split("\n") == [TITLE, *LINES] and styled(reading, "title") == [TITLE]


def test_pages_without_an_article_say_where_it_is() -> None:
    frames = "<html><frameset cols=200,*><frame src=menu.html><frame src=content.html></frameset></html>"
    assert "content.html" in refusal(frames.encode(), "a.html")
    assert "框架" in refusal(b"<body><iframe src='body.html'></iframe>", "a.html")
    empty = "<body><div id=app></div><noscript>请启用 JavaScript</noscript><script src=app.js></script>"
    assert "脚本" in refusal(empty.encode(), "a.html")


def test_a_page_with_a_player_in_a_frame_is_still_read() -> None:
    assert lines(f"<iframe src=player.html></iframe><div id=zoom>{PARAGRAPHS}</div>") == list(LINES)


# --- hostile pages ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broken_pages_and_archives_raise_nothing_else(data: st.DataObject) -> None:
    sources = [
        archive("utf-8", "utf-8", "base64"),
        plan_page("utf-8", "utf-8"),
        f"<script>a='{PARAGRAPHS}'</script>".encode("utf-16"),
    ]
    content = bytearray(data.draw(st.sampled_from(sources)))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    try:
        reading = read(bytes(content), data.draw(st.sampled_from(["a.html", "a.mht", "a.doc"])))
    except UnreadableFile:
        return
    assert all(0 <= hint.span.start <= hint.span.end <= len(reading.text) for hint in reading.hints)


def test_deep_lists_and_long_scripts_end() -> None:
    deep = "<ol><li>" * 400 + "底" + "</ol>" * 400
    assert lines(deep)[-1].endswith("底")
    assert lines("<script>" + "'\\" * 60_000 + "</script><p>正文仍在这里。</p>") == ["正文仍在这里。"]
    assert "嵌套" in refusal(("<div>" * 5000).encode(), "a.html")
