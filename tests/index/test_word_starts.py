"""Where a word of the dictionary may begin: the same under both engines, and everywhere but inside a word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index.tokenizer as tokenizer_module
from benchmarks.interpretation import read
from corpus import formats
from index.tokenizer import word_starts

TEXTS = (
    "推广西医服务", "如今年轻人买房", "各市属国企", "各地块出让", "各区生态修复措施", "“十四五”时期推进5G+工业互联网", "到2035年ＧＤＰ增长6.5%",
    "沧浦区和墨池区的人才政策", "生態環境修復", "㙍㐀𠮷野家", "a-b 各 区", "", "，。！", "老旧小区改造2,000户？",
)  # fmt: skip


def by(engine: str, monkeypatch: pytest.MonkeyPatch, text: str) -> frozenset[int]:
    with monkeypatch.context() as patch:
        patch.setattr(tokenizer_module, "_segmenter", lambda _, own=tokenizer_module._segmenter: own(engine))
        return word_starts(text)


@pytest.mark.parametrize("text", TEXTS)
def test_both_engines_agree(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert by("rjieba", monkeypatch, text) == by("jieba", monkeypatch, text) == word_starts(text)


def cut(engine: str, text: str) -> list[list[str]]:
    """The words of every run of Chinese characters."""
    runs = [run for run in tokenizer_module._RUN.findall(text) if "\u4e00" <= run[0] <= "\u9fd5"]
    return [tokenizer_module._segmenter(engine).cut(run) for run in runs]


def test_both_engines_agree_on_questions_and_plans(samples: Path) -> None:
    texts = [golden["query"] for half in ("open", "sealed", "third") for golden in read(half)]
    assert len(texts) > 500
    texts += [formats.read(file.read_bytes(), file.name).text for file in sorted(samples.glob("*.txt"))]
    for text in texts:
        assert cut("rjieba", text) == cut("jieba", text), text


@pytest.mark.xfail(reason="of two equally likely ways to cut a character said thrice the engines take different ones")
def test_both_engines_agree_on_ties() -> None:
    assert cut("rjieba", "十十十各轻") == cut("jieba", "十十十各轻")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        # 推广 · 西医: no word begins between 广 and 西, though 广西 is a name
        ("推广西医", {1, 3}),
        # 如今 · 年轻人
        ("如今年轻人", {1, 3, 4}),
        # 各市 · 属 · 国企
        ("各市属国企", {1, 4}),
        # what is no run of Chinese characters divides everywhere
        ("GDP 2026，", set()),
        # and the places of a text are those of its own characters, whatever stands before
        ("a，推广西医", {3, 5}),
    ],
)
def test_by_hand(text: str, inside: set[int]) -> None:
    assert word_starts(text) == frozenset(range(len(text) + 1)) - inside


@given(st.text(max_size=200))
def test_both_ends_are_always_starts(text: str) -> None:
    found = word_starts(text)
    assert {0, len(text)} <= found <= set(range(len(text) + 1))
