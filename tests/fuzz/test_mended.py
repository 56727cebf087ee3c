"""What hostile input once broke, each with the input that did."""

import itertools
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_app
from corpus.errors import PlanSeekError
from corpus.model import Span
from corpus.structure.cut import LONG, _balanced
from corpus.structure.sentences import sentences
from corpus.tray import find
from retriever.service import Service
from settings import Settings


@pytest.mark.parametrize("name", ["metadata.csv", "regions.csv"])
def test_a_side_file_with_a_cell_beyond_all_measure_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "甲.txt").write_text("甲", "utf-8")
    (tmp_path / name).write_text(f'file,code,name,level\n"{"长" * 140_000}",1,甲,县级\n', "utf-8")
    with pytest.raises(PlanSeekError, match=r"有一格过长或引号不成对.*请用 Excel 或 WPS"):
        find([tmp_path])


def test_side_files_may_end_their_lines_as_old_programs_do(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text("甲", "utf-8")
    (tmp_path / "metadata.csv").write_bytes("file,title,kind\r甲.txt, 另题 ,通知\r\r短行\r".encode())
    (tmp_path / "regions.csv").write_bytes("code,name,level,parent\r990102,沧浦区,县级,\r".encode())
    held = find([tmp_path])
    assert [dict(file.override) for file in held.files] == [{"title": "另题", "kind": "通知"}]
    assert [(place.code, place.name) for place in held.places] == [("990102", "沧浦区")]


def test_a_span_of_many_sentences_is_cut_at_the_ends_nearest_to_even_shares() -> None:
    """Once every share looked at every sentence: a megabyte took minutes. `benchmarks.fuzz growth` watches the time."""
    text = "".join("修" * (7 + number * number % 41) + "。" for number in range(900))
    span = Span(3, len(text))
    size, cuts = span.end - span.start, [span.start]
    ends = [sentence.end for sentence in sentences(text, span)][:-1]
    parts = -(-size // (LONG - 60))
    for part in range(1, parts):
        possible = [end for end in ends if end - cuts[-1] >= 60 and span.end - end >= 60]
        cuts.append(min(possible, key=lambda end: abs(end - (span.start + size * part / parts))))
    assert _balanced(text, span) == [Span(a, b) for a, b in itertools.pairwise([*cuts, span.end])] and len(cuts) > 20


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/v1/ingest", b"--b\r\nContent-Disposition: form-data\r\n\r\n1", "multipart/form-data; boundary=b"),
        ("/v1/batches", b"\xc2\x07", "multipart/form-data; boundary=b"),
        ("/v1/regions", b"\xff\xfe{", "application/json"),
    ],
)
def test_a_body_that_cannot_be_read_at_all_is_refused_in_chinese(tmp_path: Path, path: str, content: bytes, kind: str) -> None:
    client = TestClient(create_app(Service(Settings(home=tmp_path))), raise_server_exceptions=False)
    answer = client.post(path, content=content, headers={"Content-Type": kind})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["detail"]) == (400, "请求的格式不对，无法读取。接口说明见 /docs。")
