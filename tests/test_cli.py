"""The installed command as a user runs it: exit codes, one Chinese line for each fault, one JSON object for --json."""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

TEXT = """临澜市沧浦区促进生态修复行动计划

一、总体要求

以沧浪溪为重点，统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩，恢复湿地410亩，森林覆盖率达到58.2%。
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "计划.txt"
    file.write_text(TEXT, "utf-8")
    return file


# — searching ——————————————————————————————————————————————————————————————————————————————————————————————


def test_search_prints_citations_and_every_region(planseek: Command, sample_home: Path) -> None:
    ran = planseek("search", "各区生态修复措施", home=sample_home)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("【澜江省临澜市") == 9 and "未检索到" in ran.out and "《" in ran.out


def test_options_reach_the_search(planseek: Command, sample_home: Path) -> None:
    found = planseek(
        "search", "生态修复", "-k", "2", "--mode", "bm25", "--region", "沧浦区", "--region", "云麓区", "--kind", "规划纲要",
        "--kind", "专项规划", "--period", "2021-2025", "--status", "正式", "--no-expand", "--per-region", "1", "--json",
        home=sample_home,
    ).json  # fmt: skip
    assert [region["code"] for region in found["interpretation"]["regions"]] == ["990102", "990104"]
    assert (
        found["interpretation"]["kinds"] == ["规划纲要", "专项规划"]
        and found["interpretation"]["period"] == "2021-2025"
    )
    assert [list(hit["why"]) for hit in found["hits"]] == [["bm25"]] * 2
    assert [len(group["hits"]) for group in found["groups"]] == [1, 1]


def test_no_answer_is_no_fault(planseek: Command, sample_home: Path) -> None:
    ran = planseek("ask", "月球基地氦三开采", home=sample_home)
    assert ran.code == 0 and "未检索到" in ran.out
    empty = planseek("search", "生态", "--period", "1999", "--json", home=sample_home)
    assert empty.code == 0 and empty.json["hits"] == [] == empty.json["groups"]


def test_a_search_loads_no_torch(sample_home: Path) -> None:
    code = (
        "import sys, cli\nsys.argv = ['planseek', 'search', '各区生态修复', '--json', '--home', sys.argv[1]]\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'bm25s', 'streamlit', 'jieba', 'fastapi', 'trafilatura'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, sample_home], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n" and json.loads(done.stdout)["hits"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["   "], "问题是空的。请输入"), (["水" * 10_000], "问题有 10000 个字"),
        (["生态", "--region", "无此区"], "没有找到地区「无此区」"), (["生态", "--mode", "x"], "可用：hybrid、bm25、dense"),
        (["生态", "-k", "0"], "-k 应在 1 到 1000 之间"), (["生态", "--kind", "小说"], "文种「小说」无法识别"),
        (["生态", "--document", "abc"], "没有编号为 abc 的文档"), (["生态\udcff".encode("utf-8", "surrogateescape")], "无法识别的字符"),
    ],
)  # fmt: skip
def test_bad_questions(planseek: Command, sample_home: Path, words: list[str], told: str) -> None:
    assert told in planseek("search", *words, "--json", home=sample_home).refused()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["search"], "缺少「问题」"), (["search", "甲", "乙"], "多出「乙」"), (["search", "甲", "-k", "十"], "「-k」的值无效"),
        (["search", "甲", "--foo"], "没有选项 --foo"), (["search", "甲", "-k"], "-k 后缺少值"), (["foo"], "没有命令「foo」"),
        (["ingest"], "缺少「路径…」"), (["serve", "--port", "99999"], "「--port」的值无效"),
        (["serve", "--port", "8000", "--ui-port", "8000"], "请用两个不同的端口"),
    ],
)  # fmt: skip
def test_bad_usage(planseek: Command, words: list[str], told: str) -> None:
    line = planseek(*words).refused()
    assert told in line and not re.search("[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}", line), line


def test_help(planseek: Command) -> None:
    bare, asked = planseek(), planseek("--help")
    assert (bare.code, bare.err, asked.code, asked.err) == (2, "", 0, "")
    assert all(
        name in asked.out and name in bare.out for name in ("ingest", "inspect", "search", "ask", "export", "serve")
    )


# — a home that is missing, stale or broken ————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("command", ["search", "export"])
def test_no_home(planseek: Command, tmp_path: Path, command: str) -> None:
    words = ["-o", tmp_path / "x.csv"] if command == "export" else []
    line = planseek(command, "生态", *words, home=tmp_path / "无").refused()
    assert "请先运行：planseek ingest" in line and str(tmp_path / "无") in line
    assert not (tmp_path / "无" / "corpus.sqlite").exists() and not (tmp_path / "x.csv").exists()


def stale(home: Path) -> None:
    (manifest,) = home.glob("index/*/manifest.json")
    manifest.write_text(manifest.read_text("utf-8").replace('"embedder": "', '"embedder": "old-'), "utf-8")


def lost(home: Path) -> None:
    shutil.rmtree(home / "index")


def damaged(home: Path) -> None:
    (vectors,) = home.glob("index/*/*.vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:1000])


def no_database(home: Path) -> None:
    (home / "corpus.sqlite").write_bytes(b"no database" * 999)


@pytest.mark.parametrize("harm", [stale, lost, damaged, no_database])
def test_a_broken_home(planseek: Command, sample_home: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "库"))
    harm(home)
    line = planseek("search", "生态", "--json", home=home).refused()
    assert ("请运行 planseek ingest" if harm is stale else "请运行 planseek doctor --repair") in line


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [("UPLOAD_MB", "abc", "upload_mb 的值 'abc' 无效"), ("UPLOAD_MB", "0", "upload_mb 的值 '0' 无效"),
     ("MODEL", "static:/没有/模型", "找不到模型文件夹")],
)  # fmt: skip
def test_bad_settings(planseek: Command, sample_home: Path, setting: str, value: str, told: str) -> None:
    environment = os.environ | {f"PLANSEEK_{setting}": value}
    assert told in planseek("search", "生态", home=sample_home, env=environment).refused()


@pytest.mark.parametrize(
    ("content", "told"), [("home = [", "planseek.toml 无法解析"), ("homme = 'x'", "没有名为 homme 的设置。可用：home")]
)
def test_bad_settings_file(planseek: Command, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "planseek.toml").write_text(content)
    assert told in planseek("search", "生态", cwd=tmp_path).refused()


def test_home_by_file_variable_and_option(planseek: Command, tmp_path: Path) -> None:
    (tmp_path / "planseek.toml").write_text("home = '甲'\n", "utf-8")
    assert "甲/corpus.sqlite" in planseek("search", "水", cwd=tmp_path).refused()
    environment = os.environ | {"PLANSEEK_HOME": "乙"}
    assert "乙/corpus.sqlite" in planseek("search", "水", cwd=tmp_path, env=environment).refused()
    assert "丙/corpus.sqlite" in planseek("search", "水", cwd=tmp_path, env=environment, home=Path("丙")).refused()


# — ingest, inspect, export ————————————————————————————————————————————————————————————————————————————————


def test_ingest_says_what_became_of_each_file(planseek: Command, file: Path, tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    first = planseek("ingest", file, tmp_path / "空.txt", home=tmp_path / "库")
    assert (first.code, first.err) == (0, "")
    assert "新增  计划.txt" in first.out and "未能读入  空.txt" in first.out and "共 2 个文件，语料 1 段" in first.out
    assert "未变  计划.txt" in planseek("ingest", file, home=tmp_path / "库").out


def empty_folder(folder: Path) -> Path:
    (folder / "空").mkdir()
    return folder / "空"


def empty_file(folder: Path) -> Path:
    (folder / "空.txt").touch()
    return folder / "空.txt"


def binary(folder: Path) -> Path:
    (folder / "图.txt").write_bytes(bytes(range(256)) * 9)
    return folder / "图.txt"


def unknown(folder: Path) -> Path:
    (folder / "表.xyz").write_text(TEXT)
    return folder / "表.xyz"


def missing(folder: Path) -> Path:
    return folder / "没有"


@pytest.mark.parametrize("bad", [empty_folder, empty_file, binary, unknown, missing])
def test_nothing_readable_is_exit_1(planseek: Command, tmp_path: Path, bad: Callable[[Path], Path]) -> None:
    ran = planseek("ingest", bad(tmp_path), "--json", home=tmp_path / "库")
    assert (ran.code, ran.err) == (1, "")
    (row,) = ran.json["documents"]
    assert (
        row["status"] == "refused" and "请" in row["reason"] and "\n" not in row["reason"] and ran.json["passages"] == 0
    )


def _without_rights() -> None:
    """Give up what lets root read everything (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH), as for any user."""
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file permissions of Linux")
def test_unreadable_folders_and_files(planseek: Command, file: Path, tmp_path: Path) -> None:
    locked = tmp_path / "锁"
    locked.mkdir()
    (locked / "内.txt").write_text(TEXT)
    locked.chmod(0)
    barred = tmp_path / "禁.txt"
    barred.write_text(TEXT + "禁")
    barred.chmod(0)
    try:
        alone = planseek("ingest", locked, "--json", home=tmp_path / "库", preexec_fn=_without_rights)
        assert alone.code == 1 and [d["reason"] for d in alone.json["documents"]] == [
            "没有读取该文件夹的权限。请检查权限后重试。"
        ]
        both = planseek("ingest", locked, barred, file, "--json", home=tmp_path / "库", preexec_fn=_without_rights)
        assert both.code == 0
        assert {Path(d["file"]).name: d["status"] for d in both.json["documents"]} == {
            "锁": "refused", "禁.txt": "refused", "计划.txt": "added"
        }  # fmt: skip
        assert all("权限" in d["reason"] for d in both.json["documents"] if d["reason"])
        inside = planseek("ingest", locked / "内.txt", home=tmp_path / "库", preexec_fn=_without_rights)
        assert "权限" in inside.refused()
    finally:
        locked.chmod(0o700)


def test_bad_inspections(planseek: Command, tmp_path: Path) -> None:
    for bad, told in (
        (missing, "不存在"),
        (empty_folder, "不是单个文件"),
        (empty_file, "空的"),
        (binary, "二进制"),
        (unknown, "不支持"),
    ):
        path = bad(tmp_path)
        line = planseek("inspect", path, "--json", home=tmp_path / "库").refused()
        assert told in line and path.name in line


def test_inspect_shows_every_passage(planseek: Command, file: Path, tmp_path: Path) -> None:
    ran = planseek("inspect", file, home=tmp_path / "库")
    assert ran.code == 0 and "临澜市沧浦区促进生态修复行动计划" in ran.out and "一、总体要求 第1段" in ran.out


@pytest.mark.parametrize("name", ["x.xlsx", "x.md"])
def test_export_by_suffix(planseek: Command, sample_home: Path, tmp_path: Path, name: str) -> None:
    ran = planseek("export", "各区生态修复措施", "-o", tmp_path / name, home=sample_home)
    assert (ran.code, ran.out) == (0, "") and ran.err == f"已导出：{tmp_path / name}\n"
    content = (tmp_path / name).read_bytes()
    assert content.startswith({"x.xlsx": b"PK", "x.md": b"# "}[name])


def test_bad_exports(planseek: Command, sample_home: Path, tmp_path: Path) -> None:
    for words, told in (
        (["-o", tmp_path / "没有" / "x.csv"], "无法写入"), (["-o", tmp_path, "--format", "csv"], "无法写入"),
        (["-o", tmp_path / "x.exe"], "不支持导出为「exe」"), ([], "缺少「"),
    ):  # fmt: skip
        assert told in planseek("export", "生态", *words, home=sample_home).refused()
    assert list(tmp_path.iterdir()) == []


# — streams ————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_terminal_that_is_not_utf8(planseek: Command, sample_home: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ran = planseek("search", "生态", "-k", "1", "--json", home=sample_home, env=environment)
    assert ran.out.isascii() and ran.json["query"] == "生态"
    assert planseek("search", "生态", "-k", "1", home=sample_home, env=environment).code == 0


def test_a_reader_that_leaves_early(sample_home: Path) -> None:
    command = Path(sys.executable).with_name("planseek")
    line = f"'{command}' search 各区生态修复 --home '{sample_home}' | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout in ("0\n", "1\n") and done.stderr == ""


# — serve ——————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("option", ["--port", "--ui-port"])
def test_a_port_in_use(planseek: Command, sample_home: Path, option: str) -> None:
    with socket.socket() as holder, socket.socket() as other:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        other.bind(("127.0.0.1", 0))
        held, free = (str(s.getsockname()[1]) for s in (holder, other))
        other.close()
        words = ["--port", held, "--ui-port", free] if option == "--port" else ["--port", free, "--ui-port", held]
        line = planseek("serve", *words, home=sample_home).refused()
        assert f"端口 {held} 已被占用" in line and option in line


def test_an_interrupt_is_one_line(file: Path, tmp_path: Path) -> None:
    command: Any = [Path(sys.executable).with_name("planseek"), "ingest", file.parent, "--home", tmp_path / "库"]
    for number in range(300):
        (tmp_path / f"{number}.txt").write_text(TEXT.replace("3600", str(number)), "utf-8")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "库" / "corpus.sqlite").exists():
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "已中断，原有数据未受影响。\n")
