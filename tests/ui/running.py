"""A few small invented plans and a real API over them, for tests of the page; starts and stops what it needs."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]

PLANS = {
    "镜湖区十四五规划纲要.txt": """芜湖市镜湖区国民经济和社会发展第十四个五年规划和2035年远景目标纲要

第一章 建设美丽城区

第一节 加强生态修复

实施湖岸生态修复。五年内修复湖岸12公里，栽种水生植物3万平方米，由区城管局牵头。<script>alert("湖")</script>
开展废弃码头生态修复。拆除废弃码头6处，腾出的岸线全部复绿。

第二章 发展现代服务业

第一节 壮大商贸

提升步行街业态。引进首店30家，延长夜间营业时间，丰富市民消费选择。
""",
    "鸠江区生态环境保护规划.txt": """鸠江区“十四五”生态环境保护规划（征求意见稿）

芜湖市鸠江区生态环境分局

一、总体要求

到2025年，鸠江区生态环境质量持续改善。

二、推进生态修复

（一）修复受损湿地。采取退田还湿、清理淤泥等措施，修复江滩湿地800亩，恢复候鸟栖息地。
（二）修复采石宕口。对4处宕口实施边坡加固和覆土绿化，逐处验收。
""",
    "庐阳区2026年政府工作报告.txt": """2026年庐阳区政府工作报告

各位代表：现在，我代表合肥市庐阳区人民政府向大会作政府工作报告。

一、2025年工作回顾

财政收入平稳增长。一般公共预算收入增长4.1%，规模以上工业增加值增长6%。

二、2026年重点工作

办好民生实事。新建养老服务站5个，新增公办幼儿园学位900个，改造老旧小区21个。
""",
}


def write_plans(folder: Path) -> list[Path]:
    """The plans as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PLANS.items():
        (folder / name).write_text(text, "utf-8")
    return sorted(folder.iterdir())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], environment: dict[str, str], url: str, seconds: float = 90) -> Iterator[None]:
    """A program that is ready once `url` answers at all; stopped afterwards."""
    program = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + seconds
        while True:
            try:
                httpx.get(url, timeout=30, trust_env=False)
                break
            except httpx.TransportError:
                assert program.poll() is None, f"ended with {program.returncode}: {command}"
                assert time.monotonic() < until, f"not ready after {seconds} s: {command}"
                time.sleep(0.2)
        yield
    finally:
        program.terminate()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()


@contextmanager
def api(home: Path) -> Iterator[str]:
    """The API over a home folder; its address."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:create_app",
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    address = f"http://127.0.0.1:{port}"
    with running(command, {"PLANSEEK_HOME": str(home)}, f"{address}/v1/health"):
        yield address


def upload(address: str, files: list[Path]) -> None:
    """Put files in over HTTP, as the page does."""
    parts = [("files", (file.name, file.read_bytes())) for file in files]
    httpx.post(f"{address}/v1/ingest", files=parts, timeout=120, trust_env=False).raise_for_status()


def serve_command(home: Path, port: int, ui_port: int) -> list[str]:
    """`planseek serve` over a home on these ports, as a child of this Python."""
    options = ["--home", str(home), "--port", str(port), "--ui-port", str(ui_port)]
    return [sys.executable, "-m", "cli", "serve", *options]
