"""Homes that earlier versions left: opening one brings it up to date or says what to run, an ingest does the rest, and nothing
that a person entered is lost, wherever it is cut off."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from access.keys import Keys
from corpus import schema
from corpus.errors import NotReady
from corpus.store import Store
from desk.store import Desk
from index.generations import current
from index.ingest import ingest
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher
from tests.corpus import old_stores as old

VERSIONS = sorted(old.TABLES)
CORRECTED = "鸠江区生态环境规划（已更正）"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "文件" / old.NAME
    path.parent.mkdir()
    path.write_text(old.TEXT, "utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "库"


def contents(path: Path) -> tuple[object, ...]:
    """What a store holds, as it is shown now."""
    with closing(Store(path)) as store:
        (document,) = store.documents()
        return (
            document.id, document.title, document.text, document.region and document.region.name, document.kind, document.period,
            [(s.heading, s.span.of(document.text).rstrip("。")) for s in document.sections],
            [(p.span.start, p.span.end, p.trail, p.paragraph, p.region and p.region.code) for p in store.passages()],
            store.edits(), [place.code for place in store.added_places()], store.meta("generation"), set(store.files()),
        )  # fmt: skip


def expected(version: int, file: Path) -> tuple[object, ...]:
    headings = ("芜湖市鸠江区生态环境分局", "一、总体要求", "二、推进生态修复", "（一）修复受损湿地", "（二）修复采石宕口")
    trails = [headings[:2], (headings[0], *headings[2:4]), (headings[0], headings[2], headings[4])]
    places = [(47, 68), (90, 124), (135, 157)]
    edits = {old.ID: {"title": CORRECTED}} if version >= 3 else {}
    title = CORRECTED if version >= 3 else "鸠江区“十四五”生态环境保护规划（征求意见稿）"
    return (
        old.ID, title, old.TEXT, "安徽省芜湖市鸠江区", "专项规划", "2021-2025", [(h, h) for h in headings],
        [(*place, trail, 1, "340207") for place, trail in zip(places, trails, strict=True)],
        edits, ["990000"], "7cd18fe9c8b2b70f", {file.as_posix()},
    )  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_every_earlier_version_is_opened_with_all_that_it_holds(version: int, home: Path, file: Path) -> None:
    path = home / "corpus.sqlite"
    old.old_store(path, version, file)
    assert contents(path) == expected(version, file)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_an_earlier_store_ends_with_the_tables_of_a_new_one(home: Path, file: Path, tmp_path: Path) -> None:
    def columns(path: Path) -> dict[str, list[tuple[str, str, int, str | None]]]:
        with closing(sqlite3.connect(path)) as db:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {t: sorted(row[1:5] for row in db.execute(f"PRAGMA table_info({t})")) for t in tables}

    Store(tmp_path / "新.sqlite", create=True).close()
    for version in VERSIONS:
        path = home / f"{version}.sqlite"
        old.old_store(path, version, file)
        Store(path).close()
        assert columns(path) == columns(tmp_path / "新.sqlite"), version


def test_every_version_but_the_newest_has_its_step() -> None:
    assert sorted(schema.MIGRATIONS) == list(range(1, schema.VERSION))


@pytest.mark.parametrize("index_format", ["1", "2", "3"])
def test_an_index_of_an_earlier_format_is_refused_with_what_to_run(
    index_format: str, home: Path, file: Path, makers: Makers
) -> None:
    old.old_store(home / "corpus.sqlite", 2, file)
    old.old_index(home, index_format)
    with closing(Store(home / "corpus.sqlite")) as store, pytest.raises(NotReady) as caught:
        current(home, store, makers)
    assert "另一索引格式" in str(caught.value) and "planseek ingest" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_ingest_brings_an_earlier_home_up_to_date_and_keeps_what_people_entered(
    version: int, home: Path, file: Path, makers: Makers, tools: Tools
) -> None:
    old.old_store(home / "corpus.sqlite", version, file)
    old.old_index(home, str(version))
    old.old_desk(home)
    entered = {
        home / "sets" / "我的题集" / "questions.jsonl": '{"id": "1", "query": "湿地"}\n',
        home / "lexicon.csv": "official,everyday\n江滩湿地,江边湿地\n",
    }
    for path, content in entered.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    report = ingest([file], home, makers)
    assert [row.status for row in report.files] == ["replaced"] and report.passages == 3
    first = Searcher(home, tools).search(Query("修复受损湿地")).hits[0]
    assert first.text == "采取退田还湿、清理淤泥等措施，修复江滩湿地800亩，恢复候鸟栖息地。"
    assert (first.document.title == CORRECTED) == (version >= 3)
    with closing(Store(home / "corpus.sqlite")) as store:
        assert store.edits() == ({old.ID: {"title": CORRECTED}} if version >= 3 else {})
        assert [place.name for place in store.added_places()] == ["澜江省"]
    (basket,) = Desk(home).baskets()
    (item,) = Desk(home).items(basket.id)
    assert (basket.name, item.document, item.span.start, item.span.end, item.note) == ("湿地材料", old.ID, 90, 124, "先看这段")
    assert [(s.name, s.query) for s in Desk(home).saved()] == [("每月看修复", {"query": "生态修复"})]
    holder = Keys(home).holder(f"ps_0a1b2c3d4e5f_{old.SECRET}")
    assert holder is not None and (holder.name, holder.role) == ("资料室", "编辑")
    assert {path: path.read_text("utf-8") for path in entered} == entered
    assert [folder.name for folder in (home / "index").iterdir()] != ["7cd18fe9c8b2b70f"]


def test_a_document_whose_file_is_gone_survives_the_ingest_of_others(home: Path, file: Path, makers: Makers, tools: Tools) -> None:
    old.old_store(home / "corpus.sqlite", 1, file)
    old.old_index(home, "1")
    other = file.with_name("另一份.txt")
    other.write_text("2026年庐阳区政府工作报告\n\n一、重点工作\n\n新建养老服务站5个，新增公办幼儿园学位900个。\n", "utf-8")
    file.unlink()
    assert [row.status for row in ingest([other], home, makers).files] == ["added"]
    hits = Searcher(home, tools).search(Query("修复江滩湿地")).hits
    assert hits[0].document.id == old.ID and "修复江滩湿地800亩" in hits[0].text


_CUT_OFF = """
import os, signal, sqlite3, sys
from pathlib import Path
from corpus.store import Store

connect, left = sqlite3.connect, int(sys.argv[2])

def traced(*arguments, **options):
    def count(statement):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    db = connect(*arguments, **options)
    db.set_trace_callback(count)
    return db

sqlite3.connect = traced
Store(Path(sys.argv[1])).close()
print("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows 没有 SIGKILL")
def test_a_kill_before_any_statement_of_the_migration_loses_nothing(home: Path, file: Path, tmp_path: Path) -> None:
    wanted = expected(1, file)
    for statements in range(200):
        path = home / f"{statements}.sqlite"
        old.old_store(path, 1, file)
        ran = subprocess.run(
            [sys.executable, "-c", _CUT_OFF, path, str(statements)], capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            # All steps or none.
            assert db.execute("PRAGMA user_version").fetchone()[0] in (1, schema.VERSION)
        assert contents(path) == wanted, statements
        if ran.stdout == "whole\n":
            break
        assert ran.returncode == -9, ran.stderr
    assert statements > len(schema.MIGRATIONS[1].split(";\n")), "it was killed within the steps, too"
