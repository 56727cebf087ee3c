"""Marks: everything is escaped, the right characters are marked, nothing is lost."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ui.marks import escaped, marked, plain, shortened


@pytest.mark.parametrize(
    ("text", "terms", "also", "keys", "expected"),
    [
        ("推进生态修复工程", ["生态"], [], [], "推进<mark>生态</mark>修复工程"),
        ("推进生态修复工程", ["生态", "修复", "生态修复"], [], [], "推进<mark>生态修复</mark>工程"),
        ("看病与医疗卫生", ["看病"], ["医疗卫生"], [], '<mark>看病</mark>与<mark class="also">医疗卫生</mark>'),
        ("医疗卫生", ["医疗"], ["医疗卫生"], [], '<mark>医疗</mark><mark class="also">卫生</mark>'),
        ("甲。乙修复。", ["修复"], [], [(2, 6)], '甲。<b class="key">乙<mark>修复</mark>。</b>'),
        ("ＧＤＰ增长，gdp", ["GDP"], [], [], "<mark>ＧＤＰ</mark>增长，<mark>gdp</mark>"),
        ("生\n态", ["生态"], [], [], "<mark>生\n态</mark>"),
        ("　　第一段。\n　　第二段。", [], [], [], "第一段。\n第二段。"),
        ("区", ["区"], [], [], "区"),
        ("a.b", ["a.b", "x(", "[态"], [], [], "<mark>a.b</mark>"),
        ("<mark>修复", ["修复", "mark"], [], [], "&lt;<mark>mark</mark>&gt;<mark>修复</mark>"),
    ],
)
def test_marks_what_matched(
    text: str, terms: list[str], also: list[str], keys: list[tuple[int, int]], expected: str
) -> None:
    assert marked(text, terms, also, keys) == expected


@given(
    some.text("<>&\"'amprkb/生态修复 \n", max_size=30),
    some.lists(some.text("<>&amprkb/生态修复", max_size=4), max_size=4),
    some.lists(some.tuples(some.integers(-3, 40), some.integers(-3, 40)), max_size=3),
)
def test_no_text_becomes_markup(text: str, words: list[str], keys: list[tuple[int, int]]) -> None:
    shown = marked(text, words[:2], words[2:], keys)
    bare = re.sub(r"</?(?:mark|b)(?: class=\"(?:also|key)\")?>", "", shown)
    assert "<" not in bare and ">" not in bare
    assert html.unescape(bare).split() == text.split()


def test_escapes_for_attributes_too() -> None:
    assert escaped("\"><script>'") == "&quot;&gt;&lt;script&gt;&#x27;"
    assert escaped(None) == ""
    assert escaped(0) == "0"


def test_a_label_is_no_markdown() -> None:
    asked = "![x](http://a.example/p.png) *修复* :red[湖] `a` $1$ <b> www.a.example a@b.example"
    safe = plain(asked)
    assert safe.replace("\\", "").replace("\u2060", "") == asked
    assert not re.search(r"(?<!\\)[!-/:-@\[\]-`{-~]", safe)
    bare = safe.replace("\\", "")
    assert "http://" not in bare and "www." not in bare and "@b" not in bare and ":red" not in bare
    assert plain("甲\n 乙") == "甲 乙"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("修好山。", 10, "修好山。"),
        ("修好\n  山。", 10, "修好 山。"),
        ("修好一座山。再修好一条河。", 8, "修好一座山。…"),
        ("修好一座很长很长的山。", 8, "修好一座很长很长…"),
        ("短。其余的话都很长很长很长。", 10, "短。其余的话都很长很…"),
    ],
)
def test_shortened_at_a_sentence_where_one_ends_near(text: str, most: int, expected: str) -> None:
    assert shortened(text, most) == expected
