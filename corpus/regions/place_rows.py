"""The rows of the tables of regions, today's and former ones, and how they are read. Never looks a name up."""

import csv
import io
import re
from dataclasses import dataclass

from corpus.errors import PlanSeekError
from corpus.regions.place_names import short_name

LEVELS = ("国家", "省级", "地级", "县级", "乡级")
DATE = re.compile(r"(?:1[89]|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
"""A year, month or day as the tables write it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the gazetteer: `name` is the region's own name, `aliases` other names and codes for it; it bore the name
    from `since` to `until` (ISO dates or years, both inclusive; None: always, still); lon, lat: degrees."""

    code: str
    name: str
    level: str
    parent: str | None
    aliases: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    since: str | None = None
    until: str | None = None

    @property
    def short(self) -> str:
        """The name without its administrative suffix: 弋江区 → 弋江."""
        return short_name(self.name)

    def stood(self, on: str) -> bool:
        """Whether the place bore its name on a day (ISO date, month or year)."""
        return _within(on, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Former:
    """A region that was renamed, merged or abolished: `successors` are the codes of today's regions on its land, `parent`
    today's region that holds them, `note` what became of it (更名, 改区, 改市, 并入, 分设)."""

    name: str
    level: str
    parent: str
    since: str | None
    until: str
    successors: tuple[str, ...]
    note: str

    def stood(self, on: str) -> bool:
        return _within(on, self.since, self.until)


def _within(on: str, since: str | None, until: str | None) -> bool:
    """Dates of different exactness are compared as far as both go: 2014-05-01 is not past 2014."""
    after = since is None or on[: len(since)] >= since[: len(on)]
    return after and (until is None or on[: len(until)] <= until[: len(on)])


def read_places(text: str, source: str) -> list[Place]:
    """Read a regions.csv: code,name,level,parent,aliases (several with |),lon,lat,from,to; unknown columns are ignored.

    Raises PlanSeekError with the row at fault.
    """
    header, *rows = side_rows(text.lstrip("\ufeff"), source) or [[]]
    columns = {name.strip(): number for number, name in enumerate(header)}
    missing = {"code", "name", "level"} - columns.keys()
    if missing:
        raise PlanSeekError(
            f"{source} 缺少列：{'、'.join(sorted(missing))}。请按 code,name,level,parent,aliases 的表头填写。"
        )
    order = [columns.get(name, 1 << 20) for name in _COLUMNS]
    places = []
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        code, name, level, parent, aliases, lon, lat, since, until = [
            row[column].strip() if column < len(row) else "" for column in order
        ]
        if not code or not name or level not in LEVELS:
            raise PlanSeekError(
                f"{source} 第 {number} 行不完整：code、name 不能为空，level 须为 {'、'.join(LEVELS)} 之一。"
            )
        others = tuple(a.strip() for a in _ALIASES.split(aliases) if a.strip()) if aliases else ()
        if not (lon or lat or since or until):
            places.append(Place(code, name, level, parent or None, others))
            continue
        for date in (since, until):
            if date and not DATE.fullmatch(date):
                raise PlanSeekError(
                    f"{source} 第 {number} 行的日期「{date}」有误：from、to 请写作 2009 或 2009-07-01。"
                )
        place = Place(
            code, name, level, parent or None, others, _degrees(lon, 180, source, number),
            _degrees(lat, 90, source, number), since or None, until or None,
        )  # fmt: skip
        places.append(place)
    return places


def side_rows(text: str, source: str) -> list[list[str]]:
    """The rows of a CSV that stands beside the plans. Raises PlanSeekError where it is none."""
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise PlanSeekError(f"{source} 的内容不是表格（有一格过长或引号不成对）。请用 Excel 或 WPS 打开检查，另存为 CSV 后重试。") from error


_ALIASES = re.compile(r"[|;；、]")
_COLUMNS = ("code", "name", "level", "parent", "aliases", "lon", "lat", "from", "to")


def _degrees(value: str, most: int, source: str, number: int) -> float | None:
    try:
        degrees = float(value) if value else None
    except ValueError:
        degrees = 1e9
    if degrees is not None and not -most <= degrees <= most:
        raise PlanSeekError(f"{source} 第 {number} 行的经纬度「{value}」有误：lon、lat 请写作十进制度数，如 118.35。")
    return degrees


def read_former(text: str) -> list[Former]:
    """Read former.csv: name,code,level,parent,from,to,successor (several with |),note."""
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return [
        Former(name, level, parent, since or None, until, tuple(successor.split("|")), note)
        for name, _, level, parent, since, until, successor, note in rows
    ]
