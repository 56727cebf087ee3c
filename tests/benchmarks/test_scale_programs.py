"""What programs cost, measured on real ones."""

import os
import subprocess
import sys

from benchmarks.scale_programs import disk, family, resident


def test_a_family_is_a_program_and_all_that_it_started():
    inner = "import sys, time; print('up', flush=True); sys.stdin.read()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    with subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"up\n"
        members = family(program.pid)
        assert members[0] == program.pid
        assert len(members) == 2
        assert all(1 < resident(pid) < 500 for pid in members)
        program.communicate()
    assert family(program.pid) == [program.pid]
    assert resident(program.pid) == 0


def test_memory_that_is_taken_is_seen():
    before = resident(os.getpid(), "RssAnon")
    taken = b"\1" * (64 << 20)
    assert 60 < resident(os.getpid(), "RssAnon") - before < 70
    assert len(taken) == 64 << 20


def test_a_home_is_measured_by_part(tmp_path):
    for name, size in (("corpus.sqlite", 3 << 20), ("corpus.sqlite-wal", 1 << 20), ("index/a/vectors.faiss", 2 << 20), ("index/b/2069e5019e78.vectors.faiss", 2 << 20),
                       ("index/a/manifest.json", 1 << 10)):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\0" * size)
    assert disk(tmp_path) == {"corpus.sqlite": 4.0, "vectors.faiss": 4.0, "index": 0.0}
