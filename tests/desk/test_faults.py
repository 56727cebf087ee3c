"""The fault benchmark in small: twenty kills, forty changed bytes, every tear, a full disk, and nothing lost or answered wrongly."""

from pathlib import Path

import pytest

from benchmarks import faults


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return faults.run(tmp_path_factory.mktemp("faults"), kills=20, flips=40, seed=20)


@pytest.mark.timeout(900)
def test_nothing_was_lost_and_nothing_answered_wrongly(results: dict) -> None:
    assert results["faults"] == []


def test_every_kind_of_work_was_killed(results: dict) -> None:
    kills = {kind: row["kills"] for kind, row in results["kills"].items()}
    assert kills == {"ingest": 6, "switch": 5, "correct": 2, "backup": 2, "restore": 2, "migrate": 2, "repair": 1}
    assert results["asked_meanwhile"] > 0


def test_every_changed_byte_was_found(results: dict) -> None:
    found = results["damage"]["单字节翻转"]
    assert set(found) <= {"提问时被拒绝", "未触及，体检发现", "无意义的字节"} and sum(found.values()) == 40
    assert found["提问时被拒绝"] >= 20


def test_the_table_says_what_was_done(results: dict) -> None:
    shown = faults.table(results)
    assert "没有丢失，没有答错。" in shown and "| 单字节翻转 |" in shown


def test_a_fault_is_told(tmp_path: Path) -> None:
    """What the benchmark would say if an answer were wrong."""
    from benchmarks.stage import Stage
    from benchmarks.victims import loaded

    stage = Stage.of(loaded())
    assert stage.check("没有库", tmp_path / "无", []) is None
    (fault,) = stage.faults
    assert fault.startswith("没有库：NotReady") and "不存在" in fault
