"""Folds and segments text into the terms that index and query share. Never touches stored text."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Protocol

# Rare characters, which jieba takes one by one and rjieba by the run, are terms of their own.
_RUN = re.compile(
    r"[\u4e00-\u9fd5]+|[\u3400-\u4dbf\u9fd6-\u9fff\U00020000-\U000323af]|[a-z]+(?:[-'][a-z]+)*|[0-9]+(?:\.[0-9]+)?%?"
)
# Grammatical words: no passage is about them. One list, for index and query alike.
STOP_WORDS = frozenset(
    [
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "等",
        "在",
        "是",
        "有",
        "为",
        "以",
        "于",
        "对",
        "将",
        "把",
        "被",
        "从",
        "由",
        "向",
        "到",
        "并",
        "而",
        "且",
        "则",
        "但",
        "也",
        "都",
        "就",
        "还",
        "又",
        "再",
        "很",
        "更",
        "最",
        "不",
        "没",
        "这",
        "那",
        "其",
        "之",
        "所",
        "个",
        "各",
        "每",
        "某",
        "该",
        "本",
        "我",
        "你",
        "他",
        "她",
        "它",
        "们",
        "我们",
        "你们",
        "他们",
        "她们",
        "它们",
        "吗",
        "呢",
        "吧",
        "啊",
        "呀",
        "嘛",
        "哦",
        "么",
        "上",
        "下",
        "中",
        "里",
        "内",
        "外",
        "前",
        "后",
        "时",
        "让",
        "给",
        "跟",
        "同",
        "因",
        "因为",
        "所以",
        "如果",
        "虽然",
        "可以",
        "能",
        "会",
        "要",
        "想",
        "去",
        "来",
        "做",
        "着",
        "过",
        "地",
        "得",
        "什么",
        "怎么",
        "怎样",
        "怎么样",
        "如何",
        "哪些",
        "哪个",
        "哪里",
        "哪儿",
        "多少",
        "几",
        "是否",
        "有没有",
        "是不是",
        "能不能",
        "可不可以",
        "为什么",
        "为啥",
        "啥",
        "咋",
        "咋办",
        "一个",
        "一些",
        "一下",
        "这个",
        "那个",
        "这些",
        "那些",
        "这样",
        "那样",
        "以及",
        "关于",
        "通过",
        "进行",
        "请问",
        "谁",
        "俺",
        "咱",
        "咱们",
        "还是",
        "就是",
        "不是",
        "没有",
        "不能",
        "不会",
    ]
)


class Segmenter(Protocol):
    """Cuts a run of Chinese characters into words."""

    def cut_for_search(self, text: str) -> list[str]:
        """The words and the shorter words in them, these first (jieba's search mode)."""

    def cut(self, text: str) -> list[str]:
        """The words of the dictionary one after the other; of what it does not know, single characters."""


def _dictionary() -> str:
    return (resources.files("index") / "dictionary" / "terms.txt").read_text("utf-8")


class Tokenizer:
    """jieba's segmentation with a dictionary of plan terms and regions, over folded text.

    `engine`: "rjieba" (Rust, the same tokens) or "jieba"; the first that is installed by default. `name` stands in the
    index manifest: it changes with the dictionary and the stop words, not with the engine.
    """

    def __init__(self, engine: str | None = None) -> None:
        words = _dictionary()
        digest = hashlib.sha256((words + "".join(sorted(STOP_WORDS))).encode()).hexdigest()[:12]
        self.name = f"jieba-search-3/{digest}"
        self._segmenter = _segmenter(engine)

    def terms(self, text: str) -> list[str]:
        """The terms of a text in order, repetitions kept, stop words dropped."""
        terms: list[str] = []
        cut = self._segmenter.cut_for_search
        for run in _RUN.findall(fold(text)):
            words = cut(run) if "\u4e00" <= run[0] <= "\u9fd5" else [run]
            terms += [word for word in words if word not in STOP_WORDS]
        return terms


# What NFKC makes of the marks that every text is full of. Once they are gone most texts pass its quick check, in a tenth of
# the time; and it is the same, for it takes every character apart by itself before it joins any.
_WIDE = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，；：（）！？％～＋－．／\u3000…℃")


def fold(text: str) -> str:
    """NFKC, lower case, traditional to simplified script: how text is matched, never how it is stored or shown."""
    if not text.isascii():
        for wide, narrow in _WIDE:
            text = text.replace(wide, narrow)
    return _simplified(unicodedata.normalize("NFKC", text).lower())


def _simplified(text: str) -> str:
    return _converter().convert(text) if not text.isascii() else text


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC("t2s")


def word_starts(text: str) -> frozenset[int]:
    """The places of a text at which no word of the dictionary goes on: 推广西医 has none between 广 and 西."""
    starts = set(range(len(text) + 1))
    for run in _RUN.finditer(text):
        if "\u4e00" <= run.group()[0] <= "\u9fd5":
            at = run.start()
            for word in _segmenter(None).cut(run.group()):
                starts.difference_update(range(at + 1, at + len(word)))
                at += len(word)
    return frozenset(starts)


@lru_cache(maxsize=3)
def _segmenter(engine: str | None) -> Segmenter:
    words = _dictionary().split()
    if engine != "jieba":
        try:
            import rjieba
        except ImportError:
            if engine == "rjieba":
                raise
        else:
            # The module's own instance: another would read the dictionary a second time, a fifth of a second. Our words
            # are the same for every Tokenizer, and nothing else here asks that instance.
            for word in words:
                rjieba.add_word(word, 10, None)
            return _Rust(rjieba.cut_for_search, lambda text: rjieba.cut(text, False))
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    plain = jieba.Tokenizer()
    plain.initialize()
    for word in words:
        plain.add_word(word, 10)
    return _Plain(plain)


class _Rust:
    """rjieba's functions as a segmenter."""

    def __init__(self, cut_for_search: Callable[[str], list[str]], cut: Callable[[str], list[str]]) -> None:
        self.cut_for_search, self.cut = cut_for_search, cut


class _Plain:
    """jieba's own tokenizer, its generator made a list."""

    def __init__(self, tokenizer) -> None:  # type: ignore[no-untyped-def]
        self._tokenizer = tokenizer

    def cut_for_search(self, text: str) -> list[str]:
        return list(self._tokenizer.cut_for_search(text))

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))
