"""The sub-commands `planseek keys`: make, list and take back the keys of a home. Talks to standard error but for results."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import settings as configuration
from access.keys import Keys
from access.model import ROLES, Key
from terminal import AsJson, Home, print_json, say

keys = typer.Typer(no_args_is_help=True, help="访问密钥：给其他电脑上的同事用；有了密钥，每次访问都要出示。")


@keys.command()
def add(
    name: Annotated[str, typer.Argument(metavar="名称", help="谁用这个密钥，例如：规划科张三")],
    role: Annotated[str, typer.Option("--role", help="、".join(ROLES))] = ROLES[0],
    collections: Annotated[
        list[str] | None, typer.Option("--collection", help="只许看这个资料集（metadata.csv 的 collection 一栏），可以写几次；不写则全部")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """新建密钥；密钥只在这时显示一次。"""
    made, secret = _keys(home).add(name, role, collections or None)
    if as_json:
        print_json(asdict(made) | {"secret": secret})
        return
    say(f"已为「{made.name}」建立密钥（{made.role}，{_seen(made)}）。请交给本人保管，它不会再次显示：")
    say(secret)


@keys.command(name="list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出已有的密钥（不含密钥本身）。"""
    found = _keys(home).all()
    if as_json:
        print_json({"keys": [asdict(key) for key in found]})
        return
    if not found:
        say("还没有密钥：只有本机可以访问。用 planseek keys add 名称 新建。")
    for key in found:
        say(f"{key.name}｜{key.role}｜{_seen(key)}｜建于 {key.created[:10]}｜最近使用 {(key.used or '从未')[:10]}｜{key.id}")


@keys.command()
def remove(name: Annotated[str, typer.Argument(metavar="名称", help="密钥的名称或编号")], home: Home = None) -> None:
    """停用一个密钥，立即生效。"""
    say(f"已停用「{_keys(home).remove(name).name}」的密钥。")


def _seen(key: Key) -> str:
    return "全部资料" if key.collections is None else f"只看资料集 {'、'.join(key.collections)}"


def _keys(home: Path | None) -> Keys:
    return Keys(configuration.load(home).home)
