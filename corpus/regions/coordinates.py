"""Where a region lies: the point of its seat of government, or of the nearest region around it. Never holds a border."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.regions.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Point:
    """A point in decimal degrees east and north, good to about a tenth of a degree; `of` is the code of the region that it
    belongs to, `own` whether that is the region asked for: a county without a point of its own has its city's."""

    lon: float
    lat: float
    of: str
    own: bool


def coordinates(code: str, gazetteer: Gazetteer) -> Point | None:
    """The point of a region, else that of the nearest region which holds it; of each, the lon and lat of a user's
    regions.csv come before the built-in ones. None for an unknown code and where no point is known (the nation's own)."""
    for outer in gazetteer.line(code):
        place = gazetteer.places[outer]
        if place.lon is not None and place.lat is not None:
            return Point(place.lon, place.lat, outer, outer == code)
        if outer in seats():
            return Point(*seats()[outer], outer, outer == code)
    return None


@cache
def seats() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of every province's and prefecture's seat of government as it stands today, by code."""
    # Several seats have moved out of the old centres: Beijing's is in 通州区, 昆明市's in 呈贡区, 河池市's in 宜州区.
    with Path(__file__).with_name("coordinates.csv").open(encoding="utf-8", newline="") as rows:
        return {row["code"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(rows)}
