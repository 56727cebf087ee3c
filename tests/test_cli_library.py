"""The commands that change what is in the corpus, as a user runs them over a copy of the sample plans."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Command

REPORT = "06_望澜区2026年政府工作报告.txt"


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "库"))


def test_edit_and_back(planseek: Command, home: Path) -> None:
    ran = planseek("edit", REPORT, "--region", "茶溪县", "--issued", "2026年1月20日", home=home)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[1:] == ["地区：澜江省临澜市茶溪县", "日期：2026-01-20"]
    hits = planseek("search", "工作", "--region", "茶溪县", "--kind", "政府工作报告", "--json", home=home).json["hits"]
    assert {Path(hit["document"]["file"]).name for hit in hits} == {REPORT}
    back = planseek("edit", REPORT, "--reset", "地区", "--reset", "issued", "--json", home=home).json
    assert (back["status"], back["document"]["region"]["name"]) == ("changed", "澜江省临澜市望澜区")
    again = planseek("edit", back["id"][:8], "--reset", "all", "--json", home=home).json
    assert (again["id"], again["status"]) == (back["id"], "unchanged")


def test_refused_edits(planseek: Command, home: Path) -> None:
    assert "文种「小说」无法识别" in planseek("edit", REPORT, "--kind", "小说", home=home).refused()
    assert "没有给出要更正的内容" in planseek("edit", REPORT, home=home).refused()
    assert "--reset 不认识「text」" in planseek("edit", REPORT, "--reset", "text", home=home).refused()
    assert "没有找到文档「无此文件.txt」" in planseek("edit", "无此文件.txt", "--title", "题", home=home).refused()
    assert "请先运行：planseek ingest" in planseek("edit", REPORT, "--title", "题", home=home / "x").refused()


def test_remove(planseek: Command, home: Path, samples: Path) -> None:
    ran = planseek("remove", REPORT, (samples / "14_茶溪县乡村旅游行动计划.txt").as_posix(), home=home)
    assert ran.code == 0 and ran.out.count("已移除：") == 2 and f"原文件 {REPORT} 还在原处" in ran.out
    assert "没有找到文档" in planseek("remove", REPORT, home=home).refused()
    (gone,) = planseek("remove", "09_禾川县2026年政府工作报告.docx", "--json", home=home).json["documents"]
    assert gone["deleted"] == [] and len(gone["left"]) == 1 and Path(gone["left"][0]).exists()


def test_regions(planseek: Command, home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "地区.csv"
    rows.write_bytes("code,name,level,parent,aliases\n990100K9,沧浪高新区,县级,临澜市,高新片区\n".encode("gb18030"))
    ran = planseek("regions", "add", rows, home=home)
    assert (ran.code, ran.err) == (0, "") and "已增加 1 个地区：澜江省临澜市沧浪高新区" in ran.out and "planseek ingest" in ran.out
    assert "990100K9  县级  澜江省临澜市沧浪高新区（自设）  0 份文件" in planseek("regions", "list", "高新片区", home=home).out
    found = planseek("regions", "list", "--json", home=home).json["regions"]
    assert found[0]["own"] and {"990102", "990100K9"} <= {region["code"] for region in found}
    assert "第 1 个地区：代码 990100K9 已是" in planseek("regions", "add", rows, home=home).refused()
    assert planseek("regions", "remove", "990100K9", home=home).out == "已删除地区 990100K9。\n"
    assert "没有代码为 990100K9 的地区" in planseek("regions", "remove", "990100K9", home=home).refused()
    assert "份文件属于或提到地区「沧浦区」" in planseek("regions", "remove", "990102", home=home).refused()


def test_files_that_are_no_table_of_regions(planseek: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "错.csv").write_text("代码,名称\n1,甲\n", "utf-8")
    assert "错.csv 缺少列：code、level、name" in planseek("regions", "add", tmp_path / "错.csv", home=home).refused()
    assert "无法读取" in planseek("regions", "add", tmp_path / "无.csv", home=home).refused()
