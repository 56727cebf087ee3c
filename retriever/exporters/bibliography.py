"""What a list of references says of a document: author, title, type, date, each only where the document tells it."""

from dataclasses import dataclass

from corpus.model import Document
from retriever.exporters.characters import line
from retriever.paper import Paper


@dataclass(frozen=True, slots=True)
class Reference:
    """A cited document and the places cited in it, in the order in which they first are."""

    number: int
    document: Document
    labels: tuple[str, ...]

    @property
    def key(self) -> str:
        """A name for programs, derived from the content: ASCII letters and digits."""
        return f"planseek{self.document.id[:10]}"

    @property
    def authors(self) -> tuple[str, ...]:
        issuer = line(self.document.issuer or "")
        return tuple(filter(None, (name.strip() for name in issuer.replace("，", "、").split("、"))))

    @property
    def title(self) -> str:
        """With the state of what is no final text, as in a citation."""
        d = self.document
        return line(d.title) + (f"（{d.status}）" if d.status != "正式" and d.status not in d.title else "")

    @property
    def issued(self) -> str:
        return line(self.document.issued or "")


def references(paper: Paper) -> list[Reference]:
    """The sources of a paper with the citations of each."""
    labels: dict[str, dict[str, None]] = {}
    for chapter in paper.chapters:
        for quotation in (*chapter.answers, *chapter.quotations()):
            labels.setdefault(quotation.document.id, {})[line(quotation.label)] = None
    return [Reference(s.number, s.document, tuple(labels[s.document.id])) for s in paper.sources()]
