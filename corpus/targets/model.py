"""The type that reading targets produces: one promised figure with its place in the text. No behaviour."""

from dataclasses import dataclass

from corpus.model import Span

CHANGES = ("level", "growth", "decrease", "new")
KINDS = ("indicator", "task")
NATURES = ("预期性", "约束性")
"""What a target's change, kind and nature can be."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that a plan promises, in the words and units of its text.

    span: the value with the comparator and unit that adjoin it; sentence: the sentence or table row around it.
    indicator: the name in the text's words; named: where it stands, None where it is put together from several places.
    low, high: equal unless the text gives a range; unit: as written, % for 百分之 and 成, 倍 for 翻番, 位 for ranks.
    change: level (a state reached), growth, decrease, or new (an amount of work done or added).
    year: by when; annual: whether the figure is a yearly one; comparator: 以上, 左右, 不低于, 力争 …
    base, base_unit, base_year: where the text says from what the figure starts; nature: 预期性 or 约束性 where it says so.
    """

    span: Span
    sentence: Span
    indicator: str
    named: Span | None
    low: float
    high: float
    unit: str
    change: str
    kind: str
    year: int | None = None
    annual: bool = False
    comparator: str | None = None
    base: float | None = None
    base_unit: str | None = None
    base_year: int | None = None
    nature: str | None = None
