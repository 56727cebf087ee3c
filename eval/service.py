"""Evaluations over one home as the API offers them: one run at a time in the background, kept runs laid out to be looked at."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import Busy, PlanSeekError, Unknown
from corpus.model import Span
from eval import kept
from eval.answers import ABSTAINED, EXACT, PRECISION, RECALL
from eval.compare import differences
from eval.ground import laid_out
from eval.measures import NUGGETS, NUGGETS_SHOWN, covers
from eval.model import Item, Nugget, QuestionSet
from eval.questions import SPLITS, names, read_set, sets_folder, sets_in
from eval.run import run
from eval.saved import Report, values
from eval.systems import SYSTEMS, chosen
from eval.table import KINDS, LABELS, MEASURES
from settings import Settings

Json = dict[str, Any]

LEAD = (NUGGETS, "verdict-accuracy", ABSTAINED)
"""What stands for a kind of question in a chart and in the order of its questions: the first of these that it has."""

LABELLED = LABELS | {PRECISION: "未检索到准确率", RECALL: "未检索到召回率"}
MEANINGS = {
    "nDCG@10": "前 10 段的排序质量：越切题的段落排得越靠前，分越高。",
    "R@10": "全部相关段落中，有多大比例进了前 10 段。",
    "R@100": "全部相关段落中，有多大比例进了前 100 段。",
    "RR@10": "第一个相关段落名次的倒数：第 1 名得 1，第 2 名得 0.5，前 10 段里没有得 0。",
    "AP": "每遇到一个相关段落计一次准确率，再取平均：既看找全，也看排前。",
    NUGGETS: "标出的要点中，有多大比例被前 10 段覆盖（一段至少含要点的一半文字才算）。",
    NUGGETS_SHOWN: "按名次读满 2000 字，能读到多大比例的要点。",
    "verdict-accuracy": "逐个地区判断“有表述”还是“未检索到”，判断正确的比例。",
    "region-coverage": "应当作答的地区中，有多大比例给出了判断；为 1 表示一个地区也没有漏。",
    "found-recall": "确有表述的地区中，判为“有表述”的比例。",
    "silent-recall": "确无表述的地区中，判为“未检索到”的比例。",
    "first-hit": "确有表述且判对的地区中，第一段就含要点的比例。",
    "shown-nugget-recall": "标出的要点中，有多大比例被逐区展示的段落覆盖。",
    "wrong-region": "每题平均有几段列在了错误的地区下，越少越好。",
    ABSTAINED: "回答“未检索到”的题所占比例：无答案的题越高越好，其余各类越低越好。",
    EXACT: "回答里的引文与原文逐字相同的比例，应当为 1。",
    PRECISION: "回答“未检索到”的题中，确实没有答案的比例。",
    RECALL: "确实没有答案的题中，回答“未检索到”的比例。",
}
"""Measure → one line on what it says."""

SYSTEM_LABELS = {
    "first-words": "只用问题的头两个词（防止题目泄露答案的对照）", "rank-bm25": "rank-bm25（通用的字词检索，作参照）",
    "bm25": "字词检索", "bm25+lexicon": "字词检索，加日常说法翻译", "dense": "语义检索",
    "fused": "综合检索，不作逐句细比", "hybrid": "综合检索（页面默认）",
}  # fmt: skip
SET_LABELS = {"sample": "示例规划题集", "plans": "政府规划题集", "unheard": "没见过的说法", "regions": "逐区的主题", "rare": "少见的主题"}
SPLIT_LABELS = {"all": "全部", "dev": "开发", "test": "测试"}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: done of total questions over all its systems; stage: the system at work, or what precedes it.

    kept: the id under which the last run was kept; error: why it was not.
    """

    running: bool = False
    stage: str = ""
    done: int = 0
    total: int = 0
    error: str | None = None
    kept: str | None = None


class Evaluations:
    """Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._progress = Progress()

    def offered(self) -> Json:
        """The kept runs, the newest first, and what a new one can be made of."""
        return {
            "runs": kept.kept(self._settings.home),
            "sets": [
                {"name": name, "label": SET_LABELS.get(name, "自己的题集"), "questions": self._sizes(name)}
                for name in self._names()
            ],
            "splits": [{"name": name, "label": SPLIT_LABELS[name]} for name in sorted(SPLITS, key=list(SPLIT_LABELS).index)],
            "systems": [{"name": name, "label": SYSTEM_LABELS.get(name, name)} for name in SYSTEMS],
        }

    def start(self, name: str, split: str, systems: Sequence[str]) -> Json:
        """Begin a run in a thread of its own. Raises Busy while one is under way, PlanSeekError for what cannot be run."""
        if name not in self._names():
            raise PlanSeekError(f"没有名为「{name}」的评测集。可用：{'、'.join(self._names())}。")
        self._read(name, split)
        wanted = chosen(",".join(systems))
        with self._lock:
            if self._progress.running:
                raise Busy("已有一次评测正在运行，请等它结束后再开始。")
            self._progress = Progress(True, "准备题集与索引")
        # A daemon: stopping the service must not wait for an evaluation.
        threading.Thread(target=self._run, args=(name, split, wanted), name="evaluation", daemon=True).start()
        return self.progress()

    def progress(self) -> Json:
        return asdict(self._progress)

    def _run(self, name: str, split: str, wanted: list[str]) -> None:
        def seen(stage: str, done: int, total: int) -> None:
            before = wanted.index(stage) if stage in wanted else 0
            self._progress = Progress(True, stage, before * total + done, len(wanted) * total)

        try:
            report = run(self._settings, name, None, ",".join(wanted), split, seen, details=True)
            questions = self._read(name, split)
            with laid_out(questions, self._settings) as ground:
                done = kept.keep(self._settings.home, report, questions.questions, ground.corpus)
            self._progress = Progress(kept=done)
        except PlanSeekError as error:
            self._progress = Progress(error=str(error))
        except Exception as error:  # the thread's last resort: the page must not wait for ever
            logging.getLogger(__name__).exception("evaluation")
            sentence = f"评测出错（{type(error).__name__}）。请查看运行 planseek serve 的窗口，并把输出发给维护者。"
            self._progress = Progress(error=sentence)

    def tables(self, run_id: str) -> Json:
        """System × measure over all questions and by kind, and every question's values. Raises Unknown."""
        report = self._load(run_id)
        tables = _tables(report)
        measures = list(dict.fromkeys(m for table in tables for m in table["measures"]))
        return {
            "id": run_id,
            **{name: report[name] for name in ("set", "split", "questions", "made", "index")},
            "systems": [
                {"name": name, "label": SYSTEM_LABELS.get(name, name), "latency_ms": row.get("latency_ms")}
                for name, row in report["systems"].items()
            ],
            "measures": [{"name": m, "label": LABELLED.get(m, m), "meaning": MEANINGS.get(m, "")} for m in measures],
            "tables": tables,
            "rows": [
                {"id": q, "query": asked["query"], "kind": report["kinds"].get(q, ""), "values": _values(report, q)}
                for q, asked in kept.asked_of(report).items()
            ],
        }

    def question(self, run_id: str, question_id: str) -> Json:
        """One question: of each system its values, what it returned and which nuggets that misses. Raises Unknown."""
        report = self._load(run_id)
        asked = kept.asked_of(report).get(question_id)
        if asked is None:
            raise Unknown(f"这次评测里没有编号为 {question_id} 的题。")
        nuggets = [Nugget(d, Span(start, end), grade) for d, start, end, grade in asked["nuggets"]]
        kind = report["kinds"].get(question_id, "")
        return {
            "id": question_id, "query": asked["query"], "kind": kind, "label": KINDS.get(kind, kind),
            "answerable": asked["answerable"], "nuggets": len(nuggets), "found": asked["found"], "silent": asked["silent"],
            "systems": {name: _seen(report, name, question_id, nuggets) for name in report["details"]},
        }  # fmt: skip

    def comparison(self, run_id: str, other: str | None, first: str, second: str) -> Json:
        """`second` of run `other` (the same run where None) against `first` of run `run_id`, by kind and measure, and the
        questions that changed in their kind's leading measure. Raises Unknown, PlanSeekError."""
        one, two = self._load(run_id), self._load(other or run_id)
        if one["set"] != two["set"]:
            raise PlanSeekError(f"两次运行的评测集不同：{one['set']} 与 {two['set']}。请选用同一个评测集的结果来比较。")
        a, before = values(one, first, run_id)
        b, after = values(two, second, other or run_id)
        leads = {table["kind"]: table["lead"] for table in _tables(one)}
        order = list(leads)
        rows = sorted(differences(before, after, one["kinds"]), key=lambda row: order.index(row.kind) if row.kind in leads else 0)
        changed = [
            {"id": q, "query": kept.asked_of(one)[q]["query"], "label": KINDS.get(row.kind, row.kind),
             "measure": LABELLED.get(row.measure, row.measure), "first": x, "second": y}
            for row in rows if row.measure == leads.get(row.kind) for q, x, y in row.changed
        ]  # fmt: skip
        return {
            "first": {"id": run_id, "system": a},
            "second": {"id": other or run_id, "system": b},
            "same_index": _searched(one) == _searched(two),
            "rows": [
                row.as_row() | {"kind_label": KINDS.get(row.kind, row.kind), "label": LABELLED.get(row.measure, row.measure)}
                for row in rows
            ],
            "changed": sorted(changed, key=lambda c: (-abs(c["second"] - c["first"]), c["id"])),
        }

    def _names(self) -> list[str]:
        own = (file.parent.name for file in (self._settings.home / "sets").glob("*/questions.jsonl"))
        return list(dict.fromkeys((*names(), *sorted(own))))

    def _read(self, name: str, split: str) -> QuestionSet:
        return read_set(name, split, sets_in(name, self._settings.home))

    def _sizes(self, name: str) -> dict[str, int]:
        folder = sets_in(name, self._settings.home) or sets_folder()
        return _sizes(folder, name, (folder / name / "questions.jsonl").stat().st_mtime_ns)

    def _load(self, run_id: str) -> Report:
        report = kept.load(self._settings.home, run_id)
        if report is None:
            raise Unknown(f"没有编号为 {run_id} 的评测结果。")
        return report


@lru_cache(maxsize=100)
def _sizes(folder: Path, name: str, modified: int) -> dict[str, int]:
    """Half → its questions; a set that cannot be read has none, and says why when it is run."""
    try:
        questions = read_set(name, "all", folder).questions
    except PlanSeekError:
        return {}
    counts = {split: sum(split in ("all", question.split) for question in questions) for split in SPLITS}
    return {split: count for split, count in counts.items() if count}


def _searched(report: Report) -> Json:
    """What two runs must share for their difference to be the systems' own: all of the index but how it was stored."""
    return {name: value for name, value in report["index"].items() if name not in ("bytes", "build_seconds")}


def _tables(report: Report) -> list[Json]:
    """A table over all questions, then one a kind: {"kind", "label", "questions", "lead", "measures", "rows"}."""
    systems: Mapping[str, Any] = report["systems"]
    named = {kind for row in systems.values() for kind in row.get("kinds", {})}
    kinds = [*(kind for kind in KINDS if kind in named), *sorted(named - KINDS.keys())]
    # Over all kinds, how often nothing was said is neither good nor bad.
    whole = _table("", "全部", systems, [m for m in (*MEASURES, PRECISION, RECALL) if m != ABSTAINED])
    tables = [_table(k, KINDS.get(k, k), {n: row["kinds"][k] for n, row in systems.items()}, MEASURES) for k in kinds]
    return [table for table in (whole, *tables) if table["measures"]]


def _table(kind: str, label: str, systems: Mapping[str, Any], measures: Sequence[str]) -> Json:
    shown = [m for m in measures if any(m in row for row in systems.values())]
    rows = {name: {m: row[m] for m in shown if m in row} for name, row in systems.items() if row["questions"]}
    return {
        "kind": kind, "label": label, "questions": max((row["questions"] for row in systems.values()), default=0),
        "lead": next((m for m in LEAD if m in shown), None), "measures": shown,
        "rows": [{"system": name, "values": row} for name, row in rows.items()],
    }  # fmt: skip


def _values(report: Report, question: str) -> dict[str, dict[str, float]]:
    details: Mapping[str, Any] = report["details"]
    return {
        name: {m: round(v, 4) for m, v in row["values"][question].items()}
        for name, row in details.items()
        if question in row["values"]
    }


def _seen(report: Report, system: str, question: str, nuggets: Sequence[Nugget]) -> Json:
    details = report["details"][system]
    places = details["returned"].get(question, ())
    items = [Item("", document, Span(start, end)) for document, start, end in places]
    missed = [n for n in nuggets if not any(covers(item, n) for item in items)]
    return {
        "values": details["values"].get(question, {}),
        "returned": [
            kept.quotation(report, place) | {"answers": any(covers(item, n) for n in nuggets)}
            for place, item in zip(places, items, strict=True)
        ],
        "missed": [
            kept.quotation(report, (n.document, n.span.start, n.span.end)) | {"grade": n.grade}
            for n in sorted(missed, key=lambda n: -n.grade)
        ],
    }
