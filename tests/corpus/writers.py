"""One invented plan and the programs that write it as PDF; it never reads a PDF."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import cycle, islice
from pathlib import Path

import pytest

HEAD = "临澜市“十五五”生态与产业规划"
TITLE = "临澜市生态与产业发展第十五个五年规划"
CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")

_PLACES = ("澜江两岸", "东湾新城", "望山街道", "白鹭洲片区", "北坡林场", "临港工业园", "石桥老街", "三汊河口")
_ACTS = (
    "加快补齐排水管网短板，新建改造雨污管线{n}公里",
    "推进岸线整治和湿地修复，恢复滨水绿地{n}公顷",
    "建设社区养老服务站{n}处，配套助餐、助浴和日间照料服务",
    "培育壮大海洋装备、智能传感等特色产业，引进重点项目{n}个",
    "完善公交微循环线路{n}条，优化站点布局和换乘衔接",
    "实施老旧小区综合改造，惠及居民{n}户",
    "健全网格化巡查制度，落实“一河一长”{n}名责任人",
)
_ENDS = (
    "，形成政府引导、市场运作、社会参与的工作格局",
    "，到2030年完成率达到{p}%以上",
    "，由市发展改革委会同有关部门逐年分解任务、按季度通报进展",
    "，所需资金通过财政统筹、专项债券（REITs试点）和社会资本多渠道解决",
)


@dataclass(frozen=True)
class Plan:
    """Blocks in order: (kind, content); kind is title, h1, h2, p, box (list of lines) or table (list of rows)."""

    blocks: tuple[tuple[str, object], ...]

    def of(self, *kinds: str) -> list[str]:
        return [str(content) for kind, content in self.blocks if kind in kinds]

    def paragraphs(self) -> list[str]:
        """Body paragraphs, those of the box too."""
        out: list[str] = []
        for kind, content in self.blocks:
            if kind == "p":
                out.append(str(content))
            elif kind == "box" and isinstance(content, list):
                out += content
        return out

    def tables(self) -> list[list[list[str]]]:
        return [content for kind, content in self.blocks if kind == "table" and isinstance(content, list)]


def _sentences() -> Iterator[str]:
    places, acts, ends = cycle(_PLACES), cycle(_ACTS), cycle(_ENDS)
    number = 7
    while True:
        number = (number * 37 + 11) % 97 + 3
        act = next(acts).format(n=number)
        yield f"{next(places)}{act}{next(ends).format(p=80 + number % 20)}。"


def plan() -> Plan:
    """Two chapters of three sections and a third with tables: 30 paragraphs, a box, two tables."""
    sentences = _sentences()
    lengths = cycle((2, 4, 1, 3, 5, 2))

    def body(count: int) -> list[tuple[str, object]]:
        return [("p", "".join(islice(sentences, length))) for length in islice(lengths, count)]

    blocks: list[tuple[str, object]] = [("title", TITLE), *body(1)]
    names = (("第一章 总体要求", ("第一节 发展基础", "第二节 指导思想", "第三节 主要目标")),
             ("第二章 修复山水生态", ("第一节 治理澜江水系", "第二节 保护林地湿地", "第三节 防治大气污染")))  # fmt: skip
    for chapter, sections in names:
        blocks.append(("h1", chapter))
        for section in sections:
            blocks += [("h2", section), *body(4)]
    box = ["专栏1：山水生态修复重点工程", *("".join(islice(sentences, 2)) for _ in range(3))]
    rows = [["序号", "指标名称", "2025年", "2030年", "属性"]]
    rows += [
        [str(n), name, f"{n * 13 % 90 + 5}.{n}", f"{n * 17 % 90 + 9}.{n}", "约束性" if n % 3 else "预期性"]
        for n, name in enumerate(
            ("森林覆盖率（%）", "地表水优良比例（%）", "单位产值能耗降低（%）", "城镇化率（%）", "研发投入强度（%）",
             "每千名老人养老床位数量以及护理型床位所占比重（张、%）", "湿地保护率（%）"), start=1,
        )
    ]  # fmt: skip
    blocks += [
        ("h1", "第三章 实施保障"),
        ("h2", "第一节 重点工程"),
        *body(2),
        ("box", box),
        *body(1),
        ("table", rows),
        *body(2),
    ]
    projects = [["工程", "建设内容", "责任单位"]]
    projects += [
        [f"{place}提升工程", "".join(islice(sentences, 1)), unit]
        for place, unit in zip(_PLACES * 3, cycle(("市水务局", "市林业局", "市工业和信息化局")), strict=False)
    ]
    blocks += [("h2", "第二节 工程安排"), ("table", projects), *body(2)]
    return Plan(tuple(blocks))


def reportlab_pdf(document: Plan) -> bytes:
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def style(size: float, **more: object) -> ParagraphStyle:
        return ParagraphStyle("s", fontName="STSong-Light", wordWrap="CJK", fontSize=size, leading=size * 1.6, **more)

    styles = {"title": style(20, alignment=1, spaceAfter=12), "h1": style(16, alignment=1, spaceBefore=10),
              "h2": style(14, spaceBefore=6), "p": style(11, firstLineIndent=22), "cell": style(10)}  # fmt: skip
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    story: list[object] = []
    for kind, content in document.blocks:
        if kind == "box" and isinstance(content, list):
            inner = [Paragraph(escape(text), styles["p"]) for text in content]
            story += [
                Spacer(1, 8),
                Table([[inner]], colWidths=[430], style=[("BOX", (0, 0), (-1, -1), 0.8, colors.black)]),
                Spacer(1, 8),
            ]
        elif kind == "table" and isinstance(content, list):
            cells = [[Paragraph(escape(cell), styles["cell"]) for cell in row] for row in content]
            widths = [430 / len(content[0])] * len(content[0])
            story += [Spacer(1, 8), Table(cells, colWidths=widths, style=grid, repeatRows=1), Spacer(1, 8)]
        else:
            story.append(Paragraph(escape(str(content)), styles[kind]))

    def margins(canvas, page) -> None:  # type: ignore[no-untyped-def]
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(72, 805, HEAD)
        canvas.drawCentredString(297, 30, f"— {page.page} —")

    stream = io.BytesIO()
    SimpleDocTemplate(stream).build(story, onFirstPage=margins, onLaterPages=margins)
    return stream.getvalue()


def fpdf_pdf(document: Plan) -> bytes:
    from fpdf import FPDF

    class Paper(FPDF):
        def header(self) -> None:
            self.set_font("song", size=9)
            self.set_y(8)
            self.cell(0, 5, HEAD, align="C")
            self.set_y(25)

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("song", size=9)
            self.cell(0, 10, f"第 {self.page_no()} 页", align="C")

    paper = Paper()
    paper.add_font("song", fname=str(CJK_FONT))
    paper.set_margins(25, 25)
    paper.set_auto_page_break(True, 25)
    paper.add_page()
    sizes = {"title": 20, "h1": 16, "h2": 14, "p": 12}
    for kind, content in document.blocks:
        if kind == "box" and isinstance(content, list):
            paper.set_font("song", size=12)
            with paper.table(first_row_as_headings=False, line_height=7) as table:
                table.row(["\n".join(content)])
        elif kind == "table" and isinstance(content, list):
            paper.set_font("song", size=10)
            with paper.table(line_height=6, headings_style=_plain_style()) as table:
                for row in content:
                    table.row(row)
        else:
            paper.set_font("song", size=sizes[kind])
            indent = "　　" if kind == "p" else ""
            align = "C" if kind in ("title", "h1") else "L"
            paper.multi_cell(
                0,
                sizes[kind] * 0.62,
                indent + str(content),
                align=align,
                wrapmode="CHAR",
                new_x="LMARGIN",
                new_y="NEXT",
            )
        paper.ln(2 if kind not in ("p",) else 0)
    return bytes(paper.output())


def _plain_style() -> object:
    from fpdf.fonts import FontFace

    return FontFace(emphasis="")


_CSS = """
@page { size: A4; margin: 25mm 26mm; @top-center { content: "HEAD"; font-size: 9pt } @bottom-center { content: counter(page); font-size: 9pt } }
body { font-family: "Noto Serif CJK SC"; font-size: 12pt; line-height: 1.7; margin: 0 }
h1 { font-size: 20pt; text-align: center } h2 { font-size: 16pt; text-align: center } h3 { font-size: 14pt }
p { text-indent: 2em; margin: 0; text-align: justify } .box { border: 1px solid #333; padding: 6pt; margin: 8pt 0 }
table { border-collapse: collapse; width: 100%; margin: 8pt 0; font-size: 10.5pt } td, th { border: 1px solid #333; padding: 3pt } tr { break-inside: avoid }
"""


def html_page(document: Plan) -> str:
    tags = {"title": "h1", "h1": "h2", "h2": "h3", "p": "p"}
    parts = []
    for kind, content in document.blocks:
        if kind == "box" and isinstance(content, list):
            parts.append('<div class="box">' + "".join(f"<p>{escape(text)}</p>" for text in content) + "</div>")
        elif kind == "table" and isinstance(content, list):
            head = "".join(f"<th>{escape(cell)}</th>" for cell in content[0])
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in content[1:]
            )
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
        else:
            parts.append(f"<{tags[kind]}>{escape(str(content))}</{tags[kind]}>")
    style = _CSS.replace("HEAD", HEAD)
    return f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><style>{style}</style></head><body>{"".join(parts)}</body></html>'


def weasyprint_pdf(document: Plan) -> bytes:
    try:
        from weasyprint import HTML
    except OSError as error:
        pytest.skip(f"weasyprint finds no Pango: {error}")
    return bytes(HTML(string=html_page(document)).write_pdf())


def chromium_pdf(document: Plan, folder: Path) -> bytes:
    page, out = folder / "plan.html", folder / "chromium.pdf"
    page.write_text(html_page(document), "utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium",
         f"--print-to-pdf={out}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return out.read_bytes()


def docx_bytes(document: Plan) -> bytes:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    word = Document()
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif CJK SC", Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    section = word.sections[0]
    section.header.paragraphs[0].text = HEAD
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = footer.add_run()
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        run._r.append(mark)

    def write(
        paragraph, text: str, size: float, *, bold: bool = False, centred: bool = False, indent: bool = False
    ) -> None:  # type: ignore[no-untyped-def]
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        run.font.name = "Noto Serif CJK SC"
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Noto Serif CJK SC")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.JUSTIFY if indent else None
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * size)
        paragraph.paragraph_format.space_after = Pt(0)

    sizes = {"title": 20, "h1": 16, "h2": 14, "p": 12}
    for kind, content in document.blocks:
        if kind == "box" and isinstance(content, list):
            cell = word.add_table(1, 1, style="Table Grid").cell(0, 0)
            for number, text in enumerate(content):
                write(cell.paragraphs[0] if not number else cell.add_paragraph(), text, 12, indent=True)
        elif kind == "table" and isinstance(content, list):
            table = word.add_table(len(content), len(content[0]), style="Table Grid")
            for row, texts in enumerate(content):
                for column, text in enumerate(texts):
                    write(table.cell(row, column).paragraphs[0], text, 10.5)
            header = OxmlElement("w:tblHeader")
            table.rows[0]._tr.get_or_add_trPr().append(header)
        else:
            write(word.add_paragraph(), str(content), sizes[kind], bold=kind.startswith("h"), centred=kind in ("title", "h1"), indent=kind == "p")  # fmt: skip
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def libreoffice_pdf(document: Plan, folder: Path) -> bytes:
    source = folder / "plan.docx"
    source.write_bytes(docx_bytes(document))
    return converted(source, folder)


def libreoffice_odt_pdf(document: Plan, folder: Path) -> bytes:
    """By way of ODT, whose styles and page layout LibreOffice writes of its own."""
    source = folder / "plan.docx"
    source.write_bytes(docx_bytes(document))
    converted(source, folder, "odt")
    return converted(folder / "plan.odt", folder)


def converted(source: Path, folder: Path, suffix: str = "pdf") -> bytes:
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", suffix,
         "--outdir", str(folder), str(source)],
        check=True, capture_output=True, timeout=150,
    )  # fmt: skip
    return (folder / f"{source.stem}.{suffix}").read_bytes()
