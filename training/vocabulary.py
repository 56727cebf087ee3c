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
# Longer words are names of bodies and programmes, which their parts tell as well.
LONGEST = 6
SMALL_WORDS = frozenset("能没不哪谁有个了的地来去开办给被把要")


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

    A lexicon's word is chosen as if seen 40 times more: what people say is rare in official text, yet is what they
    ask with. It is not counted so for segmentation, where it would tear frequent words apart.
    """
    cutter = rjieba.Jieba()
    wanted: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for word in texts.keys() | everyday.keys():
        count = texts[word] + everyday[word]
        for character in word:
            characters[character] += count
        # jieba guesses words that it does not know: right in 主播, wrong in 费能, where a small word is torn off.
        guessed = everyday[word] >= 4 and not SMALL_WORDS & set(word)
        if texts[word] >= 20 or guessed or cutter.has_word(word):
            wanted[word] = texts[word] + 40 * everyday[word]
    chosen = {
        character: float(texts[character] + 3 * everyday[character] or 1)
        for character, count in sorted(characters.items())
        if count >= 5 and len(character) == 1
    }
    ranked = sorted(
        ((word, count) for word, count in wanted.items() if 2 <= len(word) <= LONGEST and _useful(word)),
        key=lambda item: (-item[1], item[0]),
    )
    for word, _ in ranked[: size - len(chosen) - 1]:
        chosen[word] = float(texts[word] + 3 * everyday[word])
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
