"""A draft is linked to its own final version, and to no plan that is only named alike."""

import pytest

from corpus.links.versions import finals, likeness
from corpus.standing import Standing

MOCHI, YUNLU = "990103", "990104"


def made(name, title, status="正式", region=MOCHI, period=None, issued=None):
    return Standing(name, title, region, status, period, issued, name)


DRAFT = made("d", "墨池区关于推动创新发展的实施意见（征求意见稿）", "征求意见稿", issued="2023-03-01")


@pytest.mark.parametrize(
    "final",
    [
        made("f", "墨池区关于推动创新发展的实施意见"),
        made("f", "关于印发《墨池区关于推动创新发展的实施意见》的通知"),
        made("f", "墨池区关于推动创新高质量发展的实施意见", issued="2023-06-01"),
        made("f", "墨池区关于推动创新发展的实施意见（修订）", "修订"),
    ],
)
def test_a_draft_finds_its_final_version(final):
    other = made("o", "墨池区养老服务体系建设规划")
    assert finals([DRAFT, other, final]) == {"d": "f"}


@pytest.mark.parametrize(
    "other",
    [
        made("f", "墨池区关于推动创新发展的实施意见", region=YUNLU),
        made("f", "墨池区关于推动养老服务发展的意见"),
        made("f", "墨池区关于推动创新发展的实施意见（送审稿）", "送审稿"),
        made("f", "墨池区关于推动创新发展的实施意见", "废止"),
        made("f", "墨池区关于推动创新发展的实施意见", issued="2019-06-01"),
    ],
)
def test_what_is_no_final_version(other):
    assert finals([DRAFT, other]) == {}


def test_another_period_is_another_plan():
    draft = made("d", "墨池区十四五规划纲要（草案）", "草案", period="2021-2025")
    assert finals([draft, made("f", "墨池区十三五规划纲要", period="2016-2020")]) == {}
    assert finals([made("d", "墨池区十四五规划纲要（草案）", "草案"), made("f", "墨池区十三五规划纲要")]) == {}


def test_of_several_the_most_alike_and_then_the_latest():
    same = [made("x", "墨池区关于推动创新发展的实施意见", issued="2023-05-01"), made("y", "墨池区关于推动创新发展的实施意见", issued="2023-09-01")]
    assert finals([DRAFT, *same, made("z", "墨池区关于推动创新高质量发展的实施意见", issued="2024-01-01")]) == {"d": "y"}


def test_likeness_is_dices_coefficient():
    # 甲乙 乙丙 丙丁 and 甲乙 乙丙 丙戊: two of three each.
    assert likeness("甲乙丙丁", "甲乙丙戊") == 2 * 2 / 6
    assert likeness("甲乙（草案）", "甲乙") == 1.0
