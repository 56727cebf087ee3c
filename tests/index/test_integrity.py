"""Checksums: what was written is read, what has changed since is refused by name, and only what is touched is compared."""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pytest

from index.integrity import BLOCK, NAME, Damaged, Sealed, seal

ROWS = np.arange(120_000, dtype=np.float32).reshape(-1, 4)
"""Seven blocks and a part of an eighth, with the header in the first."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "代"
    folder.mkdir()
    np.save(folder / "rows.npy", ROWS)
    (folder / "words.json").write_text(json.dumps(["湿地", "岸线"]), "utf-8")
    (folder / "empty").write_bytes(b"")
    seal(folder)
    return folder


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << place % 8
    file.write_bytes(content)


def test_what_was_sealed_is_read(folder: Path) -> None:
    sealed = Sealed(folder)
    array = sealed.array("rows.npy")
    np.testing.assert_array_equal(array.whole(), ROWS)
    np.testing.assert_array_equal(array[17:20_000], ROWS[17:20_000])
    np.testing.assert_array_equal(array[np.array([29_999, 0, 12_000])], ROWS[[29_999, 0, 12_000]])
    np.testing.assert_array_equal(array[-1], ROWS[-1])
    assert array[5:5].shape == (0, 4) and len(array) == 30_000
    assert json.loads(sealed.content("words.json")) == ["湿地", "岸线"]
    assert sealed.content("empty") == b""
    assert list(sealed.damages()) == []


def test_the_same_content_has_the_same_checksums(folder: Path, tmp_path: Path) -> None:
    before = (folder / NAME).read_bytes()
    seal(folder)
    assert (folder / NAME).read_bytes() == before


def test_only_what_is_touched_is_compared(folder: Path) -> None:
    flip(folder / "rows.npy", 3 * BLOCK + 7)
    array = Sealed(folder).array("rows.npy")
    header = (folder / "rows.npy").stat().st_size - ROWS.nbytes
    first = (3 * BLOCK - header) // 16
    np.testing.assert_array_equal(array[:first], ROWS[:first])
    np.testing.assert_array_equal(array[np.array([1, 29_999])], ROWS[[1, 29_999]])
    # A row that reaches into the block, one within it, and all of them.
    for read in (lambda: array[first : first + 1], lambda: array[np.array([4, first + 9])], lambda: array[-17_000], array.whole):
        with pytest.raises(Damaged):
            read()
    after = -(-(4 * BLOCK - header) // 16)
    np.testing.assert_array_equal(array[after:], ROWS[after:])


def test_the_damage_is_named_with_its_place_and_what_to_do(folder: Path) -> None:
    flip(folder / "rows.npy", 3 * BLOCK + 7)
    (said,) = Sealed(folder).damages()
    assert said == (
        f"索引文件 {folder / 'rows.npy'} 已损坏（第 4 块，字节 196608–262143，与建立时的校验和不符）。请运行 planseek doctor --repair 重建索引。"
    )
    (folder / "words.json").unlink()
    with pytest.raises(Damaged, match=r"words\.json 缺失.*planseek doctor --repair"):
        Sealed(folder)
    (folder / "words.json").write_bytes(b"[]")
    with pytest.raises(Damaged, match=r"words\.json 已损坏（应为 \d+ 字节，现为 2 字节）"):
        Sealed(folder)


def test_a_file_that_was_not_sealed_is_not_read(folder: Path) -> None:
    (folder / "later.json").write_text("{}", "utf-8")
    with pytest.raises(Damaged, match=r"没有文件 later\.json"):
        Sealed(folder).content("later.json")


@pytest.mark.parametrize("name", ["rows.npy", "words.json", NAME])
def test_every_changed_byte_is_found(folder: Path, name: str) -> None:
    file = folder / name
    whole = file.read_bytes()
    draw = random.Random(name)
    sound = hashlib.sha256(whole).digest()
    for place in [0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(60))]:
        changed = bytearray(whole)
        changed[place] ^= draw.randrange(1, 256)
        file.write_bytes(changed)
        try:
            found = list(Sealed(folder).damages())
        except Damaged as error:
            found = [str(error)]
        # White space between the checksums may become other white space: what they say is the same.
        harmless = name == NAME and _meaning(bytes(changed)) == _meaning(whole)
        assert harmless or (len(found) == 1 and name in found[0]), (place, found)
    file.write_bytes(whole)
    assert hashlib.sha256(file.read_bytes()).digest() == sound and list(Sealed(folder).damages()) == []


def _meaning(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None
