"""Exports the sources as RIS records, which EndNote, Zotero and NoteExpress read. No text in it begins a field."""

from retriever.exporters.bibliography import references
from retriever.exporters.characters import line
from retriever.paper import Paper


def export(paper: Paper) -> bytes:
    lines: list[str] = []
    for reference in references(paper):
        document = reference.document
        fields = [
            ("TY", "GOVDOC"),
            ("ID", reference.key),
            # The format reserves the asterisk in names.
            *(("AU", author.replace("*", "＊")) for author in reference.authors),
            ("TI", reference.title),
            ("PY", reference.issued[:4]),
            ("DA", reference.issued.replace("-", "/")),
            ("M1", document.number or ""),
            ("M3", document.kind),
            ("LA", "zh"),
            *(("N1", label) for label in reference.labels),
        ]
        lines += [f"{tag}  - {line(value)}" for tag, value in fields if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines).encode("utf-8", "replace")
