"""Writes a country of invented plans for benchmarks at scale, and questions on them. Takes nothing from real plans but the names of regions.

How it is made: real provinces, prefectures and counties in a shuffled order, one plan of some kind and years for each, then another
for each, and so on: a smaller country is the beginning of a larger one. A plan is a title, chapters with sections and paragraphs of
log-normal length. Each section has a topic (an entry of the lexicon, drawn by Zipf's law), as most of its paragraphs have; sentences
are clauses whose verbs, nouns, dictionary words, numbers and invented names are drawn with frequencies after Mandelbrot's law (see
benchmarks.country_words). One paragraph in twenty is wording that plans share, with the region's name changed. Everything follows
from the seed. `python -m benchmarks.country FOLDER --passages N [--seed 7]`; benchmarks.country_profile compares the outcome with
other plans.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.country_words import NAME, Ids, Words, drawn, zipf
from corpus.errors import PlanSeekError
from corpus.regions.places import Gazetteer, Place

PASSAGES_A_FILE = 130
"""About how many passages the cutter makes of a plan."""
SEED = 7
_PARAGRAPHS, _SPREAD = 122, 22
_CLAUSES, _SIGMA = 11.9, 0.6
"""Clauses of a paragraph: median and the logarithm's standard deviation."""
_ON_TOPIC = 0.65
_SHARED, _WORDINGS = 0.05, 300
"""The share of paragraphs whose wording others have, too, and how many such wordings there are."""
_EARLIER = {"省级": 0.3, "地级": 0.7}
"""How much further to the front a region stands by its level: small countries have provinces, too."""
_PLANS = (
    ("规划纲要", "2021-2025", "{}国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要", "2021年2月3日{}第十七届人民代表大会第五次会议通过"),
    ("政府工作报告", "2026", "{}2026年政府工作报告", "2026年1月12日在{}第十八届人民代表大会第五次会议上"),
    ("专项规划", "2021-2025", "{}“十四五”生态环境保护规划", "2021年11月"),
    ("实施意见", None, "{}人民政府关于推动县域经济高质量发展的实施意见", "2023年5月8日"),
    ("行动计划", "2024-2026", "{}城市更新三年行动计划（2024—2026年）", "2024年3月"),
    ("规划纲要", "2026-2030", "{}国民经济和社会发展第十五个五年规划纲要", "2026年2月5日{}第十八届人民代表大会第五次会议通过"),
    ("政府工作报告", "2025", "{}2025年政府工作报告", "2025年1月9日在{}第十八届人民代表大会第四次会议上"),
    ("专项规划", "2021-2025", "{}“十四五”综合交通运输体系发展规划", "2021年9月"),
)  # fmt: skip
"""Kind, period, title and the line below it."""
_OUTLINED = ("规划纲要", "专项规划")
_ORDER = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Paper:
    """A plan before it is written: path within the folder, text, and what a reader should find out of it."""

    path: Path
    text: str
    region: str
    kind: str
    period: str | None


@dataclass(frozen=True, slots=True)
class CountryQuestion:
    """A question of kind plain, filtered or fan-out."""

    kind: str
    query: str


class Country:
    """All plans of one seed, by number."""

    def __init__(self, seed: int = SEED) -> None:
        self.seed = seed
        self.words = Words(seed)
        self.places = Gazetteer()
        self._wording_shares = zipf(_WORDINGS, 5, 0.8)

    @cached_property
    def regions(self) -> list[Place]:
        """In the order of their first plans."""
        draw = np.random.default_rng([self.seed, 1])
        there = [place for place in self.places.places.values() if place.level != "国家" and not place.until]
        ranks = draw.random(len(there)) * [_EARLIER.get(place.level, 1.0) for place in there]
        return [there[i] for i in np.argsort(ranks, kind="stable")]

    @cached_property
    def _wordings(self) -> list[str]:
        """The paragraphs that plans share."""
        draw = np.random.default_rng([self.seed, 2])
        topics = drawn(self.words.topic_shares, _WORDINGS, draw)
        return [f"{NAME}{text}" for text in self.words.paragraphs(topics, _lengths(_WORDINGS, draw), draw)]

    @property
    def files(self) -> int:
        """How many plans there can be."""
        return len(self.regions) * len(_PLANS)

    def paper(self, number: int) -> Paper:
        """Plan `number`, from 0. Raises PlanSeekError beyond the last."""
        if number >= self.files:
            raise PlanSeekError(f"最多能生成 {self.files} 份文件。请减少 --passages。")
        turn, which = divmod(number, len(self.regions))
        place = self.regions[which]
        kind, period, title, below = _PLANS[(turn + which) % len(_PLANS)]
        draw = np.random.default_rng([self.seed, 3, number])
        full = self.places.full_name(place.code)
        body = "\n\n".join(self._body(kind in _OUTLINED, draw)).replace(NAME, place.name)
        line = self.places.line(place.code)
        province = next((code for code in line if self.places.places[code].level == "省级"), place.code)
        file = f"{place.code}_{place.name}_{kind}_{turn + 1}.txt"
        text = f"{title.format(full)}\n\n（{below.format(place.name)}）\n\n{body}\n"
        return Paper(Path(self.places.places[province].name) / file, text, place.code, kind, period)

    def papers(self, first: int = 0) -> Iterator[Paper]:
        return (self.paper(number) for number in range(first, self.files))

    def _body(self, outlined: bool, draw: np.random.Generator) -> Iterator[str]:
        """Headings and paragraphs: 章, 节 and now and then 一、 in an outline; else 一、 and （一）."""
        count = max(60, int(draw.normal(_PARAGRAPHS, _SPREAD)))
        # Each section begins at a paragraph; every fourth or so opens a chapter.
        opens = np.flatnonzero(draw.random(count) < 1 / 4)
        opens = np.unique(np.append(opens, 0))
        section = np.searchsorted(opens, np.arange(count), "right") - 1
        of_sections = drawn(self.words.topic_shares, len(opens), draw)
        topics = np.where(draw.random(count) < _ON_TOPIC, of_sections[section], drawn(self.words.topic_shares, count, draw))
        paragraphs = self.words.paragraphs(topics, _lengths(count, draw), draw)
        shared = np.flatnonzero(draw.random(count) < _SHARED)
        for where, wording in zip(shared.tolist(), dict.fromkeys(drawn(self._wording_shares, len(shared), draw).tolist()), strict=False):
            paragraphs[where] = self._wordings[wording]
        chapters = np.linspace(0, len(opens), int(draw.integers(7, 11)), dtype=int)[:-1].tolist()
        verbs = iter(self.words.verbs(len(opens) + len(chapters) + count, draw))
        deeper = draw.random(count) < 0.3
        starts = {int(start): i for i, start in enumerate(opens)}
        chapter = within = below = 0
        for number, paragraph in enumerate(paragraphs):
            if (i := starts.get(number)) is not None:
                heading = f"{next(verbs)}{self.words.topics[of_sections[i]].term}"
                if i in chapters:
                    chapter, within = chapter + 1, 0
                    about = f"{next(verbs)}{self.words.topics[of_sections[i]].official[0]}"
                    yield f"第{_counted(chapter)}章 {about}" if outlined else f"{_counted(chapter)}、{about}"
                within, below = within + 1, 0
                yield f"第{_counted(within)}节 {heading}" if outlined else f"（{_counted(within)}）{heading}"
            elif outlined and deeper[number] and below < len(_ORDER):
                below += 1
                yield f"{_counted(below)}、{next(verbs)}{self.words.topics[topics[number]].term}"
            yield paragraph

    def questions(self, round_: int = 0) -> list[CountryQuestion]:
        """Forty: sixteen plain ones, twelve with a filter, twelve that fan out; on topics from the most to the rarely written
        about; the filters' regions stand among the first thirty plans. Another round asks the same in other pairs."""
        at = np.unique(np.geomspace(1, 2000, 60).astype(int))[:40]
        topics = [self.words.topics[i] for i in np.roll(at, 7 * round_).tolist()]
        asked = [CountryQuestion("plain", f"{t.term}{end}") for t, end in zip(topics[:40:5], ("", "有哪些措施") * 4, strict=True)]
        asked += [CountryQuestion("plain", t.questions[0] if t.questions else t.term) for t in topics[1::5]]
        counties = [self.places.full_name(place.code) for place in self.regions[:30] if place.level == "县级"]
        limits = (*counties[:6], "2026年政府工作报告里的", "十四五规划纲要中", "2021-2025年", "2024年行动计划里", "实施意见中", "2030年")
        asked += [CountryQuestion("filtered", f"{limit}{t.term}") for limit, t in zip(limits, [*topics[2::5], *topics[3::10]], strict=True)]
        spreads = ("各区", "各县", "各市", "各省") * 3
        asked += [CountryQuestion("fan-out", f"{each}的{t.term}措施") for each, t in zip(spreads, [*topics[4::5], *topics[8::10]], strict=True)]
        return asked


def write(folder: Path, passages: int, country: Country, first: int = 0) -> list[Path]:
    """Write about so many passages as plans from number `first` on; the files. Raises PlanSeekError, OSError."""
    written = []
    for paper in islice(country.papers(first), max(1, round(passages / PASSAGES_A_FILE))):
        file = folder / paper.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(paper.text, "utf-8")
        written.append(file)
    return written


def _lengths(count: int, draw: np.random.Generator) -> Ids:
    """Clauses of so many paragraphs."""
    return np.asarray(np.clip(_CLAUSES * np.exp(_SIGMA * draw.standard_normal(count)), 2, 60).astype(np.int64))


def _counted(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_ORDER[tens - 1]}十") + (_ORDER[ones - 1] if ones else "")


def main() -> None:
    """Write a country and say how fast."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    began = time.perf_counter()
    try:
        files = write(given.folder, given.passages, Country(given.seed))
    except (PlanSeekError, OSError) as error:
        sys.exit(str(error))
    seconds = time.perf_counter() - began
    print(f"{len(files)} 份文件，约 {len(files) * PASSAGES_A_FILE} 段，{seconds:.1f} 秒，每秒 {len(files) * PASSAGES_A_FILE / seconds:.0f} 段")  # noqa: T201


if __name__ == "__main__":
    main()
