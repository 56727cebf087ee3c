"""How `planseek serve` ends: what is under way comes to its end, nothing is lost, and one that dies takes the other along."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import Command
from tests.ui import running

PLAN = "{name}养老服务行动计划\n\n一、总体要求\n\n{name}新建养老服务站{number}个，培训护理员{number}0名，为高龄老人上门送餐、助浴、代办。\n"


@contextmanager
def serving(home: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """`planseek serve`, once its API answers, and the API's port."""
    port = running.free_port()
    command = running.serve_command(home, port, running.free_port())
    program = subprocess.Popen(command, cwd=running.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 120
        while not _answers(port):
            assert program.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield program, port
    finally:
        if program.poll() is None:
            program.terminate()
            program.communicate(timeout=120)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/v1/live", timeout=60, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_a_request_under_way_is_answered_while_new_ones_are_not_taken(sample_home: Path) -> None:
    body = json.dumps({"query": "养老服务"}).encode()
    head = f"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with serving(sample_home) as (program, port), socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(head.encode() + body[:5])
        # Once a later request is answered, the server has seen this one.
        assert _answers(port)
        program.terminate()
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                time.sleep(0.02)
            except ConnectionRefusedError:
                break
        slow.sendall(body[5:])
        slow.settimeout(60)
        answer = b""
        while chunk := slow.recv(1 << 16):
            answer += chunk
        assert answer.startswith(b"HTTP/1.1 200") and json.loads(answer.partition(b"\r\n\r\n")[2])["hits"]
        _, said = program.communicate(timeout=60)
        assert program.returncode == 0 and "Traceback" not in said


def test_a_job_under_way_loses_nothing(planseek: Command, tmp_path: Path) -> None:
    home, plans = tmp_path / "库", tmp_path / "规划"
    plans.mkdir()
    names = [f"青屏县{chr(0x4E00 + 7 * number)}乡" for number in range(40)]
    for number, name in enumerate(names, 10):
        (plans / f"{name}.txt").write_text(PLAN.format(name=name, number=number), "utf-8")
    with serving(home) as (program, port):
        files = [("files", (path.name, path.read_bytes())) for path in sorted(plans.iterdir())]
        begun = httpx.post(f"http://127.0.0.1:{port}/v1/ingest/jobs", files=files, timeout=120, trust_env=False)
        assert begun.status_code == 202
        program.terminate()
        _, said = program.communicate(timeout=120)
        assert program.returncode == 0 and "Traceback" not in said
    again = planseek("ingest", home / "uploads", "--json", home=home)
    assert again.code == 0 and len(again.json["documents"]) == 40
    assert {row["status"] for row in again.json["documents"]} <= {"added", "unchanged"}
    assert {Path(row["file"]).stem for row in again.json["documents"]} == set(names)
    assert planseek("doctor", home=home).code == 0


def test_one_that_dies_takes_the_other_along_and_says_so(sample_home: Path) -> None:
    if shutil.which("ps") is None:
        pytest.skip("ps is not installed")
    with serving(sample_home) as (program, port):
        children = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(program.pid)], capture_output=True, text=True, check=True)
        (api,) = (int(line.split()[0]) for line in children.stdout.splitlines() if "uvicorn" in line)
        os.kill(api, signal.SIGKILL)
        _, said = program.communicate(timeout=60)
        assert program.returncode == 1 and "接口意外停止" in said
        assert not _answers(port)
