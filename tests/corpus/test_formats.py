"""Reading files back: every text, hint and refusal is compared with what was written; nothing is read from disk."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import UnreadableFile
from corpus.formats import READERS, SIZE_LIMIT, read
from corpus.formats import docx_numbering as numbers
from corpus.formats.html_article import CONTAINERS, without_site
from corpus.model import Reading

TITLE = "云溪市屏山区国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要"
BODY = (
    "坚持山水林田湖草系统治理，以云溪河、青屏山为骨架构建生态安全格局，到2025年森林覆盖率达到42.6%。",
    "推进矿山生态修复，完成废弃矿山复绿1200亩，实施“一矿一策”，建立长效管护机制；对历史遗留矿山开展逐矿核查（含责任主体"
    "灭失的矿山），分类制定修复方案，鼓励社会资本参与。",
    "健全覆盖城乡的公共服务体系，新增公办幼儿园学位3000个，每千人口医疗卫生机构床位数达到6.8张，基本养老保险参保率保持在"
    "96%以上，社会救助标准逐年提高。",
)  # fmt: skip


def styled(reading: Reading, style: str) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style == style]


def headings(reading: Reading) -> list[tuple[int, str]]:
    return [(hint.level, hint.span.of(reading.text)) for hint in reading.hints if hint.style == "heading"]


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and "\n" not in message and "请" in message
    return message


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "mark"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
     ("gb18030", b""), ("gbk", b"")],
)  # fmt: skip
def test_text_is_the_decoded_bytes(codec: str, mark: bytes) -> None:
    text = f"　　{TITLE}\r\n\r\n{BODY[0]}\r{BODY[1]}\n\x0c{BODY[2]}  \t\n"
    assert read(mark + text.encode(codec), "规划.txt") == Reading(text)


def test_short_gb18030_is_read_and_bytes_beyond_gbk_too() -> None:
    assert read("屏山区".encode("gbk"), "a.txt").text == "屏山区"
    rare = BODY[0] + "㙍𠮷"
    assert read(rare.encode("gb18030"), "a.md").text == rare


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t\x0c"), min_size=1))
def test_any_text_comes_back_exactly(text: str) -> None:
    expected = text.removeprefix("\ufeff")
    try:
        reading = read(text.encode(), "任意.txt")
    except UnreadableFile:
        assert not expected.strip() or text.startswith(("%PDF-", "{\\rtf", "GIF8"))
    else:
        assert reading == Reading(expected)


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(READERS))
@pytest.mark.parametrize("content", [b"", b" \r\n\t ", "　\n　".encode()])
def test_empty_files_are_refused(suffix: str, content: bytes) -> None:
    refusal(content, f"空{suffix}")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "PNG"),
        (b"MZ\x90\x00\x03" + bytes(60), "程序"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "OLE"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(60), "JPEG"),
        (BODY[0].encode("utf-16-le"), "文本"),
        (BODY[0].encode() + bytes(9), "文本"),
        (bytes(range(1, 256)) * 9, "文本"),
        (("繁體中文的規劃綱要，推動產業發展與生態修復，改善民眾生活環境。" * 4).encode("big5"), "文本"),
        (("대한민국의 국토 계획과 지역 발전에 관한 보고서입니다 " * 4).encode("euc_kr"), "文本"),
    ],
)
def test_binaries_and_other_encodings_named_txt_are_refused(content: bytes, word: str) -> None:
    assert word in refusal(content, "规划.txt")


def test_wrong_suffix_size_and_content_are_refused() -> None:
    assert "不支持" in refusal(b"x", "规划.xyz")
    assert "上限" in refusal(b"x" * (SIZE_LIMIT + 1), "大.txt")
    assert "不是 .docx" in refusal(BODY[0].encode(), "规划.docx")
    assert "不是 .pdf" in refusal(BODY[0].encode(), "规划.pdf")
    assert "旧版" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "规划.docx")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert "加密" in refusal(locked, "规划.docx")


# --- HTML ---------------------------------------------------------------------------------------------------

PAGE = f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=CHARSET">
<title>{TITLE}_云溪市屏山区人民政府</title><meta name="ArticleTitle" content="{TITLE}">
<style>p{{text-indent:2em}}</style><script>var a = "<p>脚本</p>";</script></head><body>
<div class="header"><h1 class="logo">云溪市屏山区人民政府</h1><ul><li><a href="/">首页</a></li><li><a>政务公开</a></li></ul></div>
<div class="position">您现在的位置：<a>首页</a> &gt; <a>规划计划</a></div>
<div class="main"><div class="title">{TITLE[:20]}<br>{TITLE[20:]}</div>
<div class="info"><span>发布日期：2021-03-05 09:30</span> <span>来源：区发展改革局</span> <span>字体：[大 中 小]</span></div>
<div id="zoom"><div class="TRS_Editor"><style>.TRS_Editor P{{line-height:2}}</style>
<p align="center">（2021年3月5日区第五届人民代表大会第六次会议批准）</p>
<h2>第一章&nbsp;生态保护</h2>
<p>　　{BODY[0]}</p>
<P>&nbsp;&nbsp;&nbsp;&nbsp;<STRONG>（一）矿山修复</STRONG><BR>　　{BODY[1][:12]}
{BODY[1][12:]}</P>
<h3>专栏1<br>重点工程</h3>
<table><tr><td><p>1．矿山复绿工程</p><p>2．云溪河治理工程</p></td></tr></table>
<div style="display:none">隐藏的字</div>
<table><thead><tr><th>指标</th><th>2020年</th><th>2025年</th></tr></thead>
<tr><td rowspan="2">森林覆盖率<br>（%）</td><td>40.1</td><td>42.6</td></tr><tr><td>41</td><td></td></tr>
<tr><td colspan="3">注：A&amp;B &lt; C</td></tr></table>
<p><b>加快</b>推进城乡融合。{BODY[2]}</p><ul><li>第一项</li><li>第二项</li></ul>
</div></div>
<div class="share">分享到：<a>微信</a><a>微博</a></div></div>
<div class="footer">主办单位：屏山区人民政府办公室　发布日期：2020-01-01　ICP备12345678号</div></body></html>"""

PAGE_LINES = [
    TITLE[:20],
    TITLE[20:],
    "发布日期：2021-03-05 09:30 来源：区发展改革局 字体：[大 中 小]",
    "（2021年3月5日区第五届人民代表大会第六次会议批准）",
    "第一章\xa0生态保护",
    BODY[0],
    "（一）矿山修复",
    BODY[1],
    "专栏1",
    "重点工程",
    "1．矿山复绿工程",
    "2．云溪河治理工程",
    "指标 | 2020年 | 2025年",
    "森林覆盖率 （%） | 40.1 | 42.6",
    " | 41",
    "注：A&B < C",
    f"加快推进城乡融合。{BODY[2]}",
    "第一项",
    "第二项",
]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("utf-8", "utf-8"), ("gb2312", "utf-8"), ("utf-8", "gb18030"),
     ("iso-8859-1", "utf-8"), ("gb2312", "utf-8-sig")],
)  # fmt: skip
def test_a_government_page(charset: str, codec: str) -> None:
    reading = read(PAGE.replace("CHARSET", charset).encode(codec), "page.html")
    assert reading.text.split("\n") == PAGE_LINES
    assert styled(reading, "title") == ["\n".join(PAGE_LINES[:2])]
    assert headings(reading) == [(2, "第一章\xa0生态保护"), (3, "专栏1\n重点工程")]
    assert styled(reading, "bold") == [PAGE_LINES[3], "（一）矿山修复"]
    assert styled(reading, "box") == ["1．矿山复绿工程\n2．云溪河治理工程"]
    assert styled(reading, "table") == ["\n".join(PAGE_LINES[12:16])]
    assert styled(reading, "row") == PAGE_LINES[12:16]
    assert styled(reading, "table-header") == [PAGE_LINES[12]]
    assert styled(reading, "cell") == [
        "指标", "2020年", "2025年", "森林覆盖率 （%）", "40.1", "42.6", "", "41", "注：A&B < C",
    ]  # fmt: skip


def test_a_few_broken_bytes_do_not_cost_the_page() -> None:
    content = PAGE.replace("CHARSET", "utf-8").replace("</body>", "<p>" + "好" * 3000 + "</p></body>").encode()
    broken = content.replace("第一项".encode(), "第一".encode() + b"\xe9")
    assert "第一\ufffd" in read(broken, "page.htm").text


def test_a_page_without_a_known_container_loses_no_heading() -> None:
    articles = "".join(f"<h2>第{n}节</h2><p>{n}、{BODY[0]}</p><p>{n}．{BODY[1]}</p>" for n in "一二三四")
    page = (
        f"<html><head><title>{TITLE}-屏山区政府网</title></head><body><nav><a>首页</a></nav><header>页眉</header>"
        f"<div class=x9><h1>{TITLE}</h1>{articles}</div><footer>版权所有 屏山区</footer></body></html>"
    )
    reading = read(page.encode(), "page.shtml")
    lines = [TITLE]
    for n in "一二三四":
        lines += [f"第{n}节", f"{n}、{BODY[0]}", f"{n}．{BODY[1]}"]
    assert reading.text.split("\n") == lines
    assert styled(reading, "title") == [TITLE]
    assert headings(reading) == [(2, f"第{n}节") for n in "一二三四"]


def test_an_old_page_laid_out_in_tables() -> None:
    rows = "".join(f"<p>　　{n}、{text}</p>" for n, text in enumerate(BODY * 2, start=1))
    page = (
        f"<title>{TITLE}</title><table width=100%><tr><td width=200><a>机构职能</a><a>政策文件</a></td><td><table><tr><td>"
        f"{TITLE}</td></tr><tr><td>时间：2006-05-01</td></tr><tr><td id=fontzoom>{rows}</td></tr></table></td></tr></table>"
    )
    reading = read(page.encode("gbk"), "old.htm")
    assert reading.text.split("\n") == [TITLE, *(f"{n}、{t}" for n, t in enumerate(BODY * 2, start=1))]
    assert {hint.style for hint in reading.hints} == {"title"}


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container.selector)
def test_each_container_matches_its_specimen(container) -> None:  # type: ignore[no-untyped-def]
    from selectolax.lexbor import LexborHTMLParser

    tag = container.specimen.split()[0].strip("<>")
    page = f"<table><tr>{container.specimen}x</{tag}></tr></table>" if tag == "td" else f"{container.specimen}x</{tag}>"
    assert LexborHTMLParser(page).css_first(container.selector).text() == "x"


@pytest.mark.parametrize(
    ("title", "own"),
    [
        ("屏山区“十四五”规划纲要_屏山区人民政府", "屏山区“十四五”规划纲要"),
        ("屏山区政府网 - 2025年政府工作报告", "2025年政府工作报告"),
        ("屏山区水利规划（2021-2025年）-规划计划-云溪市人民政府门户网站", "屏山区水利规划（2021-2025年）"),
        ("屏山区人民政府", "屏山区人民政府"),
        ("", ""),
    ],
)
def test_a_site_is_cut_from_the_title(title: str, own: str) -> None:
    assert without_site(title) == own


@settings(max_examples=80, deadline=None)
@given(
    st.recursive(
        st.text(max_size=30),
        lambda inner: st.tuples(
            st.sampled_from(
                ["p", "div", "h2", "table", "tr", "td", "b", "br", "ul", "li", "span", "center", "article", "pre", "th"]
            ),
            st.lists(inner, max_size=4),
        ),
        max_leaves=25,
    )
)
def test_hints_lie_inside_the_text_of_any_page(tree: object) -> None:
    def markup(node: object) -> str:
        if isinstance(node, str):
            return node
        tag, children = node  # type: ignore[misc]
        return f"<{tag}>{''.join(map(markup, children))}</{tag}>"

    try:
        reading = read(("<body>" + markup(tree)).encode("utf-8", "replace"), "any.html")
    except UnreadableFile:
        return
    assert_sound(reading)


def assert_sound(reading: Reading) -> None:
    lines = {0} | {at + 1 for at, char in enumerate(reading.text) if char == "\n"}
    for hint in reading.hints:
        assert 0 <= hint.span.start <= hint.span.end <= len(reading.text)
        if hint.style != "cell":
            assert hint.span.start < hint.span.end and hint.span.start in lines
            assert hint.span.end + 1 in lines or hint.span.end == len(reading.text)
    assert list(reading.pages) == sorted(reading.pages)
    assert all(0 <= start <= len(reading.text) for start in reading.pages)


# --- DOCX ---------------------------------------------------------------------------------------------------


def docx_bytes(document) -> bytes:  # type: ignore[no-untyped-def]
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def plan_document():  # type: ignore[no-untyped-def]
    """A plan as offices write it: styles, justified and indented paragraphs, a running head."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    for name, font in (("Normal", "Noto Serif CJK SC"), ("Title", "Noto Sans CJK SC"),
                       ("Heading 1", "Noto Sans CJK SC"), ("Heading 2", "Noto Sans CJK SC")):  # fmt: skip
        style = document.styles[name]
        style.font.name = font
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    document.styles["Normal"].font.size = Pt(12)
    document.sections[0].header.paragraphs[0].text = "屏山区“十四五”规划纲要"
    for kind, text in plan_paragraphs():
        paragraph = document.add_paragraph(text, style=kind)
        if kind == "Normal":
            paragraph.paragraph_format.first_line_indent = Pt(24)
            paragraph.alignment = ALIGN.JUSTIFY
        elif kind != "Heading 2":
            paragraph.alignment = ALIGN.CENTER
    return document


def plan_paragraphs() -> list[tuple[str, str]]:
    out = [("Title", TITLE)]
    for number, chapter in enumerate("一二三四"):
        out.append(("Heading 1", f"第{chapter}章　规划任务之{chapter}"))
        for section in "一二":
            out.append(("Heading 2", f"第{section}节　重点任务"))
            out += [("Normal", (BODY[(number + i) % 3] + BODY[(number + i + 1) % 3]) * (1 + i % 2)) for i in range(3)]
    return out


def plan_headings() -> list[tuple[int, str]]:
    return [(int(kind[-1]), text) for kind, text in plan_paragraphs() if kind.startswith("Heading")]


def test_docx_paragraphs_and_headings_round_trip() -> None:
    reading = read(docx_bytes(plan_document()), "规划.docx")
    assert reading.text.split("\n") == [text for _, text in plan_paragraphs()]
    assert headings(reading) == plan_headings()
    assert styled(reading, "title") == [TITLE]


NUMBERING = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def level(depth: int, form: str, pattern: str, extra: str = "") -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val="{pattern}"/></w:lvl>'


def test_docx_automatic_numbers_are_written_out() -> None:
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    document = Document()
    root = document.part.numbering_part.element
    levels = (
        level(0, "chineseCounting", "第%1章") + level(1, "japaneseCounting", "（%2）")
        + level(2, "decimal", "%1.%2.%3", "<w:isLgl/>") + level(3, "decimal", "%4.", '<w:suff w:val="nothing"/>')
        + level(4, "bullet", "\uf06c")
    )  # fmt: skip
    for child in list(parse_xml(NUMBERING.format(levels=levels))):
        root.append(child)
    for element in list(root):  # w:abstractNum must stand before w:num
        if element.tag == qn("w:num"):
            root.append(element)

    def add(identity: int, depth: int, text: str, style: str = "Normal") -> None:
        settings = document.add_paragraph(text, style=style)._p.get_or_add_pPr().get_or_add_numPr()
        settings.get_or_add_numId().val = identity
        settings.get_or_add_ilvl().val = depth

    for identity, depth, text in (
        (3, 0, "总体要求"), (3, 1, "指导思想"), (3, 1, "基本原则"), (3, 2, "坚持"), (3, 3, "一是"), (3, 3, ""), (3, 3, "三是"),
        (3, 0, "生态修复"), (3, 1, "矿山"), (3, 2, "复绿"), (3, 4, "要点"), (4, 0, "重新开始"), (0, 0, "无编号"),
    ):  # fmt: skip
        add(identity, depth, text, "Heading 1" if depth == 0 and identity == 3 else "Normal")
    reading = read(docx_bytes(document), "a.docx")
    assert reading.text.split("\n") == [
        "第一章 总体要求", "（一）指导思想", "（二）基本原则", "1.2.1 坚持", "1.一是", "3.三是", "第二章 生态修复", "（一）矿山",
        "2.1.1 复绿", "• 要点", "第一章 重新开始", "无编号",
    ]  # fmt: skip
    assert headings(reading) == [(1, "第一章 总体要求"), (1, "第二章 生态修复")]


@pytest.mark.parametrize(
    ("form", "number", "shown"),
    [
        ("chineseCounting", 10, "十"), ("chineseCounting", 21, "二十一"), ("chineseCounting", 105, "一百零五"),
        ("chineseCounting", 110, "一百一十"), ("chineseCountingThousand", 10010, "一万零一十"),
        ("japaneseCounting", 12, "十二"), ("ideographDigital", 105, "一〇五"), ("chineseLegalSimplified", 21, "贰拾壹"),
        ("ideographTraditional", 3, "丙"), ("decimalEnclosedCircle", 11, "⑪"), ("decimalFullWidth", 12, "１２"),
        ("lowerRoman", 14, "xiv"), ("upperLetter", 28, "BB"), ("decimalZero", 7, "07"),
    ],
)  # fmt: skip
def test_number_formats(form: str, number: int, shown: str) -> None:
    assert numbers.FORMATS[form](number) == shown


def test_docx_tables_boxes_links_insertions_and_order() -> None:
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    document.add_paragraph("表前")
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate([["指标", "2020年", "2025年"], ["森林覆盖率", "40.1", "42.6"], ["合计", "", ""]]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(2, 0).merge(table.cell(2, 1))
    document.add_paragraph().add_run("表后整段加粗").bold = True
    box = document.add_table(rows=1, cols=1).cell(0, 0)
    box.text = "专栏1 重点工程"
    box.add_paragraph("1．复绿")
    paragraph = document.add_paragraph("见")
    ns = nsdecls("w")
    for xml in (
        f"<w:hyperlink {ns}><w:r><w:t>附件</w:t></w:r></w:hyperlink>",
        f'<w:ins {ns} w:id="1" w:author="甲"><w:r><w:t>补充</w:t></w:r></w:ins>',
        f'<w:del {ns} w:id="2" w:author="甲"><w:r><w:delText>删去</w:delText></w:r></w:del>',
        f'<w:smartTag {ns} w:element="date"><w:r><w:t>2021年</w:t><w:br/><w:t>换行</w:t></w:r></w:smartTag>',
    ):
        paragraph._p.append(parse_xml(xml))
    body = document.element.body
    body.insert(
        0,
        parse_xml(f"<w:sdt {ns}><w:sdtContent><w:p><w:r><w:t>控件里的段落</w:t></w:r></w:p></w:sdtContent></w:sdt>"),
    )
    reading = read(docx_bytes(document), "a.docx")
    assert reading.text.split("\n") == [
        "控件里的段落", "表前", "指标 | 2020年 | 2025年", "森林覆盖率 | 40.1 | 42.6", "合计", "表后整段加粗", "专栏1 重点工程",
        "1．复绿", "见附件补充2021年", "换行",
    ]  # fmt: skip
    assert styled(reading, "bold") == ["表后整段加粗"]
    assert styled(reading, "box") == ["专栏1 重点工程\n1．复绿"]
    assert styled(reading, "table-header") == ["指标 | 2020年 | 2025年"]
    assert styled(reading, "cell") == ["指标", "2020年", "2025年", "森林覆盖率", "40.1", "42.6", "合计"]
    assert_sound(reading)


def rezipped(content: bytes, change: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {**dict.fromkeys(old.namelist()), **change}:
            new.writestr(name, change[name] if name in change else old.read(name))
    return stream.getvalue()


def test_damaged_and_hostile_docx_are_refused() -> None:
    whole = docx_bytes(plan_document())
    for cut in (30, len(whole) // 2, len(whole) - 30):
        assert "不完整" in refusal(whole[:cut], "规划.docx")
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        document = package.read("word/document.xml")
    for codec in ("utf-8", "utf-16"):
        bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'.encode(codec)
        assert "实体" in refusal(rezipped(whole, {"word/document.xml": bomb + document}), "规划.docx")
    assert "过大" in refusal(rezipped(whole, {"word/media/a.bin": bytes(40 << 20)}), "规划.docx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("规划.txt", BODY[0])
    assert "压缩包" in refusal(stream.getvalue(), "规划.docx")
    assert "Word" in refusal(rezipped(whole, {"word/document.xml": document[:200]}), "规划.docx")


# --- PDF ----------------------------------------------------------------------------------------------------


def pdf_bytes(paragraphs: list[tuple[str, str]], **options: object) -> bytes:
    """The paragraphs set by reportlab with the font that every PDF viewer has, a running head and page numbers."""
    from xml.sax.saxutils import escape

    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def style(size: float, **more: object) -> ParagraphStyle:
        return ParagraphStyle("s", fontName="STSong-Light", wordWrap="CJK", fontSize=size, leading=size * 1.6, **more)

    styles = {
        "Title": style(20, alignment=1),
        "Heading 1": style(16, alignment=1, spaceBefore=10),
        "Heading 2": style(14),
        "Normal": style(11, firstLineIndent=22),
    }

    def margins(canvas, document) -> None:  # type: ignore[no-untyped-def]
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(72, 805, "屏山区“十四五”规划纲要")
        canvas.drawCentredString(297, 30, f"— {document.page} —")

    stream = io.BytesIO()
    story = [Paragraph(escape(text), styles[kind]) for kind, text in paragraphs]
    SimpleDocTemplate(stream, **options).build(story, onFirstPage=margins, onLaterPages=margins)
    return stream.getvalue()


def plain(paragraphs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without ideographic spaces: the font that is not embedded has none of its own."""
    return [(kind, text.replace("　", "")) for kind, text in paragraphs]


def test_pdf_paragraphs_headings_and_pages_round_trip() -> None:
    paragraphs = plain(plan_paragraphs())
    reading = read(pdf_bytes(paragraphs), "规划.pdf")
    assert reading.text.split("\n") == [text for _, text in paragraphs]
    assert styled(reading, "title") == [TITLE]
    assert headings(reading) == [(n, text.replace("　", "")) for n, text in plan_headings()]
    assert len(reading.pages) >= 3 and reading.pages[0] == 0
    assert_sound(reading)
    # At least one page starts inside a paragraph that runs over from the page before.
    assert any(reading.text[start - 1] != "\n" for start in reading.pages[1:])


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_pdf_and_docx_by_libreoffice_round_trip(tmp_path: Path) -> None:
    source = tmp_path / "plan.docx"
    source.write_bytes(docx_bytes(plan_document()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    reading = read((tmp_path / "plan.pdf").read_bytes(), "规划.pdf")
    assert reading.text.split("\n") == [text for _, text in plan_paragraphs()]
    assert headings(reading) == plan_headings()
    assert styled(reading, "title") == [TITLE]
    assert_sound(reading)


def drawn_pdf(runs: list[tuple[float, float, float, str]]) -> bytes:
    """Lines drawn as (size, x, y, text), the size put into the text matrix as many writers do."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    canvas = Canvas(stream)
    text = canvas.beginText()
    for size, x, y, line in runs:
        text.setFont("STSong-Light", 1)
        text.setTextTransform(size, 0, 0, size, x, y)
        text.textOut(line)
    canvas.drawText(text)
    canvas.save()
    return stream.getvalue()


def test_pdf_sizes_come_from_the_text_matrix_too() -> None:
    runs = [(22.0, 150.0, 780.0, "屏山区水利发展规划"), (16.0, 72.0, 745.0, "第一章总体要求")]
    for number in range(6):
        first = number % 3 == 0
        runs.append((12, 96 if first else 72, 715 - 20 * number, "水利" * (18 if first else 19)))
    reading = read(drawn_pdf(runs), "规划.pdf")
    assert reading.text.split("\n") == ["屏山区水利发展规划", "第一章总体要求", "水利" * 56, "水利" * 56]
    assert styled(reading, "title") == ["屏山区水利发展规划"]
    assert headings(reading) == [(1, "第一章总体要求")]


def test_pdf_columns_are_read_one_after_the_other() -> None:
    runs = []
    for column, x in (("甲", 72.0), ("乙", 320.0)):
        for number in range(9):
            first = number % 3 == 0
            runs.append((11.0, x + 22 * first, 780.0 - 18 * number, column * (18 if first else 20)))
    assert read(drawn_pdf(runs), "两栏.pdf").text.split("\n") == ["甲" * 58] * 3 + ["乙" * 58] * 3


def test_unreadable_pdfs_are_refused() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    content = pdf_bytes(plain(plan_paragraphs()))
    assert "加密" in refusal(
        pdf_bytes([("Normal", BODY[0])], encrypt=StandardEncryption("密码".encode().hex())), "锁.pdf"
    )
    assert "损坏" in refusal(content[:200], "断.pdf")
    assert "PDF" in refusal(content, "改名.txt")
    assert "扫描件" in refusal(scanned_pdf(), "扫描.pdf")


def scanned_pdf() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream)
    for _ in range(2):
        canvas.drawImage(ImageReader(Image.new("L", (300, 400), 200)), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()
