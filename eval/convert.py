"""Converts judged sets and saved runs to and from the files of BEIR and TREC. Never searches and never judges."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.model import Span
from eval.ground import laid_out
from eval.measures import relevance
from eval.model import Ground, Item, Nugget, Question
from eval.questions import judgements, read_beir, read_set, sets_in
from eval.saved import Report, load
from settings import Settings

Judged = Sequence[tuple[Question, Mapping[str, int]]]
"""Questions, each with the grades of its relevant passages by passage id."""
Files = dict[str, str]
"""What is to be written: content by path within the folder."""

FORMATS = ("beir", "trec", "set")
QRELS, TOPICS, SET = "qrels.txt", "queries.tsv", "questions.jsonl"
"""The files of a TREC folder (judgements; id and text of each question) and of a set."""

_PASSAGE = re.compile(r"([0-9a-f]{16}):([0-9]+)-([0-9]+)")
_DOCUMENT = re.compile(r"[0-9a-f]{64}")


def judged_over(questions: Iterable[Question], items: Sequence[Item]) -> Judged:
    """A set's judgements as grades of the passages of a ground: for each question eval.measures.relevance, as a run is
    measured by it."""
    return [
        (q, relevance(q, [item for item in items if not q.within or item.document in q.within])) for q in questions
    ]


def judged_in(source: Path, split: str = "all") -> Judged:
    """The judgements of a folder in BEIR layout, a folder with qrels.txt and queries.tsv, or a file of TREC qrels with
    queries.tsv beside it. Raises PlanSeekError naming what is missing or broken."""
    if (source / "corpus.jsonl").is_file():
        found = read_beir(source, split).questions
        return [(q, {nugget.document: nugget.grade for nugget in q.nuggets}) for q in found]
    file = source / QRELS if source.is_dir() else source
    if not file.is_file():
        raise PlanSeekError(
            f"{source} 里没有可转换的评测集：应是含 corpus.jsonl 的 BEIR 文件夹，或 TREC 的 {QRELS}（旁边有 {TOPICS}）。请检查路径。"
        )
    grades: dict[str, dict[str, int]] = {}
    for query, passage, grade in judgements(file, trec=True):
        if grade > 0:
            grades.setdefault(query, {})[passage] = grade
    topics = _topics(file.with_name(TOPICS))
    for query in grades:
        if query not in topics:
            raise PlanSeekError(f"{file.with_name(TOPICS)} 里没有 {file.name} 判过的题「{query}」。请补上这一题：题号、制表符、问题。")
    if not grades:
        raise PlanSeekError(f"{file} 里没有一条相关的判断（分数大于 0）。请检查文件。")
    return [(Question(query, topics[query]), row) for query, row in grades.items()]


def beir_files(judged: Judged, ground: Ground, split: str = "all") -> Files:
    """A folder in BEIR layout: every passage of the ground's home, title = its trail, so that title and text are what is
    indexed here; qrels/dev.tsv for the dev half, else qrels/test.tsv.

    What BEIR has no field for (kind, half, answerable, regions) stands in the metadata of a query. `within` is lost.
    """
    assert ground.corpus is not None, "a set over its own passages is a BEIR folder already"
    texts = ground.corpus.documents
    corpus = (
        {"_id": p.id, "title": " ".join(p.trail), "text": p.span.of(texts[p.document].text)} for p in ground.corpus.passages
    )
    queries = ({"_id": q.id, "text": q.query, "metadata": _about(q)} for q, _ in judged)
    rows = (f"{_word(q.id)}\t{passage}\t{grade}\n" for q, grades in judged for passage, grade in grades.items())
    return {
        "corpus.jsonl": _json_lines(corpus),
        "queries.jsonl": _json_lines(queries),
        f"qrels/{'dev' if split == 'dev' else 'test'}.tsv": "query-id\tcorpus-id\tscore\n" + "".join(rows),
    }


def trec_files(judged: Judged) -> Files:
    """TREC qrels (question 0 passage grade), and each question's text by id. Everything else of a question is lost."""
    rows = (f"{_word(q.id)} 0 {_word(passage)} {grade}\n" for q, grades in judged for passage, grade in grades.items())
    topics = (f"{_word(q.id)}\t{' '.join(q.query.split())}\n" for q, _ in judged)
    return {QRELS: "".join(rows), TOPICS: "".join(topics)}


def run_files(report: Report, source: str) -> Files:
    """A TREC run for each system of a saved run: question Q0 passage rank score system.

    The score falls by one from rank to rank, so that the order saved is the order read. A run goes as deep as it was
    saved. Raises PlanSeekError where the saved run lacks what its systems returned.
    """
    try:
        returned = {re.sub(r"[/\s]", "_", name): found["returned"] for name, found in report["details"].items()}
        return {f"{system}.run": "".join(_run_lines(system, found)) for system, found in returned.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanSeekError(
            f"{source} 里没有各系统返回的段落（{error!r}）。请重新运行：planseek eval run --save {Path(source).name}"
        ) from error


def set_files(judged: Judged, lengths: Mapping[str, int], home: Path) -> Files:
    """A set of ours: each relevant passage becomes a nugget, its span. lengths: characters of each document by its full
    id. Raises PlanSeekError for a passage that is none of ours, or of a document that is not there."""
    full = {document[:16]: document for document in lengths}
    return {SET: _json_lines(_set_row(q, [_nugget(q, p, g, full, lengths, home) for p, g in row.items()]) for q, row in judged)}


def lengths_in(home: Path) -> dict[str, int]:
    """The number of characters of every document in a home, by id. Raises PlanSeekError where there is no home."""
    from corpus.store import Store

    if not (home / "corpus.sqlite").exists():
        raise PlanSeekError(f"数据文件夹 {home} 里还没有语料，无法认出段落属于哪个文档。请先用 planseek ingest 导入文档，或用 --home 指明。")
    store = Store(home / "corpus.sqlite")
    try:
        return {document.id: len(document.text) for document in store.documents()}
    finally:
        store.close()


def convert(
    settings: Settings, to: str, name: str | None, source: Path | None, run: Path | None, split: str = "all"
) -> tuple[Files, str]:
    """What `planseek eval convert` writes, and a Chinese line on what it is: the set `name` or the files at `source` in
    the format `to`, and the runs saved in `run` beside them. Raises PlanSeekError for what cannot be had together."""
    if to not in FORMATS:
        raise PlanSeekError(f"--to「{to}」无法识别，可用：{'、'.join(FORMATS)}。")
    if (name is None) == (source is None) and not (run and name is None):
        raise PlanSeekError("请用 --set 指明一个评测集，或用 --from 指明要转换的文件，两者选一。")
    if run is not None and to != "trec":
        raise PlanSeekError("--run 只能转成 TREC 的格式。请写 --to trec。")
    files: Files = run_files(load(run), str(run)) if run else {}
    done = [f"{len(files)} 个系统的返回结果"] if run else []
    if name is not None:
        if to == "set":
            raise PlanSeekError(f"「{name}」已经是评测集。请写 --to beir 或 --to trec。")
        questions = read_set(name, split, sets_in(name, settings.home))
        with laid_out(questions, settings) as ground:
            judged = judged_over(questions.questions, ground.items)
            files |= beir_files(judged, ground, split) if to == "beir" else trec_files(judged)
        lost = sum(bool(question.within) for question in questions.questions)
        done.append(_counted(judged) + (f"，其中 {lost} 题限定的文档范围没有写进去（这种格式没有这一项）" if lost else ""))
    elif source is not None:
        if to == "beir":
            raise PlanSeekError("转成 BEIR 要有文档的原文。请先用 --to set 转成评测集，再用 --set 转换。")
        judged = judged_in(source, split)
        files |= trec_files(judged) if to == "trec" else set_files(judged, lengths_in(settings.home), settings.home)
        done.append(_counted(judged))
    return files, "；".join(done)


def _counted(judged: Judged) -> str:
    return f"{len(judged)} 题，{sum(len(grades) for _, grades in judged)} 条判断"


def write(files: Files, folder: Path) -> None:
    """Write files under a folder, made where it is missing. Raises PlanSeekError rather than write over anything."""
    for name in files:
        if (folder / name).exists():
            raise PlanSeekError(f"{folder / name} 已经存在，没有覆盖。请用 -o 换一个文件夹，或先移走它。")
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, "utf-8", newline="\n")
    except OSError as error:
        raise PlanSeekError(f"无法写入 {folder}（{error.strerror or error}）。请换一个位置。") from error


def _topics(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanSeekError(
            f"无法读取 {file}（{error}）。TREC 的判断里没有问题的文字，请在同一文件夹里放 {TOPICS}：每行题号、制表符、问题。"
        ) from error
    topics = {}
    for number, line in enumerate(lines, 1):
        name, tab, text = line.strip("\r").partition("\t")
        if line.strip() and not (tab and name.strip() and text.strip()):
            raise PlanSeekError(f"{file} 第 {number} 行应为：题号、制表符、问题。请改正这一行。")
        topics[name.strip()] = text.strip()
    return topics


def _run_lines(system: str, returned: Mapping[str, Sequence[Sequence[Any]]]) -> Iterator[str]:
    for question, places in returned.items():
        # A fan-out shows a passage under each of its regions; a run names it once, at its best rank.
        passages = list(dict.fromkeys(_passage(str(document), int(start), int(end)) for document, start, end in places))
        for rank, passage in enumerate(passages, 1):
            yield f"{_word(question)} Q0 {_word(passage)} {rank} {len(passages) - rank + 1} {system}\n"


def _passage(document: str, start: int, end: int) -> str:
    """A passage's id as corpus.model.Passage derives it; in a BEIR set the document is the passage."""
    return f"{document[:16]}:{start}-{end}" if _DOCUMENT.fullmatch(document) else document


def _word(name: str) -> str:
    if not name or name.split() != [name]:
        raise PlanSeekError(f"编号「{name}」是空的或含有空白，写不进以空白分隔的文件。请先改掉这个编号。")
    return name


def _nugget(
    question: Question, passage: str, grade: int, full: Mapping[str, str], lengths: Mapping[str, int], home: Path
) -> Nugget:
    match = _PASSAGE.fullmatch(passage)
    if match is None:
        raise PlanSeekError(
            f"题「{question.id}」的段号「{passage}」不是段落编号（形如 0123456789abcdef:10-90），转不成评测集。"
            "自带段落的 BEIR 文件夹可以直接评测：planseek eval run --beir 文件夹"
        )
    document = full.get(match[1])
    if document is None:
        raise PlanSeekError(
            f"题「{question.id}」判断的文档 {match[1]}… 不在数据文件夹 {home} 里。请先用 planseek ingest 导入它，或用 --home 指明。"
        )
    start, end = int(match[2]), int(match[3])
    if not start < end <= lengths[document]:
        raise PlanSeekError(f"题「{question.id}」的段号「{passage}」超出了文档的 {lengths[document]} 个字。请检查来源文件。")
    return Nugget(document, Span(start, end), grade)


def _set_row(question: Question, nuggets: Iterable[Nugget]) -> dict[str, Any]:
    spans = [{"document": n.document, "start": n.span.start, "end": n.span.end, "grade": n.grade} for n in nuggets]
    return {"id": question.id, "query": question.query, **_about(question), "nuggets": spans}


def _about(question: Question) -> dict[str, Any]:
    about: dict[str, Any] = {"kind": question.kind, "split": question.split, "answerable": question.answerable}
    if question.fans_out:
        about["regions"] = {"found": list(question.found), "silent": list(question.silent)}
    return about


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
