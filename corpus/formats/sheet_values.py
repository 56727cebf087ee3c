"""The values of a workbook's visible sheets, read by calamine in a process of its own; it formats none.

calamine asks for as much memory as a damaged workbook claims to need, and Rust ends the process that does not get it.
Run as a script, this module is that process: a workbook comes in, one JSON object goes out.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

SECONDS = 120
MEMORY = 4 << 30
"""What that process may take, in bytes, where the system can hold it to that."""

_KINDS: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


class Locked(Exception):  # noqa: N818 - a state of the workbook
    """The workbook has a password."""


class Broken(Exception):  # noqa: N818 - a state of the workbook
    """calamine makes nothing of the workbook."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its place among all sheets, its values by row from A1, its merged ranges."""

    number: int
    name: str
    rows: list[list[Any]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]]


def _sheets(content: bytes) -> tuple[int, Iterator[Sheet]]:
    """The same in this process, which a damaged workbook may end."""
    from python_calamine import CalamineWorkbook

    with _named_errors():
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        return len(workbook.sheets_metadata), _visible(workbook)


def _visible(workbook: Any) -> Iterator[Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for number, known in enumerate(workbook.sheets_metadata):
        if known.visible != SheetVisibleEnum.Visible or known.typ != SheetTypeEnum.WorkSheet:
            continue
        with _named_errors():
            sheet = workbook.get_sheet_by_index(number)
            found = Sheet(number, known.name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [])
        yield found


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turns calamine's errors, its panics among them, into Locked and Broken."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise Locked(str(error)) from error
    except BaseException as error:
        # A panic in Rust is no Exception in Python.
        if isinstance(error, CalamineError) or type(error).__name__ == "PanicException":
            raise Broken(str(error)) from error
        raise


def sheets(content: bytes) -> tuple[int, Iterator[Sheet]]:
    """How many sheets there are, and the visible ones. Raises Locked or Broken."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=SECONDS, check=False, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Broken("too slow") from error
    if done.returncode:
        raise Broken(f"exit {done.returncode}")
    found = json.loads(done.stdout)
    if found["error"]:
        raise (Locked if found["error"] == "Locked" else Broken)(found["error"])
    return found["count"], (
        Sheet(number, name, [[_value(value) for value in row] for row in rows], merges)
        for number, name, rows, merges in found["sheets"]
    )


def _value(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, text = value
    return dt.timedelta(seconds=text) if kind == "timedelta" else _KINDS[kind].fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return value
    return [type(value).__name__, value.total_seconds() if isinstance(value, dt.timedelta) else value.isoformat()]


def _main() -> None:
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer: dict[str, Any] = {"error": "", "count": 0, "sheets": []}
    try:
        answer["count"], found = _sheets(sys.stdin.buffer.read())
        answer["sheets"] = [
            [s.number, s.name, [[_plain(value) for value in row] for row in s.rows], s.merges] for s in found
        ]
    except (Locked, Broken) as error:
        answer["error"] = type(error).__name__
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
