"""Answers that a model writes from numbered passages, every sentence checked before it counts. Never shows one as true
that it could not check, and renders nothing: text is text."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.errors import PlanSeekError
from corpus.regions.places import Gazetteer
from retriever.checks import LONGEST_SENTENCE, Checker, Similarity
from retriever.generators.protocols import ANEW, Generator
from retriever.generators.sources import INSTRUCTIONS, Source, holds, laid_out, numbered
from retriever.model import Answer, Citation, Query

MOST_SENTENCES = 60
"""Twelve are asked for; a model that goes on and on is stopped."""

_NUMBER = r"[\[［【]\s*(?:(?:来源|资料|引文|出处)\s*)?\^?\d{1,3}(?:\s*[-–—~～至,，、;；]\s*\d{1,3})*\s*[\]］】]"
_MARK = re.compile(_NUMBER)
_RANGE = re.compile(r"(\d{1,3})(?:\s*[-–—~～至]\s*(\d{1,3}))?")
_END = re.compile(rf"[^。！？!?\n]*(?:[。！？!?]+[”’\"）)」』》]*|\n)(?:\s*{_NUMBER})*")
_MAYBE_MARK = re.compile(r"\s*(?:[\[［【][^\]］】\n]{0,24})?")
_BULLET = re.compile(
    r"^(?:\s|[>#*+•·●■◆○-](?!\d)|\d{1,2}[.、)）](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)+"
)
SPECIMENS = {"mark": "［1］", "range": "[1-3]", "bullet": "- "}


@dataclass(frozen=True, slots=True)
class Checked:
    """A written sentence without its marks, and what it cites. kept: whether it passed every check; reason: why not."""

    text: str
    citations: tuple[Citation, ...]
    kept: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """All sentences of a written answer, struck ones too; none where the extractive answer is to be shown instead.
    note: what the user should know (Chinese), always there where there are no sentences."""

    sentences: tuple[Checked, ...]
    note: str | None = None


def write(
    answer: Answer,
    generator: Generator | None,
    similarity: Similarity,
    progress: Callable[[Checked], None] | None = None,
    gazetteer: Gazetteer | None = None,
) -> Written:
    """Let a generator answer from the passages of an extractive answer, and check what it writes.

    similarity: of a sentence and a passage, 1 for the same meaning (see LEAST_SIMILARITY). progress: hears of every
    sentence as it is complete; what it heard counts only if it is in the result. gazetteer: the corpus's; else the
    built-in one, which knows no regions of the user's. Raises nothing that a generator can cause.
    """
    if generator is None:
        return _instead("没有设置生成服务。")
    sources = numbered(answer)
    if not sources:
        return _instead("没有检索到可以作为依据的原文，未请模型作答。")
    checker = Checker(sources, similarity, gazetteer or _built_in())
    cited = {source.number: source.citation for source in sources}
    sentences: list[Checked] = []
    said: set[str] = set()
    pieces: Iterator[str] = iter(())
    try:
        pieces = generator.write(INSTRUCTIONS, laid_out(sources, _asked(answer.findings.query)))
        for written in sentences_of(pieces):
            if written == ANEW:
                sentences.clear()
                said.clear()
                continue
            text, numbers = unmarked(written)
            if not any(character.isalnum() for character in text):
                continue
            reason = "与前面的句子重复" if text in said else checker.fault(text, numbers)
            said.add(text)
            citations = tuple(cited[number] for number in dict.fromkeys(numbers) if number in cited)
            sentences.append(Checked(text, citations, reason is None, reason))
            if progress:
                progress(sentences[-1])
            if len(sentences) >= MOST_SENTENCES:
                break
    except PlanSeekError as error:
        return _instead(str(error))
    finally:
        # Stops the server's writing where it is not wanted to its end.
        if close := getattr(pieces, "close", None):
            close()
    if not any(sentence.kept for sentence in sentences):
        return _instead(
            f"模型「{generator.name}」写出的 {len(sentences)} 句话都没有通过与原文的核对，未予采用。"
            if sentences
            else f"模型「{generator.name}」没有写出内容。"
        )
    return Written(tuple(sentences), _unread(answer, sources))


def _asked(query: Query) -> str:
    """The question, and for a follow-up what it follows."""
    return f"{query.previous}\n接着问：{query.text}" if query.previous.strip() else query.text


def sentences_of(pieces: Iterator[str]) -> Iterator[str]:
    """Sentences with the marks behind them, each as soon as it is certain where it ends; ANEW as it comes."""
    held = ""
    for piece in pieces:
        if piece == ANEW:
            held = ""
            yield ANEW
            continue
        held += piece
        while (end := _complete(held)) is not None:
            yield held[:end]
            held = held[end:]
    while held:
        match = _END.match(held)
        end = match.end() if match else len(held)
        yield held[:end]
        held = held[end:]


def _complete(held: str) -> int | None:
    """Where the first sentence ends, once what follows can be no mark of its."""
    match = _END.match(held)
    if match is not None and not _MAYBE_MARK.fullmatch(held, match.end()):
        return match.end()
    # One without an end is given up, and struck for its length.
    return 2 * LONGEST_SENTENCE if match is None and len(held) > 2 * LONGEST_SENTENCE else None


def unmarked(written: str) -> tuple[str, tuple[int, ...]]:
    """(the sentence without marks and list signs, the numbers it cites in order): [1][3-4] and 【1、3】 are understood."""
    numbers: list[int] = []
    for mark in _MARK.findall(written):
        for first, last in _RANGE.findall(mark):
            low, high = int(first), int(last or first)
            numbers += range(low, high + 1) if low <= high <= low + 30 else [low, high]
    text = re.sub(r"\s+(?=[。，；！？、])", "", _MARK.sub("", written))
    return _BULLET.sub("", text.strip()).strip(), tuple(numbers)


@lru_cache(maxsize=1)
def _built_in() -> Gazetteer:
    return Gazetteer()


def _instead(why: str) -> Written:
    return Written((), f"{why}以下仍是直接摘自原文的回答。")


def _unread(answer: Answer, sources: Sequence[Source]) -> str | None:
    """A remark where regions with results were too many for the model to be shown them all."""
    groups = [group for group in answer.findings.groups if group.status == "found"]
    shown = [source.citation for source in sources]
    left = [group for group in groups if not any(holds(hit, citation) for hit in group.hits for citation in shown)]
    if not left:
        return None
    return f"有结果的地区共 {len(groups)} 个，这段文字没有写到其中 {len(left)} 个，请看逐区摘录。"
