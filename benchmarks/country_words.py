"""The words of the generated country: lists of them with their Zipf frequencies, and sentences drawn from them by the thousand. Knows
neither regions nor files."""

import itertools
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.regions.places import Gazetteer
from corpus.terms import GLOSSARY
from retriever.lexicon.table import Entry, entries

NAME = "\x00"
"""Stands where the name of the plan's own region goes."""

T = TypeVar("T")
Ids = NDArray[np.int64]

_LISTS = {
    "V": "推进 加强 建设 加快 提高 发展 完善 实施 推动 促进 支持 健全 优化 深化 提升 落实 强化 培育 构建 扩大 开展 改善 加大 统筹 坚持 实现 鼓励 引导 规范 建立"
    " 保障 巩固 拓展 增强 改造 整治 治理 培养 争取 探索 新建 布局 引进 壮大 稳定 修复 保护 做好 抓好 打造 组织 调整 合理安排 降低 减少",
    "N": "发展 建设 工作 经济 体系 能力 水平 社会 机制 生产 服务 管理 制度 改革 工程 项目 产业 企业 质量 结构 环境 资源 技术 基础 领域 市场 投资 平台 设施 标准"
    " 功能 条件 规模 格局 任务 目标 政策 行动 示范 效益 网络 基地 园区 群众 农村 城市 城乡 区域 生活 人才 资金 土地 工业 农业 科技 教育 文化 国家 地区 单位 部门"
    " 方面 计划 问题 力度 比重 事业 人民 增长 安全 创新 需求 关系 情况 方式 过程 特色 优势 责任 要求",
    "A": "重点 新 主要 全面 进一步 积极 大力 深入 持续 有序 着力 切实 不断 稳步 努力 基本 现代 新型 综合 公共 绿色 高质量 先进 各类 骨干 集约 扎实 加速 充分 逐步"
    " 严格 科学 广泛 有效 统一 共同 大幅 规范化 多元 均衡 精准 协调 相应 适当 关键 配套 长期",
    "D": "发展改革委 财政局 农业农村局 生态环境局 住房城乡建设局 教育局 民政局 交通运输局 水利局 卫生健康委 林业局 自然资源局 商务局 科技局 文化和旅游局",
    "Y": "2025 2030 2020 2035 2024 2023 2022 2027 2028 2019 2015 2010",
}
_UNITS = "亿元 万亩 个 公里 万人 % 家 座 万吨 项 平方公里 处 所 套 户 台 名 万千瓦 立方米 个百分点"
_PLACES = "村 镇 河 路 社区 公司 大桥 水库 湖 山 学校 医院 产业园 街道 灌区"
# Two of these are a name that hardly anything bears.
_RARE = (
    "琥淼瓦岭栖蔚澜屏禾茶沧墨麓栗珂砚筠澄岚翎桐槐杉柏枫棠荔棣桦椿榆楸檀楠榕桉椴柞榛柚橘蓼荻萱蕙蘅芷芙蓉菱荇藻苇茭蒲莲芦芡萍芹荷葵菘韭葱姜蒜芥茄瓠"
    "葫蔓藤篁笋竺筱篱簃轩榭亭廊阁楼台坞坪坡垭垸堰塘池泓泽浦渚汀沚洲涧溪渠濠泾浜漕港湾渡矶碛滩潭渊瀑泉井窑窟岗峪峦峡崖崮嶂巅坳岔冲垄畈圩埂陂墩堡寨屯铺"
)
_CLAUSES = (
    ("V T N", 10), ("A V G N", 9), ("V T 、 G 和 G", 9), ("G N 达到 Q", 3), ("V F G N", 8), ("建成 T Q", 2), ("以 G 为 N", 5), ("由 D 牵头", 1),
    ("V G 的 G N", 5), ("T 与 G 的 N A V", 4), ("M N A V", 5), ("V G 和 N", 6), ("A V G G", 9), ("在 G 、 T 等 M V A 的 G", 6), ("到 Y 年", 3),
    ("M V T Q", 3), ("G 、 G 、 G 等 N", 8), ("V F 、 F 等 G", 6), ("M T 的 G 得到 V", 3), ("比 Y 年 V Q", 2), ("V A 的 M G", 6), (f"{NAME} V T", 1),
)  # fmt: skip
"""Clauses and how often each is used. V, N, A, T, G, F, Q, Y, D, M are drawn: a verb, noun, modifier, word of the topic, word of the
dictionaries, invented name, number with its unit, year, office, or any of the frequent words; all else stands as it is."""
_ENDS = ("，", "。", "；")
_END_SHARES = (0.66, 0.27, 0.07)
_LEAD = 0.3
"""The share of paragraphs that open with what they are about."""
_NUMBERS = 40_000


def zipf(size: int, shift: float, exponent: float = 1.0) -> NDArray[np.float64]:
    """Cumulated shares of ranks 1 … size under Mandelbrot's law, 1 / (rank + shift) ** exponent; to be drawn from by `drawn`."""
    shares = 1.0 / (np.arange(1, size + 1) + shift) ** exponent
    return np.asarray(np.cumsum(shares) / shares.sum())


def drawn(cumulated: NDArray[np.float64], count: int, draw: np.random.Generator) -> Ids:
    """So many ranks, counted from 0."""
    return np.minimum(np.searchsorted(cumulated, draw.random(count)), len(cumulated) - 1)


class Words:
    """All words in one list, by kind, with the frequencies that they are drawn by. seed: decides which are frequent."""

    def __init__(self, seed: int) -> None:
        draw = np.random.default_rng([seed, 0])
        self.topics = [entry for entry in _shuffled(entries(), draw) if 2 <= len(entry.term) <= 8]
        shipped = (resources.files("index") / "dictionary" / "terms.txt").read_text("utf-8").split()
        known = dict.fromkeys((*shipped, *GLOSSARY, *(word for topic in self.topics for word in words_of(topic))))
        regions = Gazetteer()
        general = [word for word in known if 2 <= len(word) <= 7 and not regions.bearing(word)]
        names = map("".join, itertools.product(_RARE, _RARE))
        places = draw.choice(_PLACES.split(), len(_RARE) ** 2).tolist()
        frequent = dict.fromkeys(" ".join(_LISTS[kind] for kind in "NVA").split())
        self.words: list[str] = []
        self._kinds: dict[str, tuple[int, NDArray[np.float64]]] = {}
        for kind, shift in (("V", 7), ("N", 7), ("A", 7), ("D", 2), ("Y", 1)):
            self._add(kind, _LISTS[kind].split(), shift)
        self._add("M", _shuffled(list(frequent), draw), 15)
        self._add("G", _shuffled(general, draw), 60)
        self._add("F", _shuffled([name + place for name, place in zip(names, places, strict=True)], draw), 100, 0.7)
        self._add("Q", _numbers(draw), 60, 0.8)
        self._topic_words, self._topic_sizes = self._table()
        self._literals: dict[str, int] = {}
        for mark in _ENDS:
            self._literal(mark)
        self._kind_codes = {kind: -2 - i for i, kind in enumerate(("T", *self._kinds))}
        self._clauses = self._matrix([pattern for pattern, _ in _CLAUSES])
        self._leads = self._matrix(["V T", "A V T", "V T N"])
        often = np.array([share for _, share in _CLAUSES], np.float64)
        self._often = np.cumsum(often) / often.sum()

    @cached_property
    def topic_shares(self) -> NDArray[np.float64]:
        """How often each topic is written about, cumulated."""
        return zipf(len(self.topics), 40)

    def verbs(self, count: int, draw: np.random.Generator) -> list[str]:
        first, cumulated = self._kinds["V"]
        return [self.words[first + rank] for rank in drawn(cumulated, count, draw)]

    def paragraphs(self, topics: Ids, clauses: Ids, draw: np.random.Generator) -> list[str]:
        """One paragraph a topic, of as many clauses each (at least 1); `NAME` stands for the region's."""
        of = np.repeat(np.arange(len(topics)), clauses)
        first = np.flatnonzero(np.diff(of, prepend=-1))
        slots = self._clauses[drawn(self._often, len(of), draw)]
        led = first[(draw.random(len(first)) < _LEAD) & (clauses > 1)]
        slots[led] = self._leads[draw.integers(len(self._leads), size=len(led)), : slots.shape[1]]
        ends = np.array([self._literals[mark] for mark in _ENDS])[drawn(np.cumsum(_END_SHARES), len(of), draw)]
        ends[led] = ends[np.append(first[1:], len(of)) - 1] = self._literals["。"]
        filled = np.column_stack((self._filled(slots, topics[of], draw), ends))
        kept = filled >= 0
        words = list(map(self.words.__getitem__, filled[kept].tolist()))
        until = np.cumsum(kept.sum(axis=1))[np.append(first[1:], len(of)) - 1].tolist()
        return ["".join(words[start:end]) for start, end in zip([0, *until], until, strict=False)]

    def _filled(self, slots: Ids, topics: Ids, draw: np.random.Generator) -> Ids:
        """Clauses with a word in every slot; -1 where there is none."""
        slots = slots.copy()
        for kind, (start, cumulated) in self._kinds.items():
            empty = slots == self._kind_codes[kind]
            slots[empty] = start + drawn(cumulated, int(empty.sum()), draw)
        row, place = np.nonzero(slots == self._kind_codes["T"])
        which = (draw.random(len(row)) * self._topic_sizes[topics[row]]).astype(np.int64)
        slots[row, place] = self._topic_words[topics[row], which]
        return slots

    def _add(self, kind: str, words: Sequence[str], shift: float, exponent: float = 1.0) -> None:
        self._kinds[kind] = len(self.words), zipf(len(words), shift, exponent)
        self.words += words

    def _table(self) -> tuple[Ids, Ids]:
        """The words of each topic as places in `words`, and how many there are; its own name counts twice."""
        rows = [(topic.term, *words_of(topic)) for topic in self.topics]
        table = np.zeros((len(rows), max(map(len, rows))), np.int64)
        numbers: dict[str, int] = {}
        for row, words in enumerate(rows):
            table[row, : len(words)] = [numbers.setdefault(word, len(self.words) + len(numbers)) for word in words]
        self.words += numbers
        return table, np.array([len(words) for words in rows])

    def _matrix(self, patterns: Sequence[str]) -> Ids:
        """One row a pattern: codes of what is to be drawn, places of literals, -1 behind the last."""
        width = max(len(pattern.split(" ")) for pattern, _ in _CLAUSES)
        matrix = np.full((len(patterns), width), -1, np.int64)
        for row, pattern in enumerate(patterns):
            parts = pattern.split(" ")
            matrix[row, : len(parts)] = [self._kind_codes.get(part) or self._literal(part) for part in parts]
        return matrix

    def _literal(self, word: str) -> int:
        if word not in self._literals:
            self._literals[word] = len(self.words)
            self.words.append(word)
        return self._literals[word]


def words_of(topic: Entry) -> tuple[str, ...]:
    """What a paragraph on a topic may call it and what stands near."""
    return (topic.term, *topic.same[:2], *topic.official[:6])


def _numbers(draw: np.random.Generator) -> list[str]:
    """Numbers with units: most of them of two or three digits, some with decimals."""
    sizes = 10 ** draw.uniform(0.3, 3.6, _NUMBERS)
    whole = draw.random(_NUMBERS) < 0.6
    units = draw.choice(_UNITS.split(), _NUMBERS)
    return [
        f"{size:.0f}{unit}" if plain or size > 100 else f"{size:.1f}{unit}"
        for size, plain, unit in zip(sizes.tolist(), whole.tolist(), units.tolist(), strict=True)
    ]


def _shuffled(items: Sequence[T], draw: np.random.Generator) -> list[T]:
    return [items[i] for i in draw.permutation(len(items)).tolist()]
