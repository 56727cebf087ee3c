"""Damaged files of every format that needs no other program: read soundly or refused in Chinese. The long run is `benchmarks.fuzz files`."""

import json
import random
import zipfile
from pathlib import Path

import pytest

from benchmarks import fuzz_files
from benchmarks.mutations import MUTATIONS
from corpus.reader import Task, read_file
from corpus.rows import Sheaf
from corpus.tray import Found

FAST = (".txt", ".docx", ".html", ".md", ".csv", ".zip", ".xlsx", ".pdf", ".mht")


def test_damaged_files_are_read_soundly_or_refused_in_chinese() -> None:
    figures = fuzz_files.run(150, seed=11, suffixes=FAST)
    assert (figures["faults"], figures["stopped"]) == ([], [])
    assert set(figures["outcomes"]) == {"读出", "拒绝并说明原因"} and sum(figures["outcomes"].values()) == 150
    assert figures["worker_peak_mb"] < figures["worker_limit_mb"] and figures["after"].get("files left", 0) == 0


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_each_way_changes_a_file_and_the_same_way_for_the_same_seed(mutation, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    content = fuzz_files.specimens(tmp_path)[".docx"][0] if mutation.__name__ in ("inside", "renamed", "swapped") else "第一章 总则\n绿地 3 公顷\n".encode() * 20
    assert any(mutation(random.Random(seed), content) != content for seed in range(5))
    try:
        assert mutation(random.Random(1), content) == mutation(random.Random(1), content)
    except zipfile.BadZipFile:
        pytest.fail("a sound package can be opened")


def test_what_is_unsound_is_seen(tmp_path: Path) -> None:
    """Rows whose spans leave the text, overlap, or hold what no store takes are told, one sentence each."""
    file = tmp_path / "禾川县林业规划.txt"
    file.write_text("禾川县林业规划\n\n一、造林\n2027年前完成造林三百亩，抚育中幼林四十亩，逐村验收。\n", "utf-8")
    sheaf = read_file(Task(Found(file), file.stat().st_size)).sheaf
    assert sheaf is not None and fuzz_files.unsound(sheaf) == []
    (passage,) = sheaf.passages
    text = sheaf.document[10]
    beyond = Sheaf(sheaf.document, ((*passage[:2], len(text) + 1, *passage[3:]),), b"")
    twice = Sheaf(sheaf.document, (passage, passage), b"")
    lone = Sheaf((*sheaf.document[:10], text[:-1] + "\ud800", *sheaf.document[11:]), sheaf.passages, b"")
    outside = Sheaf((*sheaf.document[:11], json.dumps([[0, len(text) + 9, 1, "", "heading"]]), *sheaf.document[12:]), sheaf.passages, b"")
    for wrong, told in ((beyond, "不是原文的一段"), (twice, "不是原文的一段"), (lone, "不能写成 UTF-8"), (outside, "不在原文里")):
        (fault,) = fuzz_files.unsound(wrong)
        assert told in fault


@pytest.mark.parametrize(
    ("reason", "told"),
    [("a.txt：文件是空的，请确认导出或下载是否完整", True), ("ValueError: 文件内容损坏或不符合格式，请重新下载", False), ("bad file", False), ("文件损坏了，请重新下载\n或另存", False)],
)
def test_a_refusal_is_one_chinese_line_that_says_what_to_do(reason: str, told: bool) -> None:
    assert fuzz_files.told(reason) is told
