"""Exports passages as Markdown to paste into a document."""

import re

from retriever.cite import label
from retriever.exporters.rows import NOT_FOUND, source
from retriever.model import Findings, Hit

_SPECIAL = str.maketrans({c: "\\" + c for c in "\\`*_[]<>#|~&"})
# A line that begins so is an item of a list, a rule or the underline of a heading.
_OPENING = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")


def export(findings: Findings) -> bytes:
    lines = [f"# {_plain(findings.query.text)}", ""]
    if findings.interpretation.fan_out is None:
        lines += _hits(findings.hits) or [f"{NOT_FOUND}相关表述。", ""]
    else:
        found = sum(group.status == "found" for group in findings.groups)
        lines += [f"{len(findings.groups)} 个地区中 {found} 个有相关表述。", ""]
        for group in findings.groups:
            lines += [f"## {_plain(group.region.name)}", ""]
            lines += _hits(group.hits) if group.hits else [f"{NOT_FOUND}相关表述。", ""]
    return "\n".join(lines).encode()


def _hits(hits: tuple[Hit, ...]) -> list[str]:
    lines: list[str] = []
    for hit in hits:
        where = f"{source(hit)}，第 {hit.passage.span.start}–{hit.passage.span.end} 字"
        quoted = "\n>\n".join(f"> {_plain(part)}" for part in hit.text.splitlines() if part.strip())
        lines += [f"{hit.rank}. {_plain(label(hit.document, hit.passage))}（{_plain(where)}）", "", quoted, ""]
    return lines


def _plain(text: str) -> str:
    """One line of text in which Markdown and HTML mean nothing."""
    line = " ".join(text.split()).translate(_SPECIAL)
    return _OPENING.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], line)
