"""The written questions: each leads to the passage that answers it, none to a test document, and no frame is filled in twice over."""

import hashlib
import json
import os
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from training.texts import SPLIT, WRITTEN, documents, frozen_hashes, written

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared"))
needs_texts = pytest.mark.skipif(
    not (SHARED / "plans").is_dir() or not (SHARED / "training").is_dir(),
    reason=f"{SHARED} holds no training documents; set PLANSEEK_SHARED to the folder that does",
)
FEWEST, MOST_OF_A_FRAME, LEAST_KEPT = 3_000, 10, 4

# The words that make a question's frame: what asks, what joins, what points. Everything else is what it is about.
KEPT = (
    "的 地 得 了 着 过 吗 呢 吧 呀 啊 么 嘛 哟 在 于 从 由 到 往 向 跟 和 与 或 或者 还是 对 对于 为 为了 给 把 被 让 叫 按 按照 比 像 将 "
    "是 是不是 有 有没有 没 没有 不 也 都 还 又 再 才 就 只 最 更 先 后 前 里 上 下 中 内 外 时 时候 以后 之后 以前 之前 以来 期间 "
    "能 能不能 可以 可不可以 会 会不会 要 要不要 还要 想 该 该不该 应该 应 应当 必须 得不得 用不用 行 行不行 算 算不算 不能 不会 不要 不让 不管 "
    "谁 啥 什么 哪 哪个 哪些 哪几个 哪里 哪儿 哪年 怎 怎么 怎样 怎么样 怎么办 咋 咋办 咋样 如何 为什么 为啥 为何 几 几个 几天 几年 几成 几次 "
    "多少 多大 多久 多长 多高 多远 多长时间 什么样 啥样 啥时候 什么时候 何时 什么时间 多少个 多少钱 这 那 这个 那个 这些 那些 这种 那种 这样 那样 各 每 "
    "个 种 一个 一次 我 你 他 她 它 我们 你们 他们 人家 自己 有人 请 请问 归 归谁 谁管 管 打算 说 说的 搞 弄 办 做 干 算是 如果 要是 但是 可是 而且 所以 因为 "
    "到底 究竟 具体 分别 一共 总共 大概 主要 关于 有关 需要 知道"
)


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]


ROWS = rows()


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return documents(SHARED)


def frame(question: str, cut: Any) -> str:
    """A question with a blank for each run of words that say what it is about, and without its marks."""
    kept = frozenset(KEPT.split())
    parts: list[str] = []
    for word in cut(question):
        if word in kept:
            parts.append(word)
        elif re.search(r"\w", word) and parts[-1:] != ["＿"]:
            parts.append("＿")
    return "".join(parts)


def test_there_are_enough_and_none_twice() -> None:
    assert len(ROWS) >= FEWEST
    plain = [re.sub(r"\W", "", unicodedata.normalize("NFKC", row["question"])) for row in ROWS]
    assert len(set(plain)) == len(ROWS)
    assert all(3 <= len(text) <= 60 for text in plain)


def test_every_row_has_one_form() -> None:
    for row in ROWS:
        assert set(row) == {"question", "document", "start", "end", "passage", "hard"}, row
        assert row["question"] == row["question"].strip() and "\n" not in row["question"]
        spans = [row["passage"], *(place[1:] for place in row["hard"])]
        assert all(len(span) == 2 and 0 <= span[0] < span[1] for span in spans), row
        assert len({tuple(place) for place in row["hard"]}) == len(row["hard"]), row


def test_the_answer_stands_in_the_passage_and_what_is_wrong_elsewhere() -> None:
    for row in ROWS:
        first, last = row["passage"]
        assert first <= row["start"] < row["end"] <= last, row
        for name, start, end in row["hard"]:
            assert name != row["document"] or end <= first or last <= start, row


def test_no_test_document_is_named() -> None:
    tested = {entry["sha256"] for entry in json.loads(SPLIT.read_text("utf-8"))["test"]}
    assert tested == frozen_hashes() and tested
    named = {row["document"] for row in ROWS} | {place[0] for row in ROWS for place in row["hard"]}
    assert not named & tested


def test_a_frame_is_what_is_left_without_the_matter() -> None:
    import rjieba

    assert frame("楼上的避雷针，要不要定期检测？", rjieba.cut) == "＿的＿要不要＿"
    assert frame("湖南5G基站有多少个", rjieba.cut) == "＿有多少个"


def test_no_frame_is_filled_in_again_and_again() -> None:
    """Only frames of at least LEAST_KEPT kept characters tell: ＿吗 is no frame but the language."""
    import rjieba

    same = defaultdict(list)
    for row in ROWS:
        found = frame(row["question"], rjieba.cut)
        if len(found.replace("＿", "")) >= LEAST_KEPT:
            same[found].append(row["question"])
    assert len(same) > 100
    assert {found: questions for found, questions in same.items() if len(questions) > MOST_OF_A_FRAME} == {}


@needs_texts
def test_every_place_lies_in_a_training_document(texts: dict[str, str]) -> None:
    assert not texts.keys() & frozen_hashes()
    for row in ROWS:
        for name, start, end in [(row["document"], *row["passage"]), *row["hard"]]:
            assert name in texts, row
            assert end <= len(texts[name]) and texts[name][start:end].strip(), row
        assert texts[row["document"]][row["start"] : row["end"]].strip(), row


@needs_texts
def test_what_is_wrong_is_not_the_passage_again(texts: dict[str, str]) -> None:
    """Neither the passage's own words nor the answer may stand in a passage that is to be wrong."""
    for row in ROWS:
        answer = texts[row["document"]][row["start"] : row["end"]]
        for name, start, end in row["hard"]:
            assert answer not in texts[name][start:end], row


@needs_texts
def test_documents_are_named_by_their_bytes(texts: dict[str, str]) -> None:
    assert all(hashlib.sha256(text.encode()).hexdigest() == name for name, text in texts.items())


@needs_texts
def test_the_questions_are_read_as_they_are_written() -> None:
    found = written(SHARED)
    assert [question.text for question in found] == [row["question"] for row in ROWS]
    assert all(question.context.strip() and all(text.strip() for text in question.wrong) for question in found)
    assert [len(question.wrong) for question in found] == [len(row["hard"]) for row in ROWS]
