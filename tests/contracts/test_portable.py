"""What keeps PlanSeek running where there is no POSIX: no module needs one, workers start from nothing, texts name their encoding."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.test_house import MODULES, PACKAGES, ROOT, SOURCES, name_of

POSIX = ("fcntl", "grp", "pwd", "resource", "termios")
# Read by every Python that starts, those that workers run in too.
_AS_ON_WINDOWS = f"""
import importlib.abc, multiprocessing, os, signal, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {POSIX!r}:
            raise ImportError(name)

for name in {POSIX!r}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Refuse())
sys.builtin_module_names = tuple(n for n in sys.builtin_module_names if n not in {POSIX!r})
multiprocessing.get_all_start_methods = lambda: ["spawn"]
"""


@pytest.fixture(scope="module")
def without_posix(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of programs that find none of the modules of POSIX and can only spawn."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "sitecustomize.py").write_text(_AS_ON_WINDOWS, "utf-8")
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}


def ran(code: str, environment: dict[str, str], *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_every_module_loads_without_the_modules_of_posix(without_posix: dict[str, str]) -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SOURCES if path.relative_to(ROOT).parts[0] in PACKAGES]
    # The page is a script: loading it draws it.
    wanted = [name.removesuffix(".__init__") for name in names if name != "ui.page" and not name.startswith("bundle.parts")]
    code = f"""
import importlib, sys
try:
    import fcntl
except ImportError:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    print(len(sys.argv) - 1, sorted(set({POSIX!r}) & set(sys.modules)))
"""
    assert ran(code, without_posix, *wanted, *MODULES) == f"{len(wanted) + len(MODULES)} []\n"


def test_an_ingest_reads_in_spawned_workers_and_is_searched(without_posix: dict[str, str], tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"2026年庐阳区政府工作报告（{number}）\n\n一、重点工作\n\n新建养老服务站{number + 5}个。\n", "utf-8")
    cli = "import sys; sys.argv[0] = 'planseek'; from cli import main; main()"
    report = json.loads(ran(cli, without_posix, "ingest", tmp_path, "--home", tmp_path / "库", "--json"))
    assert [row["status"] for row in report["documents"]] == ["added"] * 3 and report["passages"] == 3
    found = json.loads(ran(cli, without_posix, "search", "养老服务站7个", "--home", tmp_path / "库", "--json"))
    assert found["hits"][0]["text"] == "新建养老服务站7个。"


def test_a_worker_that_was_spawned_costs_only_the_item_that_crashes_it(without_posix: dict[str, str]) -> None:
    code = """
import multiprocessing, os
from corpus.workers import Workers, _context

assert type(_context()) is type(multiprocessing.get_context("spawn"))
with Workers(2) as workers:
    # Of the standard library, as what a spawned process runs must be importable: os._exit ends it.
    outcomes = list(workers.run(os.path.getsize, [[os.devnull], [os.devnull]], lambda _: 30))
    crashed = list(workers.run(os._exit, [[11]], lambda _: 30))
print([o.result for o in outcomes], [(o.result, o.failure[:9]) for o in crashed])
"""
    assert ran(code, without_posix) == "[0, 0] [(None, '读取时程序异常退出')]\n"


def test_a_console_of_the_gbk_code_page_shows_chinese(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2026年庐阳区政府工作报告\n\n一、重点工作\n\n新建养老服务站5个😀，涉及㙍村。\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cli", "inspect", tmp_path / "a.txt"], cwd=ROOT, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert "标题：2026年庐阳区政府工作报告" in done.stdout.decode("gbk") and "新建养老服务站5个?" in done.stdout.decode("gbk")


def _unnamed(call: ast.Call) -> bool:
    """Whether a call reads or writes text in whatever encoding the system happens to have."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("read_text", "write_text"):
        return "encoding" not in given and len(call.args) < (1 if name == "read_text" else 2)
    if name in ("run", "Popen", "check_output"):
        return "encoding" not in given and getattr(given.get("text"), "value", False) is True
    return False


@pytest.mark.parametrize("path", [path for path in SOURCES if path.relative_to(ROOT).parts[0] in PACKAGES], ids=name_of)
def test_texts_are_read_and_written_in_an_encoding_that_is_named(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert [node.lineno for node in calls if _unnamed(node)] == []
