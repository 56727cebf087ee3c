"""A page on which pooled passages are graded by keyboard, and the grades as judgements of a set. Searches nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage, Span
from corpus.structure.sentences import sentences
from eval.model import Item, Question

_PAGE = Path(__file__).parent / "judging.html"


def page(
    name: str, pool: Iterable[tuple[Question, Sequence[Item]]], documents: Mapping[str, Document], passages: Mapping[str, Passage]
) -> str:
    """One self-contained page: question by question, passage by passage, keys 0, 1 and 2, sentences to be clicked that carry the
    answer; grades stay in the browser and are saved as a file for `planseek eval add`. Asks no host for anything."""
    rows = [
        {"id": question.id, "query": question.query,
         "passages": [_shown(item, documents[item.document], passages[item.id]) for item in items]}
        for question, items in pool
    ]  # fmt: skip
    # A closing tag inside a text must not end the script that holds it.
    content = json.dumps({"set": name, "questions": rows}, ensure_ascii=False).replace("<", "\\u003c")
    return _PAGE.read_text("utf-8").replace("/*CONTENT*/null", content)


def _shown(item: Item, document: Document, passage: Passage) -> dict[str, Any]:
    spans = list(sentences(document.text, item.span))
    return {
        "document": item.document,
        "where": " › ".join(passage.trail),
        "region": passage.region.name if passage.region else "",
        "title": document.title,
        "sentences": [[span.start, span.end, " ".join(span.of(document.text).split())] for span in spans],
    }


def merged(rows: Sequence[Mapping[str, Any]], graded: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """A set's rows with the judgements of a graded page: a span graded 1 or 2 is a nugget, one graded 0 takes away the nuggets
    that lie wholly inside its passage. Raises PlanSeekError for a file that is not the page's."""
    own = {row["id"]: {**row, "nuggets": [dict(n) for n in row.get("nuggets", ())]} for row in rows}
    try:
        for grade in graded["grades"]:
            row = own[grade["question"]]
            spans = [Span(int(a), int(b)) for a, b in grade["spans"]]
            whole = Span(int(grade["passage"][0]), int(grade["passage"][1]))
            value, document = int(grade["grade"]), str(grade["document"])
            if value not in (0, 1, 2) or any(span.start >= span.end for span in [*spans, whole]):
                raise ValueError(grade)
            row["nuggets"] = [n for n in row["nuggets"] if not _inside(n, document, whole)]
            if value:
                row["nuggets"] += [
                    {"document": document, "start": span.start, "end": span.end, "grade": value} for span in spans or [whole]
                ]
    except (KeyError, TypeError, ValueError) as error:
        raise PlanSeekError(f"{source} 不是评判页存下的文件，或不属于这个评测集（{error!r}）。请在评判页重新保存。") from error
    for row in own.values():
        row["nuggets"].sort(key=lambda n: (n["document"], n["start"], n["end"]))
        row["answerable"] = bool(row["nuggets"])
    return list(own.values())


def _inside(nugget: Mapping[str, Any], document: str, whole: Span) -> bool:
    return nugget["document"] == document and whole.start <= nugget["start"] and nugget["end"] <= whole.end
