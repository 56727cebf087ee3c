"""`planseek keys`, and a service that is not opened to the network without one."""

import re
from pathlib import Path

from access.keys import Keys
from tests.conftest import Command


def test_keys_are_made_listed_and_taken_back(planseek: Command, tmp_path: Path) -> None:
    assert "只有本机可以访问" in planseek("keys", "list", home=tmp_path).out
    made = planseek("keys", "add", "规划科张三", "--role", "编辑", home=tmp_path)
    secret = re.search(r"ps_\S+", made.out)
    assert (made.code, made.err) == (0, "") and secret is not None
    holder = Keys(tmp_path).holder(secret.group())
    assert holder is not None and (holder.name, holder.role) == ("规划科张三", "编辑")
    listed = planseek("keys", "list", "--json", home=tmp_path).json["keys"]
    assert [(key["name"], key["role"]) for key in listed] == [("规划科张三", "编辑")]
    assert secret.group().split("_", 2)[2] not in planseek("keys", "list", home=tmp_path).out
    assert "已停用" in planseek("keys", "remove", "规划科张三", home=tmp_path).out
    assert "没有名为「规划科张三」的密钥" in planseek("keys", "remove", "规划科张三", home=tmp_path).refused()
    assert "没有「老板」这个角色" in planseek("keys", "add", "李四", "--role", "老板", home=tmp_path).refused()


def test_nothing_is_opened_to_the_network_without_a_key(planseek: Command, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        assert "没有访问密钥，不能监听" in planseek("serve", "--host", host, home=tmp_path).refused()
