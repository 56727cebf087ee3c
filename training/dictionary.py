"""Writes the tokenizer's dictionary from the lexicon and the region table: words that jieba does not know yet."""

import csv
import json
import re
from pathlib import Path

from corpus.regions.places import Gazetteer

ROOT = Path(__file__).parents[1]


def main() -> None:
    import jieba

    jieba.initialize()
    words: set[str] = set()
    with (ROOT / "retriever/lexicon/everyday-official.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            words.update(w for w in (entry["term"], *entry["official"]) if re.fullmatch(r"[\u4e00-\u9fff]{2,8}", w))
    with (ROOT / "corpus/regions/gbt2260.csv").open(encoding="utf-8") as rows:
        names = {row["name"] for row in csv.DictReader(rows)}
    words.update(names)
    words.update(place.short for place in Gazetteer().places.values() if len(place.short) >= 2)
    new = sorted(w for w in words if not jieba.dt.FREQ.get(w) and re.fullmatch(r"[\u4e00-\u9fff]+", w))
    (ROOT / "index/dictionary/terms.txt").write_text("\n".join(new) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
