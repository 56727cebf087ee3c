"""Runs kept in a home's evaluations folder, each with its time, its questions and what was returned word for word. Measures
nothing."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage, Span
from eval import saved
from eval.model import Question
from eval.saved import Report
from retriever.cite import label, titled
from retriever.state import Corpus

FOLDER = "evaluations"
_ID = re.compile(r"\d{8}-\d{6}-[\w.+-]+")
_OPEN = 6
"""How many runs stay in memory: a page asks for the same one again and again."""

Place = tuple[str, int, int]


def keep(home: Path, report: Report, questions: Sequence[Question], corpus: Corpus | None, now: datetime | None = None) -> str:
    """Write a run with details under a new id, which is returned. Readable by `planseek eval compare` too.

    Raises PlanSeekError where the folder cannot be written.
    """
    made = now or datetime.now().astimezone()
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanSeekError(f"无法写入 {folder}（{error.strerror or error}）。请检查数据文件夹的权限。") from error
    stem = f"{made:%Y%m%d-%H%M%S}-{report['set']}"
    name = next(n for i in range(1000) if not (folder / f"{(n := stem + (f'-{i}' if i else ''))}.json").exists())
    asked = {q.id: _asked(q) for q in questions}
    whole = report | {"made": made.isoformat(timespec="seconds"), "asked": asked, "quotes": _quotes(report, questions, corpus)}
    # Under its own name only when it is whole: a reader must not meet half a run.
    waiting = folder / f".{name}.part"
    saved.save(whole, waiting)
    waiting.replace(folder / f"{name}.json")
    return name


def load(home: Path, name: str) -> Report | None:
    """A kept run, or None where there is none of that id. Raises PlanSeekError for a file that is no kept run."""
    file = home / FOLDER / f"{name}.json"
    if not _ID.fullmatch(name) or not file.is_file():
        return None
    return _load(file, file.stat().st_mtime_ns)


def kept(home: Path) -> list[dict[str, Any]]:
    """The runs in short, the newest first: id, set, split, questions, systems, made, index. Files that are none are left out."""
    found = []
    for file in sorted((home / FOLDER).glob("*.json"), key=lambda file: file.stem, reverse=True):
        if _ID.fullmatch(file.stem):
            try:
                found.append(_short(file, file.stat().st_mtime_ns))
            except (PlanSeekError, OSError):
                continue
    return found


def quotation(report: Report, place: Sequence[Any]) -> dict[str, str]:
    """The text and citation of a place (document, start, end) as they stood when the run was made."""
    text, citation = report["quotes"].get(_key(tuple(place[:3])), ("", ""))
    return {"text": text, "citation": citation}


@lru_cache(maxsize=_OPEN)
def _load(file: Path, modified: int) -> Report:
    report = saved.load(file)
    if not {"made", "asked", "quotes"} <= report.keys():
        raise PlanSeekError(f"{file} 不是页面保存的评测结果，请移出该文件夹。")
    return report


@lru_cache(maxsize=1000)
def _short(file: Path, modified: int) -> dict[str, Any]:
    report = _load(file, modified)
    short = {name: report[name] for name in ("set", "split", "questions", "made", "index")}
    return {"id": file.stem} | short | {"systems": list(report["systems"])}


def _asked(question: Question) -> dict[str, Any]:
    nuggets = [[n.document, n.span.start, n.span.end, n.grade] for n in question.nuggets]
    return {"query": question.query, "answerable": question.answerable, "nuggets": nuggets, "found": len(question.found), "silent": len(question.silent)}  # fmt: skip


def _quotes(report: Report, questions: Sequence[Question], corpus: Corpus | None) -> dict[str, tuple[str, str]]:
    """Text and citation of every place that a system returned or a question was judged by."""
    if corpus is None:
        return {}
    places: set[Place] = {(n.document, n.span.start, n.span.end) for q in questions for n in q.nuggets}
    for row in report["details"].values():
        places.update((d, start, end) for items in row["returned"].values() for d, start, end in items)
    passages: dict[str, list[Passage]] = {}
    for passage in corpus.passages:
        passages.setdefault(passage.document, []).append(passage)
    return {
        _key(place): _quote(Span(*place[1:]), document, passages.get(place[0], ()))
        for place in sorted(places)
        if (document := corpus.documents.get(place[0]))
    }


def _quote(span: Span, document: Document, passages: Sequence[Passage]) -> tuple[str, str]:
    nearest = max(passages, key=lambda p: _shared(p.span, span), default=None)
    inside = nearest is not None and _shared(nearest.span, span) > 0
    return span.of(document.text), label(document, nearest) if nearest and inside else titled(document.title)


def _shared(one: Span, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _key(place: Sequence[Any]) -> str:
    return ":".join(map(str, place))


def asked_of(report: Report) -> Mapping[str, Mapping[str, Any]]:
    """Question id → its query, nuggets as [document, start, end, grade], and how many regions were judged."""
    found: Mapping[str, Mapping[str, Any]] = report["asked"]
    return found
