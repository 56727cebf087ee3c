"""A folder takes another's place: the old one is kept aside, nothing is lost on the way, and nobody finds neither."""

import threading
from pathlib import Path

import pytest

from index import swap
from index.swap import put_in_place


def folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "x").write_text(content, "utf-8")
    return path


def told(path: Path) -> str:
    return (path / "x").read_text("utf-8")


def test_a_name_that_nothing_has_is_taken(tmp_path: Path) -> None:
    assert put_in_place(folder(tmp_path / "新", "新"), tmp_path / "名", tmp_path / "旁") is None
    assert told(tmp_path / "名") == "新" and [path.name for path in tmp_path.iterdir()] == ["名"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_what_had_the_name_stands_aside(tmp_path: Path, exchanges: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchanges:  # as on a system that cannot
        monkeypatch.setattr(swap, "_exchanged", lambda one, other: False)
    folder(tmp_path / "名", "旧")
    aside = put_in_place(folder(tmp_path / "新", "新"), tmp_path / "名", tmp_path / "旁")
    assert aside == tmp_path / "旁" and (told(tmp_path / "名"), told(aside)) == ("新", "旧")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["名", "旁"])


def test_where_the_system_exchanges_names_a_reader_always_finds_one(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "甲", "甲"), folder(tmp_path / "乙", "乙")
    if not swap._exchanged(one, other):
        pytest.skip("这个系统或文件系统不能交换两个名字")
    assert (told(one), told(other)) == ("乙", "甲")
    over, found = threading.Event(), set()

    def look() -> None:
        while not over.is_set():
            found.add((tmp_path / "甲").is_dir())

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(200):
        put_in_place(folder(tmp_path / f"新{number}", str(number)), tmp_path / "甲", tmp_path / f"旁{number}")
    over.set()
    looking.join()
    assert found == {True} and told(tmp_path / "甲") == "199"


def test_what_cannot_be_put_there_leaves_the_old(tmp_path: Path) -> None:
    folder(tmp_path / "名", "旧")
    with pytest.raises(OSError):
        put_in_place(tmp_path / "没有", tmp_path / "名", tmp_path / "旁")
    assert told(tmp_path / "名") == "旧" and [path.name for path in tmp_path.iterdir()] == ["名"]
