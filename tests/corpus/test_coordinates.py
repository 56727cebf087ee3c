"""Where regions lie: the table of seats against the table of regions, and how a point is found."""

import re
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import pytest

from corpus.regions import coordinates as module
from corpus.regions.coordinates import Point, coordinates, seats
from corpus.regions.places import Gazetteer, Place

GAZETTEER = Gazetteer()
ROWS = Path(module.__file__).with_name("coordinates.csv").read_text("utf-8").splitlines()
WIDE = {"15", "54", "63", "65"}
"""内蒙古, 西藏, 青海, 新疆."""


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance (haversine, a sphere of 6,371 km)."""
    (lon, lat), (east, north) = [tuple(map(radians, point)) for point in (a, b)]
    h = sin((north - lat) / 2) ** 2 + cos(lat) * cos(north) * sin((east - lon) / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))


def codes(*levels: str) -> list[str]:
    return sorted(code for code, place in GAZETTEER.places.items() if place.level in levels)


def test_every_province_and_prefecture_has_a_row_and_nothing_else_has_one():
    assert ROWS[0] == "code,lon,lat"
    assert [row.split(",")[0] for row in ROWS[1:]] == codes("省级", "地级")


def test_every_row_has_two_decimals():
    assert [row for row in ROWS[1:] if not re.fullmatch(r"\d{6},\d{2,3}\.\d\d,\d{1,2}\.\d\d", row)] == []


def test_every_point_is_inside_the_bounds_of_the_country():
    outside = {code: at for code, at in seats().items() if not (73.4 < at[0] < 135.1 and 3.8 < at[1] < 53.6)}
    assert outside == {}


def test_the_distance_of_known_points_is_known():
    assert kilometres((0, 0), (0, 90)) == pytest.approx(6371 * 3.14159265 / 2)
    # 北京 to 上海, as the tables of distances have it.
    assert kilometres((116.41, 39.90), (121.47, 31.23)) == pytest.approx(1067, abs=5)


def test_no_prefecture_is_far_from_the_seat_of_its_province():
    far = {
        GAZETTEER.full_name(code): round(distance)
        for code in codes("地级")
        if (distance := kilometres(seats()[code], seats()[code[:2] + "0000"])) > (1300 if code[:2] in WIDE else 700)
    }
    assert far == {}


def test_the_capital_of_a_province_is_where_the_province_is_governed():
    # Of every province with prefectures the first is the capital; 台湾, 香港, 澳门 and the four great cities have none.
    far = {
        GAZETTEER.full_name(code): round(distance)
        for code in codes("地级")
        if code[2:] == "0100" and (distance := kilometres(seats()[code], seats()[code[:2] + "0000"])) > 30
    }
    assert far == {}


def test_no_two_prefectures_share_a_point():
    points = [seats()[code] for code in codes("地级")]
    assert sorted(points) == sorted(set(points))


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("340000", Point(117.33, 31.73, "340000", True)),
        ("340200", Point(118.43, 31.35, "340200", True)),
        # 弋江区 is a county: 芜湖市's point.
        ("340203", Point(118.43, 31.35, "340200", False)),
        # 济源市 and a district of 重庆市 lie in the province itself.
        ("419001", Point(113.75, 34.77, "410000", False)),
        ("500101", Point(106.55, 29.56, "500000", False)),
        ("100000", None),
        ("349999", None),
        ("", None),
    ],
)
def test_a_region_has_its_own_point_or_that_of_the_nearest_region_around_it(code, point):
    assert coordinates(code, GAZETTEER) == point


def test_the_points_that_users_give_come_first():
    gazetteer = Gazetteer(
        [
            Place("340203", "弋江区", "县级", "340200", lon=118.38, lat=31.31),
            Place("340300", "蚌埠市", "地级", "340000", lon=117.4, lat=32.9),
            Place("340500", "马鞍山市", "地级", "340000", lon=118.5),
            Place("990000", "澜江省", "省级", "100000"),
            Place("990100", "临澜市", "地级", "990000", lon=0.0, lat=0.0),
            Place("990102", "沧浦区", "县级", "990100"),
            Place("990102001", "望潮镇", "乡级", "990102"),
        ]
    )
    assert coordinates("340203", gazetteer) == Point(118.38, 31.31, "340203", True)
    assert coordinates("340200", gazetteer) == Point(118.43, 31.35, "340200", True)
    # A user's city carries its counties with it; half a point is none; a nought is a point; a province may have none.
    assert coordinates("340302", gazetteer) == Point(117.4, 32.9, "340300", False)
    assert coordinates("340500", gazetteer) == Point(118.51, 31.67, "340500", True)
    assert coordinates("990102001", gazetteer) == Point(0.0, 0.0, "990100", False)
    assert coordinates("990000", gazetteer) is None


def test_a_circle_of_parents_has_no_point():
    assert coordinates("a", Gazetteer([Place("a", "甲县", "县级", "b"), Place("b", "乙市", "地级", "a")])) is None
