"""What the fault benchmarks play on: small invented plans in versions, a home of them, questions, and what is asked of it
afterwards. Breaks nothing."""

import random
import shutil
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from corpus import schema
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk.upkeep import Examination, examined
from index import segments
from index.segments import Makers
from retriever.expand import Lexicon
from retriever.model import Query
from retriever.rerankers import load_reranker
from retriever.score import Tools
from retriever.search import Searcher

State = dict[str, int]
"""The plans that there are: name → version."""
Answer = tuple[tuple[str, str, float], ...]
"""The passages, their words and scores."""
Answers = tuple[Answer, ...]
"""An answer for each question."""

_PLACES = ("青屏县", "白塔县", "禾川县", "茶溪县", "沧浦区", "墨池区", "云麓区", "望澜区", "栗源市", "东屏县")
_TOPICS = {
    "湿地修复": "恢复湿地{}亩，清理淤泥{}万方，补种芦苇与菖蒲，由县林业局牵头验收。",
    "污水管网": "新建乡镇污水管网{}公里，改造泵站{}座，出水水质稳定达标，费用纳入财政预算。",
    "养老服务": "新建养老服务站{}个，培训护理员{}名，为高龄老人上门送餐、助浴、代办。",
    "公办学位": "新增公办幼儿园学位{}个，改造校舍{}间，校车覆盖全部行政村。",
    "老旧小区": "改造老旧小区{}个，加装电梯{}部，更换供水管道，整治飞线充电。",
    "产业园区": "培育园区企业{}家，新建标准厂房{}万平方米，推行拿地即开工。",
}
_EVERY = 0.2
"""Seconds between the rounds of a reader."""
QUESTIONS = (
    "湿地修复", "污水管网建设了多少公里", "养老服务站", "幼儿园学位", "老旧小区改造", "各区生态修复措施", "厂房", "电梯", "校车", "送餐",
    "泵站", "护理员", "芦苇", "拿地即开工", "财政预算", "林业局", "青屏县的湿地", "沧浦区养老", "白塔县企业", "飞线充电",
)  # fmt: skip


def alike(one: Answer, other: Answer) -> bool:
    """The same passages in the same order with the same words, and scores that differ by no more than the order of sums can make
    them: an index that was built in steps adds up the same numbers in another order."""
    return [hit[:2] for hit in one] == [hit[:2] for hit in other] and all(abs(a[2] - b[2]) < 1e-4 for a, b in zip(one, other, strict=True))


def narrow_segments() -> None:
    """Let a dozen small plans need several segments, so that some are taken over and some are joined."""
    segments.SMALL, segments.ROWS = 4, 24


def text_of(name: str, version: int) -> str:
    """A plan that differs from every other in the numbers of every paragraph."""
    draw = random.Random(f"{name}/{version}")
    parts = [f"{name}民生实事行动计划（第{version}版）", ""]
    for number, (topic, words) in enumerate(_TOPICS.items(), 1):
        parts += [f"{number}、{topic}", "", f"{name}{topic}。" + words.format(draw.randrange(10, 99999), draw.randrange(10, 9999)), ""]
    return "\n".join(parts)


def begin() -> State:
    return dict.fromkeys(_PLACES[:7], 1)


def changed(before: State, draw: random.Random) -> State:
    """One or two plans in a new version, sometimes one more or one fewer."""
    after = dict(before)
    for name in draw.sample(sorted(after), draw.randint(1, 2)):
        after[name] += 1
    absent = [name for name in _PLACES if name not in after]
    if absent and draw.random() < 0.4:
        after[draw.choice(absent)] = max(before.values()) + 1
    if len(after) > 5 and draw.random() < 0.4:
        del after[draw.choice(sorted(after))]
    return after


def write(folder: Path, state: State) -> None:
    """Let a folder hold these plans and no other; what is already so is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.stem not in state:
            file.unlink()
    for name, version in state.items():
        file, content = folder / f"{name}.txt", text_of(name, version)
        if not file.exists() or file.read_text("utf-8") != content:
            file.write_text(content, "utf-8")


@dataclass(slots=True)
class Stage:
    """The tools to ask with, and what went wrong (a sentence each)."""

    makers: Makers
    tools: Tools
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, makers: Makers) -> "Stage":
        return cls(makers, Tools(makers, Lexicon(), load_reranker("late", lambda: makers.table)))

    def ask(self, home: Path, questions: Sequence[str] = QUESTIONS[:6], searcher: Searcher | None = None) -> Answers:
        """As a service that was just started answers. Raises PlanSeekError."""
        searcher = searcher or Searcher(home, self.tools)
        found = (searcher.search(Query(question)) for question in questions)
        return tuple(tuple((h.passage.id, h.text, h.score) for h in findings.hits) for findings in found)

    def examine(self, home: Path) -> Examination:
        return examined(home, lambda: self.makers)

    def check(self, what: str, home: Path, right: Sequence[Answers]) -> int | None:
        """Ask a home as a service does after a restart and let the doctor look at it: which of the right answers it gave. What is
        neither right nor sound is noted as a fault."""
        try:
            given = self.ask(home)
            serious = [f.what for f in self.examine(home).findings if f.serious and f.part != "磁盘"]
        except Exception as error:
            self.faults.append(f"{what}：{type(error).__name__} {error}")
            return None
        self.faults += [f"{what}：{finding}" for finding in serious]
        same = [number for number, answers in enumerate(right) if len(answers) == len(given) and all(map(alike, answers, given))]
        if not same:
            self.faults.append(f"{what}：答案既不是之前的，也不是之后的")
            return None
        return same[0]


class Reader(threading.Thread):
    """A service that goes on answering while all this happens. `right`: what it may say just now."""

    def __init__(self, stage: Stage, home: Path) -> None:
        super().__init__(daemon=True)
        self._stage, self._home = stage, home
        self._over = threading.Event()
        self.right: list[Answers] = []
        self.asked = 0

    def may_say(self, *answers: Answers) -> None:
        """From now on; what was right a moment ago may still be on its way."""
        self.right = [*self.right[-2:], *answers]

    def run(self) -> None:
        searcher = Searcher(self._home, self._stage.tools)
        while not self._over.wait(_EVERY):
            try:
                given = self._stage.ask(self._home, searcher=searcher)
            except Exception as error:
                self._stage.faults.append(f"读者：{type(error).__name__} {error}")
                continue
            self.asked += 1
            # A switch may fall between two questions.
            if not all(any(alike(answer, right[number]) for right in self.right) for number, answer in enumerate(given)):
                self._stage.faults.append("读者：答案既不是之前的，也不是之后的")

    def end(self) -> None:
        self._over.set()
        self.join()


def of_version_1(home: Path, old: Path) -> Path:
    """A copy of a home whose store has the tables of the first version."""
    shutil.copytree(home, old, ignore=shutil.ignore_patterns("corpus.sqlite*"))
    with closing(sqlite3.connect(old / "corpus.sqlite")) as db:
        db.executescript(schema.FIRST)
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        db.execute("ATTACH ? AS now", ((home / "corpus.sqlite").as_posix(),))
        for table in tables:
            columns = ", ".join(f'"{row[1]}"' for row in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}")
        db.execute("PRAGMA main.user_version = 1")
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")
    return old


def titles(home: Path) -> frozenset[str]:
    """Of all documents. Raises PlanSeekError."""
    with closing(Store(home / "corpus.sqlite")) as store:
        return frozenset(document.title for document in store.documents(with_text=False))


def must(said: str) -> None:
    """Raises PlanSeekError where an order that nothing stood against was not carried out."""
    if said != "done":
        raise PlanSeekError(f"本该完成的操作没有完成：{said}")
