"""What the sub-commands share: options, a line, one JSON object, a progress bar. Decides nothing."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

Home = Annotated[Path | None, typer.Option("--home", help="数据文件夹，默认 ./.planseek（或环境变量 PLANSEEK_HOME）")]
AsJson = Annotated[bool, typer.Option("--json", help="只向标准输出写一个 JSON 对象")]


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error where a person looks on; silence otherwise. Called with a stage's name, steps done,
    steps in all."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show


def say(line: str) -> None:
    print(line)  # noqa: T201


def print_json(content: dict[str, Any]) -> None:
    say(json.dumps(content, ensure_ascii=sys.stdout.encoding.lower().replace("-", "") != "utf8"))
