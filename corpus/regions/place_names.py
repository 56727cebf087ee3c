"""Names of places: how they are shortened, which are everyday words, and finding many of them in a text at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

_SUFFIXES = (
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "林区", "新区", "省", "市", "区", "县", "盟", "旗",
)  # fmt: skip
_BY_LAST = {last: [s for s in _SUFFIXES if s[-1] == last] for last in "区州县旗省市盟"}
_PEOPLES = (
    "维吾尔", "壮族", "回族", "藏族", "蒙古族", "彝族", "土家族", "苗族", "侗族", "布依族", "哈尼族", "傣族", "白族",
    "朝鲜族", "羌族", "哈萨克", "柯尔克孜", "蒙古", "傈僳族", "景颇族", "瑶族", "畲族", "黎族", "满族", "各族",
)  # fmt: skip
EVERYDAY = frozenset(
    (
        "城", "城区", "矿区", "郊区", "新城", "城关", "城中", "城东", "城西", "城南", "城北", "和平", "新华", "向阳", "长安", "永定", "高新", "开发",
        "南山", "东方", "中山", "普及", "五指山", "友谊", "团结", "红旗", "前进", "安宁", "平安", "吉利", "丰满", "富裕", "勃利", "海洋", "龙山",
        "宝山", "金山", "白云", "青山", "江北", "江南", "河东", "河西", "河北", "桥西", "桥东", "西湖", "东湖", "中原", "解放", "自由", "市中",
        "市北", "市南", "兴安", "铁西", "铁东", "资源", "阳光", "大通", "名山", "花园", "龙华", "长城", "长江", "新建", "兴业", "建设", "合作",
        "文化", "德化", "宁化", "兴国", "富民", "安定", "大方", "兴隆", "高唐", "博爱", "东海", "互助", "民主", "共和", "民和", "康乐", "和谐",
        "西和", "三江", "江源", "互市", "开平", "太平", "通道", "双流", "双清", "集安", "普安", "安化", "海南", "海西", "洋县", "滨海", "滨江",
        "临港", "海港", "港口", "山阳", "山海", "西山", "东山", "新市", "城厢", "金融", "中站", "马村", "山城", "郊", "花山", "雨山", "博望", "大观",
    )
)  # fmt: skip
"""Short names that are everyday words: they count only with their suffix."""


def short_name(name: str) -> str:
    """A name without its administrative suffix: 弋江区 → 弋江; the name itself where too little is left."""
    for suffix in _BY_LAST.get(name[-1:], ()):
        if len(name) - len(suffix) >= 2 and name.endswith(suffix):
            stem = name[: -len(suffix)]
            if suffix.startswith("自治"):
                for people in _PEOPLES:
                    cut = stem.find(people)
                    if cut >= 2:
                        stem = stem[:cut]
            return stem
    return name


_BITS = 21
_SHORT = 120
"""Up to so many characters a plain loop is quicker than an array."""


class Finder:
    """Finds words of two characters or more in a text: an array marks where two characters stand that begin a word,
    and only there is it compared."""

    def __init__(self, words: Iterable[str]) -> None:
        begun: dict[str, list[str]] = defaultdict(list)
        for word in words:
            begun[word[:2]].append(word)
        self._begun = {opening: sorted(group, key=len, reverse=True) for opening, group in begun.items()}
        self._marked = np.zeros(1 << _BITS, dtype=np.bool_)
        pairs = np.frombuffer("".join(self._begun).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self._marked[_hash(pairs[0::2], pairs[1::2])] = True

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where words stand, from left to right, the longest at each place, never overlapping."""
        places: Iterable[int]
        if len(text) <= _SHORT:
            places = range(len(text) - 1)
        else:
            characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            places = np.flatnonzero(self._marked[_hash(characters[:-1], characters[1:])]).tolist()
        free = 0
        for start in places:
            if start < free:
                continue
            for word in self._begun.get(text[start : start + 2], ()):
                if text.startswith(word, start):
                    free = start + len(word)
                    yield start, free
                    break


def _hash(first: "np.ndarray", second: "np.ndarray") -> "np.ndarray":
    """A number below 2^21 for each pair of code points."""
    return (first * np.uint32(0x9E3779B1) ^ second * np.uint32(0x85EBCA6B)) >> np.uint32(32 - _BITS)
