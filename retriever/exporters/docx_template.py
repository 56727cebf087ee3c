"""Our own Word template: A4 as official documents are set (after GB/T 9704), with docxtpl's tags in it. Holds no content."""

import io
from functools import cache
from typing import Any

_PAGE = {"top": 37.0, "bottom": 35.0, "left": 28.0, "right": 26.0}
TEXT_WIDTH = 210 - _PAGE["left"] - _PAGE["right"]
"""Millimetres between the margins."""

_TITLE, _HEADING, _SUBHEADING, _BODY, _PLAIN = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
_ALTERNATIVES = {"方正小标宋简体": "华文中宋", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}
"""What Windows brings along, for machines without the fonts of official documents."""

# Style → East Asian font, points, bold, points of a line, points before and after, first-line indent in characters, alignment.
_STYLES: dict[str, tuple[str, float, bool, float, float, float, int, str]] = {
    "Normal": (_BODY, 14, False, 26, 0, 0, 0, "both"),
    "Title": (_TITLE, 22, False, 34, 0, 6, 0, "center"),
    "Heading 1": (_HEADING, 16, False, 28, 12, 4, 0, "left"),
    "Heading 2": (_SUBHEADING, 15, True, 27, 9, 3, 0, "left"),
    "Heading 3": (_BODY, 14, True, 26, 6, 2, 0, "left"),
    "正文段落": (_BODY, 14, False, 26, 0, 0, 2, "both"),
    "题下说明": (_SUBHEADING, 14, False, 26, 0, 12, 0, "center"),
    "检索说明": (_BODY, 12, False, 20, 0, 0, 2, "both"),
    "引文": (_SUBHEADING, 12, False, 21, 0, 0, 2, "both"),
    "引文附注": (_PLAIN, 10, False, 16, 0, 6, 0, "both"),
    "表格文字": (_PLAIN, 10, False, 15, 1, 1, 0, "left"),
    "表头文字": (_HEADING, 10, False, 15, 2, 2, 0, "center"),
    "来源": (_BODY, 11, False, 18, 0, 3, 0, "both"),
    "版本说明": (_PLAIN, 9, False, 14, 14, 0, 0, "left"),
}


@cache
def memo() -> bytes:
    """The template as a .docx file: what users may start their own from."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(_PAGE["top"]), Mm(_PAGE["bottom"])
    section.left_margin, section.right_margin = Mm(_PAGE["left"]), Mm(_PAGE["right"])
    _style(document)
    _page_number(section)
    _alternative_fonts(document)
    _write(document)
    for setting in document.settings.element.iter(_q("w:compatSetting")):
        if setting.get(_q("w:name")) == "compatibilityMode":
            # python-docx's template is Word 2010's, which newer ones open in a mode of compatibility.
            setting.set(_q("w:val"), "15")
    document.core_properties.author = "规划问答 PlanSeek"
    document.core_properties.comments = document.core_properties.title = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Any) -> None:
    """The body, tag by tag."""
    add = document.add_paragraph
    add("{{ title }}", "Title")
    add("规划原文摘编　{{ made }}", "题下说明")
    add("{%p for chapter in chapters %}")
    add("{%p if chapter.heading %}")
    add("{{ chapter.heading }}", "Heading 1")
    add("{%p endif %}")
    add("{%p if chapter.summary %}")
    add("{{ chapter.summary }}", "正文段落")
    add("{%p endif %}")
    add("{%p for told in chapter.asked %}")
    add("{{ told }}", "检索说明")
    add("{%p endfor %}")
    add("{%p for section in chapter.sections %}")
    for level, word in ((1, "if"), (2, "elif"), (3, "elif")):
        add(f"{{%p {word} section.level == {level} %}}")
        add("{{ section.heading }}", f"Heading {level}")
    add("{%p endif %}")
    add("{%p for answer in section.answers %}")
    add("{{ answer.text }}{{ answer.footnote }}", "正文段落")
    add("{%p endfor %}")
    add("{%p if section.table %}")
    _table(document)
    add("", "表格文字")
    add("{%p endif %}")
    add("{%p for quotation in section.quotations %}")
    add("{%p for line in quotation.lines %}")
    _pieces(add("", "引文"))
    add("{%p endfor %}")
    add("{%p if quotation.remark %}")
    add("{{ quotation.remark }}", "引文附注")
    add("{%p endif %}")
    add("{%p endfor %}")
    add("{%p for told in section.lines %}")
    add("{{ told }}", "检索说明")
    add("{%p endfor %}")
    add("{%p endfor %}")
    add("{%p endfor %}")
    add("{%p if sources %}")
    add("{{ sources_heading }}", "Heading 1")
    add("{%p for source in sources %}")
    add("[{{ source.number }}] {{ source.reference }}（文件：{{ source.file }}）", "来源")
    add("{%p endfor %}")
    add("{%p endif %}")
    add("{{ edition }}", "版本说明")


def _table(document: Any) -> None:
    """A table with a head that is repeated on every page, columns and rows by tags."""
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    head, opened, body, closed = table.rows
    head.cells[0].text = "{%tc for column in section.table.columns %}"
    head.cells[1].text = "{{ column.name }}"
    head.cells[2].text = "{%tc endfor %}"
    opened.cells[0].text = "{%tr for row in section.table.rows %}"
    closed.cells[0].text = "{%tr endfor %}"
    body.cells[0].text = "{%tc for cell in row %}"
    body.cells[2].text = "{%tc endfor %}"
    cell = body.cells[1]
    cell.paragraphs[0].text = "{%p for line in cell.lines %}"
    _pieces(cell.add_paragraph("", "表格文字"))
    cell.add_paragraph("{%p endfor %}")
    head.cells[1].paragraphs[0].style = "表头文字"
    shading = _element("w:shd", val="clear", color="auto", fill="EEF1F5")
    head.cells[1]._tc.get_or_add_tcPr().append(shading)
    repeated = head._tr.get_or_add_trPr()
    repeated.append(_element("w:cantSplit"))
    repeated.append(_element("w:tblHeader"))


def _pieces(paragraph: Any) -> None:
    """The words of a line, those that are to be set off in bold."""
    paragraph.add_run("{{ line.lead }}").bold = True
    paragraph.add_run("{%r for piece in line.pieces %}")
    paragraph.add_run("{%r if piece.marked %}")
    paragraph.add_run("{{ piece.text }}").bold = True
    paragraph.add_run("{%r else %}")
    paragraph.add_run("{{ piece.text }}")
    paragraph.add_run("{%r endif %}")
    paragraph.add_run("{%r endfor %}")
    paragraph.add_run("{{ line.footnote }}")


def _style(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    for name, (font, size, bold, line, before, after, indent, aligned) in _STYLES.items():
        known = name in {style.name for style in document.styles}
        style = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.hidden, style.quick_style = False, True
        if not known:
            style.base_style = document.styles["Normal"]
        for child in [*style.element.findall(_q("w:rPr")), *style.element.findall(_q("w:pPr"))]:
            style.element.remove(child)
        paragraph = style.element.get_or_add_pPr()
        if name.startswith("Heading"):
            paragraph.append(_element("w:keepNext"))
        paragraph.append(_element("w:spacing", before=_twips(before), after=_twips(after), line=_twips(line), lineRule="atLeast"))
        paragraph.append(_element("w:ind", firstLineChars=100 * indent, firstLine=_twips(size * indent)))
        paragraph.append(_element("w:jc", val=aligned))
        if name.startswith("Heading"):
            paragraph.append(_element("w:outlineLvl", val=int(name[-1]) - 1))
        run = style.element.get_or_add_rPr()
        run.append(_element("w:rFonts", ascii="Times New Roman", hAnsi="Times New Roman", cs="Times New Roman", eastAsia=font))
        if bold:
            run.append(_element("w:b"))
        run.append(_element("w:sz", val=round(size * 2)))
        run.append(_element("w:szCs", val=round(size * 2)))
        run.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))


def _page_number(section: Any) -> None:
    """— 1 — at the foot, as official documents have it."""
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    foot.add_run("— ")
    for kind in ("begin", "PAGE", "separate", "1", "end"):
        run = foot.add_run("1" if kind == "1" else "")
        if kind == "PAGE":
            instruction = _element("w:instrText")
            instruction.text = " PAGE "
            run._r.append(instruction)
        elif kind != "1":
            run._r.append(_element("w:fldChar", fldCharType=kind))
    foot.add_run(" —")
    for run in foot.runs:
        run._r.get_or_add_rPr().append(_element("w:rFonts", ascii=_PLAIN, hAnsi=_PLAIN, eastAsia=_PLAIN))


def _alternative_fonts(document: Any) -> None:
    """Tell Word what to take for a font that is not there."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from lxml import etree

    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    root = etree.fromstring(part.blob)
    for name, other in _ALTERNATIVES.items():
        font = etree.SubElement(root, _q("w:font"), {_q("w:name"): name})
        etree.SubElement(font, _q("w:altName"), {_q("w:val"): other})
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _element(tag: str, **values: object) -> Any:
    from docx.oxml.parser import OxmlElement

    return OxmlElement(tag, attrs={_q(f"w:{name}"): str(value) for name, value in values.items()})


def _q(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))


def _twips(points: float) -> int:
    return round(points * 20)
