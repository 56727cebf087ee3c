"""Turns marks in a rendered Word document into real footnotes, which neither python-docx nor docxtpl knows. Words none itself."""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Around a note's number: code points that no text may use for itself."""

_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SEPARATORS = (
    f'<w:footnotes xmlns:w="{_W}">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)
_STYLES = (
    f'<w:style xmlns:w="{_W}" w:type="paragraph" w:styleId="FootnoteText"><w:name w:val="footnote text"/>'
    '<w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="left"/></w:pPr>'
    '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz w:val="18"/><w:szCs w:val="18"/>'
    "</w:rPr></w:style>",
    f'<w:style xmlns:w="{_W}" w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
    '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
)


def mark(number: int) -> str:
    """What stands in the text where a note is to be."""
    return f"{OPEN}{number}{CLOSE}"


def write(document: Any, notes: Sequence[str]) -> None:
    """Put a footnote at every mark of a python-docx document, numbered in the order of the text."""
    body = document.element.body
    # A list: runs are replaced on the way.
    marked = [run for run in body.iter(_q("r")) if any(_MARK.search(t.text or "") for t in run.findall(_q("t")))]
    if not marked:
        return
    part, root = _part(document)
    following = max((int(note.get(_q("id"))) for note in root), default=0) + 1
    ids = {name: _style(document, content) for name, content in zip(("text", "reference"), _STYLES, strict=True)}
    for run in marked:
        following = _split(run, root, notes, following, ids)
    from lxml import etree

    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _split(run: Any, root: Any, notes: Sequence[str], following: int, ids: dict[str, str]) -> int:
    """Replace a run by runs of its words and references; returns the next free id."""
    from lxml import etree

    properties = run.find(_q("rPr"))

    def beside() -> Any:
        new = etree.Element(_q("r"))
        if properties is not None:
            new.append(deepcopy(properties))
        run.addprevious(new)
        return new

    for child in list(run):
        if child.tag == _q("rPr"):
            continue
        if child.tag != _q("t"):
            beside().append(child)
            continue
        for i, words in enumerate(_MARK.split(child.text or "")):
            if i % 2 == 0 and words:
                text = etree.SubElement(beside(), _q("t"), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
                text.text = words
            elif i % 2:
                reference = beside()
                for old in reference.findall(_q("rPr")):
                    reference.remove(old)
                _styled(reference, ids["reference"])
                etree.SubElement(reference, _q("footnoteReference"), {_q("id"): str(following)})
                _note(root, following, notes[int(words)], ids)
                following += 1
    run.getparent().remove(run)
    return following


def _note(root: Any, number: int, words: str, ids: dict[str, str]) -> None:
    from lxml import etree

    note = etree.SubElement(root, _q("footnote"), {_q("id"): str(number)})
    paragraph = etree.SubElement(note, _q("p"))
    etree.SubElement(etree.SubElement(paragraph, _q("pPr")), _q("pStyle"), {_q("val"): ids["text"]})
    reference = etree.SubElement(paragraph, _q("r"))
    _styled(reference, ids["reference"])
    etree.SubElement(reference, _q("footnoteRef"))
    text = etree.SubElement(etree.SubElement(paragraph, _q("r")), _q("t"), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    text.text = " " + words


def _styled(run: Any, style: str) -> None:
    from lxml import etree

    properties = etree.SubElement(run, _q("rPr"))
    etree.SubElement(properties, _q("rStyle"), {_q("val"): style})
    etree.SubElement(properties, _q("vertAlign"), {_q("val"): "superscript"})


def _part(document: Any) -> tuple[Any, Any]:
    """The package's part of footnotes and its root: that of the template where it has one."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.parser import parse_xml
    from lxml import etree

    try:
        part = document.part.part_related_by(_RELATION)
        return part, parse_xml(part.blob)
    except KeyError:
        part = Part(PackURI("/word/footnotes.xml"), _TYPE, b"", document.part.package)
        document.part.relate_to(part, _RELATION)
    settings = document.settings.element
    if settings.find(_q("footnotePr")) is None:
        told = etree.Element(_q("footnotePr"))
        for number in (-1, 0):
            etree.SubElement(told, _q("footnote"), {_q("id"): str(number)})
        # The schema has an order; compat comes right behind.
        before = next((settings.find(_q(name)) for name in ("endnotePr", "compat", "rsids") if settings.find(_q(name)) is not None), None)
        settings.append(told) if before is None else before.addprevious(told)
    return part, parse_xml(_SEPARATORS)


def _style(document: Any, content: str) -> str:
    """The id of a style of footnotes: the document's own, else ours added."""
    from docx.oxml.parser import parse_xml

    style = parse_xml(content)
    name = style.find(_q("name")).get(_q("val"))
    for own in document.styles.element.findall(_q("style")):
        if own.find(_q("name")) is not None and own.find(_q("name")).get(_q("val")) == name:
            return str(own.get(_q("styleId")))
    document.styles.element.append(style)
    return str(style.get(_q("styleId")))


def _q(name: str) -> str:
    return f"{{{_W}}}{name}"
