"""`planseek doctor`, `backup` and `restore` as they are typed: what they print, their exit codes, and their JSON."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Command


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "库"))


def test_the_doctor_finds_names_and_repairs(planseek: Command, home: Path) -> None:
    sound = planseek("doctor", home=home)
    assert (sound.code, sound.err) == (0, "") and sound.out.splitlines()[-1].endswith("状态良好。")
    (vectors,) = home.glob("index/*/*.vectors.faiss")
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    hurt = planseek("doctor", home=home)
    first, last = hurt.out.splitlines()
    assert hurt.code == 1 and first.startswith("有问题　索引：") and "vectors.faiss 已损坏" in first and last.endswith("需要处理。")
    assert "vectors.faiss 已损坏" in planseek("search", "生态修复", home=home).refused()
    told = planseek("doctor", "--json", home=home)
    assert (told.code, told.json["healthy"]) == (1, False)
    assert [(f["part"], f["serious"], f["repaired"]) for f in told.json["findings"]] == [("索引", True, False)]
    mended = planseek("doctor", "--repair", home=home)
    assert mended.code == 0 and mended.out.splitlines()[0].startswith("已修复　索引：") and vectors.read_bytes() == whole
    assert planseek("search", "生态修复", home=home).code == 0


def test_a_home_that_is_not_there_is_unhealthy(planseek: Command, tmp_path: Path) -> None:
    missing = planseek("doctor", home=tmp_path / "无")
    assert missing.code == 1 and "不存在" in missing.out and not (tmp_path / "无").exists()


def test_a_backup_is_restored_elsewhere(planseek: Command, home: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "备份.zip", tmp_path / "新机器" / "库"
    saved = planseek("backup", file, home=home)
    assert saved.code == 0 and saved.out.startswith(f"已备份到 {file}：14 份文件")
    back = planseek("restore", file, "--json", home=other)
    assert back.code == 0 and back.json["documents"] == 14 and back.json["aside"] is None
    question = ("search", "各区生态修复措施", "--json")
    assert planseek(*question, home=other).json["hits"] == planseek(*question, home=home).json["hits"]
    assert "已有内容" in planseek("restore", file, home=other).refused()
    assert planseek("restore", file, "--force", home=other).out.splitlines()[-1].startswith("原有数据移到了 ")
    assert planseek("backup", file, "--json", "--with-index", home=home).json["documents"] == 14


def test_what_is_no_backup_is_refused(planseek: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK nothing")
    assert "不是完好的备份文件" in planseek("restore", tmp_path / "x.zip", home=tmp_path / "新").refused()
    assert "没有找到" in planseek("restore", tmp_path / "y.zip", home=tmp_path / "新").refused()
    assert "没有可备份的内容" in planseek("backup", tmp_path / "z.zip", home=tmp_path / "新").refused()
    assert not (tmp_path / "新").exists()
