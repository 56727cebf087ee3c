"""Batches of questions: kept in the home, answered one by one, taken up again where they stopped. Each answer is on the disk
before the next question is asked; how a question is answered is not decided here."""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from corpus.errors import NotReady, PlanSeekError, Unknown
from desk import recall
from desk.answer_log import Log, alone, replace, written
from desk.batch_paper import Told, paper_of
from desk.questions_file import MOST_PER_REGION, Question, read_questions
from retriever import exporters
from retriever.model import MODES, Answer, Query
from retriever.service import Service

Json = dict[str, Any]
Progress = Callable[[str, int, int], None]
"""Called with a stage (Chinese, shown as is), questions answered, questions in all; what it raises ends the run."""

_ASKING, _ANEW = "逐题作答", "索引已更新，从头再答"
_OUTCOMES = ("answered", "partly", "not_found", "error")
_FORMAT = "1"
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Batch:
    """A kept file of questions. id: of its bytes and of how it is asked; per_region and mode hold where a row says nothing."""

    id: str
    name: str
    created: str
    per_region: int
    mode: str
    questions: tuple[Question, ...]

    def query(self, question: Question) -> Query:
        return Query(
            question.text, per_region=question.per_region or self.per_region, mode=self.mode, regions=question.regions,
            kinds=question.kinds, periods=question.periods, statuses=question.statuses,
        )  # fmt: skip


class Batches:
    """The batches of one home. Safe to share between threads; of the programs that look at a batch, one at a time answers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        # A folder of their own for who sees only a part: the same file asks something else there.
        self._folder = service.settings.home / "batches" / service.owner
        self._known: dict[str, tuple[Batch, Log]] = {}

    def open(self, content: bytes, name: str, per_region: int = 3, mode: str = "hybrid") -> Batch:
        """The batch of a file: a new one, or that which the same file asked in the same way has begun. Raises PlanSeekError."""
        if mode not in MODES:
            raise PlanSeekError(f"检索方式「{mode}」无法识别，可用：{'、'.join(MODES)}。")
        if not 1 <= per_region <= MOST_PER_REGION:
            raise PlanSeekError(f"每个地区的条数应在 1 到 {MOST_PER_REGION} 之间。")
        questions = read_questions(content, name)
        asked = json.dumps([_FORMAT, PurePath(name).suffix.lower(), per_region, mode])
        batch_id = hashlib.sha256(asked.encode() + content).hexdigest()[:16]
        folder = self._folder / batch_id
        if not (folder / "batch.json").is_file():
            created = datetime.now().astimezone().isoformat(timespec="seconds")
            kept = {"name": name, "created": created, "per_region": per_region, "mode": mode, "questions": [asdict(q) for q in questions]}
            with written(folder):
                folder.mkdir(parents=True, exist_ok=True)
                replace(folder / "batch.json", json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"))
        return self.found(batch_id)

    def found(self, batch_id: str) -> Batch:
        """Raises Unknown."""
        return self._kept(batch_id)[0]

    def listed(self) -> list[Json]:
        """Every batch in short, the newest first."""
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        kept = [self.summary(name) for name in names if _ID.fullmatch(name) and (self._folder / name / "batch.json").is_file()]
        return sorted(kept, key=lambda entry: (entry["created"], entry["id"]), reverse=True)

    def summary(self, batch_id: str) -> Json:
        """A batch, and how many of its questions came to what. Raises Unknown."""
        batch, log = self._kept(batch_id)
        rows, head = log.rows(), log.head
        counts = {outcome: sum(row["status"] == outcome for row in rows.values()) for outcome in _OUTCOMES}
        return {
            "id": batch.id, "name": batch.name, "created": batch.created, "per_region": batch.per_region, "mode": batch.mode,
            "total": len(batch.questions), "done": len(rows), "counts": counts, "made": head.get("made"), "edition": head.get("edition"),
        }  # fmt: skip

    def shown(self, batch_id: str) -> Json:
        """The summary, and a row a question. outdated: whether another index has come into force since the answers."""
        batch, log = self._kept(batch_id)
        rows = log.rows()
        told = [rows.get(question.number) or _row(question, "waiting") for question in batch.questions]
        return self.summary(batch_id) | {"outdated": bool(rows) and log.head["generation"] != self._generation(), "rows": told}

    def answer(self, batch_id: str, number: int) -> Json:
        """The answer to one question as it was given. Raises Unknown where it has none."""
        _, log = self._kept(batch_id)
        found = log.answer(number)
        if found is None:
            raise Unknown(f"第 {number} 题没有答案。")
        return found

    def run(self, batch_id: str, progress: Progress) -> Json:
        """Ask what has not been asked; all anew where the index has changed since. Returns the summary.

        Raises Busy where another is at it, NotReady where nothing can be searched, PlanSeekError where nothing can be written;
        a question that fails becomes a row that says why.
        """
        batch, log = self._kept(batch_id)
        with written(log.path), alone(log.path.parent):
            while not self._asked_through(batch, log, progress):
                pass
        return self.summary(batch_id)

    def export(self, batch_id: str, format_name: str) -> bytes:
        """All questions with their answers as a file, every quotation checked against the corpus. Raises PlanSeekError."""
        batch, log = self._kept(batch_id)
        rows = log.rows()
        if not rows:
            raise PlanSeekError("这批问题还没有答案可以导出。请先开始回答。")
        corpus = self._service.searcher.corpus()
        told: list[Told] = []
        for question in batch.questions:
            row = rows.get(question.number) or _row(question, "waiting")
            kept = log.answer(question.number)
            told.append(Told(row, kept, *(recall.recalled(kept, batch.query(question), corpus) if kept else (None, 0))))
        paper = paper_of(PurePath(batch.name).stem, told, log.head["made"], log.head["edition"], format_name)
        return exporters.export(paper, format_name)

    def remove(self, batch_id: str) -> None:
        """Delete a batch with its answers. Raises Unknown, Busy."""
        folder = self._kept(batch_id)[1].path.parent
        with alone(folder):
            pass
        self._known.pop(batch_id, None)
        with written(folder):
            shutil.rmtree(folder)

    def _asked_through(self, batch: Batch, log: Log, progress: Progress) -> bool:
        """Ask what is missing; False where the index changed on the way, and what is there is of the one before."""
        generation = self._service.searcher.corpus().generation
        if log.head.get("generation") != generation:
            if log.head:
                progress(_ANEW, 0, len(batch.questions))
            made, edition = self._service.stamp()
            log.begin({"generation": generation, "made": made, "edition": edition})
        rows = log.rows()
        missing = [question for question in batch.questions if question.number not in rows]
        with log.writer() as write:
            for done, question in enumerate(missing, len(rows)):
                progress(_ASKING, done, len(batch.questions))
                row, answer = self._asked(batch, question)
                if self._service.searcher.corpus().generation != generation:
                    return False
                write(row, answer)
        return True

    def _asked(self, batch: Batch, question: Question) -> tuple[Json, Json | None]:
        try:
            answer = self._service.ask(batch.query(question))
        except NotReady:
            raise
        except PlanSeekError as error:
            return _row(question, "error", error=str(error)), None
        except Exception as error:  # one question must not hold up the others
            logging.getLogger(__name__).exception("question %d of batch %s", question.number, batch.id)
            sentence = f"程序出错（{type(error).__name__}）。请单独提问这一题；若仍如此，请把日志发给维护者。"
            return _row(question, "error", error=sentence), None
        return _row(question, answer.status, **_outcome(answer)), recall.kept(answer)

    def _generation(self) -> str | None:
        try:
            return self._service.searcher.corpus().generation
        except NotReady:
            return None

    def _kept(self, batch_id: str) -> tuple[Batch, Log]:
        path = self._folder / batch_id / "batch.json"
        if not _ID.fullmatch(batch_id) or not path.is_file():
            self._known.pop(batch_id, None)
            raise Unknown(f"没有编号为 {batch_id} 的一批问题，可能已经删除。")
        if batch_id not in self._known:
            kept = json.loads(path.read_text("utf-8"))
            questions = tuple(_question(entry) for entry in kept.pop("questions"))
            batch = Batch(batch_id, questions=questions, **kept)
            self._known[batch_id] = batch, Log(path.with_name("answers.jsonl"))
        return self._known[batch_id]


def _question(entry: Json) -> Question:
    fields: Json = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Question(**fields)


def _row(question: Question, status: str, **outcome: Any) -> Json:
    """A question in short, with what became of it: status answered, partly, not_found, error or waiting."""
    row = {"no": question.number, "row": question.row, "label": question.label or str(question.number), "question": question.text,
           "note": question.note, "status": status, "found": None, "regions": None, "passages": 0, "first": None, "error": None}  # fmt: skip
    return row | outcome


def _outcome(answer: Answer) -> Json:
    """found, regions: of a fan-out, how many of how many regions speak of it; passages: those shown as speaking of it; first:
    the first citation."""
    groups = answer.findings.groups
    fans_out = answer.findings.interpretation.fan_out is not None
    hits = [hit for group in groups for hit in group.hits] if fans_out else answer.findings.hits if answer.statements else ()
    first = next((citation for statement in answer.statements for citation in statement.citations), None)
    return {
        "found": sum(group.status == "found" for group in groups) if fans_out else None, "regions": len(groups) if fans_out else None,
        "passages": len(hits), "first": {"quote": first.quote, "citation": first.label} if first else None,
    }  # fmt: skip
