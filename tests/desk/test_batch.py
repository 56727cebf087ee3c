"""Batches over the sample plans: every answer is kept, none is asked twice, none is lost, and what no longer stands is not
handed on."""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import Busy, NotReady, PlanSeekError, Unknown
from desk import recall
from desk.answer_log import Log, alone
from desk.batch import Batches
from retriever.model import Answer, Query
from retriever.paper import of_answer
from retriever.service import Service
from retriever.wire import answer_json
from settings import Settings
from tests.desk.questionnaire import SIXTY, sixty, workbook

MIXED = workbook(
    [
        ["序号", "问题", "地区", "文种", "状态", "每区条数", "备注"], [1, "各区生态修复措施", None, None, None, 1, "=1+1"],
        [2, "生态修复", "沧浦区", "规划纲要"], [3, "生态修复", "火星区"], [4, "生态修复", None, "小说"], [5, "月球基地氦三开采"],
        [6, "生态修复", None, None, "废止"],
    ]
)  # fmt: skip


def quiet(stage: str, done: int, total: int) -> None:
    pass


def entries(home: Path, batch_id: str) -> list[Any]:
    """The lines below the head of a batch's answers."""
    lines = (home / "batches" / batch_id / "answers.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_each_row_is_asked_with_its_own_restrictions(service: Service) -> None:
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx", per_region=2)
    seen: list[tuple[str, int, int]] = []
    summary = batches.run(batch.id, lambda *at: seen.append(at))
    assert seen == [("逐题作答", done, 6) for done in range(6)]
    assert (summary["total"], summary["done"]) == (6, 6)
    rows = batches.shown(batch.id)["rows"]
    assert [row["label"] for row in rows] == ["1", "2", "3", "4", "5", "6"] and rows[0]["note"] == "=1+1"
    asked = answer_json(service.ask(Query("各区生态修复措施", per_region=1)))
    found = [group["region"]["code"] for group in asked["groups"] if group["hits"]]
    assert (rows[0]["status"], rows[0]["found"], rows[0]["regions"], rows[0]["passages"]) == ("partly", len(found), 9, len(found))
    assert [group["region"]["code"] for group in batches.answer(batch.id, 1)["groups"] if len(group["hits"]) == 1] == found
    direct = answer_json(service.ask(Query("生态修复", per_region=2, regions=("沧浦区",), kinds=("规划纲要",))))
    kept = batches.answer(batch.id, 2)
    assert [hit["citation"] for hit in kept["hits"]] == [hit["citation"] for hit in direct["hits"]] and kept["statements"] == direct["statements"]
    assert rows[1]["first"] == {name: direct["statements"][0]["citations"][0][name] for name in ("quote", "citation")}
    assert rows[2]["status"] == "error" and "没有找到地区「火星区」" in rows[2]["error"]
    assert rows[3]["status"] == "error" and "文种「小说」无法识别" in rows[3]["error"]
    assert [row["status"] for row in rows[4:]] == ["not_found", "not_found"] and rows[4]["first"] is None
    with pytest.raises(Unknown):
        batches.answer(batch.id, 3)


def test_the_same_file_is_the_same_batch(service: Service) -> None:
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    assert batches.open(MIXED, "改名.xlsx") == batch
    others = {batches.open(MIXED, "清单.xlsx", 1).id, batches.open(MIXED, "清单.xlsx", mode="bm25").id, batches.open(MIXED + b"\0", "清单.xlsx").id}
    assert len(others | {batch.id}) == 4 == len(batches.listed())


def test_a_stopped_batch_goes_on_where_it_stopped(service: Service, home: Path) -> None:
    class StopNow(BaseException):
        pass

    def until_third(stage: str, done: int, total: int) -> None:
        if done == 3:
            raise StopNow

    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    with pytest.raises(StopNow):
        batches.run(batch.id, until_third)
    assert [row["status"] == "waiting" for row in batches.shown(batch.id)["rows"]] == [False] * 3 + [True] * 3
    seen: list[int] = []
    Batches(service).run(batch.id, lambda stage, done, total: seen.append(done))
    assert seen == [3, 4, 5] and [entry["row"]["no"] for entry in entries(home, batch.id)] == [1, 2, 3, 4, 5, 6]
    Batches(service).run(batch.id, lambda *at: pytest.fail("asked again"))


def test_a_killed_program_loses_nothing_and_asks_nothing_twice(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "六十问.xlsx"
    file.write_bytes(sixty())
    command = [Path(sys.executable).with_name("planseek"), "ask", "--file", file, "-o", tmp_path / "答案.md", "--home", home]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 100
    while not any(path.read_bytes().count(b"\n") > 8 for path in home.glob("batches/*/answers.jsonl")):
        assert program.poll() is None and time.monotonic() < until
        time.sleep(0.005)
    program.kill()
    program.wait()
    (log,) = home.glob("batches/*/answers.jsonl")
    before = log.read_bytes()
    assert 8 <= before.count(b"\n") - 1 < len(SIXTY) and not (tmp_path / "答案.md").exists()
    assert subprocess.run(command, capture_output=True, check=True).returncode == 0
    whole = before[: before.rindex(b"\n") + 1]
    assert log.read_bytes().startswith(whole)
    rows = [entry["row"] for entry in entries(home, log.parent.name)]
    assert [(row["no"], row["question"]) for row in rows] == list(enumerate(SIXTY, 1))
    written = (tmp_path / "答案.md").read_text("utf-8")
    assert all(f"\n## {question}\n" in written for question in SIXTY)


@pytest.mark.parametrize("torn", [b'{"row": {"no": 4, "st', b"\0\0\0\0\n", b"[]\n"])
def test_a_torn_line_is_asked_again(service: Service, home: Path, torn: bytes) -> None:
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    batches.run(batch.id, quiet)
    path = home / "batches" / batch.id / "answers.jsonl"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + torn)
    again = Batches(service)
    assert again.summary(batch.id)["done"] == 3
    again.run(batch.id, quiet)
    assert path.read_bytes() == whole


def test_another_index_begins_anew(service: Service, home: Path, tmp_path: Path) -> None:
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    batches.run(batch.id, quiet)
    assert not batches.shown(batch.id)["outdated"]
    plan = tmp_path / "沧浦区湿地行动计划.txt"
    plan.write_text("沧浦区湿地保护行动计划\n\n一、重点任务\n\n推进生态修复。到2027年恢复沧浪溪湿地90公顷，设置观鸟屋3处。\n", "utf-8")
    service.ingest([plan])
    assert batches.shown(batch.id)["outdated"] and batches.summary(batch.id)["done"] == 6
    seen: list[tuple[str, int, int]] = []
    batches.run(batch.id, lambda *at: seen.append(at))
    assert seen == [("索引已更新，从头再答", 0, 6), *(("逐题作答", done, 6) for done in range(6))]
    assert not batches.shown(batch.id)["outdated"] and len(entries(home, batch.id)) == 6


def test_an_index_that_changes_on_the_way_begins_anew(service: Service, home: Path, tmp_path: Path) -> None:
    plan = tmp_path / "沧浦区湿地行动计划.txt"
    plan.write_text("沧浦区湿地保护行动计划\n\n一、重点任务\n\n推进生态修复，恢复湿地90公顷。\n", "utf-8")
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    stages: list[tuple[str, int]] = []

    def at(stage: str, done: int, total: int) -> None:
        stages.append((stage, done))
        if stages == [("逐题作答", 0), ("逐题作答", 1), ("逐题作答", 2)]:
            service.ingest([plan])

    batches.run(batch.id, at)
    assert [done for stage, done in stages] == [0, 1, 2, 0, 0, 1, 2, 3, 4, 5] and stages[3][0] == "索引已更新，从头再答"
    assert [entry["row"]["no"] for entry in entries(home, batch.id)] == [1, 2, 3, 4, 5, 6] and not batches.shown(batch.id)["outdated"]


def test_without_an_index_nothing_becomes_a_row(tmp_path: Path) -> None:
    batches = Batches(Service(Settings(home=tmp_path / "空")))
    batch = batches.open(MIXED, "清单.xlsx")
    with pytest.raises(NotReady):
        batches.run(batch.id, quiet)
    assert batches.summary(batch.id)["done"] == 0 and not batches.shown(batch.id)["outdated"]
    with pytest.raises(PlanSeekError, match="还没有答案"):
        batches.export(batch.id, "md")


def test_a_fault_of_the_program_costs_one_row(home: Path) -> None:
    class Faulty(Service):
        def ask(self, query: Query) -> Answer:
            if query.regions:
                raise KeyError(query.text)
            return super().ask(query)

    batches = Batches(Faulty(Settings(home=home)))
    batch = batches.open(MIXED, "清单.xlsx")
    assert batches.run(batch.id, quiet)["counts"]["error"] == 3
    row = batches.shown(batch.id)["rows"][1]
    assert row["status"] == "error" and row["error"].startswith("程序出错（KeyError）")


def test_one_at_a_time_and_a_dead_one_lets_go(service: Service, home: Path) -> None:
    batches = Batches(service)
    batch = batches.open(MIXED, "清单.xlsx")
    folder = home / "batches" / batch.id
    holding = f"import time\nfrom pathlib import Path\nfrom desk.answer_log import alone\nwith alone(Path({str(folder)!r})):\n    print('held', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        for refused in (lambda: batches.run(batch.id, quiet), lambda: batches.remove(batch.id)):
            with pytest.raises(Busy, match="另一个窗口或终端"):
                refused()
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert batches.run(batch.id, quiet)["done"] == 6
    batches.remove(batch.id)
    assert not folder.exists()
    with pytest.raises(Unknown, match="可能已经删除"):
        batches.summary(batch.id)


def test_two_threads_do_not_answer_one_batch(tmp_path: Path) -> None:
    outcomes: list[str] = []

    def try_it() -> None:
        try:
            with alone(tmp_path):
                outcomes.append("held")
        except Busy:
            outcomes.append("busy")

    with alone(tmp_path):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    try_it()
    assert outcomes == ["busy", "held"]


@pytest.mark.parametrize("name", ["", "..", "../x", "0" * 15, "G" * 16, "0" * 16])
def test_what_names_no_batch_is_unknown(service: Service, name: str) -> None:
    with pytest.raises(Unknown):
        Batches(service).summary(name)


def test_a_log_is_read_while_another_writes(tmp_path: Path) -> None:
    ours, theirs = Log(tmp_path / "a.jsonl"), Log(tmp_path / "a.jsonl")
    assert (ours.rows(), ours.head, ours.answer(1)) == ({}, {}, None)
    theirs.begin({"generation": "1"})
    with theirs.writer() as write:
        write({"no": 1}, {"a": "一"})
        assert ours.rows() == {1: {"no": 1}} and ours.answer(1) == {"a": "一"}
        write({"no": 2}, None)
        write({"no": 1}, {"a": "再"})
        assert ours.rows() == {1: {"no": 1}, 2: {"no": 2}} and ours.answer(1) == {"a": "一"} and ours.answer(2) is None
    theirs.begin({"generation": "2"})
    assert ours.rows() == {} and ours.head == {"generation": "2"}


@pytest.mark.parametrize("question", ["各区生态修复措施", "沧浦区养老服务", "各区湿地恢复由谁负责", "粮食产量目标", "月球基地氦三开采", "不含沧浦区的各区“湿地”"])
def test_an_answer_comes_back_as_it_was_given(service: Service, question: str) -> None:
    query = Query(question)
    answer = service.ask(query)
    back, lost = recall.recalled(json.loads(json.dumps(recall.kept(answer))), query, service.searcher.corpus())
    assert lost == 0
    given, again = of_answer(answer, "", ""), of_answer(back, "", "")
    assert again.chapters == given.chapters and again.sources() == given.sources()


def test_words_that_no_longer_stand_are_not_handed_on(service: Service) -> None:
    query = Query("各区生态修复措施")
    kept = recall.kept(service.ask(query))
    found = [group for group in kept["groups"] if group["hits"]]
    gone, changed, renamed = found[0], found[1]["hits"][0], found[2]["hits"][0]
    for hit in gone["hits"]:
        hit["document"]["id"] = "0" * 64
    changed["text"] = changed["text"][:-1] + "?"
    renamed["citation"] += "9"
    back, lost = recall.recalled(kept, query, service.searcher.corpus())
    assert lost == len(gone["hits"]) + 2
    assert gone["region"]["code"] not in [group.region.code for group in back.findings.groups]
    texts = [hit.text for group in back.findings.groups for hit in group.hits]
    citations = [hit["citation"] for group in kept["groups"] for hit in group["hits"]]
    assert changed["text"] not in texts and len(texts) == len(citations) - lost
    assert len(back.findings.groups) == len(kept["groups"]) - 1


def test_what_an_export_leaves_out_it_says(service: Service, home: Path) -> None:
    batches = Batches(service)
    batch = batches.open(workbook([["问题"], ["沧浦区生态修复"]]), "清单.xlsx")
    batches.run(batch.id, quiet)
    path = home / "batches" / batch.id / "answers.jsonl"
    head, line = path.read_text("utf-8").splitlines()
    entry = json.loads(line)
    first = entry["answer"]["hits"][0]
    first["text"] = "改过的话" + first["text"][4:]
    path.write_text(f"{head}\n{json.dumps(entry, ensure_ascii=False)}\n", "utf-8")
    written = Batches(service).export(batch.id, "md").decode()
    assert "改过的话" not in written and "有 1 处引文所在的文件已更新或移除" in written
