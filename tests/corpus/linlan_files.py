"""The invented plan written as DOCX in two ways and as a web page; it reads nothing back."""

import io
from html import escape
from typing import Any

from tests.corpus.linlan import PLAN, TITLE, Block, numbered

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LEVELS = (
    ("0", "chineseCountingThousand", "第%1章", "space", "Heading1"),
    ("1", "chineseCountingThousand", "%2、", "nothing", "Heading2"),
    ("2", "chineseCountingThousand", "（%3）", "nothing", "Heading3"),
)


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def xml(markup: str) -> Any:
    from docx.oxml import parse_xml

    head, _, rest = markup.partition(">") if not markup.split(">", 1)[0].endswith("/") else (markup[:-2], "", "")
    return parse_xml(f"{head} {_W}>{rest}" if rest else f"{head} {_W}/>")


def styled_docx() -> bytes:
    """Heading styles with automatic numbers, a TOC field, tracked changes, a link, a field, a footnote, boxes."""
    from docx import Document
    from docx.enum.section import WD_SECTION

    document = Document()
    _number_headings(document)
    _add_footnotes(document)
    document.sections[0].header.paragraphs[0].text = "临澜市规划文本"
    document.add_paragraph(TITLE, style="Title")
    _contents(document)
    bodies = 0
    for block in PLAN:
        if block.kind.startswith("h"):
            document.add_paragraph(block.text, style=f"Heading {block.kind[1]}")
            if block.text == "保障措施":
                document.add_section(WD_SECTION.CONTINUOUS)
        elif block.kind == "p":
            bodies += 1
            _marked_up(document.add_paragraph(), block.text, bodies)
        elif block.kind == "box":
            _box(document, block)
        else:
            _table(document, block)
    return saved(document)


def plain_docx() -> bytes:
    """No styles at all: numbers typed, headings bold or centred by hand, chapters with an outline level."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Pt

    document = Document()
    title = document.add_paragraph()
    title.alignment = ALIGN.CENTER
    title.add_run(TITLE).bold = True
    for block, text in numbered():
        if block.kind == "table":
            _table(document, block)
        elif block.kind == "box":
            _box(document, block)
        else:
            paragraph = document.add_paragraph()
            run = paragraph.add_run(text)
            paragraph.paragraph_format.first_line_indent = Pt(24)
            if block.kind.startswith("h"):
                run.bold = True
            if block.kind == "h1":
                paragraph.alignment = ALIGN.CENTER
                paragraph._p.get_or_add_pPr().append(xml('<w:outlineLvl w:val="0"/>'))
    return saved(document)


def _number_headings(document: Any) -> None:
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="{style}"/>'
        f'<w:suff w:val="{suffix}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, form, text, suffix, style in _LEVELS
    )
    multi = '<w:multiLevelType w:val="multilevel"/>'
    root.insert(0, xml(f'<w:abstractNum w:abstractNumId="70">{multi}{levels}</w:abstractNum>'))
    root.append(xml('<w:num w:numId="70"><w:abstractNumId w:val="70"/></w:num>'))
    for depth, *_ in _LEVELS:
        settings = document.styles[f"Heading {int(depth) + 1}"].element.get_or_add_pPr()
        settings.append(xml(f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="70"/></w:numPr>'))


def _add_footnotes(document: Any) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    notes = "".join(
        f'<w:footnote w:id="{n}"{kind}><w:p><w:r>{inner}</w:r></w:p></w:footnote>'
        for n, kind, inner in (
            (-1, ' w:type="separator"', "<w:separator/>"),
            (0, ' w:type="continuationSeparator"', "<w:continuationSeparator/>"),
            (1, "", "<w:t>数据来自临澜市统计部门。</w:t>"),
        )
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    blob = f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {_W}>{notes}</w:footnotes>'.encode()
    part = Part(PackURI("/word/footnotes.xml"), kind, blob, document.part.package)
    document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")


def _contents(document: Any) -> None:
    chapters = [text for block, text in numbered() if block.kind == "h1"]
    for index, text in enumerate(chapters):
        paragraph = document.add_paragraph()
        if index == 0:
            for part in ('<w:fldChar w:fldCharType="begin"/>', '<w:instrText>TOC \\o "1-1" \\h</w:instrText>',
                         '<w:fldChar w:fldCharType="separate"/>'):  # fmt: skip
                paragraph._p.append(xml(f"<w:r>{part}</w:r>"))
        paragraph.add_run(f"{text}\t{index + 1}")
        if index == len(chapters) - 1:
            paragraph._p.append(xml('<w:r><w:fldChar w:fldCharType="end"/></w:r>'))


def _marked_up(paragraph: Any, text: str, count: int) -> None:
    """Write a paragraph that reads as `text`, in turn with each thing that Word puts between its words."""
    half = len(text) // 2
    first, second = escape(text[:half]), escape(text[half:])
    run = "<w:r><w:t>{}</w:t></w:r>"
    author = 'w:id="9{}" w:author="甲" w:date="2021-01-01T00:00:00Z"'
    forms = {
        1: run.format(first) + '<w:r><w:footnoteReference w:id="1"/></w:r>' + run.format(second),
        2: run.format(first)
        + f'<w:del {author.format(1)}><w:r><w:delText>删去的字</w:delText></w:r></w:del>'
        + f'<w:ins {author.format(2)}>{run.format(second)}</w:ins>',
        3: run.format(first) + f'<w:hyperlink w:anchor="x">{run.format(second)}</w:hyperlink>',
        4: '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "#x"</w:instrText></w:r>'
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run.format(first) + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run.format(second),
        5: run.format(first) + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的字</w:t></w:r>" + run.format(second),
        6: f'<w:fldSimple w:instr="DOCPROPERTY a">{run.format(first)}</w:fldSimple>' + run.format(second),
    }  # fmt: skip
    for child in xml(f"<w:p>{forms.get(count, run.format(first) + run.format(second))}</w:p>"):
        paragraph._p.append(child)


def _box(document: Any, block: Block) -> None:
    table = document.add_table(rows=1, cols=1, style="Table Grid")
    cell = table.cell(0, 0)
    cell.paragraphs[0].text = block.lines[0]
    for line in block.lines[1:]:
        cell.add_paragraph(line)


def _table(document: Any, block: Block) -> None:
    rows = block.rows
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell is not None:
                table.cell(r, c).text = cell
    for r, row in enumerate(rows):
        if None in row and row[0] is None:
            table.cell(r - 1, 0).merge(table.cell(r, 0))
        elif None in row:
            table.cell(r, 0).merge(table.cell(r, len(row) - 1))


def page(charset: str, codec: str) -> bytes:
    """The plan as a government page holds it, with headings as h2–h4 and merged cells as spans."""
    body = []
    for block, text in numbered():
        if block.kind == "table":
            body.append(_html_table(block))
        elif block.kind == "box":
            body.append(f"<table><tr><td>{''.join(f'<p>{escape(line)}</p>' for line in block.lines)}</td></tr></table>")
        elif block.kind == "p":
            body.append(f"<p>　　{escape(text)}</p>")
        else:
            tag = f"h{int(block.kind[1]) + 1}"
            body.append(f"<{tag}>{escape(text)}</{tag}>")
    return (
        f'<html><head><meta charset="{charset}"><title>{TITLE}_临澜市人民政府</title></head><body>'
        f"<div class=nav><a href=/>首页</a><a>政务公开</a></div><h1>{TITLE}</h1><div class=info>发布日期：2021-06-30</div>"
        f'<div id="zoom">{"".join(body)}</div><div class=foot>版权所有：临澜市人民政府</div></body></html>'
    ).encode(codec)


def _html_table(block: Block) -> str:
    out = []
    for r, row in enumerate(block.rows):
        cells = []
        for c, cell in enumerate(row):
            if cell is None:
                continue
            below = r + 1 < len(block.rows) and block.rows[r + 1][c] is None and block.rows[r + 1][-1] is not None
            across = len(row) if len(row) > 1 and row[1:] == (None,) * (len(row) - 1) else 1
            spans = (' rowspan="2"' if below else "") + (f' colspan="{across}"' if across > 1 else "")
            cells.append(f"<td{spans}>{escape(cell)}</td>")
        out.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(out)}</table>"
