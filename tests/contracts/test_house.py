"""The house rules of CONTRIBUTING that a machine can check: who imports whom, names, docstrings, sizes."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("corpus", "index", "retriever", "access", "bundle", "desk", "eval", "routes", "ui")
MODULES = ("app", "asking", "cli", "commands", "library", "planseek_client", "settings", "terminal", "upkeep")
OURS = {*PACKAGES, *MODULES, "training", "benchmarks"}
# A package imports from those named and from itself; settings, which are passed down, may be named everywhere but in
# corpus and index.
ARROWS: dict[str, set[str]] = {
    "corpus": set(),
    "index": {"corpus"},
    "retriever": {"corpus", "index", "settings"},
    "access": {"corpus", "settings", "terminal"},
    "bundle": {"corpus", "terminal"},
    "desk": {"corpus", "index", "retriever", "settings"},
    "eval": {"corpus", "index", "retriever", "settings", "terminal"},
    "routes": {"access", "corpus", "index", "retriever", "desk", "eval", "settings"},
    "app": {"access", "corpus", "retriever", "desk", "routes", "settings"},
    "ui": set(),
    "cli": OURS - {"cli", "training", "benchmarks"},
    "asking": {"corpus", "retriever", "desk", "settings", "terminal"},
    "commands": {"corpus", "index", "retriever", "settings", "terminal"},
    "library": {"asking", "corpus", "retriever", "settings", "terminal"},
    "planseek_client": set(),
    "settings": {"corpus"},
    "terminal": set(),
    "upkeep": {"desk", "retriever", "settings", "terminal"},
}
BANNED = {"manager", "helper", "helpers", "utils", "util", "process", "handle", "handler", "data", "info", "pipeline"}
LONGEST = 450
# Files longer than that: the list may only shrink, and each number with it.
LONGER: dict[str, int] = {"tests/corpus/test_formats.py": 600}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]
    return sorted(found + [ROOT / f"{module}.py" for module in MODULES if (ROOT / f"{module}.py").is_file()])


SOURCES = files(*PACKAGES, "training", "benchmarks")
ALL = files(*PACKAGES, "training", "benchmarks", "tests")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def owner(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported(tree: ast.Module) -> set[str]:
    """The first components of everything a module imports, wherever the import stands; dotted strings too."""
    names: set[str] = set()
    typing_only = {id(node) for branch in ast.walk(tree) if _is_typing_only(branch) for node in ast.walk(branch)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0] if node.level == 0 else ".")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            first = node.args[0]
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            if parts and isinstance(parts[0], ast.Constant):
                names.add(str(parts[0].value).split(".")[0])
    return names


@pytest.mark.parametrize("path", [p for p in SOURCES if owner(p) in ARROWS], ids=name_of)
def test_imports_follow_the_arrows(path):
    inward = imported(ast.parse(path.read_text("utf-8"))) & OURS
    assert inward <= ARROWS[owner(path)] | {owner(path)}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_are_absolute_and_never_bare_eval(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert "." not in imported(tree)
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert "eval" not in plain


def test_heavy_libraries_are_imported_where_they_are_needed():
    heavy = {
        "torch",
        "faiss",
        "sentence_transformers",
        "bm25s",
        "jieba",
        "rjieba",
        "trafilatura",
        "opencc",
        "ahocorasick",
        "streamlit",
    }
    for path in SOURCES:
        if owner(path) in ("corpus", "index", "retriever", "app", "cli", "settings", "terminal"):
            tree = ast.parse(path.read_text("utf-8"))
            top = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
            assert not imported(top) & heavy, name_of(path)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_module_says_in_a_docstring_what_is_here(path):
    text = path.read_text("utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module starts with one sentence: what is here, what it never does"


def test_no_module_shadows_the_standard_types():
    assert not [name_of(path) for path in ALL if path.name == "types.py"]
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_names_say_what_a_thing_is(path):
    tree = ast.parse(path.read_text("utf-8"))
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    names = [path.stem, *(node.name for node in ast.walk(tree) if isinstance(node, kinds))]
    assert not [
        name
        for name in names
        if name.strip("_").lower() in BANNED or name.lower().endswith(("manager", "helper", "utils"))
    ]


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_files_stay_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGER.get(name_of(path), LONGEST)


def test_the_list_of_longer_files_only_shrinks():
    assert set(LONGER) <= {"tests/corpus/test_formats.py"} and max(LONGER.values(), default=0) <= 600
    for name, lines in LONGER.items():
        length = len((ROOT / name).read_text("utf-8").splitlines())
        assert LONGEST < length <= lines, f"{name} has {length} lines: take it off the list"


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_is_left_to_do(path):
    if path != Path(__file__):
        assert not [line for line in path.read_text("utf-8").splitlines() if "TODO" in line or "FIXME" in line]
