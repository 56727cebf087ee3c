"""Kills programs at random moments, damages files byte by byte, fills the disk, takes rights away, and asks afterwards: is anything
lost that was acknowledged, does the service answer, is an answer ever wrong? On invented plans only."""

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import damage
from benchmarks.model import calibration, markdown
from benchmarks.stage import Answers, Reader, Stage, State, begin, changed, must, of_version_1, titles, write
from benchmarks.victims import Victims, loaded
from corpus.store import Store

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "faults.json"
SHARES = {"ingest": 0.28, "switch": 0.26, "correct": 0.1, "backup": 0.1, "restore": 0.1, "migrate": 0.1, "repair": 0.06}
"""What part of the kills goes to which work. switch: an ingest from the moment at which the new index is written."""
_NONE = {"kills": 0, "done": 0}
"""Works that were cut short, and those that had said that they were done before the kill came."""


class Kills:
    """One home, many deaths: every work begins on what the one before left."""

    def __init__(self, stage: Stage, victims: Victims, base: Path, draw: random.Random) -> None:
        self.stage, self.victims, self.base, self.draw = stage, victims, base, draw
        self.folder, self.home = base / "文件", base / "库"
        self.rows: dict[str, dict[str, int]] = {}
        self._seconds: dict[str, float] = {}
        self.state = begin()
        write(self.folder, self.state)
        must(victims.carried_out("ingest", self.home, paths=[self.folder.as_posix()]))
        self.answers = stage.ask(self.home)
        self.reader = Reader(stage, self.home)
        self.reader.may_say(self.answers)
        self.reader.start()

    def run(self, kills: int) -> None:
        left = {kind: max(1, round(kills * share)) for kind, share in SHARES.items()}
        while wanted := [kind for kind, count in left.items() for _ in range(count - self.rows.get(kind, _NONE)["kills"])]:
            kind = self.draw.choice(wanted)
            sys.stderr.write(f"\r{len(wanted):4} {kind:10}")
            getattr(self, f"_{kind}")()
        self.reader.end()
        sys.stderr.write("\n")

    def _kill(self, kind: str, home: Path, *, after: str = "", **more: object) -> bool:
        """Begin a work, kill it at a random moment, and tell whether it had said that it was done. after: not before it said so."""
        name = "switch" if after else kind
        row = self.rows.setdefault(name, dict(_NONE))
        began = time.perf_counter()
        victim = self.victims.order(kind, home, **more)
        if after:
            victim.wait_for(after)
            began = time.perf_counter()
        if name not in self._seconds:
            # The first is let through, so that it is known how long it takes.
            victim.end()
            self._seconds[name] = time.perf_counter() - began
            return True
        time.sleep(self.draw.uniform(0, self._seconds[name]))
        done = victim.kill() == "done"
        # Some are to be faster than the kill (then all must be there), but most are to be cut short.
        self._seconds[name] *= 0.93 if done else 1.03
        row["done" if done else "kills"] += 1
        return done

    def _next(self) -> tuple[State, Answers]:
        """A change of the folder, and what is right once it is in: from a home that nothing ever happened to."""
        state = changed(self.state, self.draw)
        write(self.folder, state)
        apart = self.base / "另建"
        must(self.victims.carried_out("ingest", apart, paths=[self.folder.as_posix()]))
        return state, self.stage.ask(apart)

    def _ingest(self, after: str = "") -> None:
        name = "switch" if after else "ingest"
        state, answers = self._next()
        self.reader.may_say(self.answers, answers)
        done = self._kill("ingest", self.home, after=after, paths=[self.folder.as_posix()])
        self.stage.check(f"{name} 被杀之后", self.home, [answers] if done else [self.answers, answers])
        must(self.victims.carried_out("ingest", self.home, paths=[self.folder.as_posix()]))
        self.stage.check(f"{name} 重做之后", self.home, [answers])
        left = [path.name for path in (self.home / "index").iterdir()]
        if len(left) != 1:
            self.stage.faults.append(f"{name}：重做之后还留着 {left}")
        self.state, self.answers = state, answers

    def _switch(self) -> None:
        self._ingest("at 写入索引 0")

    def _correct(self) -> None:
        with closing(Store(self.home / "corpus.sqlite")) as store:
            ids = [document.id for document in store.documents(with_text=False)]
        before, mark = titles(self.home), self.draw.randrange(10**9)
        changes = {name: {"title": f"更正{mark}-{number}"} for number, name in enumerate(ids)}
        after = frozenset(fields["title"] for fields in changes.values())
        done = self._kill("correct", self.home, changes=changes)
        if titles(self.home) not in ([after] if done else [before, after]):
            self.stage.faults.append("correct：更正只做了一半，或丢了")
        self.stage.check("correct 被杀之后", self.home, [self.answers])
        must(self.victims.carried_out("correct", self.home, changes={name: {"title": None} for name in ids}))

    def _backup(self) -> None:
        file, copy = self.base / "备份.zip", self.base / "取回"
        before = (file.read_bytes(), self._saved) if file.exists() else None
        index = self.draw.random() < 0.5
        done = self._kill("backup", self.home, file=file.as_posix(), index=index)
        if not file.exists():
            if done or before:
                self.stage.faults.append("backup：备份不见了")
            return
        right = self._saved if before and before[0] == file.read_bytes() and not done else self.answers
        shutil.rmtree(copy, ignore_errors=True)
        must(self.victims.carried_out("restore", copy, file=file.as_posix()))
        self.stage.check("backup 被杀之后取回", copy, [right])
        self._saved = right

    _saved: Answers = ()

    def _restore(self) -> None:
        file, copy = self.base / "恢复用.zip", self.base / "恢复到"
        must(self.victims.carried_out("backup", self.home, file=file.as_posix(), index=self.draw.random() < 0.5))
        before = [self.stage.ask(copy)] if copy.exists() else []
        done = self._kill("restore", copy, file=file.as_posix())
        if before or done:
            self.stage.check("restore 被杀之后", copy, [self.answers] if done else [*before, self.answers])
        must(self.victims.carried_out("restore", copy, file=file.as_posix()))
        self.stage.check("restore 重做之后", copy, [self.answers])
        for aside in self.base.glob("恢复到.*"):
            shutil.rmtree(aside)
        if left := [path.name for path in self.base.iterdir() if path.name.startswith(".恢复")]:
            self.stage.faults.append(f"restore：重做之后还留着 {left}")

    def _migrate(self) -> None:
        old = self.base / "旧版"
        shutil.rmtree(old, ignore_errors=True)
        of_version_1(self.home, old)
        self._kill("migrate", old)
        self.stage.check("migrate 被杀之后", old, [self.answers])
        must(self.victims.carried_out("ingest", old, paths=[self.folder.as_posix()]))
        self.stage.check("migrate 之后再导入", old, [self.answers])

    def _repair(self) -> None:
        hurt = self.base / "受损"
        shutil.rmtree(hurt, ignore_errors=True)
        shutil.copytree(self.home, hurt)
        damage.flip(self.draw.choice(sorted(hurt.glob("index/*/*"))), self.draw)
        self._kill("repair", hurt)
        must(self.victims.carried_out("repair", hurt))
        self.stage.check("repair 重做之后", hurt, [self.answers])


@contextmanager
def prepared(base: Path) -> Iterator[tuple[Stage, Victims]]:
    with Victims() as victims:
        yield Stage.of(loaded()), victims


def run(base: Path, kills: int, flips: int, seed: int) -> dict[str, Any]:
    """Everything, in an empty folder; {"kills": …, "damage": …, "faults": [sentences]}."""
    draw = random.Random(seed)
    began = time.perf_counter()
    with prepared(base) as (stage, victims):
        deaths = Kills(stage, victims, base, draw)
        deaths.run(kills)
        hurt = damage.run(stage, victims, base / "损坏", flips, draw)
    return {
        "seed": seed, "seconds": round(time.perf_counter() - began, 1), "kills": deaths.rows,
        "asked_meanwhile": deaths.reader.asked, "damage": hurt, "faults": stage.faults,
    }  # fmt: skip


def table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [[kind, str(row["kills"]), str(row["done"])] for kind, row in results["kills"].items()]
    total = sum(row["kills"] for row in results["kills"].values())
    parts = [
        markdown(["工作", "中途被杀", "先已报完成"], [*rows, ["合计", str(total), ""]]),
        markdown(["损坏", "结果"], [[name, json.dumps(told, ensure_ascii=False)] for name, told in results["damage"].items()]),
        f"其间另一个程序提问 {results['asked_meanwhile']} 轮；用时 {results['seconds']} 秒。",
        "没有丢失，没有答错。" if not results["faults"] else "\n".join(["发现：", *results["faults"]]),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--flips", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="planseek-faults-") as scratch:
        results = {"calibration_ms": round(calibration(), 1), **run(Path(scratch), asked.kills, asked.flips, asked.seed)}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(table(results))
    sys.exit(bool(results["faults"]))


if __name__ == "__main__":
    main()
