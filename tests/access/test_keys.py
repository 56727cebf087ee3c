"""Keys: made once, found by their secret only, gone when taken back; nothing secret on the disk."""

import stat
from pathlib import Path

import pytest

from access.keys import FILE, MOST, Keys
from access.model import HERE, ROLES, Caller
from corpus.errors import PlanSeekError, Unknown


def test_a_home_without_keys_has_none_and_writes_no_file(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert (keys.exist(), keys.all(), keys.holder("ps_a_b")) == (False, [], None)
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_found_by_its_secret_and_by_nothing_else(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    made, secret = keys.add(" 规划科  张三 ", "读者")
    _, other_secret = keys.add("李四", "管理员")
    assert (made.name, made.role) == ("规划科 张三", "读者")
    assert keys.exist() and [key.name for key in keys.all()] == sorted(["规划科 张三", "李四"])
    found = keys.holder(secret)
    assert found is not None and (found.id, found.role) == (made.id, "读者")
    other = keys.holder(other_secret)
    assert other is not None and other.role == "管理员"
    mixed = f"ps_{made.id}_{other_secret.split('_', 2)[2]}"
    for wrong in ("", "ps", secret[:-1], secret + "a", secret.upper(), mixed, f"ps_{made.id}_", f"ps__{secret[4:]}", "ps_'; --_x", "é" * 40):
        assert keys.holder(wrong) is None


def test_a_key_that_was_taken_back_opens_nothing(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    made, secret = keys.add("张三", "编辑")
    assert keys.remove(made.id).name == "张三" and keys.holder(secret) is None and not keys.exist()
    with pytest.raises(Unknown, match="没有名为「张三」的密钥"):
        keys.remove("张三")


def test_no_secret_lies_on_the_disk_and_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    _, secret = Keys(tmp_path).add("张三", "读者")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.split("_", 2)[2].encode() not in content
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_use_is_noted_by_the_day(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    _, secret = keys.add("张三", "读者")
    assert keys.all()[0].used is None
    keys.holder(secret)
    first = keys.all()[0].used
    keys.holder(secret)
    assert first is not None and keys.all()[0].used == first


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [("  ", "读者", "名称要有"), ("长" * 61, "读者", "名称要有"), ("张三", "老板", "没有「老板」这个角色")],
)
def test_what_is_no_key_is_refused(tmp_path: Path, name: str, role: str, told: str) -> None:
    keys = Keys(tmp_path)
    with pytest.raises(PlanSeekError, match=told):
        keys.add(name, role)
    assert not keys.exist()


def test_a_name_is_taken_once_and_the_number_of_keys_is_bounded(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.add("张三", "读者")
    with pytest.raises(PlanSeekError, match="已有名为「张三」的密钥"):
        keys.add("张三", "编辑")
    for number in range(MOST - 1):
        keys.add(f"密钥{number}", "读者")
    with pytest.raises(PlanSeekError, match="最多可有"):
        keys.add("再来一个", "读者")


def test_a_broken_file_is_told_and_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 200)
    with pytest.raises(PlanSeekError, match=r"密钥库 .* 无法读写"):
        Keys(tmp_path).exist()
    with pytest.raises(PlanSeekError):
        Keys(tmp_path).holder("ps_a_b")


def test_each_role_may_what_those_before_it_may() -> None:
    may = {role: [other for other in ROLES if Caller("", "", role).may(other)] for role in ROLES}
    assert may == {"读者": ["读者"], "编辑": ["读者", "编辑"], "管理员": ["读者", "编辑", "管理员"]}
    assert HERE.may("管理员")
