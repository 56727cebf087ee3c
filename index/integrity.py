"""Checksums of an index's files, a block at a time: written with them, compared when a block is first touched. Repairs nothing."""

import hashlib
import json
import mmap
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import NotReady

BLOCK = 1 << 16
"""Bytes under one checksum, a CRC-32: certain to show any change within four bytes, and the fastest that Python ships."""
NAME = "checksums.json"
REPAIR = "请运行 planseek doctor --repair 重建索引。"


class Damaged(NotReady):
    """A file that is not as it was written: the message names it and the place."""


def seal(folder: Path, known: Mapping[str, Any] | None = None) -> None:
    """Write the checksums of all that is in a folder and wait until it is on the disk; known: those of files that were sealed
    elsewhere, under which damage done since shows. Raises OSError."""
    files = sorted(file for file in folder.iterdir() if file.name != NAME)
    made = known or {}
    sums = {file.name: made.get(file.name) or {"size": file.stat().st_size, "blocks": _sums(file)} for file in files}
    (folder / NAME).write_text(json.dumps({"digest": _digest(sums), "files": sums}), "utf-8")
    for file in (*files, folder / NAME, folder):
        synced(file)


def synced(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk. Raises OSError."""
    if path.is_dir() and os.name == "nt":
        return  # Windows syncs no folders
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Sealed:
    """The files of a sealed folder, each as long as it was. Raises Damaged; then nothing of the folder is to be believed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            held = json.loads((folder / NAME).read_bytes())
            self.sums: dict[str, dict[str, Any]] = held["files"]
            if held["digest"] != _digest(self.sums):
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Damaged(f"索引 {folder} 的校验和文件 {NAME} 缺失或已损坏。{REPAIR}") from error
        for name, sums in self.sums.items():
            _check_size(folder / name, sums["size"])

    def content(self, name: str) -> bytes:
        """All of a file, compared. Raises Damaged."""
        return bytes(self.blocks(name).whole())

    def array(self, name: str) -> "Guarded":
        """The array of a .npy file, compared as it is touched. Raises Damaged."""
        blocks = self.blocks(name)
        blocks.touch(0, 1)
        # A plain view: slicing np.memmap itself costs ten times as much.
        return Guarded(np.load(self.folder / name, mmap_mode="r").view(np.ndarray), blocks)

    def blocks(self, name: str) -> "Blocks":
        """A file's bytes, compared as they are touched. Raises Damaged where there is no such file."""
        if name not in self.sums:
            raise Damaged(f"索引 {self.folder} 中没有文件 {name}。{REPAIR}")
        return Blocks(self.folder / name, bytes.fromhex(self.sums[name]["blocks"]))

    def damages(self, pause: float = 0.0, beginning: str = "") -> Iterator[str]:
        """Compare every file (whose name begins so), and say of each that is not as it was what is wrong; pause: seconds between
        blocks."""
        for name in self.sums:
            if not name.startswith(beginning):
                continue
            try:
                blocks = self.blocks(name)
                for start in range(0, len(blocks), BLOCK):
                    blocks.touch(start, start + 1)
                    if pause:
                        time.sleep(pause)
            except Damaged as error:
                yield str(error)


class Blocks:
    """A file mapped into memory. Safe to share between threads: at worst a block is compared twice."""

    def __init__(self, file: Path, sums: bytes) -> None:
        self._file, self._sums = file, sums
        try:
            with file.open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                self._bytes = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if size else b"")
        except OSError as error:
            raise Damaged(f"无法读取索引文件 {file}（{error.strerror}）。请检查文件权限；如文件已损坏，{REPAIR}") from error
        self._sound = bytearray(len(sums) // 4)
        self._left = True

    def __len__(self) -> int:
        return len(self._bytes)

    def whole(self) -> memoryview:
        """All bytes. Raises Damaged."""
        self.touch(0, len(self._bytes))
        return self._bytes

    def touch(self, start: int, end: int) -> None:
        """Compare the blocks of the bytes from start to end (exclusive) that have not been yet. Raises Damaged."""
        if not self._left:
            return
        first, last = start // BLOCK, -(-end // BLOCK)
        compared = False
        while (number := self._sound.find(0, first, last)) >= 0:
            self._compare(number)
            self._sound[number] = compared = True
        if compared:
            self._left = 0 in self._sound

    def touch_each(self, starts: NDArray[np.int64], width: int) -> None:
        """Compare the blocks of `width` bytes (at most a block's) from each of some places. Raises Damaged."""
        if self._left and len(starts):
            # A table of blocks: sorting the places would cost more than comparing what is new.
            touched = np.zeros(len(self._sound), bool)
            touched[starts // BLOCK] = touched[(starts + width - 1) // BLOCK] = True
            for number in np.flatnonzero(touched & (np.frombuffer(self._sound, np.uint8) == 0)).tolist():
                self.touch(number * BLOCK, number * BLOCK + 1)

    def _compare(self, number: int) -> None:
        start = number * BLOCK
        block = self._bytes[start : start + BLOCK]
        if zlib.crc32(block).to_bytes(4, "big") != self._sums[4 * number : 4 * number + 4]:
            raise Damaged(
                f"索引文件 {self._file} 已损坏（第 {number + 1} 块，字节 {start}–{start + len(block) - 1}，与建立时的校验和不符）。{REPAIR}"
            )


class Guarded:
    """The rows of an array that stands at the end of a file: no row is given out before its blocks are compared."""

    def __init__(self, array: NDArray[Any], blocks: Blocks) -> None:
        self._array, self._blocks = array, blocks
        self._width = array.strides[0] if array.ndim else 0
        self._offset = len(blocks) - array.nbytes
        if self._offset < 0:
            raise ValueError("the array is longer than its file")

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, wanted: Any) -> Any:
        """Some rows: a slice without step, or their numbers. Raises Damaged."""
        if isinstance(wanted, slice):
            start, end, _ = wanted.indices(len(self._array))
            self._blocks.touch(self._offset + start * self._width, self._offset + end * self._width)
        else:
            places = np.atleast_1d(np.asarray(wanted, np.int64)) % max(1, len(self._array))
            self._blocks.touch_each(self._offset + places * self._width, self._width)
        return self._array[wanted]

    def whole(self) -> NDArray[Any]:
        """All rows. Raises Damaged."""
        self._blocks.whole()
        return self._array


def _check_size(file: Path, size: int) -> None:
    try:
        now = file.stat().st_size
    except OSError as error:
        raise Damaged(f"索引文件 {file} 缺失（{error.strerror}）。{REPAIR}") from error
    if now != size:
        raise Damaged(f"索引文件 {file} 已损坏（应为 {size} 字节，现为 {now} 字节）。{REPAIR}")


def _sums(file: Path) -> str:
    with file.open("rb") as opened:
        return b"".join(zlib.crc32(block).to_bytes(4, "big") for block in iter(lambda: opened.read(BLOCK), b"")).hex()


def _digest(sums: dict[str, dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()
