"""Compares corpora by what makes them easy or hard to search: lengths, terms, Zipf's curve, copies. Prints figures, never a text."""

import argparse
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.model import markdown
from corpus.errors import PlanSeekError
from corpus.store import Store
from index.tokenizer import Tokenizer

_RANKS = (1, 10, 100, 500, 1000, 5000)
_QUARTILES = (25, 50, 75)


def profile(home: Path, most: int) -> dict[str, str]:
    """Figures on at most so many passages of a home, whole documents of them. Raises PlanSeekError."""
    tokenizer = Tokenizer()
    lengths: list[int] = []
    counts: list[int] = []
    spread: Counter[str] = Counter()
    copied = documents = 0
    with closing(Store(home / "corpus.sqlite")) as store:
        for document in store.documents(with_text=False):
            if len(lengths) >= most:
                break
            documents += 1
            text = store.found(document.id).text
            for passage in store.passages(document.id):
                terms = tokenizer.terms(" ".join(passage.trail) + "\n" + passage.span.of(text))
                lengths.append(passage.span.end - passage.span.start)
                counts.append(len(terms))
                spread.update(set(terms))
                copied += passage.family is not None
    if not lengths:
        raise PlanSeekError(f"{home} 里没有段落。请先运行 planseek ingest。")
    shares = [count / len(lengths) for _, count in spread.most_common()]
    return {
        "文件": f"{documents:,}",
        "段": f"{len(lengths):,}",
        "每份文件的段数": f"{len(lengths) / documents:.0f}",
        "段的字数，四分位": _quartiles(lengths),
        "段的词数（连标题），四分位": _quartiles(counts),
        "不同的词": f"{len(spread):,}",
        "只在一段里的词": f"{sum(count == 1 for count in spread.values()) / len(spread):.0%}",
        "与别处相似的段": f"{copied / len(lengths):.1%}",
        **{f"第 {rank:,} 常见的词所在的段": f"{shares[rank - 1]:.2%}" for rank in _RANKS if rank <= len(shares)},
    }


def _quartiles(values: list[int]) -> str:
    return " / ".join(f"{value:.0f}" for value in np.percentile(values, _QUARTILES))


def main() -> None:
    """`python -m benchmarks.country_profile HOME…`: one column a home, over the first passages of each."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("homes", type=Path, nargs="+")
    parser.add_argument("--passages", type=int, default=5000)
    given = parser.parse_args()
    try:
        columns = [profile(home, given.passages) for home in given.homes]
    except PlanSeekError as error:
        sys.exit(str(error))
    rows = [[name, *(column.get(name, "") for column in columns)] for name in columns[0]]
    print(markdown(["", *(str(home) for home in given.homes)], rows))  # noqa: T201


if __name__ == "__main__":
    main()
