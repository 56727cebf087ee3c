"""The Word memo: real footnotes, headings, tables; a user's own template, and what no template may do."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from corpus.errors import PlanSeekError
from corpus.formats.libreoffice import converted, program
from retriever.exporters import export
from retriever.exporters.docx_template import memo
from retriever.model import Query
from retriever.paper import Paper
from retriever.service import Service
from settings import Settings
from tests.retriever.papers import (
    CITY,
    EDITION,
    FORMULAS,
    HOSTILE,
    LABEL,
    MADE,
    SILENT,
    fanned,
    flat,
    found,
    made_hit,
    paper,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def own(*lines: str) -> bytes:
    """A user's template with these lines."""
    document = WordDocument()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(template: bytes, name: str, content: bytes) -> bytes:
    """A template with a part added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def example() -> Paper:
    return paper(fanned(made_hit("先说别的。恢复湿地410亩。"), made_hit("矿山\n复绿。", 2)), "恢复湿地410亩。")


def footnotes(content: bytes) -> dict[str, str]:
    """Id → words of a document's footnotes, separators aside."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/footnotes.xml"))
    return {note.get(f"{W}id"): "".join(note.itertext()).strip() for note in root if note.get(f"{W}type") is None}


def test_the_memo_reads_from_title_to_sources() -> None:
    document = WordDocument(io.BytesIO(export(example(), "docx")))
    assert [(p.style.name, p.text) for p in document.paragraphs if p.text] == [
        ("Title", "各区生态修复"),
        ("题下说明", f"规划原文摘编　{MADE}"),
        ("正文段落", "2 个县级地区中 1 个有相关表述。"),
        ("检索说明", "检索主题：生态修复"),
        ("检索说明", "逐个地区：县级，共 2 个"),
        ("Heading 1", "一、各地区结果"),
        ("Heading 1", "二、原文摘录"),
        ("Heading 2", f"（一）{CITY.name}"),
        ("引文", "先说别的。恢复湿地410亩。"),
        ("引文", "矿山"),
        ("引文", "复绿。"),
        ("Heading 1", "三、未检索到相关表述的地区"),
        ("检索说明", f"{SILENT.name}（最接近但不足以作答：{LABEL}）"),
        ("Heading 1", "四、来源文件"),
        ("来源", "[1] 沧浦区规划[Z].（文件：甲.txt）"),
        ("版本说明", f"生成日期：{MADE}；{EDITION}"),
    ]
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["地区", "结果", "摘录数", "要点"], [CITY.name, "有相关表述", "2", "恢复湿地410亩。"], [SILENT.name, "未检索到", "0", ""]
    ]  # fmt: skip
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert document.core_properties.title == "各区生态修复"


def test_the_sentence_that_answers_is_bold() -> None:
    document = WordDocument(io.BytesIO(export(example(), "docx")))
    quoted = next(p for p in document.paragraphs if p.style.name == "引文")
    assert [(run.text, bool(run.bold)) for run in quoted.runs if run.text] == [("先说别的。", False), ("恢复湿地410亩。", True)]


def test_citations_are_footnotes_in_the_order_of_the_text() -> None:
    content = export(example(), "docx")
    document = WordDocument(io.BytesIO(content))
    order = [reference.get(qn("w:id")) for reference in document.element.body.iter(qn("w:footnoteReference"))]
    notes = footnotes(content)
    assert order == ["1", "2", "3"] == list(notes)
    assert notes == {"1": f"{LABEL}（甲.txt，第 10–19 字）", "2": f"{LABEL}（甲.txt，第 5–19 字）", "3": f"{LABEL}（甲.txt，第 5–11 字）"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"footnotes+xml" in archive.read("[Content_Types].xml")
        assert b"footnotes.xml" in archive.read("word/_rels/document.xml.rels")
        assert b"footnotePr" in archive.read("word/settings.xml") and b"FootnoteReference" in archive.read("word/styles.xml")


def test_marks_of_ours_never_reach_a_reader() -> None:
    content = export(paper(fanned(*(made_hit(text, i) for i, text in enumerate(HOSTILE, 1)))), "docx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shown = archive.read("word/document.xml").decode() + archive.read("word/footnotes.xml").decode()
    assert not [c for c in shown if "\ufdd0" <= c <= "\ufdef"] and "{{ 7*7 }}" in shown and "{_{ 7*7 }_}" in shown


def test_a_very_long_question_is_a_title_still() -> None:
    document = WordDocument(io.BytesIO(export(flat("甲", question="长" * 2000), "docx")))
    assert document.paragraphs[0].text == "长" * 2000 and document.core_properties.title == "长" * 255


# — a user's own template ——————————————————————————————————————————————————————————————————————————————————————————————


def test_own_template() -> None:
    template = own("某局　{{ title }}", "{%p for chapter in chapters %}", "{%p for section in chapter.sections %}",
                   "{%p for quotation in section.quotations %}", "{{ loop.index }}．{{ quotation.text }}{{ quotation.footnote }}",
                   "{%p endfor %}", "{%p endfor %}", "{%p endfor %}", "共 {{ sources|length }} 份文件；{{ edition }}")  # fmt: skip
    content = export(example(), "docx", template)
    document = WordDocument(io.BytesIO(content))
    assert [p.text for p in document.paragraphs] == [
        "某局　各区生态修复", "1．先说别的。恢复湿地410亩。", "2．矿山 复绿。", f"共 1 份文件；生成日期：{MADE}；{EDITION}"
    ]  # fmt: skip
    assert list(footnotes(content).values()) == [f"{LABEL}（甲.txt，第 5–19 字）", f"{LABEL}（甲.txt，第 5–11 字）"]
    assert {"footnote text", "footnote reference"} <= {style.name for style in document.styles}


def test_our_template_is_one_that_users_may_start_from() -> None:
    again = io.BytesIO()
    WordDocument(io.BytesIO(memo())).save(again)
    one, other = (WordDocument(io.BytesIO(content)) for content in (export(example(), "docx", again.getvalue()), export(example(), "docx")))
    assert [p.text for p in one.paragraphs] == [p.text for p in other.paragraphs]


def test_notes_are_added_to_those_of_a_template() -> None:
    template = export(flat("旧的一段"), "docx")
    document = WordDocument(io.BytesIO(template))
    document.add_paragraph("{%p for section in chapters[0].sections %}")
    document.add_paragraph("{%p for quotation in section.quotations %}")
    document.add_paragraph("{{ quotation.text }}{{ quotation.footnote }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")
    out = io.BytesIO()
    document.save(out)
    notes = footnotes(export(flat("新的一段"), "docx", out.getvalue()))
    assert list(notes) == ["1", "2"] and all(note.startswith(LABEL) for note in notes.values())


RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
OUTSIDE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{RELATION}" Target="http://x.example/t.dotm" TargetMode="External"/></Relationships>'
).encode()


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (lambda: b"", "不是 Word 文件"),
        (lambda: b"PK\x03\x04" + b"\x00" * 100, "不是 Word 文件"),
        (lambda: "纯文本".encode(), "不是 Word 文件"),
        (lambda: export(flat("甲"), "xlsx"), "不是 Word 文件"),
        (lambda: b"0" * (5 << 20) + b"1", "超过 5 MB"),
        (lambda: with_part(own("x"), "word/media/big.bin", b"\x00" * (51 << 20)), "解开后过大"),
        (lambda: with_part(own("x"), "word/vbaProject.bin", b"x"), "带有宏"),
        (lambda: with_part(own("x"), "word/_rels/settings.xml.rels", OUTSIDE), "引用了外部文件"),
        (lambda: with_part(own("x"), "word/document.xml", b"<broken"), "模板"),
        (lambda: own("{{ title"), "标签写法有误"),
        (lambda: own("{% for a in chapters %}"), "标签写法有误"),
        (lambda: own("{{ title|safe }}"), "标签写法有误"),
        (lambda: own("{{ 标题 }}"), "不认识的变量"),
        (lambda: own("{{ chapters[0].nothing }}"), "不认识的变量"),
        (lambda: own("{{ title.__class__.__mro__ }}"), "不允许|不认识"),
        (lambda: own("{{ title.upper() }}"), "不允许|不认识"),
        (lambda: own("{{ loop() }}"), "不允许|不认识"),
        (lambda: own("{% for i in range(9) %}x{% endfor %}"), "不允许|不认识"),
        (lambda: own("{{ 'a' * 1000000000 }}"), "加减乘除"),
        (lambda: own("{{ 9 ** 9999999 }}"), "加减乘除"),
        (lambda: own("{{ '%999999999d' % 1 }}"), "加减乘除"),
        (lambda: own("{% include '/etc/passwd' %}"), "模板无法套用"),
    ],
)
def test_bad_templates_are_refused_in_a_sentence(template: Callable[[], bytes], told: str) -> None:
    with pytest.raises(PlanSeekError, match=told) as refused:
        export(flat("甲"), "docx", template())
    assert "\n" not in str(refused.value) and str(refused.value).endswith("。")


def test_plan_text_is_no_template_in_a_users_template_either() -> None:
    hits = [made_hit(text, i) for i, text in enumerate([*HOSTILE, *FORMULAS], 1)]
    template = own("{%p for section in chapters[0].sections %}", "{%p for quotation in section.quotations %}", "{{ quotation.text }}",
                   "{%p endfor %}", "{%p endfor %}")  # fmt: skip
    shown = [p.text for p in WordDocument(io.BytesIO(export(paper(found(*hits)), "docx", template))).paragraphs]
    assert "{{ 7*7 }}" in shown and "{{ title.__class__ }}" in shown and "<b>粗</b>&amp;<w:br/>" in shown


def unspaced(words: str) -> str:
    """Words without spaces, and without the quotation marks that a page sets in another font and so tells out of order."""
    return "".join(words.split()).translate(dict.fromkeys(map(ord, "“”‘’")))


def cuts(words: str, shown: str) -> int:
    """Into how many further stretches a page's end cuts words: each part but the last is as long as it can be."""
    found = 0
    while words not in shown:
        longest = max((n for n in range(1, len(words)) if words[:n] in shown), default=0)
        if longest < 2:
            return 99
        words, found = words[longest:], found + 1
    return found


# — in LibreOffice ————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.skipif(program() is None, reason="LibreOffice is not there: make system")
@pytest.mark.parametrize(("name", "question", "what"), [
    ("docx", "各区生态修复措施", "passages"), ("xlsx", "各区生态修复措施", "passages"), ("docx", "各区养老床位目标", "targets"),
])  # fmt: skip
def test_libreoffice_shows_every_quotation(name: str, question: str, what: str, sample_home: Path) -> None:
    made = Service(Settings(home=sample_home)).paper(Query(question), what)
    printed = converted(export(made, name), "甲", f".{name}", "pdf", "")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(printed)]
    shown = unspaced("".join(pages))
    quotations = list(made.quotations())
    assert quotations
    for quotation in quotations:
        for words in (quotation.text, quotation.label):
            assert cuts(unspaced(words), shown) <= 2, words
