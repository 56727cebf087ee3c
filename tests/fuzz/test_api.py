"""Every operation of the API under data as declared and not, and damaged uploads over a socket. The long runs are `benchmarks.fuzz api` and
`benchmarks.fuzz uploads`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from access.keys import Keys
from benchmarks import fuzz_api

pytest.importorskip("schemathesis", reason="schemathesis 未安装（测试依赖 test）")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "库"


@pytest.fixture(scope="module")
def app(home: Path) -> Any:
    return fuzz_api.application(home)


@pytest.fixture(scope="module")
def operations(app: Any) -> list[Any]:
    return fuzz_api.operations_of(app)


def test_no_operation_fails_and_every_error_is_a_problem_in_chinese(app: Any, operations: list[Any]) -> None:
    figures = fuzz_api.asked(operations, 1, 31, fuzz_api.real(app))
    assert figures["faults"] == []
    assert len(operations) > 60 and figures["requests"] > len(operations)
    assert {"200", "404", "422"} <= set(figures["statuses"])


def test_no_operation_answers_without_a_key_once_there_are_keys(home: Path, operations: list[Any]) -> None:
    Keys(home).add("读者甲", "读者")
    figures = fuzz_api.asked(operations, 1, 32, {})
    assert figures["faults"] == [] and set(figures["statuses"]) == {"200", "401"}
    assert figures["statuses"]["200"] == 3, "health, live and ready only"


def test_damaged_uploads_under_hostile_names_stay_inside_and_leave_nothing_behind() -> None:
    figures = fuzz_api.uploads(30, 33)
    assert figures["faults"] == [] and figures["statuses"]["200"] > 0
    assert sum(figures["outcomes"].values()) >= 20


def test_what_an_answer_must_not_be_is_seen() -> None:
    """An answer of the framework's own, and a failure, are told."""

    class Answer:
        def __init__(self, status: int, content: bytes, kind: str) -> None:
            self.status_code, self.content, self.headers = status, content, {"content-type": [kind]}

    class Case:
        method, path, path_parameters, query, body = "GET", "/v1/x", {}, {}, None

    def wrong(*answer: Any) -> Iterator[str]:
        return fuzz_api._wrong(Case(), Answer(*answer))

    assert [fault[:3] for fault in wrong(500, b"{}", "application/problem+json")] == ["500"]
    assert list(wrong(404, b"no", "text/plain")) == ["404 不是 problem+json：text/plain no"]
    assert "不是中文" in next(wrong(404, b'{"detail": "Not Found"}', "application/problem+json"))
    assert list(wrong(404, '{"detail": "没有这个地址。"}'.encode(), "application/problem+json")) == []
