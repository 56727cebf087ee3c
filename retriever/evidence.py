"""Weighs how much of what was asked stands together in one sentence of a passage. Decides nothing."""

import re
from collections.abc import Container, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage, Span
from corpus.structure.sentences import sentences
from index.protocols import Backend
from index.tokenizer import Tokenizer, fold
from retriever.expand import Expansion
from retriever.folded import Folded, folded_title
from retriever.model import Asked

_BREAK = "\x1f"
_JOINED = re.compile(r"[和与及、]|以及")
# Words with which every topic is asked and every plan is written: they decide nothing.
GENERIC = frozenset(
    [
        "措施",
        "举措",
        "情况",
        "做法",
        "办法",
        "进展",
        "安排",
        "部署",
        "内容",
        "方面",
        "工作",
        "政策",
        "规定",
        "要求",
        "问题",
        "计划",
        "规划",
        "发展",
        "建设",
        "推进",
        "加强",
        "推动",
        "加快",
        "提升",
        "提高",
        "促进",
        "完善",
        "实施",
        "开展",
        "目标",
        "任务",
        "重点",
        "方案",
        "布局",
        "机制",
        "体系",
        "支持",
        "落实",
        "进一步",
        "相关",
        "有关",
        "主要",
        "具体",
        "目前",
        "现在",
        "今年",
        "明年",
        "未来",
        "年",
        "数量",
        "指标",
        "水平",
        "能力",
        "改善",
        "力度",
        "方式",
        "途径",
        "思路",
        "方向",
        "服务",
        "管理",
        "治理",
        "行动",
        "项目",
        "工程",
        "领域",
        "产业",
        "改革",
        "制度",
        "区",
        "县",
        "市",
        "省",
        "本区",
        "全区",
        "全市",
        "全省",
        "全县",
        "当地",
        "政府",
        "一步",
        "推行",
    ]
)


def asked(
    topic: str, expansions: Sequence[Expansion], translated: float, known: Container[str], tokenizer: Tokenizer,
    backend: Backend,
) -> Asked:  # fmt: skip
    """Reduce a topic to the terms that decide.

    `translated` in 0–1: how far the expansions stand for the question. `known`: folded words of the lexicon; where all
    that 和 joins is known, each is asked by itself (「渔业和水产养殖」, but not 「综合利用与改良」).
    """
    words = tuple((fold(e.word), e.weight * translated) for e in expansions if translated > 0)
    whole = _weights(topic, tokenizer, backend)
    pieces = [_bare(piece) for piece in _JOINED.split(topic)]
    if len(pieces) > 1 and all(piece in known for piece in pieces):
        return Asked(whole, tuple(_weights(piece, tokenizer, backend) for piece in pieces), words)
    return Asked(whole, (whole,), words)


def _weights(topic: str, tokenizer: Tokenizer, backend: Backend) -> dict[str, float]:
    terms = dict.fromkeys(tokenizer.terms(topic))
    finest = [t for t in terms if not _compound(t, terms)]
    core = [t for t in finest if t not in GENERIC] or finest
    # A single character is too easily part of another word to count in full; a word that no text uses may be a
    # turn of phrase as well as the point of the question.
    return {t: backend.idf(t) * (0.5 if len(t) == 1 or not backend.rows_with(t).size else 1.0) for t in core}


def _bare(piece: str) -> str:
    """A piece of a topic without the generic words at its end: 水产养殖情况 → 水产养殖."""
    piece = fold(piece).strip()
    for word in GENERIC:
        if piece.endswith(word) and len(piece) >= len(word) + 2:
            return _bare(piece[: -len(word)])
    return piece


def _compound(term: str, terms: Mapping[str, None]) -> bool:
    """Whether other terms of the question cover a term but for a character: 生态修复 by 生态 and 修复, 停车难 by 停车."""
    covered = [False] * len(term)
    for other in terms:
        at = term.find(other) if other != term and len(other) >= 2 else -1
        if at >= 0:
            covered[at : at + len(other)] = [True] * len(other)
    return sum(covered) >= max(2, len(term) - 1)


def shares(what: Asked, passages: Sequence[Folded], titles: Sequence[str]) -> NDArray[np.float64]:
    """(len(passages),) in 0–1: the greatest share of the asked terms' idf that one sentence holds with what stands above it.

    share(sentence) = 0.85 · idf mass in sentence and trail + 0.15 · idf mass in the sentence and lead phrase alone
    + 0.4 · idf mass in the document's title alone (a plan for 生态修复 need not repeat it in every sentence). titles:
    those of the passages' documents.
    """
    tops = [folded_title(title) for title in titles]
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    of_passage = np.repeat(np.arange(len(passages)), np.array([len(passage.sentences) for passage in passages], int))
    best = np.zeros(len(sentences))
    for terms in what.parts:
        around, inside, titled = np.zeros((3, len(sentences)))
        # Term by term, so that every sentence's sums are added up in the order of the terms.
        for term, weight in terms.items():
            here = _holding(term, sentences)
            above = here | _holding(term, [passage.above for passage in passages])[of_passage]
            around += weight * above
            inside += weight * (here | _holding(term, [passage.lead for passage in passages])[of_passage])
            titled += weight * (_holding(term, tops)[of_passage] & ~above)
        if (total := sum(terms.values())) > 0:
            best = np.maximum(best, (0.85 * around + 0.15 * inside + 0.4 * titled) / total)
    greatest = np.zeros(len(passages))
    np.maximum.at(greatest, of_passage, best)
    return np.minimum(greatest, 1.0)


def _holding(term: str, texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([term in text for text in texts], bool)


def witnessed(what: Asked, passages: Sequence[Folded]) -> tuple[list[float], list[float]]:
    """For each passage how far the official words in it speak for it, as independent witnesses of which short ones count
    half: 1 - product of (1 - weight); and the greatest weight of one."""
    doubts = [1.0] * len(passages)
    greatest = [0.0] * len(passages)
    bodies = [passage.body for passage in passages]
    for word, weight in what.words:
        doubt = 1 - (weight if len(word) >= 3 else 0.5 * weight)
        for at in [at for at, body in enumerate(bodies) if word in body]:
            doubts[at] *= doubt
            greatest[at] = max(greatest[at], weight)
    return [1 - doubt for doubt in doubts], greatest


def best_sentences(what: Asked, passage: Passage, text: str, most: int) -> list[Span]:
    """The sentences of a passage that hold most of what was asked, at most `most`, in text order."""
    spans = list(sentences(text, passage.span))
    # Folded in one call: a call costs as much by itself as a sentence.
    folded = fold(_BREAK.join(span.of(text).replace(_BREAK, " ") for span in spans)).split(_BREAK)
    scored = []
    for span, sentence in zip(spans, folded, strict=True):
        score = sum(w for t, w in what.terms.items() if t in sentence) + sum(
            3 * w for word, w in what.words if word in sentence
        )
        scored.append((score, span))
    kept = sorted(scored, key=lambda item: (-item[0], item[1].start))[:most]
    top = kept[0][0] if kept else 0.0
    return sorted(span for score, span in kept if score > 0 and score >= 0.4 * top) or [scored[0][1]]
