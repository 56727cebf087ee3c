"""An ingest keeps all or nothing: repeated, changed, pruned, refused, killed and run twice at once."""

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from corpus.errors import PlanSeekError
from corpus.store import Store
from index.ingest import Report, ingest
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher

TEXT = """临澜市沧浦区促进生态修复行动计划

一、总体要求

以沧浪溪为重点，统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩，恢复湿地410亩，森林覆盖率达到58.2%。

二、重点任务

开展废弃矿山复绿。对南坡12处采石场逐处制定方案，先排险后复绿，种植侧柏、刺槐等乡土树种，连续管护三年，由区自然资源局验收。

建设乡镇污水管网。新建管网46公里，改造提升乡镇污水处理站9座，出水水质稳定达标，运行费用纳入区级财政预算安排。
"""
REGIONS = "code,name,level,parent\n990000,澜江省,省级,100000\n990100,临澜市,地级,990000\n990102,沧浦区,县级,990100\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "甲.txt").write_text(TEXT, "utf-8")
    (folder / "regions.csv").write_text(REGIONS, "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "库"


class Bench:
    """One home with the tools at hand."""

    def __init__(self, home: Path, tools: Tools) -> None:
        self.home, self.tools = home, tools

    def ingest(self, *paths: Path, prune: bool = False) -> Report:
        return ingest(paths, self.home, self.tools.makers, prune=prune)

    def statuses(self, *paths: Path, prune: bool = False) -> dict[str, str]:
        return {Path(file.file).name: file.status for file in self.ingest(*paths, prune=prune).files}

    def texts(self, question: str = "生态修复", k: int = 50) -> list[tuple[str, float]]:
        """The passages that a fresh search finds, with their scores."""
        found = Searcher(self.home, self.tools).search(Query(question, k=k))
        return [(hit.text, hit.score) for hit in found.hits]


@pytest.fixture
def bench(home: Path, tools: Tools) -> Bench:
    return Bench(home, tools)


def state(home: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        file.relative_to(home).as_posix(): (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())
        for file in home.rglob("*")
        if file.is_file()
    }


def test_a_second_ingest_writes_nothing(bench: Bench, folder: Path) -> None:
    assert bench.statuses(folder) == {"甲.txt": "added"}
    before = state(bench.home)
    report = bench.ingest(folder)
    assert [file.status for file in report.files] == ["unchanged"] and report.succeeded
    assert (report.passages, report.files[0].passages) == (3, 3)
    assert state(bench.home) == before


def test_the_sample_folder_again_writes_nothing(
    sample_home: Path, samples: Path, makers: Makers, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "库"))
    before = state(home)
    report = ingest([samples], home, makers)
    assert {file.status for file in report.files} == {"unchanged"} and len(report.files) == 14
    assert state(home) == before


def test_a_touched_file_is_unchanged(bench: Bench, folder: Path) -> None:
    bench.ingest(folder)
    os.utime(folder / "甲.txt", (1, 1))
    assert bench.statuses(folder) == {"甲.txt": "unchanged"}
    before = state(bench.home)
    bench.ingest(folder)
    assert state(bench.home) == before


def test_a_changed_file_replaces_its_passages(bench: Bench, folder: Path) -> None:
    bench.ingest(folder)
    old = hashlib.sha256(TEXT.encode()).hexdigest()
    (folder / "甲.txt").write_text(TEXT.replace("46公里", "73公里"), "utf-8")
    report = bench.ingest(folder)
    assert [(file.status, file.passages) for file in report.files] == [("replaced", 3)] and report.passages == 3
    store = Store(bench.home / "corpus.sqlite")
    assert store.document(old) is None and store.passages(old) == []
    assert [file[0] for file in store.files().values()] == [document.id for document in store.documents()]
    store.close()
    found = [text for text, _ in bench.texts("污水管网")]
    assert sum("73公里" in text for text in found) == 1 and not any("46公里" in text for text in found)


def test_a_change_of_metadata_is_read_anew(bench: Bench, folder: Path) -> None:
    bench.ingest(folder)
    (folder / "metadata.csv").write_text("file,title,status\n甲.txt,改过的标题,征求意见稿\n", "utf-8")
    report = bench.ingest(folder)
    assert [file.status for file in report.files] == ["replaced"]
    document = report.files[0].document
    assert document is not None and (document.title, document.status) == ("改过的标题", "征求意见稿")
    assert bench.statuses(folder) == {"甲.txt": "unchanged"}


def test_a_region_added_alone_is_kept(bench: Bench, folder: Path) -> None:
    (folder / "甲.txt").unlink()
    report = bench.ingest(folder)
    assert report.files == () and report.succeeded
    store = Store(bench.home / "corpus.sqlite")
    assert store.gazetteer().full_name("990102") == "澜江省临澜市沧浦区"
    store.close()


def test_prune_forgets_what_is_gone_below_the_given_paths_only(bench: Bench, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "别处.txt"
    other.write_text(TEXT.replace("沧浪溪", "别处溪"), "utf-8")
    neighbour = tmp_path / "文件夹"  # 文件 is a prefix of its name, not its parent
    neighbour.mkdir()
    (neighbour / "邻.txt").write_text(TEXT.replace("沧浪溪", "邻溪"), "utf-8")
    (folder / "乙.txt").write_text(TEXT.replace("沧浪溪", "乙溪"), "utf-8")
    bench.ingest(folder, other, neighbour)
    for gone in (folder / "乙.txt", other, neighbour / "邻.txt"):
        gone.unlink()
    assert bench.statuses(folder) == {"甲.txt": "unchanged"}
    assert {"乙溪", "别处溪", "邻溪"} <= {word for word in ("乙溪", "别处溪", "邻溪") if word in str(bench.texts())}
    assert bench.statuses(folder, prune=True) == {"甲.txt": "unchanged", "乙.txt": "removed"}
    assert "乙溪" not in str(bench.texts()) and {"别处溪", "邻溪"} <= {
        w for w in ("别处溪", "邻溪") if w in str(bench.texts())
    }
    (folder / "甲.txt").unlink()
    (folder / "regions.csv").unlink()
    assert bench.statuses(folder, prune=True) == {"甲.txt": "removed"}
    report = bench.ingest(folder, prune=True)
    assert report.files == () and report.succeeded and report.passages == 6


def test_identical_bytes_are_one_document(bench: Bench, folder: Path) -> None:
    (folder / "副本.txt").write_text(TEXT, "utf-8")
    report = bench.ingest(folder)
    assert [file.status for file in report.files] == ["added", "added"] and report.passages == 3
    store = Store(bench.home / "corpus.sqlite")
    (document,) = store.documents()
    store.close()
    assert document.files == (str(folder / "副本.txt"), str(folder / "甲.txt"))
    (folder / "甲.txt").unlink()
    bench.ingest(folder, prune=True)
    assert len(bench.texts()) == 3
    (folder / "副本.txt").write_text(TEXT.replace("46公里", "73公里"), "utf-8")
    assert bench.ingest(folder).passages == 3


def test_refusals_say_why_and_nothing_else_is_lost(bench: Bench, folder: Path, tmp_path: Path) -> None:
    (folder / "空.txt").write_bytes(b"")
    (folder / "图.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "表.xyz").write_text(TEXT, "utf-8")
    report = bench.ingest(folder, tmp_path / "没有")
    assert report.succeeded and report.passages == 3
    reasons = {Path(file.file).name: file.reason for file in report.files if file.status == "refused"}
    assert set(reasons) == {"空.txt", "图.txt", "表.xyz", "没有"}
    for name, words in (("空.txt", "空的"), ("图.txt", "二进制"), ("表.xyz", "不支持的文件格式"), ("没有", "不存在")):
        reason = reasons[name]
        assert reason and words in reason and "请" in reason and "\n" not in reason
    before = state(bench.home)
    bench.ingest(folder, tmp_path / "没有")
    assert state(bench.home) == before


def test_nothing_readable_is_no_success(bench: Bench, tmp_path: Path) -> None:
    empty = tmp_path / "空"
    empty.mkdir()
    report = bench.ingest(empty)
    assert not report.succeeded and [file.reason for file in report.files] == [
        "其中没有文件。请放入文本、网页、Word 或 PDF 后重试。"
    ]
    assert not bench.home.exists()
    with pytest.raises(PlanSeekError, match="没有给出文件"):
        bench.ingest()


def test_nothing_new_still_counts_the_corpus(bench: Bench, folder: Path, tmp_path: Path) -> None:
    bench.ingest(folder)
    assert bench.ingest(tmp_path / "没有").passages == 3


def test_a_file_that_became_unreadable_keeps_its_last_reading(bench: Bench, folder: Path) -> None:
    bench.ingest(folder)
    before = bench.texts()
    (folder / "甲.txt").write_bytes(b"\x00\xff" * 999)
    report = bench.ingest(folder)
    assert [file.status for file in report.files] == ["refused"] and not report.succeeded
    assert bench.texts() == before and len(before) == 3
    (folder / "甲.txt").write_text(TEXT, "utf-8")
    assert bench.statuses(folder) == {"甲.txt": "unchanged"}


def test_a_file_name_that_is_no_utf8_is_refused(bench: Bench, folder: Path) -> None:
    """Archives made on Chinese Windows leave such names."""
    strange = os.fsencode(folder) + b"/" + "规划.txt".encode("gbk")
    with open(strange, "wb") as out:  # noqa: PTH123 - a name of bytes
        out.write(TEXT.replace("46", "48").encode())
    report = bench.ingest(folder)
    assert sorted(file.status for file in report.files) == ["added", "refused"]
    (refused,) = (file for file in report.files if file.status == "refused")
    assert refused.reason == "文件名不是 UTF-8 编码，无法登记。请改名后重试。"
    refused.file.encode()


def test_a_home_that_cannot_be_written_is_one_line(bench: Bench, folder: Path) -> None:
    bench.home.write_text("")
    with pytest.raises(PlanSeekError, match=r"无法写入数据文件夹 .*--home"):
        bench.ingest(folder)


def test_broken_side_files_stop_before_anything_is_written(bench: Bench, folder: Path) -> None:
    (folder / "regions.csv").write_text("代码,名称\n1,2\n", "utf-8")
    with pytest.raises(PlanSeekError, match=r"regions\.csv 缺少列"):
        bench.ingest(folder)
    (folder / "regions.csv").write_text(REGIONS, "utf-8")
    (folder / "metadata.csv").write_text("文件,标题\n甲.txt,x\n", "utf-8")
    with pytest.raises(PlanSeekError, match=r"metadata\.csv 缺少 file 列"):
        bench.ingest(folder)
    assert not bench.home.exists()


def test_a_searcher_sees_the_next_generation(bench: Bench, folder: Path) -> None:
    bench.ingest(folder)
    searcher = Searcher(bench.home, bench.tools)
    assert len(searcher.search(Query("污水管网")).hits) == 3
    (folder / "乙.txt").write_text(TEXT.replace("46公里", "73公里"), "utf-8")
    bench.ingest(folder)
    assert len(searcher.search(Query("污水管网")).hits) == 6


# — killed, and two at once ——————————————————————————————————————————————————————————————————————————————————————

CHILD = textwrap.dedent(
    """
    import os, signal, sys, time
    from pathlib import Path
    from index.embedders import load_bundled
    from index.segments import Makers
    from index.ingest import ingest
    from index.tokenizer import Tokenizer

    home, folder, stage, steps, *wait = sys.argv[1:]
    table = load_bundled()
    makers = Makers(Tokenizer(), table, table)
    seen = 0

    def progress(name, done, total):
        global seen
        seen += name == stage
        if name == stage and seen == int(steps):
            os.kill(os.getpid(), signal.SIGKILL)

    print("ready", flush=True)
    for gate in wait:
        while not Path(gate).exists():
            time.sleep(0.002)
    ingest([Path(folder)], Path(home), makers, progress=progress)
    print("done", flush=True)
    """
)


def child(home: Path, folder: Path, stage: str = "-", steps: int = 0, *wait: Path) -> subprocess.Popen[str]:
    line = [sys.executable, "-c", CHILD, home, folder, stage, str(steps), *wait]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stdout.readline() == "ready\n"
    return running


@pytest.fixture(scope="module")
def before_and_after(
    tools: Tools, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Bench, Bench, Path]:
    """Two homes: the text samples as they are, and after each was changed and one added; and the changed folder."""
    base = tmp_path_factory.mktemp("kill")
    folder = base / "文件"
    folder.mkdir()
    for name in ("02", "03", "14"):
        shutil.copy(next(samples.glob(f"{name}*")), folder)
    shutil.copy(samples / "regions.csv", folder)
    old, new = (Bench(base / name, tools) for name in ("旧", "新"))
    old.ingest(folder)
    for file in folder.glob("*.txt"):
        file.write_bytes(file.read_bytes().replace("生态".encode(), "生态环境".encode()))
    (folder / "新增.txt").write_text(TEXT, "utf-8")
    shutil.copytree(old.home, new.home)
    new.ingest(folder)
    assert old.texts() != new.texts()
    return old, new, folder


@pytest.mark.parametrize(
    ("stage", "steps"),
    [("读取文件", 1), ("读取文件", 3), ("编入索引", 1), ("写入索引", 1), ("写入索引", 2), ("-", 60),
     ("-", 500)],
)  # fmt: skip
def test_a_killed_ingest_loses_nothing(
    before_and_after: tuple[Bench, Bench, Path], tmp_path: Path, stage: str, steps: int
) -> None:
    """Killed by itself at a stage's n-th step, or from outside after so many milliseconds."""
    old, new, folder = before_and_after
    home = Path(shutil.copytree(old.home, tmp_path / "库"))
    running = child(home, folder, stage, steps)
    if stage == "-":
        time.sleep(steps / 1000)
        running.send_signal(signal.SIGKILL)
    assert (running.wait(60) == -signal.SIGKILL) or stage == "-"
    bench = Bench(home, old.tools)
    after = bench.texts()
    assert after == old.texts() if stage != "-" else after in (old.texts(), new.texts())
    bench.ingest(folder)
    assert bench.texts() == new.texts()
    assert len(list((home / "index").iterdir())) == 1
    with sqlite3.connect(home / "corpus.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_killed_first_ingest_can_be_run_again(bench: Bench, folder: Path) -> None:
    running = child(bench.home, folder, "写入索引", 2)
    assert running.wait(60) == -signal.SIGKILL
    with pytest.raises(PlanSeekError, match="请运行：planseek ingest"):
        bench.texts()
    assert bench.statuses(folder) == {"甲.txt": "added"}
    assert len(bench.texts()) == 3


@pytest.mark.parametrize("known", [True, False])
def test_two_writers_at_once(bench: Bench, folder: Path, tmp_path: Path, known: bool) -> None:
    """Both go in, whichever is first; on a home that exists and on a fresh one."""
    if known:
        bench.ingest(folder)
    gate = tmp_path / "开始"
    folders = []
    for name in ("乙", "丙"):
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        (folders[-1] / f"{name}.txt").write_text(TEXT.replace("沧浪溪", f"{name}溪"), "utf-8")
    both = [child(bench.home, each, "-", 0, gate) for each in folders]
    gate.touch()
    for running in both:
        out, err = running.communicate(timeout=60)
        assert (running.returncode, out, err) == (0, "done\n", "")
    assert bench.statuses(*folders) == {"乙.txt": "unchanged", "丙.txt": "unchanged"}
    assert {"乙溪", "丙溪"} == {word for word in ("乙溪", "丙溪") if word in str(bench.texts())}
    assert len(list((bench.home / "index").iterdir())) == 1


def test_searching_while_ingesting(bench: Bench, folder: Path) -> None:
    """A running service answers from the old state or the new one, never with an error."""
    bench.ingest(folder)
    searcher = Searcher(bench.home, bench.tools)
    failures: list[Exception] = []
    finished = Event()

    def ask() -> None:
        while not finished.is_set():
            try:
                assert len(searcher.search(Query("污水管网")).hits) == 3
            except Exception as error:
                failures.append(error)

    asking = Thread(target=ask)
    asking.start()
    for number in range(6):
        (folder / "甲.txt").write_text(TEXT.replace("46公里", f"{100 + number}公里"), "utf-8")
        bench.ingest(folder)
    finished.set()
    asking.join()
    assert failures == []
