"""A user's own questions: read from a sheet, their answers found in the corpus word by word, kept as a set in the home folder."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Document, Span

COLUMNS = {"问题": "query", "文件": "file", "原文": "quote", "类别": "kind", "等级": "grade"}
"""Column of the sheet → what it holds. Only 问题 must be there; a row without 原文 is a question without an answer."""


def read_sheet(file: Path) -> list[dict[str, str]]:
    """The rows of the first sheet of an .xlsx or .csv, by our names of its columns. Raises PlanSeekError."""
    rows = _csv(file) if file.suffix.lower() == ".csv" else _xlsx(file)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if "问题" not in head:
        raise PlanSeekError(f"{file.name} 的第一行没有「问题」一列。表头应为：{'、'.join(COLUMNS)}（后四列可不填）。")
    places = [(head.index(name), key) for name, key in COLUMNS.items() if name in head]
    return [{key: row[i].strip() for i, key in places if i < len(row)} for row in rows[1:] if any(cell.strip() for cell in row)]


def _xlsx(file: Path) -> list[list[str]]:
    from python_calamine import CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    except Exception as error:  # calamine raises its own and Rust's kinds
        raise PlanSeekError(f"无法读取 {file}。请确认它是 .xlsx 或 .csv 表格，没有加密。") from error


def _csv(file: Path) -> list[list[str]]:
    import csv

    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig") if _is_utf8(content) else content.decode("gb18030")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanSeekError(f"无法读取 {file}。请另存为 UTF-8 的 .csv 或 .xlsx。") from error
    return list(csv.reader(text.splitlines()))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def questions_of(rows: Sequence[Mapping[str, str]], documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Set rows of a sheet's: rows of one 问题 are one question with several answers. Raises PlanSeekError for a quotation that
    stands nowhere, or in several documents where no 文件 is named."""
    made: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, 2):
        query = row.get("query", "")
        if not query:
            raise PlanSeekError(f"第 {number} 行的「问题」是空的。请补上，或删去这一行。")
        question = made.setdefault(
            query, {"id": f"own{len(made) + 1:03}", "query": query, "kind": row.get("kind") or "own", "split": "dev", "answerable": False, "nuggets": []}
        )
        if quote := row.get("quote", ""):
            document, start, end = _found(quote, row.get("file", ""), documents, number)
            grade = 1 if row.get("grade", "").startswith("1") else 2
            question["nuggets"].append({"document": document.id, "start": start, "end": end, "grade": grade})
            question["answerable"] = True
    return list(made.values())


def _found(quote: str, file: str, documents: Sequence[Document], number: int) -> tuple[Document, int, int]:
    """Where a quotation stands, white space left aside."""
    pattern = re.compile(r"\s*".join(re.escape(c) for c in re.sub(r"\s+", "", quote)))
    among = [d for d in documents if not file or file in d.title or any(file in path for path in d.files)]
    hits = [(document, match) for document in among if (match := pattern.search(document.text))]
    if not hits:
        where = f"「{file}」里" if file else "语料里"
        raise PlanSeekError(f"第 {number} 行的「原文」在{where}找不到：{quote[:30]}。请逐字复制原文，或先导入该文件。")
    if len(hits) > 1:
        raise PlanSeekError(f"第 {number} 行的「原文」在 {len(hits)} 份文件里都有。请在「文件」一列写明是哪一份。")
    document, match = hits[0]
    return document, match.start(), match.end()


def read_json(file: Path) -> dict[str, Any]:
    """What a judging page saved. Raises PlanSeekError."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PlanSeekError(f"无法读取 {file}。请选择评判页“保存评判”存下的文件。") from error
    if not isinstance(found, dict):
        raise PlanSeekError(f"{file.name} 不是评判页存下的文件。请在评判页重新保存。")
    return found


def together(known: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A set's rows with new ones: a question asked in the same words replaces the old one, the others get ids of their own."""
    new = {row["query"]: dict(row) for row in made}
    rows = [new.pop(row["query"], dict(row)) | {"id": row["id"]} for row in known]
    taken = {row["id"] for row in rows}
    for row in new.values():
        number = next(n for n in range(1, len(rows) + 2) if f"own{n:03}" not in taken)
        rows.append(row | {"id": f"own{number:03}"})
        taken.add(f"own{number:03}")
    return rows


MARKS = {"有用": 2, "无用": 0, "区域不对": 0}
"""What a user may say of a shown passage → the grade that it becomes; 0 is no answer."""

UNSAID = "未评"
"""What takes a mark back."""


def marked(
    known: Sequence[Mapping[str, Any]], query: str, marks: Sequence[tuple[str, Span, str]]
) -> list[dict[str, Any]]:
    """A set's rows with marks (document, span, one of MARKS) on passages shown for a question: a useful one is a nugget, another
    takes away the nuggets inside it and is kept as rejected, with the reason. UNSAID takes back what was said of just this
    passage, and the question with it where nothing else was."""
    rows = [dict(row) for row in known]
    row = next((row for row in rows if row["query"] == query), None)
    if row is None:
        row = {"id": "", "query": query, "kind": "own", "split": "dev", "answerable": True, "nuggets": []}
        rows = together(rows, [row])
        row = next(row for row in rows if row["query"] == query)
    for document, span, mark in marks:
        if mark not in (*MARKS, UNSAID):
            raise PlanSeekError(f"评价「{mark}」不认识，可用：{'、'.join((*MARKS, UNSAID))}。")
        place = {"document": document, "start": span.start, "end": span.end}
        if mark == UNSAID:
            for name in ("nuggets", "rejected"):
                row[name] = [n for n in row.get(name, ()) if any(n[key] != place[key] for key in place)]
            continue
        for name in ("nuggets", "rejected"):
            row[name] = [n for n in row.get(name, ()) if not (n["document"] == document and span.start <= n["start"] and n["end"] <= span.end)]
        if MARKS[mark]:
            row["nuggets"].append(place | {"grade": MARKS[mark]})
            row["answerable"] = True
        else:
            row["rejected"].append(place | {"why": mark})
    if not row.get("rejected"):
        row.pop("rejected", None)
        # A question of a sheet may well have no answer.
        if not row["nuggets"] and row.get("answerable") and any(mark == UNSAID for *_, mark in marks):
            rows.remove(row)
    return rows


def marks_of(rows: Sequence[Mapping[str, Any]], query: str) -> dict[tuple[str, int, int], str]:
    """What was said of passages shown for a question: (document, start, end) → one of MARKS."""
    row: Mapping[str, Any] = next((row for row in rows if row["query"] == query), {})
    said = [(n, "有用") for n in row.get("nuggets", ()) if n.get("grade") == MARKS["有用"]]
    said += [(n, n["why"]) for n in row.get("rejected", ())]
    return {(n["document"], n["start"], n["end"]): mark for n, mark in said}


def write_set(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a set's questions; the file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "questions.jsonl"
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    except OSError as error:
        raise PlanSeekError(f"无法写入 {folder}（{error.strerror or error}）。请检查磁盘空间与权限。") from error
    return file
