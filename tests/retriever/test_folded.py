"""Passages folded for evidence: against folding part by part, and what is kept of them."""

import gc
import hashlib
import re
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import Document, Passage, Span
from corpus.structure.sentences import sentences
from index.tokenizer import fold
from retriever import folded as module
from retriever.folded import Folded, folded, folded_title

UNITS = re.compile(r"[（(][^（）()]*(?:牵头|责任|配合|负责)[^（）()]*[)）]")
# Brackets over the end of a sentence, letters that fold by their neighbours, marks that join what is before them.
ODD = "，。！？!?\n 　\x1f（）()”’』牵头责任负责甲乙后後覆反答瞭解坏ΑΣσas12①㎡…℃¨\u0301\u0338\u3099かｶﾞ\u1100\u1161가İ\u200b\u00a0"


def of_text(text: str) -> Document:
    """A document with an id that is its text's own, as ids are."""
    return Document(hashlib.sha256(text.encode()).hexdigest(), ("甲.txt",), text, "甲")


def passage(text: str, *trail: str, headings: int = 0, start: int = 0, end: int | None = None) -> Passage:
    return Passage(of_text(text).id, Span(start, len(text) if end is None else end), trail, headings, 1, 1)


def read(text: str, *passages: Passage) -> list[Folded]:
    return folded((one, of_text(text)) for one in passages)


def plainly(one: Passage, text: str) -> Folded:
    """Every part folded by itself."""

    def of(part: str) -> str:
        return fold(part.replace("\x1f", " "))

    above, whole = of(" ".join(one.trail)), of(UNITS.sub("", one.span.of(text)))
    own = tuple(of(UNITS.sub("", span.of(text))) for span in sentences(text, one.span))
    return Folded(above, of(" ".join(one.trail[one.headings :])), f"{whole} {above}", own)


def bare(one: Folded) -> Folded:
    """Without the white space around sentences, which no term holds."""
    return Folded(one.above, one.lead, one.body, tuple(sentence.strip() for sentence in one.sentences))


@given(st.text(st.sampled_from(ODD), max_size=40), st.lists(st.text(st.sampled_from(ODD), max_size=6), max_size=3), st.data())
def test_a_passage_is_folded_as_its_parts_are(text: str, trail: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    one = passage(text, *trail, headings=data.draw(st.integers(0, len(trail))), start=start, end=end)
    assert bare(read(text, one)[0]) == bare(plainly(one, text))


def test_units_in_charge_are_left_out_of_sentences_and_of_the_whole() -> None:
    text = "发展文旅（牵头单位：区文旅局）。修复湿地。（见下。由水利局负责）"
    (one,) = read(text, passage(text, "第一节 ＡＢ", "發展", headings=1))
    assert one.above == "第一节 ab 发展" and one.lead == "发展"
    assert one.body == "发展文旅。修复湿地。 第一节 ab 发展"
    # What runs over the end of a sentence is a bracket of the whole alone.
    assert one.sentences == ("发展文旅。", "修复湿地。", "(见下。", "由水利局负责)")


def test_passages_alike_but_for_their_trail_are_told_apart_and_an_order_is_kept() -> None:
    text = "修复湿地。养老。"
    asked = passage(text, "甲", headings=1), passage(text, "甲"), passage(text, start=5), passage(text, "甲")
    assert [(one.above, one.lead, one.body) for one in read(text, *asked)] == [
        ("甲", "", "修复湿地。养老。 甲"), ("甲", "甲", "修复湿地。养老。 甲"), ("", "", "养老。 "), ("甲", "甲", "修复湿地。养老。 甲"),
    ]  # fmt: skip
    # the same places of another text are another passage
    assert read("办好学校。养老。", passage("办好学校。养老。"))[0].body == "办好学校。养老。 "


def test_a_title_is_folded() -> None:
    assert folded_title("ＡＢ區規劃") == "ab区规划"


# — what is kept ———————————————————————————————————————————————————————————————————————————————————————————————————


def key(number: int) -> tuple[str, int, int, int, tuple[str, ...]]:
    return f"{number}", 0, 100, 0, ()


def test_no_more_is_kept_than_there_is_room_for() -> None:
    one = Folded("", "", "乙" * 100, ("乙" * 100,))
    each = module._size(one)
    assert each == 200 + 40 * 9
    kept = module._Kept(10 * each)
    for number in range(100):
        kept.keep({key(number): one})
        assert len(kept._new) + len(kept._old) <= 11
    # the last are there, the first are not
    assert key(99) in kept.of([key(99)]) and not kept.of([key(0)])


def test_what_is_asked_for_again_and_again_stays() -> None:
    one = Folded("", "", "乙" * 100, ("乙" * 100,))
    kept = module._Kept(10 * module._size(one))
    kept.keep({key(0): one})
    for number in range(1, 60):
        kept.keep({key(number): one})
        assert kept.of([key(0)]) == {key(0): one}
    assert not kept.of([key(1)])


def test_one_passage_larger_than_the_room_is_folded_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", module._Kept(10))
    text = "修复湿地。"
    for _ in range(3):
        assert read(text, passage(text))[0].body == "修复湿地。 "


class Text(str):
    """A text that can be watched."""

    __slots__ = ("__weakref__",)


def test_no_text_of_a_document_is_kept_alive() -> None:
    text = Text("修复湿地。" * 1000)
    document = of_text(text)
    folded([(passage(text, start=5, end=15), document)])
    watched = weakref.ref(text)
    del text, document
    gc.collect()
    assert watched() is None


class Unread(Document):
    """A document whose text must not be asked for."""

    @property
    def text(self) -> str:
        raise AssertionError("fetched")


def test_the_text_of_a_document_is_not_fetched_for_a_passage_that_is_kept() -> None:
    text = "修复湿地。养老。只此一处。"
    one, other = passage(text, end=5), passage(text, start=5)
    first = read(text, one)
    unread = object.__new__(Unread)
    assert folded([(one, unread)]) == first
    with pytest.raises(AssertionError, match="fetched"):
        folded([(other, unread)])


def test_threads_get_what_they_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a room that is always too small, so that all of them turn it over all the time."""
    monkeypatch.setattr(module, "_KEPT", module._Kept(20_000))
    text = "".join(f"第{number:03d}处湿地。" for number in range(200))

    def ask(first: int) -> bool:
        places = [(first * 7 + step * 3) % 200 for step in range(150)]
        found = read(text, *(passage(text, start=place * 8, end=place * 8 + 8) for place in places))
        return [one.body for one in found] == [f"第{place:03d}处湿地。 " for place in places]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(200)))
