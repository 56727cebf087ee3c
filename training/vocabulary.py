"""Chooses the words and characters of the tokenizer and writes them as a Unigram model; never learns a vector."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

import rjieba
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

# Runs of one script: punctuation and blanks carry no meaning here and are dropped.
RUNS = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]+|[a-z]+|[0-9]+"
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
UNKNOWN = "[UNK]"


def word_counts(texts: Iterable[str]) -> Counter[str]:
    """Counts jieba's words in folded texts; only words of one script count."""
    cutter = rjieba.Jieba()
    counts: Counter[str] = Counter()
    whole = re.compile(RUNS)
    for text in texts:
        folded = unicodedata.normalize("NFKC", text).lower()
        for run in whole.findall(folded):
            counts.update(cutter.cut(run) if HAN.match(run) else (run,))
    return counts


def choose(texts: Counter[str], everyday: Counter[str], size: int) -> dict[str, float]:
    """The vocabulary with a pseudo-count a token: all frequent characters, then words by count.

    Words of the lexicon count double: what people say is rare in official text, yet is what they ask with.
    """
    words = texts.copy()
    for word, count in everyday.items():
        words[word] += 40 * count if len(word) > 1 else count
    characters: Counter[str] = Counter()
    for word, count in words.items():
        for character in word:
            characters[character] += count
    chosen = {
        character: float(max(words[character], 1)) for character, count in characters.most_common(5200) if count >= 5
    }
    longest = 6
    ranked = sorted(
        ((word, count) for word, count in words.items() if 2 <= len(word) <= longest and _useful(word)),
        key=lambda item: (-item[1], item[0]),
    )
    for word, count in ranked[: size - len(chosen) - 1]:
        chosen[word] = float(count)
    return chosen


def tokenizer(vocabulary: dict[str, float]) -> Tokenizer:
    """A Unigram tokenizer over the vocabulary; folding and the choice of runs stand in tokenizer.json itself."""
    total = sum(vocabulary.values())
    pieces = [(UNKNOWN, -30.0)]
    for token in sorted(vocabulary, key=lambda word: (-vocabulary[word], word)):
        # A lone character is the last resort: its own count would let two frequent ones beat a rarer word.
        discount = 2.0 if len(token) == 1 else 0.0
        pieces.append((token, round(math.log(vocabulary[token] / total) - discount, 3)))
    made = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Split(Regex(RUNS), behavior="removed", invert=True)
    return made


def _useful(word: str) -> bool:
    if word.isdigit():
        return len(word) <= 4
    return True
