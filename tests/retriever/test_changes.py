"""What a final text changed of its draft, by hand over two short documents."""

from corpus.model import Document, Passage, Span
from retriever.changes import Change, changes

KEPT = "新建口袋公园十二处。"


def written(text: str, letter: str) -> tuple[Document, list[Passage]]:
    """A document whose lines are its passages."""
    passages: list[Passage] = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        passages.append(Passage(letter * 64, Span(start, start + len(line)), (), 0, number, number))
        start += len(line) + 1
    return Document(letter * 64, (f"/{letter}.txt",), text, "沧浦区绿地行动方案", None, "行动方案", None), passages


def told(draft: str, final: str) -> list[tuple[str | None, str | None]]:
    found = between(draft, final)
    for change in found:
        for side in (change.before, change.after):
            assert side is None or side.span.of(side.document.text) == side.quote
    return [(c.before and c.before.quote, c.after and c.after.quote) for c in found]


def between(draft: str, final: str) -> list[Change]:
    return changes(*written(draft, "a"), *written(final, "b"))


def test_nothing_changed() -> None:
    assert told(KEPT, KEPT) == []
    # signs, spaces and where lines break are no change of what is said
    assert told("甲乙丙丁，戊己。\n" + KEPT, "甲乙丙丁、戊己。" + KEPT) == []


def test_added_and_dropped() -> None:
    new = "对古树名木逐株挂牌。"
    assert told(KEPT, KEPT + new) == [(None, new)] and told(KEPT + new, KEPT) == [(new, None)]
    assert told("", KEPT) == [(None, KEPT)] and told(KEPT, "") == [(KEPT, None)]


def test_reworded_with_its_words() -> None:
    (change,) = between("修复湿地三百亩。" + KEPT, "修复湿地五百亩。" + KEPT)
    assert change.before is not None and change.before.document.id == "a" * 64
    assert change.after is not None and change.after.document.id == "b" * 64
    assert change.words == (("equal", "修复湿地", "修复湿地"), ("replace", "三", "五"), ("equal", "百亩。", "百亩。"))


def test_the_least_likeness() -> None:
    """甲乙丙丁。 and 甲乙戊己。 share 3 of 5 signs: a ratio of 0.6; with 甲戊己庚。 it is 2 of 5: two sentences."""
    assert told("甲乙丙丁。", "甲乙戊己。") == [("甲乙丙丁。", "甲乙戊己。")]
    assert told("甲乙丙丁。", "甲戊己庚。") == [(None, "甲戊己庚。"), ("甲乙丙丁。", None)]


def test_what_was_dropped_stands_before_what_follows_it() -> None:
    draft = "撤并零散摊点。修复湿地三百亩。"
    assert told(draft, "修复湿地五百亩。" + KEPT) == [
        ("撤并零散摊点。", None), ("修复湿地三百亩。", "修复湿地五百亩。"), (None, KEPT),
    ]  # fmt: skip
