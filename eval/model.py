"""The types of evaluation: questions with judged spans, what is searched, and what a system returned. No behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.model import Span
from index.protocols import Backend
from retriever.score import Tools
from retriever.state import Corpus


@dataclass(frozen=True, slots=True)
class Nugget:
    """A judged place: `span` of document `document` answers the question. grade: 2 answers, 1 touches it."""

    document: str
    span: Span
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A judged question. within: the documents it is asked among (all where empty); found and silent: the codes of the
    regions that speak of a fan-out's topic and of those that do not."""

    id: str
    query: str
    kind: str = ""
    split: str = ""
    answerable: bool = True
    nuggets: tuple[Nugget, ...] = ()
    within: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def fans_out(self) -> bool:
        """Judged region by region, not by one ranking."""
        return bool(self.found or self.silent)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A named set of questions. texts: the passages by id where the set brings its own (BEIR), else empty."""

    name: str
    questions: tuple[Question, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def documents(self) -> frozenset[str]:
        """Every document that a question names."""
        named = {document for question in self.questions for document in question.within}
        return frozenset(named | {nugget.document for question in self.questions for nugget in question.nuggets})


@dataclass(frozen=True, slots=True)
class Item:
    """A place that can be retrieved. The id is the passage's own; in a BEIR set it is also the document's."""

    id: str
    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Ground:
    """What systems search: row i of the backend is items[i], indexed as texts[i]. corpus is None for a BEIR set.

    size: bytes of the index on disk; seconds: how long building it took, None where it was there already.
    """

    items: Sequence[Item]
    texts: Sequence[str]
    backend: Backend
    tools: Tools
    corpus: Corpus | None = None
    size: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one system returned for each question id, best first. A question may be missing: it then counts 0."""

    system: str
    rankings: Mapping[str, tuple[Item, ...]]
