"""What an interrupted ingest had done is there for the next one, and gone when all is done."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.rows import Sheaf
from index.ingest import ingest
from index.protocols import Embedder, Floats
from index.segments import Makers
from index.unfinished import Unfinished

SHEAF = Sheaf(("d" * 64, "题", None, "原文"), (("d" * 64, 0, 2, '["一"]', 1, 1, 1, None, None),), b"\x01\x02")
TEXT = "禾川县林业发展规划\n\n一、总则\n{}年前完成造林{}亩，抚育中幼林{}亩，林业站逐村验收，结果在村务公开栏公示。\n"


def test_what_was_kept_comes_back_until_all_is_done(tmp_path: Path) -> None:
    file = tmp_path / "u.sqlite"
    first = Unfinished(file)
    first.keep("/a.txt", 10, 20, "v", SHEAF)
    first.keep_vectors("m", ["k1", "k2"], np.eye(2, 3, dtype=np.float32))
    first.close(done=False)
    second = Unfinished(file)
    assert second.kept("/a.txt", 10, 20, "v") == SHEAF
    assert [second.kept(*key) for key in (("/a.txt", 11, 20, "v"), ("/a.txt", 10, 20, "w"), ("/b.txt", 10, 20, "v"))] == [None] * 3
    assert {k: v.tolist() for k, v in second.kept_vectors("m", ["k2", "k3"])} == {"k2": [0.0, 1.0, 0.0]}
    assert dict(second.kept_vectors("other", ["k1"])) == {}
    second.close(done=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_torn_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "u.sqlite"
    file.write_bytes(content)
    again = Unfinished(file)
    assert again.kept("/a.txt", 10, 20, "v") is None
    again.keep("/a.txt", 10, 20, "v", SHEAF)
    assert again.kept("/a.txt", 10, 20, "v") == SHEAF
    again.close(done=True)


def test_a_file_with_a_lost_page_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "u.sqlite"
    first = Unfinished(file)
    first.keep_vectors("m", [f"k{number:04}" for number in range(900)], np.ones((900, 8), np.float32))
    first.close(done=False)
    content = file.read_bytes()
    file.write_bytes(content[:8192] + bytes(4096) + content[12288:])
    again = Unfinished(file)
    assert dict(again.kept_vectors("m", ["k0001", "k0899"])) == {}
    again.close(done=True)


class Broken:
    """A model that fails after some batches."""

    def __init__(self, inner: Embedder) -> None:
        self.name, self.dimension = inner.name, inner.dimension

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        raise KeyboardInterrupt

    encode_passages = encode_queries


def test_an_interrupted_ingest_does_not_read_again(tmp_path: Path, makers: Makers) -> None:
    folder, home = tmp_path / "文件", tmp_path / "库"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.txt").write_text(TEXT.format(2026 + number, 300 + number, 40 + number), "utf-8")
    with pytest.raises(KeyboardInterrupt):
        ingest([folder], home, replace(makers, embedder=Broken(makers.embedder)))
    assert (home / "unfinished.sqlite").exists()
    (folder / "3.txt").write_text(TEXT.format(2030, 1, 2), "utf-8")
    steps: list[tuple[str, int, int]] = []
    report = ingest([folder], home, makers, progress=lambda *step: steps.append(step))
    assert steps[0] == ("读取文件", 4, 5)
    assert [file.status for file in report.files] == ["added"] * 5
    assert not (home / "unfinished.sqlite").exists()
