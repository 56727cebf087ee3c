"""The desk's store over real files: what is kept, in what order, for whom, and what is refused."""

import sqlite3
import threading
from pathlib import Path

import pytest

from corpus.errors import PlanSeekError, Unknown
from corpus.model import Region, Span
from desk import store
from desk.store import FILE, Desk

A, B = "a" * 64, "b" * 64
REGION = Region("990102", "澜江省临澜市沧浦区", "县级", "990100")
SOURCE = {"quote": "修好山。", "citation": "《规划》第1段"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "库")


def filled(desk: Desk, *places: tuple[str, int, int]) -> int:
    basket = desk.add_basket("材料").id
    for place in places:
        desk.add_item(basket, place, "各区生态", "", REGION, SOURCE)
    return basket


def order(desk: Desk, basket: int) -> list[int]:
    return [item.span.start for item in desk.items(basket)]


def test_looking_at_an_empty_desk_makes_no_file(desk: Desk, tmp_path: Path) -> None:
    assert desk.baskets() == [] and desk.saved() == []
    with pytest.raises(Unknown, match="没有编号为 1 的资料夹"):
        desk.items(1)
    assert list(tmp_path.iterdir()) == []


def test_what_is_put_aside_comes_back_whole(desk: Desk) -> None:
    basket = filled(desk)
    made = desk.add_item(basket, (A, 10, 14), "各区生态", "先用", REGION, SOURCE)
    (item,) = desk.items(basket)
    assert item == made
    assert (item.document, item.span, item.question, item.note, item.region) == (A, Span(10, 14), "各区生态", "先用", REGION)
    assert (item.quote, item.label) == ("修好山。", "《规划》第1段") and item.added.endswith("+00:00")
    assert [(b.name, b.items) for b in desk.baskets()] == [("材料", 1)]


def test_a_passage_lies_in_a_basket_once_and_keeps_its_note(desk: Desk) -> None:
    basket = filled(desk, (A, 0, 5))
    first = desk.items(basket)[0].id
    desk.change_item(basket, first, note="我的话")
    assert desk.add_item(basket, (A, 0, 5), "另一个问题", "", None, SOURCE).id == first
    assert [(i.question, i.note) for i in desk.items(basket)] == [("各区生态", "我的话")]
    other = desk.add_basket("另一个").id
    assert desk.add_item(other, (A, 0, 5), "", "", None, SOURCE).id != first


@pytest.mark.parametrize(("start", "to", "left"), [(0, 3, [1, 2, 0, 3]), (3, 1, [3, 0, 1, 2]), (1, 99, [0, 2, 3, 1]), (2, 3, [0, 1, 2, 3])])
def test_an_item_moves_to_its_place(desk: Desk, start: int, to: int, left: list[int]) -> None:
    basket = filled(desk, *[(A, i, i + 1) for i in range(4)])
    item = next(i.id for i in desk.items(basket) if i.span.start == start)
    desk.change_item(basket, item, position=to)
    assert order(desk, basket) == left
    desk.add_item(basket, (B, 9, 10), "", "", None, SOURCE)
    assert order(desk, basket) == [*left, 9]


def test_baskets_are_named_once_renamed_and_removed_with_all_in_them(desk: Desk) -> None:
    basket = filled(desk, (A, 0, 5))
    other = desk.add_basket("  第二\t个 ").id
    with pytest.raises(PlanSeekError, match="已有名为“材料”的资料夹"):
        desk.rename_basket(other, "材料")
    assert desk.rename_basket(other, "第三个").name == "第三个"
    assert [b.name for b in desk.baskets()] == ["第三个", "材料"]
    desk.change_item(basket, desk.items(basket)[0].id, note="动过")
    assert [b.name for b in desk.baskets()] == ["材料", "第三个"], "the one changed last comes first"
    desk.remove_basket(basket)
    assert [b.name for b in desk.baskets()] == ["第三个"]
    assert desk.add_basket("又一个").id > other, "a number is never given to another basket"
    for gone in (lambda: desk.remove_basket(basket), lambda: desk.items(basket), lambda: desk.rename_basket(basket, "名")):
        with pytest.raises(Unknown):
            gone()


def test_items_of_other_baskets_are_out_of_reach(desk: Desk) -> None:
    basket, other = filled(desk, (A, 0, 5)), desk.add_basket("另一个").id
    item = desk.items(basket)[0].id
    for reach in (lambda: desk.change_item(other, item, note="x"), lambda: desk.remove_item(other, item)):
        with pytest.raises(Unknown, match="资料夹里没有这一段"):
            reach()
    assert [i.note for i in desk.items(basket)] == [""]
    desk.remove_item(basket, item)
    assert desk.items(basket) == []


@pytest.mark.parametrize("name", ["", " \n ", "长" * 101, "坏\x00名"])
def test_a_name_that_is_none_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(PlanSeekError, match="名称"):
        desk.add_basket(name)
    with pytest.raises(PlanSeekError, match="名称"):
        desk.save(name, {}, [])
    assert desk.baskets() == [] and desk.saved() == []


def test_there_is_an_end_to_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("MOST_BASKETS", "MOST_ITEMS", "MOST_SAVED"):
        monkeypatch.setattr(store, limit, 2)
    basket = filled(desk, (A, 0, 5), (A, 5, 9))
    with pytest.raises(PlanSeekError, match="最多只能有 2 段原文"):
        desk.add_item(basket, (A, 9, 12), "", "", None, SOURCE)
    with pytest.raises(PlanSeekError, match="备注有 4001 个字"):
        desk.change_item(basket, desk.items(basket)[0].id, note="长" * 4001)
    desk.add_basket("第二个")
    with pytest.raises(PlanSeekError, match="最多只能有 2 个资料夹"):
        desk.add_basket("第三个")
    desk.save("一", {}, [])
    desk.save("二", {}, [])
    with pytest.raises(PlanSeekError, match="最多只能有 2 个保存的问题"):
        desk.save("三", {}, [])


def test_a_saved_question_remembers_what_it_showed(desk: Desk) -> None:
    one = desk.save("生态", {"query": "各区生态", "regions": ["990102"]}, {(A, 0, 5), (B, 3, 9)})
    assert one.query == {"query": "各区生态", "regions": ["990102"]} and one.seen == {(A, 0, 5), (B, 3, 9)}
    desk.ran(one.id, [(B, 3, 9)])
    again = desk.one_saved(one.id)
    assert again.seen == {(B, 3, 9)} and again.created == one.created and again.run >= one.run
    with pytest.raises(PlanSeekError, match="已有名为“生态”的保存的问题"):
        desk.save("生态", {}, [])
    desk.remove_saved(one.id)
    assert desk.saved() == []
    for gone in (lambda: desk.remove_saved(one.id), lambda: desk.ran(one.id, [])):
        with pytest.raises(Unknown, match="可能已经删除"):
            gone()


def test_each_owner_has_a_desk_of_their_own(tmp_path: Path) -> None:
    mine, yours = Desk(tmp_path, "甲"), Desk(tmp_path, "乙")
    basket = filled(mine, (A, 0, 5))
    saved = mine.save("生态", {}, []).id
    assert yours.baskets() == [] and yours.saved() == []
    item = mine.items(basket)[0].id
    for reach in (
        lambda: yours.items(basket), lambda: yours.remove_basket(basket), lambda: yours.remove_item(basket, item),
        lambda: yours.remove_saved(saved), lambda: yours.ran(saved, []), lambda: yours.add_item(basket, (A, 1, 2), "", "", None, SOURCE),
    ):  # fmt: skip
        with pytest.raises(Unknown):
            reach()
    assert yours.add_basket("材料").name == "材料"
    assert len(mine.items(basket)) == 1 and len(mine.saved()) == 1


def test_many_hands_at_once_lose_nothing(desk: Desk) -> None:
    basket = filled(desk)
    faults: list[Exception] = []

    def work(hand: int) -> None:
        try:
            for i in range(10):
                desk.add_item(basket, (A, 100 * hand + i, 100 * hand + i + 1), "", "", None, SOURCE)
        except Exception as error:
            faults.append(error)

    hands = [threading.Thread(target=work, args=(hand,)) for hand in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert not faults
    assert sorted(order(desk, basket)) == sorted(100 * hand + i for hand in range(4) for i in range(10))


def test_what_a_newer_program_wrote_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    with sqlite3.connect(tmp_path / "库" / FILE) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(PlanSeekError, match="更新的程序写的（版本 9）"):
        desk.baskets()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("不是数据库" * 50, "utf-8")
    with pytest.raises(PlanSeekError, match="无法读写"):
        Desk(tmp_path).baskets()
