"""The gazetteer of regions: finds their names in a text and looks them up. Never decides what a document is about."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus.errors import PlanSeekError
from corpus.model import Region

LEVELS = ("国家", "省级", "地级", "县级", "乡级")
_BUILT_IN = Path(__file__).parent / "regions" / "gbt2260.csv"
_SUFFIXES = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "新区",
    "省",
    "市",
    "区",
    "县",
    "盟",
    "旗",
)
_PEOPLES = (
    "维吾尔", "壮族", "回族", "藏族", "蒙古族", "彝族", "土家族", "苗族", "侗族", "布依族", "哈尼族", "傣族", "白族",
    "朝鲜族", "羌族", "哈萨克", "柯尔克孜", "蒙古", "傈僳族", "景颇族", "瑶族", "畲族", "黎族", "满族", "各族",
)  # fmt: skip
# Short names that are everyday words: they count only with their suffix.
_COMMON = frozenset(
    [
        "城",
        "城区",
        "矿区",
        "郊区",
        "新城",
        "城关",
        "城中",
        "城东",
        "城西",
        "城南",
        "城北",
        "和平",
        "新华",
        "向阳",
        "长安",
        "永定",
        "高新",
        "开发",
        "南山",
        "东方",
        "中山",
        "普及",
        "五指山",
        "友谊",
        "团结",
        "红旗",
        "前进",
        "安宁",
        "平安",
        "吉利",
        "丰满",
        "富裕",
        "勃利",
        "海洋",
        "龙山",
        "宝山",
        "金山",
        "白云",
        "青山",
        "江北",
        "江南",
        "河东",
        "河西",
        "河北",
        "桥西",
        "桥东",
        "西湖",
        "东湖",
        "中原",
        "解放",
        "自由",
        "市中",
        "市北",
        "市南",
        "兴安",
        "铁西",
        "铁东",
        "资源",
        "阳光",
        "大通",
        "名山",
        "花园",
        "龙华",
        "长城",
        "长江",
        "新建",
        "兴业",
        "建设",
        "合作",
        "文化",
        "德化",
        "宁化",
        "兴国",
        "富民",
        "安定",
        "大方",
        "兴隆",
        "高唐",
        "博爱",
        "东海",
        "互助",
        "民主",
        "共和",
        "民和",
        "康乐",
        "和谐",
        "西和",
        "三江",
        "江源",
        "互市",
        "开平",
        "太平",
        "通道",
        "双流",
        "双清",
        "集安",
        "普安",
        "安化",
        "海南",
        "海西",
        "洋县",
        "滨海",
        "滨江",
        "临港",
        "海港",
        "港口",
        "山阳",
        "山海",
        "西山",
        "东山",
        "新市",
        "城厢",
        "金融",
        "中站",
        "马村",
        "山城",
        "郊",
        "花山",
        "雨山",
        "博望",
        "大观",
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the gazetteer: `name` is the region's own name, `aliases` other names and codes for it."""

    code: str
    name: str
    level: str
    parent: str | None
    aliases: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The name without its administrative suffix: 弋江区 → 弋江; the name itself where too little is left."""
        for suffix in _SUFFIXES:
            if self.name.endswith(suffix) and len(self.name) - len(suffix) >= 2:
                stem = self.name[: -len(suffix)]
                for people in _PEOPLES:
                    cut = stem.find(people)
                    if suffix.startswith("自治") and cut >= 2:
                        stem = stem[:cut]
                return stem
        return self.name


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text at [start, end); `full`: with its administrative suffix or an explicit alias."""

    start: int
    end: int
    codes: tuple[str, ...]
    full: bool


class Gazetteer:
    """All known regions: the built-in county table and the rows users add; later rows replace earlier ones by code."""

    def __init__(self, extra: Iterable[Place] = ()) -> None:
        self.places: dict[str, Place] = {p.code: p for p in read_places(_BUILT_IN.read_text("utf-8"), _BUILT_IN.name)}
        self.places.update({place.code: place for place in extra})

    def region(self, code: str) -> Region:
        """The region of a code, its name with those of its parents (the nation's left out)."""
        place = self.places[code]
        return Region(place.code, self.full_name(code), place.level, place.parent)

    def full_name(self, code: str) -> str:
        names = [self.places[c].name for c in self.line(code) if self.places[c].level != "国家"]
        return "".join(reversed(names)) or self.places[code].name

    def line(self, code: str) -> list[str]:
        """The codes from a region up to the outermost known one."""
        codes: list[str] = []
        current: str | None = code
        while current and current in self.places and current not in codes:
            codes.append(current)
            current = self.places[current].parent
        return codes

    def within(self, code: str, ancestor: str) -> bool:
        """Whether a region is the other one or lies in it."""
        return ancestor in self.line(code)

    def named(self, name: str) -> list[str]:
        """The codes that a user may mean by a name: a code, full name, own name, alias or short name, best first."""
        name = name.strip()
        if name in self.places:
            return [name]
        for names in (self._full_names, self._own_names, self._short_names):
            if name in names:
                return list(names[name])
        # 芜湖市弋江区: a tail of the full name, so long as it tells one place from others.
        tails = [c for c, p in self.places.items() if name.endswith(p.name) and self.full_name(c).endswith(name)]
        return tails

    def mentions(self, text: str) -> Iterator[Mention]:
        """The names in a text from left to right, the longest at each place, never overlapping."""
        best_end = 0
        found: list[tuple[int, int, tuple[str, ...], bool]] = []
        for end, (length, codes, full) in self._automaton.iter(text):
            found.append((end + 1 - length, end + 1, codes, full))
        for start, end, codes, full in sorted(found, key=lambda m: (m[0], -m[1], not m[3])):
            if start >= best_end:
                best_end = end
                yield Mention(start, end, codes, full)

    @cached_property
    def _full_names(self) -> dict[str, tuple[str, ...]]:
        return {self.full_name(code): (code,) for code in self.places}

    @cached_property
    def _own_names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = defaultdict(list)
        for code, place in self.places.items():
            for name in (place.name, *place.aliases):
                if code not in names[name]:
                    names[name].append(code)
        return {name: tuple(codes) for name, codes in names.items()}

    @cached_property
    def _short_names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = defaultdict(list)
        for code, place in self.places.items():
            names[place.short].append(code)
        return {
            name: tuple(sorted(codes, key=lambda c: LEVELS.index(self.places[c].level)))
            for name, codes in names.items()
        }

    @cached_property
    def _automaton(self):  # type: ignore[no-untyped-def]
        import ahocorasick

        words: dict[str, tuple[tuple[str, ...], bool]] = {}
        for name, codes in self._short_names.items():
            if len(name) >= 2 and name not in _COMMON:
                words[name] = (codes, False)
        for name, codes in self._own_names.items():
            if len(name) >= 2 and not name.isascii():
                words[name] = (codes, True)
        automaton = ahocorasick.Automaton()
        for name, (codes, full) in words.items():
            automaton.add_word(name, (len(name), codes, full))
        automaton.make_automaton()
        return automaton


def read_places(text: str, source: str) -> list[Place]:
    """Read a regions.csv: code,name,level,parent[,aliases|…]; unknown columns are ignored.

    Raises PlanSeekError with the row at fault.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = {"code", "name", "level"} - set(reader.fieldnames or ())
    if missing:
        raise PlanSeekError(
            f"{source} 缺少列：{'、'.join(sorted(missing))}。请按 code,name,level,parent,aliases 的表头填写。"
        )
    places = []
    for number, row in enumerate(reader, 2):
        code, name, level = ((row.get(key) or "").strip() for key in ("code", "name", "level"))
        if not code or not name or level not in LEVELS:
            raise PlanSeekError(
                f"{source} 第 {number} 行不完整：code、name 不能为空，level 须为 {'、'.join(LEVELS)} 之一。"
            )
        aliases = tuple(alias.strip() for alias in (row.get("aliases") or "").split("|") if alias.strip())
        places.append(Place(code, name, level, (row.get("parent") or "").strip() or None, aliases))
    return places
