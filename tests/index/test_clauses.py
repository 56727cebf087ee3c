"""Texts cut into clauses and kept as token ids, against plain Python lists; no score is tested here."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.clauses import EMPTY, LEAST, Clauses, clauses
from tests.index.small_table import Characters, listed

TEXTS = [
    "青屏县生态保护规划 第二章 修复\n统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩，恢复湿地410亩；力争更多。",
    "",
    "水",
    "。！？\n  \n，，，",
    "新建管网46公里，改造提升乡镇污水处理站9座并全部投入运行。\n\n  \n——————————————————！出水水质稳定达标",
    "水",
    "Ａ：１" * 40,
]
TABLE = Characters()
STORED = ("tokens", "clause-ends", "clause-lengths", "row-ends")
WRITING = st.text(st.sampled_from("生态修复1239年。！？!?；;，,：:\n \t、A."), max_size=120)


def plainly(texts: list[str], table: Characters) -> tuple[list[list[list[int]]], list[float]]:
    """What `Clauses.of` must hold, said clause by clause; and the length of each clause's sum."""
    rows, lengths = [], []
    for text in texts:
        known = [table.tokens([clause])[0].tolist() for clause in clauses(text)]
        rows.append([bag for bag in known if bag] or [[0]])
        lengths += [float(np.sqrt((sum(table.rows[token] for token in bag) ** 2).sum())) for bag in rows[-1]]
    return rows, lengths


def same(one: Clauses, other: Clauses) -> None:
    assert listed(one) == listed(other)
    np.testing.assert_array_equal(one.lengths, other.lengths)


# — cutting ————————————————————————————————————————————————————————————————————————————————————————————————————————


@given(st.one_of(WRITING, st.text(max_size=200)))
@example("")
@example("\r\n，\u2028。\u0085：8")
def test_clauses_are_the_text_in_pieces(text: str) -> None:
    found = clauses(text)
    assert "".join(found) == text
    assert all(found)
    # A clause that a pause ends is long enough; only what a sentence ends with may be short.
    assert all(len(clause) >= LEAST for clause in found if clause[-1] in "，：,:" and clause != found[-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("水。", ["水。"]),
        ("推进矿山复绿。恢复湿地！\n管护三年", ["推进矿山复绿。", "恢复湿地！\n", "管护三年"]),
        ("好！？。\n\n开头", ["好！？。\n\n", "开头"]),
        ("。开头", ["。", "开头"]),
        # Fourteen characters with the comma are a clause, thirteen wait for what follows.
        ("统筹推进河道湿地矿山三类修，到明年完成", ["统筹推进河道湿地矿山三类修，", "到明年完成"]),
        ("统筹推进河道湿地矿山三修，到明年完成", ["统筹推进河道湿地矿山三修，到明年完成"]),
        ("一是：二是，三是：加快建设一批项目，四是", ["一是：二是，三是：加快建设一批项目，", "四是"]),
        ("steps one and two, then three: four", ["steps one and two,", " then three: four"]),
    ],
)
def test_where_a_text_is_cut(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


@pytest.mark.parametrize(
    "text", ["本年度一般公共预算收入完成1,234,567万元同比增长", "便民服务大厅每个工作日的开放时间为8:00至17:30止"]
)
def test_numbers_and_times_stay_whole(text: str) -> None:
    assert clauses(text) == [text]


def test_a_stop_before_a_number_divides_where_it_is_chinese_or_followed_by_a_space() -> None:
    assert clauses("本年度一般公共预算收入完成，2026年") == ["本年度一般公共预算收入完成，", "2026年"]
    assert clauses("the revenue of the year, 2026") == ["the revenue of the year,", " 2026"]


# — token ids ——————————————————————————————————————————————————————————————————————————————————————————————————————


def test_rows_hold_the_known_tokens_clause_by_clause() -> None:
    held = Clauses.of(TEXTS, TABLE)
    rows, lengths = plainly(TEXTS, TABLE)
    assert listed(held) == rows and [len(row) for row in rows] == [5, 1, 1, 1, 2, 1, 9]
    np.testing.assert_allclose(held.lengths, lengths, rtol=1e-5)
    assert held.lengths.dtype == np.float32 and held.tokens.dtype == np.uint32


def test_a_text_of_which_nothing_is_known_is_one_unknown_token() -> None:
    held = Clauses.of(["", "。！？", "水"], TABLE)
    assert listed(held)[:2] == [[[0]], [[0]]] and held.lengths[:2].tolist() == [0, 0] < held.lengths[2:].tolist()


def test_no_texts_are_no_rows(tmp_path: Path) -> None:
    same(Clauses.of([], TABLE), EMPTY)
    same(Clauses.together([]), EMPTY)
    same(EMPTY.take(np.array([], np.int32)), EMPTY)
    EMPTY.save(tmp_path)
    same(Clauses.open(tmp_path), EMPTY)


def test_more_clauses_than_are_summed_at_once() -> None:
    texts = [f"第{number}条推进水利工程；养老{number}" for number in range(3000)]
    held = Clauses.of(texts, TABLE)
    rows, lengths = plainly(texts, TABLE)
    assert len(held.ends) == 6000 and listed(held) == rows
    np.testing.assert_allclose(held.lengths, lengths, rtol=1e-4)


@given(st.lists(WRITING, max_size=8), st.data())
def test_taken_and_put_together(texts: list[str], drawn: st.DataObject) -> None:
    held = Clauses.of(texts, TABLE)
    rows, _ = plainly(texts, TABLE)
    at = drawn.draw(st.integers(0, len(texts)))
    same(Clauses.together([Clauses.of(texts[:at], TABLE), Clauses.of(texts[at:], TABLE)]), held)
    some = drawn.draw(st.lists(st.integers(0, len(texts) - 1), max_size=20)) if texts else []
    taken = held.take(np.array(some, np.int32))
    assert listed(taken) == [rows[row] for row in some]
    same(taken, Clauses.together([held.take(np.array([row], np.int32)) for row in some]))
    same(taken, Clauses.of([texts[row] for row in some], TABLE))


# — stored —————————————————————————————————————————————————————————————————————————————————————————————————————————


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(WRITING, max_size=6))
@example(TEXTS)
def test_what_was_saved_comes_back(tmp_path: Path, texts: list[str]) -> None:
    held = Clauses.of(texts, TABLE)
    held.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}.npy" for name in STORED}
    opened = Clauses.open(tmp_path)
    same(opened, held)
    backwards = np.arange(len(texts), dtype=np.int32)[::-1]
    same(opened.take(backwards), held.take(backwards))
    same(Clauses.together([opened, held]), Clauses.together([held, held]))


@pytest.mark.parametrize(("greatest", "stored"), [(65_535, np.uint16), (65_536, np.uint32), (4_294_967_295, np.uint32)])
def test_great_token_ids_are_kept(tmp_path: Path, greatest: int, stored: type) -> None:
    tokens = np.array([1, greatest, 3], np.uint32)
    Clauses(tokens, np.array([1, 3]), np.array([1, 2], np.float32), np.array([1, 2])).save(tmp_path)
    assert np.load(tmp_path / "tokens.npy").dtype == stored
    opened = Clauses.open(tmp_path)
    assert listed(opened) == [[[1]], [[greatest, 3]]]
    both = Clauses.together([opened, Clauses.of(["水"], Characters(size=40_000))])
    assert listed(both)[:2] == listed(opened) and both.tokens.dtype == np.uint32


@pytest.mark.parametrize("size", [70_000, 200_000])
def test_a_table_of_more_rows_than_two_bytes_count(tmp_path: Path, size: int) -> None:
    table = Characters(size=size)
    held = Clauses.of(["\U0001f600水\ufa0e", "😀 龥" + "\uff11" * 20], table)
    held.save(tmp_path)
    assert listed(Clauses.open(tmp_path)) == plainly(["\U0001f600水\ufa0e", "😀 龥" + "\uff11" * 20], table)[0]


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("damage", ["missing", "half", "empty", "of another index"])
def test_damage_is_told(tmp_path: Path, name: str, damage: str) -> None:
    Clauses.of(TEXTS, TABLE).save(tmp_path)
    file = tmp_path / f"{name}.npy"
    whole = file.read_bytes()
    if damage == "missing":
        file.unlink()
    elif damage == "of another index":
        other = tmp_path / "other"
        other.mkdir()
        Clauses.of([*TEXTS, "多出来的一段"], TABLE).save(other)
        (other / file.name).replace(file)
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "half" else b"")
    with pytest.raises((OSError, EOFError, ValueError)):
        Clauses.open(tmp_path)
    file.write_bytes(whole)
    same(Clauses.open(tmp_path), Clauses.of(TEXTS, TABLE))
