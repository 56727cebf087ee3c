"""The commands that lay answers side by side, and the options of a follow-up, as a user runs them over the sample plans."""

from pathlib import Path
from typing import Any

import pytest

from corpus.store import Store
from tests.conftest import Command


@pytest.fixture(scope="module")
def draft(sample_home: Path) -> str:
    """The identifier of the sample that is a draft with a final version."""
    store = Store(sample_home / "corpus.sqlite")
    try:
        (found,) = [document.id for document in store.documents(with_text=False) if document.final]
    finally:
        store.close()
    return found


def names(found: Any) -> list[str]:
    return [region["name"].removeprefix("澜江省临澜市") for region in found["interpretation"]["regions"]]


def test_compare(planseek: Command, sample_home: Path) -> None:
    words = ("compare", "各区怎么做", "--column", "养老", "--column", "托育", "--region", "沧浦区", "--region", "云麓区")
    ran = planseek(*words, home=sample_home)
    assert (ran.code, ran.err) == (0, "")
    heads = [line for line in ran.out.splitlines() if line.startswith("【")]
    names = ("【澜江省临澜市沧浦区｜养老】", "【澜江省临澜市沧浦区｜托育】", "【澜江省临澜市云麓区｜养老】未检索到", "【澜江省临澜市云麓区｜托育】未检索到")
    assert tuple(heads) == names and ran.out.count("1. 《") == 2
    found = planseek(*words, "--json", home=sample_home).json
    assert (found["by"], found["columns"]) == ("topic", ["养老", "托育"])
    assert [[cell["status"] for cell in row["cells"]] for row in found["rows"]] == [["found"] * 2, ["not_found"] * 2]


def test_nothing_to_compare(planseek: Command, sample_home: Path) -> None:
    assert "没有可以并排的列" in planseek("compare", "各区养老", "--json", home=sample_home).refused()
    many = [word for i in range(13) for word in ("--column", f"主题{i}")]
    assert "一次最多对比 12 列" in planseek("compare", "各区养老", *many, home=sample_home).refused()


def test_targets(planseek: Command, sample_home: Path) -> None:
    ran = planseek("targets", "森林覆盖率", home=sample_home)
    assert (ran.code, ran.err) == (0, "")
    assert "澜江省临澜市东屏县｜森林覆盖率｜76.5%以上｜2025" in ran.out.splitlines()
    assert "澜江省临澜市云麓区｜森林覆盖率｜69.2%｜2025，基期 68.4%" in ran.out.splitlines()
    assert ran.out.count("——《") == ran.out.count("｜") // 3
    found = planseek("targets", "森林覆盖率", "--region", "栗源市", "--json", home=sample_home).json
    assert set(found) == {"interpretation", "rows"} and names(found) == ["栗源市"]
    assert [(row["value"], row["unit"]) for row in found["rows"] if row["indicator"] == "森林覆盖率"] == [(63.0, "%")]


def test_duties(planseek: Command, sample_home: Path) -> None:
    ran = planseek("duties", "青桐水库保护由谁牵头", home=sample_home)
    line = "澜江省临澜市云麓区｜青桐水库保护｜牵头：区水务局；责任：青桐水库管理中心、青桐镇政府"
    assert (ran.code, ran.err) == (0, "") and line in ran.out.splitlines()
    rows = planseek("duties", "青桐水库保护由谁牵头", "--region", "云麓区", "--json", home=sample_home).json["rows"]
    assert {row["region"]["code"] for row in rows} == {"990104"}


def test_duties_of_a_unit(planseek: Command, sample_home: Path) -> None:
    rows = planseek("duties", "水务局", "--unit", "--json", home=sample_home).json["rows"]
    assert rows and all("水务局" in str(row["lead"] + row["responsible"] + row["support"]) for row in rows)
    ran = planseek("duties", "水务局", "--unit", home=sample_home)
    assert (ran.code, ran.out.count("——《")) == (0, len(rows)) and "区水务局" in ran.out


@pytest.mark.parametrize("words", [("targets", "月球基地氦三产量"), ("duties", "月球事务局", "--unit")])
def test_no_rows_is_no_fault(planseek: Command, sample_home: Path, words: tuple[str, ...]) -> None:
    ran = planseek(*words, home=sample_home)
    assert (ran.code, ran.err) == (0, "") and ran.out.startswith("未检索到：")
    assert planseek(*words, "--json", home=sample_home).json["rows"] == []


def test_changes(planseek: Command, sample_home: Path, draft: str) -> None:
    found = planseek("changes", draft, "--json", home=sample_home).json["changes"]
    ran = planseek("changes", draft, home=sample_home)
    assert (ran.code, ran.err) == (0, "") and ran.out.startswith(f"共 {len(found)} 处不同。")
    kinds = [("改动" if c["before"] and c["after"] else "新增" if c["after"] else "删去") for c in found]
    assert [line[1:3] for line in ran.out.splitlines() if line.startswith("【")] == kinds
    assert set(kinds) == {"改动", "新增", "删去"} and "2600套" in ran.out
    assert "没有编号为 abc 的文档" in planseek("changes", "abc", home=sample_home).refused()


# — questions that go on, and words taken literally ————————————————————————————————————————————————————————


def test_after(planseek: Command, sample_home: Path) -> None:
    found = planseek("search", "茶溪县呢", "--after", "沧浦区的养老服务", "--json", home=sample_home).json
    assert (names(found), found["interpretation"]["topic"]) == (["茶溪县"], "养老服务")
    assert {hit["region"]["code"] for hit in found["hits"]} == {"990123"}
    answer = planseek("ask", "茶溪县呢", "--after", "沧浦区的养老服务", "--json", home=sample_home).json
    assert answer["interpretation"]["topic"] == "养老服务"
    assert {hit["region"]["code"] for hit in answer["hits"]} == {"990123"}


def test_literal(planseek: Command, sample_home: Path) -> None:
    assert names(planseek("search", "沧浦区养老服务", "--json", home=sample_home).json) == ["沧浦区"]
    found = planseek("search", "沧浦区养老服务", "--literal", "沧浦区", "--json", home=sample_home).json
    assert names(found) == [] and "沧浦区" in found["interpretation"]["topic"]
    assert len({hit["region"]["code"] for hit in found["hits"]}) > 1


# — written answers without a server ———————————————————————————————————————————————————————————————————————


def test_write_without_a_generator(planseek: Command, sample_home: Path, tmp_path: Path) -> None:
    ran = planseek("ask", "沧浦区养老床位", "--write", home=sample_home, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "") and ran.out.startswith("没有设置生成服务。")
    plain = planseek("ask", "沧浦区养老床位", home=sample_home, cwd=tmp_path)
    assert ran.out.endswith("原文：\n" + plain.out) and "——《" in plain.out
    found = planseek("ask", "沧浦区养老床位", "--write", "--json", home=sample_home, cwd=tmp_path).json
    written = found.pop("written")
    assert written["sentences"] == [] and written["note"].startswith("没有设置生成服务。")
    assert found == planseek("ask", "沧浦区养老床位", "--json", home=sample_home, cwd=tmp_path).json
