"""Routes of evaluation: kept runs, a new one, its questions, comparisons, and marks on shown passages."""

import threading
from typing import Any

from fastapi import APIRouter

from corpus.model import Span
from eval import own
from eval.questions import rows_of
from eval.service import Evaluations
from retriever.service import Service
from routes.bodies import Evaluation, Judgements

_JUDGING = threading.Lock()


def routes(served: Service) -> APIRouter:
    evaluations = Evaluations(served.settings)
    router = APIRouter(prefix="/v1", tags=["评测"])

    @router.get("/evaluations", summary="保存的评测结果，和可以评测的题集与系统")
    def kept_evaluations() -> dict[str, Any]:
        return evaluations.offered()

    @router.post("/evaluations", summary="开始一次评测（在后台运行，一次一个）", status_code=202)
    def evaluate(body: Evaluation) -> dict[str, Any]:
        return evaluations.start(body.set, body.split, body.systems)

    @router.get("/evaluations/running", summary="正在运行的评测的进度")
    def evaluation_progress() -> dict[str, Any]:
        return evaluations.progress()

    @router.get("/evaluations/{run_id}", summary="一次评测：各系统的指标与逐题得分")
    def evaluation(run_id: str) -> dict[str, Any]:
        return evaluations.tables(run_id)

    @router.get("/evaluations/{run_id}/questions/{question_id}", summary="一道题：返回了什么，漏了哪些要点")
    def evaluated_question(run_id: str, question_id: str) -> dict[str, Any]:
        return evaluations.question(run_id, question_id)

    @router.get("/evaluations/{run_id}/compare", summary="两次评测的差别：差值、95% 区间、置换检验、胜负、变化的题")
    def compared(run_id: str, other: str | None = None, first: str = "bm25", second: str = "hybrid") -> dict[str, Any]:
        return evaluations.comparison(run_id, other, first, second)

    @router.post("/judgements", summary="对检索结果的评价，进入自己的评测集")
    def judge(body: Judgements) -> dict[str, Any]:
        folder = served.settings.home / "sets" / "mine"
        marks = [(mark.document, Span(mark.start, mark.end), mark.mark) for mark in body.marks]
        with _JUDGING:
            rows = own.marked(rows_of("mine", served.settings.home), body.query.strip(), marks)
            own.write_set(folder, rows)
        return {"set": "mine", "questions": len(rows), "marks": len(marks)}

    return router
