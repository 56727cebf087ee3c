"""Lets one folder take another's place, in one step where the system can. Looks into neither."""

import ctypes
import os
from pathlib import Path

from index.integrity import synced

_HERE, _EXCHANGE = -100, 2


def put_in_place(fresh: Path, final: Path, aside: Path) -> Path | None:
    """Give the folder `fresh` the name `final`; whatever had it is then at `aside`, which is returned, or was not there. All
    three on one file system. A kill leaves either the old or the new; only where a system cannot exchange two names, for
    the moment between two renames, neither. Raises OSError, and then `final` is as it was."""
    before = aside if final.exists() else None
    if before is None:
        fresh.rename(final)
    elif _exchanged(fresh, final):
        fresh.rename(aside)
    else:
        final.rename(aside)
        try:
            fresh.rename(final)
        except OSError:
            aside.rename(final)
            raise
    synced(final.parent)
    return before


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two names were exchanged (renameat2(2), Linux since 3.15)."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    done: int = call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0
