"""Exports the sources as a list of references after GB/T 7714—2015, each with the places that are cited. Invents no field."""

from retriever.exporters.bibliography import Reference, references
from retriever.exporters.characters import line
from retriever.paper import Paper

_REPORT, _OTHER = "R", "Z"
"""Types of Appendix B: 报告 for a government's report, 其他 for official documents; no /OL, which asks for an address."""


def export(paper: Paper) -> bytes:
    lines: list[str] = []
    for reference in references(paper):
        lines.append(f"[{reference.number}] {entry(reference)}")
        lines += [f"    引用：{label}" for label in reference.labels]
    text = "\r\n".join(lines) + "\r\n" if lines else ""
    return text.encode("utf-8-sig", "replace")


def entry(reference: Reference) -> str:
    """责任者. 题名: 文号[类型]. 日期. What is not known is left out: numbered references may lack an author."""
    document = reference.document
    kind = _REPORT if document.kind == "政府工作报告" else _OTHER
    author = f"{', '.join(reference.authors)}. " if reference.authors else ""
    number = f": {line(document.number)}" if document.number else ""
    date = f" {reference.issued}." if reference.issued else ""
    return f"{author}{reference.title}{number}[{kind}].{date}"
