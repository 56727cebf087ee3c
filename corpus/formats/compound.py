"""The old Office container (Compound File Binary): its streams by name; it interprets none of them."""

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # sector numbers from here on end a chain
_STREAM = 2
_ROOT = 5


def streams(content: bytes) -> dict[str, bytes]:
    """The top-level names → contents, in the layout of [MS-CFB]; raises ValueError for a broken container."""
    return dict(_Container(content).named())


class _Container:
    """One container's sector chains. A chain that runs in a circle or out of the file is an error."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512 or not content.startswith(MAGIC):
            raise ValueError("no compound file")
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise ValueError("unknown sector size")
        self._content, self._size = content, 1 << shift
        directory, _, self._cutoff, small_table = struct.unpack_from("<IIII", content, 48)
        extra, extra_count = struct.unpack_from("<II", content, 68)
        table_sectors = list(struct.unpack_from("<109I", content, 76))
        entries = self._size // 4
        for _ in range(min(extra_count, len(content) // self._size)):
            if extra >= _LAST:
                break
            words = struct.unpack(f"<{entries}I", self._sector(extra))
            table_sectors += words[:-1]
            extra = words[-1]
        self._next: list[int] = []
        for sector in table_sectors:
            if sector < _LAST:
                self._next += struct.unpack(f"<{entries}I", self._sector(sector))
        self._directory = self._chain(directory)
        small = self._chain(small_table) if small_table < _LAST else b""
        self._small_next = list(struct.unpack(f"<{len(small) // 4}I", small))
        self._small = b""

    def named(self) -> Iterator[tuple[str, bytes]]:
        for at in range(0, len(self._directory) - 127, 128):
            entry = self._directory[at : at + 128]
            length, kind = struct.unpack_from("<HB", entry, 64)
            first, size = struct.unpack_from("<II", entry, 116)
            if kind == _ROOT:
                self._small = self._chain(first) if first < _LAST else b""
            elif kind == _STREAM and 2 <= length <= 64:
                name = entry[: length - 2].decode("utf-16-le", "replace")
                yield name, (self._small_chain(first) if size < self._cutoff else self._chain(first))[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        found = self._content[start : start + self._size]
        if not found:
            raise ValueError("sector outside the file")
        return found.ljust(self._size, b"\x00")

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < _LAST:
            if len(parts) > len(self._content) // self._size or number >= len(self._next):
                raise ValueError("broken chain")
            parts.append(self._sector(number))
            number = self._next[number]
        return b"".join(parts)

    def _small_chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < _LAST:
            if len(parts) > len(self._small_next) or number >= len(self._small_next):
                raise ValueError("broken chain")
            parts.append(self._small[number * 64 : number * 64 + 64])
            number = self._small_next[number]
        return b"".join(parts)
