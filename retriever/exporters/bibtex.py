"""Exports the sources as BibTeX, an @misc entry a document. No text in it is a command."""

import re

from retriever.exporters.bibliography import references
from retriever.exporters.characters import line
from retriever.paper import Paper

_ESCAPED = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_", '"': r"{\textquotedbl}",
}  # fmt: skip
"""BibTeX counts braces even behind a backslash, so they have to go."""


def export(paper: Paper) -> bytes:
    entries = []
    for reference in references(paper):
        document = reference.document
        fields = {
            "author": " and ".join(f"{{{_escaped(author)}}}" for author in reference.authors),
            "title": f"{{{_escaped(reference.title)}}}",
            "number": _escaped(document.number or ""),
            "howpublished": _escaped(document.kind),
            "year": match[0] if (match := re.match(r"\d{4}", reference.issued)) else "",
            "date": _escaped(reference.issued),
            "note": "；".join(_escaped(label) for label in reference.labels),
            "langid": "chinese",
        }
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        entries.append(f"@misc{{{reference.key},\n{body}}}\n")
    return "\n".join(entries).encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(c, c) for c in line(text))
