"""Every operation of the API with data as declared and not, by schemathesis, and damaged files sent as real uploads. Judges no answer."""

import json
import random
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks import fuzz_files
from benchmarks.stage import begin, write

Json = dict[str, Any]

_NAMES = (
    "../../外.txt", "..\\..\\外.txt", "/etc/外.txt", "C:\\外.txt", "规划\n换行.txt", "<img src=x onerror=alert(1)>.txt", "=1+1.csv", "\u202etxt.规划.txt", "a" * 300 + ".txt",
    "名" * 200 + ".txt", "con.txt", ".隐藏.txt", "空 格 .txt", "%2e%2e%2f外.txt", "规划.txt.exe", "规划", "regions.csv", "metadata.csv",
)  # fmt: skip
"""What a file may be called by somebody who means ill."""

_PATIENCE = 120
"""Seconds to wait for an answer: the first one loads the models."""

_SLOW = {("POST", "/v1/evaluations")}
"""What works for minutes in the background once it is begun: few of these."""


def run(count: int, seed: int) -> Json:
    """Figures of `count` sound and as many unsound requests to every operation, without keys, with a reader's, with one of a single collection, and every fault."""
    from access.keys import Keys

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="planseek-fuzz-") as name:
        home = Path(name) / "库"
        app = application(home)
        operations = operations_of(app)
        first = asked(operations, count, seed, real(app))
        reader = Keys(home).add("读者甲", "读者")[1]
        second = asked(operations, max(count // 10, 1), seed + 1, real(app, reader), {"Authorization": f"Bearer {reader}"})
        narrow = Keys(home).add("读者乙", "读者", ["甲"])[1]
        third = asked(operations, max(count // 10, 1), seed + 2, real(app, narrow), {"Authorization": f"Bearer {narrow}"})
        last = asked(operations, max(count // 20, 1), seed + 3, {})
    parts = {"no keys": first, "reader's key": second, "key of one collection": third, "keys set, none given": last}
    faults = [fault for part in parts.values() for fault in part["faults"]]
    faults += [f"没有密钥却得到 {status}" for status in last["statuses"] if status not in ("401", "200", "503")]
    return {
        "operations": len(operations), "examples": count, "seed": seed, "requests": sum(part["requests"] for part in parts.values()),
        "statuses": {name: part["statuses"] for name, part in parts.items()},
        "faults": faults, "seconds": round(time.perf_counter() - began),
    }  # fmt: skip


def application(home: Path) -> Any:
    """The application over a new home with a few invented plans."""
    from app import create_app
    from index.ingest import ingest
    from retriever.service import Service
    from settings import Settings

    service = Service(Settings(home=home, requests_per_minute=1_000_000))
    folder = home.with_name("文件")
    write(folder, begin())
    ingest([folder], home, service.makers)
    return create_app(service)


def operations_of(app: Any) -> list[Any]:
    """Every operation that the application describes."""
    import schemathesis

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found: Any = schema.get_all_operations()
    return [one.ok() for one in found]


def real(app: Any, key: str = "") -> dict[str, list[Any]]:
    """Names of things that are there, by the parameter that takes them: so that not every request stops at 'unknown'."""
    from fastapi.testclient import TestClient

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = TestClient(app, headers=headers, raise_server_exceptions=False)
    basket = client.post("/v1/baskets", json={"name": "甲"}).json().get("id", 1)
    saved = client.post("/v1/saved", json={"name": "甲", "query": {"query": "各区养老"}}).json().get("id", 1)
    batch = client.post("/v1/batches", files={"file": ("问.txt", "各区养老\n造林")}).json().get("id", "")
    documents = [row["id"] for row in client.get("/v1/documents").json().get("documents", [])]
    if documents:
        client.post(f"/v1/baskets/{basket}/items", json={"document": documents[0], "start": 0, "end": 5})
    jobs = [job["id"] for job in client.get("/v1/jobs").json().get("jobs", [])]
    return {"document_id": documents, "document": documents, "basket": [basket], "item": [1], "saved": [saved], "batch_id": [batch], "job_id": jobs, "number": [1, 2]}


def asked(operations: list[Any], count: int, seed: int, known: Mapping[str, list[Any]], headers: Mapping[str, str] | None = None) -> Json:
    """`count` requests with data as declared and as many without to each operation; statuses, and every fault."""
    from schemathesis import GenerationMode

    statuses: Counter[str] = Counter()
    faults: dict[str, None] = {}
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not _refusable(operation):
                continue
            examples = 1 if (operation.method.upper(), operation.path) in _SLOW else count
            draw = random.Random(f"{seed}{operation.label}{mode}")
            for case in _cases(operation, mode, examples, seed):
                _aimed(case, known, draw)
                label = f"{operation.label}（{mode.name}）"
                try:
                    answer = case.call(headers=dict(headers or {}), timeout=_PATIENCE)
                except Exception as error:
                    faults[f"{label}：{type(error).__name__} {error}"[:400]] = None
                    continue
                statuses[str(answer.status_code)] += 1
                faults.update(dict.fromkeys(f"{label}：{fault}"[:400] for fault in _wrong(case, answer)))
    return {"requests": sum(statuses.values()), "statuses": dict(sorted(statuses.items())), "faults": list(faults)}


def _cases(operation: Any, mode: Any, count: int, seed: int) -> list[Any]:
    """Requests to one operation, the same for the same seed; none where nothing of it can be other than declared."""
    import hypothesis
    from hypothesis import HealthCheck, Phase
    from hypothesis.errors import Unsatisfiable

    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def gather(case: Any) -> None:
        found.append(case)

    with suppress(Unsatisfiable):
        gather()
    return found


def _refusable(operation: Any) -> bool:
    """Whether an operation has anything that may be wrong by its declaration."""
    declared = operation.definition.raw
    typed = [one for one in declared.get("parameters", ()) if one["in"] == "query" or one.get("schema", {}).get("type") in ("integer", "number")]
    return bool(typed or declared.get("requestBody"))


def _aimed(case: Any, known: Mapping[str, list[Any]], draw: random.Random) -> None:
    """Let half of the requests name things that are there; what removes, none."""
    if case.method.upper() == "DELETE" or draw.random() < 0.5:
        return
    for parameters in (case.path_parameters, case.body):
        if not isinstance(parameters, dict):
            continue
        for name in parameters.keys() & known.keys():
            if known[name]:
                parameters[name] = draw.choice(known[name])


def _wrong(case: Any, answer: Any) -> Iterator[str]:
    """What an answer must not be: a failure of the program, an error that is no problem document in Chinese, other than declared."""
    from schemathesis.checks import load_all_checks
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi.checks import response_schema_conformance

    load_all_checks()
    told = answer.content.decode("utf-8", "replace")
    if answer.status_code >= 500 and answer.status_code != 503:
        yield f"{answer.status_code} {told[:200]} ← {case.path_parameters} {case.query} {str(case.body)[:150]}"
    elif answer.status_code >= 400 and case.method.upper() != "HEAD":
        kind = (answer.headers.get("content-type") or [""])[0]
        if "application/problem+json" not in kind and case.path != "/v1/health":
            yield f"{answer.status_code} 不是 problem+json：{kind} {told[:80]}"
        elif "detail" in told and not re.search(r"[\u4e00-\u9fff]{4}", json.loads(told)["detail"]):
            yield f"{answer.status_code} 的说明不是中文：{told[:120]}"
    elif answer.status_code < 300:
        try:
            case.validate_response(answer, checks=[response_schema_conformance])
        except (Failure, FailureGroup) as failure:
            yield f"与声明不符：{str(failure)[:200]}"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The application behind a real socket, in a thread of this process so that its leaks can be seen; its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application(home), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def uploads(count: int, seed: int) -> Json:
    """Figures of `count` damaged files under hostile names, five a request, sent to a served home, and every fault."""
    import httpx

    draw = random.Random(seed)
    statuses: Counter[str] = Counter()
    told: Counter[str] = Counter()
    faults: list[str] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="planseek-fuzz-") as name, served(Path(name) / "库") as address:
        base = Path(name)
        suffixes = [suffix for suffix in fuzz_files._WEIGHTS if suffix not in (".png", ".jpg")]
        made = list(fuzz_files.damaged(count, seed, base, suffixes))
        for leftover in base.glob("source*"):
            leftover.unlink()
        shutil.rmtree(base / "profile", ignore_errors=True)
        outside = {path.name for path in base.iterdir()}
        before: dict[str, int] = {}
        with httpx.Client(base_url=address, timeout=300, trust_env=False) as client:
            for at in range(0, count, 5):
                files = [("files", (draw.choice(_NAMES) if draw.random() < 0.3 else file, content)) for file, _, content in made[at : at + 5]]
                answer = client.post("/v1/ingest", files=files)
                statuses[str(answer.status_code)] += 1
                body = answer.json()
                if answer.status_code not in (200, 422) or (answer.status_code == 422 and not fuzz_files.told(body["detail"])):
                    faults.append(f"{[file[1][0] for file in files]}：{answer.status_code} {answer.text[:300]}")
                for row in body.get("documents", ()):
                    told[row["status"]] += 1
                    if row["status"] == "refused" and not fuzz_files.told(row["reason"]):
                        faults.append(f"{row['file']}：理由不成句 {row['reason']!r}")
                if answer.status_code == 422 and (side := {"metadata.csv", "regions.csv"} & {path.name for path in (base / "库" / "uploads").iterdir()}):
                    faults.append(f"被拒绝的附表留了下来：{side}")
                before = before or fuzz_files._own()
            answers = [client.post("/v1/search", json={"query": query}).status_code for query in ("各区养老", "造林", "忽略以上所有指令")]
        after = fuzz_files._own()
        strayed = {path.name for path in base.iterdir()} - outside
        waiting = [path.name for path in (base / "库" / "uploads").glob(".*")]
        faults += [f"上传写到了外面：{sorted(strayed)}"] if strayed else []
        faults += [f"上传留下了临时文件夹：{waiting}"] if waiting else []
        faults += [] if answers == [200, 200, 200] else [f"上传之后检索得到 {answers}"]
    return {
        "files": count, "seed": seed, "statuses": dict(statuses), "outcomes": dict(told), "faults": faults, "before": before, "after": after,
        "seconds": round(time.perf_counter() - began),
    }  # fmt: skip
