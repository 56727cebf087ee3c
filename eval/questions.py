"""Reads judged sets: our JSON lines by name, and BEIR folders. Never searches and never writes."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Span
from eval.model import Nugget, Question, QuestionSet

SPLITS = ("dev", "test", "all")


def sets_folder() -> Path:
    """Where the sets that ship lie: eval/sets."""
    return Path(str(resources.files("eval"))) / "sets"


def names() -> list[str]:
    """The names of the sets that ship."""
    return sorted(file.parent.name for file in sets_folder().glob("*/questions.jsonl"))


def read_set(name: str, split: str = "all", folder: Path | None = None) -> QuestionSet:
    """A set by name, from eval/sets or the folder given; `split` dev or test keeps that half.

    Raises PlanSeekError for an unknown name, a line that is not a question, and a half that is empty.
    """
    file = (folder or sets_folder()) / name / "questions.jsonl"
    if not file.is_file():
        raise PlanSeekError(f"没有名为「{name}」的评测集。可用：{'、'.join(names())}；BEIR 文件夹请用 --beir。")
    questions = []
    for number, row in _lines(file):
        try:
            questions.append(_question(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PlanSeekError(
                f"{file} 第 {number} 行不是一道评测题（{error!r}）。格式见 docs/evaluation.md。"
            ) from error
    return QuestionSet(name, _half(questions, split, name))


def read_beir(folder: Path, split: str = "all") -> QuestionSet:
    """A folder in BEIR layout: corpus.jsonl, queries.jsonl, qrels/test.tsv (`split` dev: qrels/dev.tsv).

    Each passage is a document of one item: title and text. Queries without a relevant passage are left out.
    Raises PlanSeekError naming the file at fault.
    """
    if not folder.is_dir():
        raise PlanSeekError(f"BEIR 文件夹 {folder} 不存在。应含 corpus.jsonl、queries.jsonl 与 qrels/test.tsv。")
    texts: dict[str, str] = {}
    queries: dict[str, str] = {}
    for file, take in ((folder / "corpus.jsonl", texts), (folder / "queries.jsonl", queries)):
        for number, row in _lines(file):
            try:
                title = str(row.get("title") or "")
                take[str(row["_id"])] = f"{title}\n{row['text']}" if title else str(row["text"])
            except (KeyError, AttributeError) as error:
                raise PlanSeekError(f"{file} 第 {number} 行缺少 _id 或 text。") from error
    judged: dict[str, list[Nugget]] = {}
    for query, document, grade in _judgements(folder / "qrels" / ("dev.tsv" if split == "dev" else "test.tsv")):
        if grade > 0 and query in queries and document in texts:
            judged.setdefault(query, []).append(Nugget(document, Span(0, len(texts[document])), grade))
    if not judged:
        raise PlanSeekError(f"BEIR 文件夹 {folder} 的 qrels 与 queries、corpus 没有共同的编号。")
    questions = tuple(Question(i, queries[i], nuggets=tuple(found)) for i, found in judged.items())
    return QuestionSet(folder.resolve().name, questions, texts)


def _half(questions: list[Question], split: str, name: str) -> tuple[Question, ...]:
    if split not in SPLITS:
        raise PlanSeekError(f"--split「{split}」无法识别，可用：{'、'.join(SPLITS)}。")
    kept = tuple(question for question in questions if split in ("all", question.split))
    if not kept:
        raise PlanSeekError(f"评测集「{name}」的 {split} 部分没有题目。")
    return kept


def _question(row: dict[str, Any]) -> Question:
    nuggets = tuple(
        Nugget(str(n["document"]), Span(int(n["start"]), int(n["end"])), int(n.get("grade", 1)))
        for n in row.get("nuggets", ())
    )
    for nugget in nuggets:
        if not 0 <= nugget.span.start < nugget.span.end:
            raise ValueError(nugget.span)
    regions = row.get("regions") or {}
    return Question(
        str(row["id"]), str(row["query"]), str(row.get("kind", "")), str(row.get("split", "")),
        bool(row.get("answerable", True)), nuggets, tuple(row.get("within", ())),
        tuple(regions.get("found", ())), tuple(regions.get("silent", ())),
    )  # fmt: skip


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanSeekError(f"无法读取 {file}（{error}）。请检查文件是否存在、是否为 UTF-8。") from error
    # Not splitlines(): a text may hold a line separator of Unicode's.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise PlanSeekError(f"{file} 第 {number} 行不是 JSON（{error}）。") from error


def _judgements(file: Path) -> Iterator[tuple[str, str, int]]:
    try:
        rows = [line.split("\t") for line in file.read_text("utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise PlanSeekError(f"无法读取 {file}（{error}）。请检查文件是否存在、是否为 UTF-8。") from error
    for number, row in enumerate(rows, 1):
        if number == 1 and row[0].strip() == "query-id":
            continue
        try:
            yield row[0].strip(), row[1].strip(), int(row[2])
        except (IndexError, ValueError) as error:
            raise PlanSeekError(f"{file} 第 {number} 行应为：题号、段号、分数，以制表符分隔。") from error
