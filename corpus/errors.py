"""The errors a user meets: each message is one Chinese line that says what happened, where and what to do."""

import sqlite3
from pathlib import Path


class PlanSeekError(Exception):
    """Base of every error whose message is written for the user."""


class NotReady(PlanSeekError):  # noqa: N818 - a state, not a fault
    """Nothing to search yet, or an index that must be rebuilt first: the message says with which command."""


class UnreadableFile(PlanSeekError):  # noqa: N818 - names the thing, as the report does
    """A file that cannot be read as a plan: the message says why and what to do."""


class Unknown(PlanSeekError):  # noqa: N818 - names the thing
    """Something asked for by a name or number that nothing here has."""


class Busy(PlanSeekError):  # noqa: N818 - names the state
    """Something that runs once at a time and is running."""


def of_database(error: sqlite3.Error, path: Path | None = None) -> PlanSeekError:
    """What SQLite refused, in words for the user; path: of the database, where it is known."""
    said, where = str(error), f" {path}" if path else ""
    if "full" in said:
        return PlanSeekError(f"磁盘已满，语料库{where} 写不进去；原有内容未变。请清理磁盘后重试。")
    if "malformed" in said or "not a database" in said:
        return NotReady(f"语料库{where} 已损坏（{said}）。请运行 planseek doctor --repair 抢救，或从备份恢复。")
    return NotReady(f"无法读写语料库{where}（{said}）。请检查磁盘空间与读写权限，再运行 planseek doctor 检查。")
