"""The audit log: what was done stands in it, newest first, in bounded files."""

import json
from pathlib import Path

import pytest

from access import audit
from access.audit import Audit
from access.model import HERE, Caller
from corpus.errors import PlanSeekError

READER = Caller("abc", "张三", "读者")


def test_lines_say_who_did_what_and_when(tmp_path: Path) -> None:
    log = Audit(tmp_path)
    log.note(READER, "提问", 200, query="各区养老", groups=5, empty="")
    log.note(HERE, "移除文档", 404, document="f" * 64)
    latest, first = log.lines(10)
    assert (first["name"], first["key"], first["action"], first["status"], first["query"], first["groups"]) == ("张三", "abc", "提问", 200, "各区养老", 5)
    assert "empty" not in first and first["time"] <= latest["time"]
    assert (latest["name"], latest["document"]) == ("本机", "f" * 64)
    assert log.lines(1) == [latest]


def test_one_line_is_one_line_whatever_was_asked(tmp_path: Path) -> None:
    log = Audit(tmp_path)
    log.note(READER, "提问", 200, query='第一行\n{"action": "伪造"}\r\n\u2028' + "长" * 9000)
    (line,) = (tmp_path / audit.FILE).read_text("utf-8").split("\n")[:-1]
    assert json.loads(line)["query"].startswith("第一行\n") and len(json.loads(line)["query"]) == 500
    assert [one["action"] for one in log.lines(10)] == ["提问"]


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    log = Audit(tmp_path)
    log.note(READER, "提问", 200, query="一")
    with (tmp_path / audit.FILE).open("a", encoding="utf-8") as out:
        out.write('{"time": "2026-0\n[1]\n')
    log.note(READER, "提问", 200, query="二")
    assert [line["query"] for line in log.lines(10)] == ["二", "一"]


def test_files_are_bounded_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "LARGEST", 400)
    log = Audit(tmp_path)
    for number in range(200):
        log.note(READER, "提问", 200, query=f"问题{number}")
    assert len(list(tmp_path.iterdir())) == audit.KEPT + 1
    assert all(path.stat().st_size < 800 for path in tmp_path.iterdir())
    queries = [line["query"] for line in log.lines(1000)]
    assert queries == [f"问题{number}" for number in range(199, 199 - len(queries), -1)] and len(queries) > 10


def test_what_cannot_be_written_down_is_told(tmp_path: Path) -> None:
    (tmp_path / audit.FILE).mkdir()
    with pytest.raises(PlanSeekError, match=r"审计记录 .* 无法写入"):
        Audit(tmp_path).note(READER, "提问", 200)
