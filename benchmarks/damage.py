"""Damages a home in every way that needs no kill: single bytes, torn files and logs, a full disk, rights taken away, writers at
once. Whether an answer was wrong is for the stage to say."""

import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.stage import QUESTIONS, Answers, Stage, begin, changed, must, write
from benchmarks.victims import Victims
from corpus.errors import PlanSeekError
from corpus.store import Store

_TORN_LOGS = 20
_ROOM = range(0, 240, 12)
"""Free KiB on a disk that is about to be full; and, where no small disk can be mounted, the largest file that may be written."""


def run(stage: Stage, victims: Victims, base: Path, flips: int, draw: random.Random) -> dict[str, Any]:
    """Every damage on a home of its own; what came of it by name."""
    folder, home = base / "文件", base / "库"
    write(folder, begin())
    must(victims.carried_out("ingest", home, paths=[folder.as_posix()]))
    right = stage.ask(home, QUESTIONS)
    return {
        "单字节翻转": flipped(stage, home, flips, right, draw),
        "截断与清零": torn(stage, victims, home, right),
        "日志撕裂": torn_logs(stage, victims, folder, home, draw),
        "磁盘写满": filled(stage, victims, folder, home, draw),
        "失去写权限": denied(stage, victims, folder, home),
        "同时写入": at_once(stage, victims, base, draw),
    }


def flip(file: Path, draw: random.Random) -> tuple[int, bytes]:
    """Change one byte of a file; where, and all that it was before."""
    whole = file.read_bytes()
    place = draw.randrange(len(whole))
    changed_bytes = bytearray(whole)
    changed_bytes[place] ^= draw.randrange(1, 256)
    file.write_bytes(changed_bytes)
    return place, whole


def flipped(stage: Stage, home: Path, count: int, right: Answers, draw: random.Random) -> dict[str, int]:
    """One byte at a time, every other in a file drawn by its size: refused when asked, found by the doctor, or without meaning."""
    files = sorted(file for file in home.glob("index/*/*"))
    sizes = [file.stat().st_size for file in files]
    found: Counter[str] = Counter()
    for number in range(count):
        file = draw.choices(files, sizes)[0] if number % 2 else files[number // 2 % len(files)]
        place, whole = flip(file, draw)
        outcome = _asked(stage, home, right)
        if outcome == "答案不变":
            outcome = "未触及，体检发现" if not stage.examine(home).healthy else "无意义的字节"
        elif outcome != "提问时被拒绝":
            stage.faults.append(f"翻转 {file.name} 第 {place} 字节：{outcome}")
        found[outcome] += 1
        file.write_bytes(whole)
    return dict(found)


def _asked(stage: Stage, home: Path, right: Answers) -> str:
    try:
        return "答案不变" if stage.ask(home, QUESTIONS) == right else "答错"
    except PlanSeekError:
        return "提问时被拒绝"
    except Exception as error:
        return f"程序出错 {type(error).__name__} {error}"


def torn(stage: Stage, victims: Victims, home: Path, right: Answers) -> dict[str, int]:
    """Every file of the index cut, emptied, its end zeroed, or gone; then repaired."""
    found: Counter[str] = Counter()
    tears: tuple[Callable[[bytes], bytes | None], ...] = (
        lambda whole: whole[: len(whole) // 2], lambda whole: whole[:-1], lambda whole: b"", lambda whole: None,
        lambda whole: whole[: -min(len(whole), 4096)] + bytes(min(len(whole), 4096)),
    )  # fmt: skip
    for file in sorted(home.glob("index/*/*")):
        whole = file.read_bytes()
        for tear in tears:
            left = tear(whole)
            file.unlink()
            if left is not None:
                file.write_bytes(left)
            outcome = _asked(stage, home, right)
            if outcome == "答案不变" and stage.examine(home).healthy:
                outcome = "没有发现"
            if outcome not in ("提问时被拒绝", "答案不变"):
                stage.faults.append(f"撕裂 {file.name}：{outcome}")
            found[outcome] += 1
            file.write_bytes(whole)
        file.write_bytes(whole[:-1])
        must(victims.carried_out("repair", home))
        found["修复后与原来逐字节相同"] += file.read_bytes() == whole
        stage.check(f"{file.name} 修复之后", home, [right[:6]])
    return dict(found)


def torn_logs(stage: Stage, victims: Victims, folder: Path, home: Path, draw: random.Random) -> dict[str, int]:
    """A store whose last change stands in the log only, the log torn at random places: the change is there or it is not."""
    base, before = home.with_name("撕裂"), stage.ask(home)
    found: Counter[str] = Counter()
    kept = home.with_name("日志")
    shutil.copytree(home, kept)
    # Somebody who reads keeps the log from being put into the store.
    with closing(Store(kept / "corpus.sqlite")) as reader:
        write(folder, changed(begin(), draw))
        with reader.reading():
            reader.meta("generation")
            must(victims.carried_out("ingest", kept, paths=[folder.as_posix()]))
            shutil.copytree(home / "index", kept / "index", dirs_exist_ok=True)
            for number in range(_TORN_LOGS):
                shutil.rmtree(base, ignore_errors=True)
                shutil.copytree(kept, base, ignore=shutil.ignore_patterns("*-shm"))
                log = base / "corpus.sqlite-wal"
                whole = log.read_bytes()
                place = draw.randrange(len(whole))
                torn_bytes = whole[:place] if number % 2 else whole[:place] + bytes(min(4096, len(whole) - place)) + whole[place + 4096 :]
                log.write_bytes(torn_bytes if number else whole)
                if number == 0:
                    after = stage.ask(base)
                which = stage.check("日志撕裂之后", base, [before, after])
                found[("改动前", "改动后")[which] if which is not None else "出错"] += 1
    return dict(found)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[bool]:
    """A disk of its own at a folder; whether that is allowed here."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "planseek-faults", folder.as_posix()]
    allowed = hasattr(os, "geteuid") and os.geteuid() == 0 and subprocess.run(options, capture_output=True).returncode == 0
    try:
        yield allowed
    finally:
        if allowed:
            subprocess.run(["umount", "--lazy", folder.as_posix()], check=True)


def filled(stage: Stage, victims: Victims, folder: Path, home: Path, draw: random.Random) -> dict[str, Any]:
    """An ingest on a disk with little room: refused in one sentence, the answers as before; with room, it goes through."""
    found: Counter[str] = Counter()
    write(folder, begin())
    must(victims.carried_out("ingest", home, paths=[folder.as_posix()]))
    before = stage.ask(home)
    write(folder, changed(begin(), draw))
    used = sum(-(-file.stat().st_size // 4096) * 4 + 4 for file in home.rglob("*"))
    way = ""
    for kib in _ROOM:
        disk = home.with_name("小盘")
        with small_disk(disk, used + 64 + kib) as mounted:
            way = "tmpfs" if mounted else "RLIMIT_FSIZE"
            there = Path(shutil.copytree(home, disk / "库"))
            limit = None if mounted else (40 + kib) << 10
            said = victims.carried_out("ingest", there, paths=[folder.as_posix()], limit=limit)
            found[said.split(" ")[0]] += 1
            if said.startswith("broken"):
                stage.faults.append(f"磁盘写满（余 {kib} KiB）：{said}")
            which = stage.check(f"磁盘写满（余 {kib} KiB）之后", there, [before]) if said != "done" else 0
            if which is not None and mounted:
                subprocess.run(["mount", "-o", f"remount,size={used * 4 + 8192}k", disk.as_posix()], check=True)
            if which is not None:
                must(victims.carried_out("ingest", there, paths=[folder.as_posix()]))
        shutil.rmtree(disk, ignore_errors=True)
    return {"way": way, **found}


def denied(stage: Stage, victims: Victims, folder: Path, home: Path) -> dict[str, Any]:
    """A home that may only be read: an ingest is refused in one sentence, and afterwards all is as it was."""
    before = stage.ask(home)
    place = home.with_name("只读")
    place.mkdir(exist_ok=True)
    bound = ["mount", "--bind", home.as_posix(), place.as_posix()]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if subprocess.run(bound, capture_output=True).returncode:
            return {"way": "跳过：root 不受权限约束，这里又不能挂载"}
        way = "mount -o bind,ro"
        subprocess.run(["mount", "-o", "remount,bind,ro", place.as_posix()], check=True)
    else:
        way = "chmod"
        place.rmdir()
        shutil.copytree(home, place)
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        said = victims.carried_out("ingest", place, paths=[folder.as_posix()])
        if not said.startswith("refused"):
            stage.faults.append(f"只读的数据文件夹：{said}")
        asked = _asked(stage, place, stage.ask(home, QUESTIONS))
        if asked.startswith(("程序出错", "答错")):
            stage.faults.append(f"只读的数据文件夹，提问：{asked}")
    finally:
        if way == "chmod":
            for path in (place, *place.rglob("*")):
                path.chmod(0o755)
        else:
            subprocess.run(["umount", "--lazy", place.as_posix()], check=True)
    stage.check("恢复权限之后", home, [before])
    return {"way": way, "ingest": said.replace(place.as_posix(), "只读"), "ask": asked}


def at_once(stage: Stage, victims: Victims, base: Path, draw: random.Random) -> dict[str, int]:
    """Four ingests into one home at the same time: whoever says that it is done is in."""
    home = base / "同时"
    folders = []
    for number, (name, version) in enumerate(list(begin().items())[:4]):
        folders.append(base / f"甲{number}")
        write(folders[-1], {name: version + draw.randrange(5, 50)})
    running = [victims.order("ingest", home, paths=[folder.as_posix()]) for folder in folders]
    said = [victim.end() for victim in running]
    with closing(Store(home / "corpus.sqlite")) as store:
        held = set(store.files())
    for folder, word in zip(folders, said, strict=True):
        inside = next(folder.iterdir()).resolve().as_posix() in held
        if word.startswith("broken") or (word == "done") != inside:
            stage.faults.append(f"同时写入：{word}，在库中：{inside}")
    if not stage.examine(home).healthy:
        stage.faults.append("同时写入之后体检不通过")
    return dict(Counter(word.split(" ")[0] for word in said))
