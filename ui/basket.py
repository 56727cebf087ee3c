"""The baskets into which passages are collected across questions: what lies in them, with notes, order and files. Keeps nothing
itself: the API does."""

import streamlit as st

from ui import exports, notices, original_place, places
from ui.client import Api, ApiError, Json
from ui.marks import escaped, marked, plain
from ui.regions import name_parts

FIRST = "我的资料夹"
"""The name of the basket that is made where there is none yet."""
_OPEN = "basket-open"


def current(api: Api) -> Json | None:
    """The basket at hand with its items: the one chosen in this session, else the one changed last. Raises ApiError."""
    baskets = api.baskets()
    if not baskets:
        return None
    chosen = st.session_state.get("basket")
    return api.basket(int(next((b["id"] for b in baskets if b["id"] == chosen), baskets[0]["id"])))


def kept(basket: Json | None) -> dict[str, int]:
    """Reference → item, of all in a basket."""
    return {places.reference(item["document"], item["span"]): item["id"] for item in (basket or {"items": ()})["items"]}


def put(api: Api, question: str, reference: str, on: bool) -> str:
    """Put a passage into the basket at hand, or take it out; what to tell. Raises ApiError."""
    document, start, end = places.parsed(reference)
    basket = current(api)
    if on:
        # What is put in goes on into the same basket, whichever is changed elsewhere meanwhile.
        basket = basket or api.add_basket(FIRST)
        st.session_state["basket"] = basket["id"]
        api.keep(basket["id"], document, start, end, question)
        return f"已收进“{basket['name']}”"
    if basket and reference in (items := kept(basket)):
        api.remove_item(basket["id"], items[reference])
    return "已移出资料夹"


def change(api: Api, act: str, item: object, text: object = None) -> str:
    """What the buttons of an item do: drop, up, down, note; what to tell. Raises ApiError."""
    basket = current(api)
    items = basket["items"] if basket else []
    at = next((place for place, one in enumerate(items) if one["id"] == item), None)
    if basket is None or at is None:
        raise ApiError("资料夹里没有这一段，可能已经移出。请刷新页面。")
    number = int(items[at]["id"])
    if act == "drop":
        api.remove_item(basket["id"], number)
        return "已移出资料夹"
    if act == "note":
        api.change_item(basket["id"], number, {"note": str(text or "")})
        return "备注已保存"
    # Its neighbour under the same question gives it its place.
    beside = [place for place, one in enumerate(items) if one["question"] == items[at]["question"]]
    to = beside.index(at) + (-1 if act == "up" else 1)
    if 0 <= to < len(beside):
        api.change_item(basket["id"], number, {"position": beside[to] + 1})
    return ""


def opener(api: Api, basket: Json | None) -> None:
    """The button with the count; what it opens stays open while it is worked in."""
    count = len(basket["items"]) if basket else 0
    if st.button(f"资料夹 {count}" if count else "资料夹", key="basket-button", help="收下的原文、备注和导出"):
        st.session_state[_OPEN] = True
    if st.session_state.get(_OPEN):
        _dialog(api)


def _closed() -> None:
    st.session_state[_OPEN] = False


@st.dialog("资料夹", width="large", on_dismiss=_closed)
def _dialog(api: Api) -> None:
    try:
        baskets, basket = api.baskets(), current(api)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="basket-head"):
            _chooser(baskets, basket)
            _naming(api, basket)
        if basket and basket["items"]:
            with st.container(horizontal=True, vertical_alignment="center", key="basket-exports"):
                st.html('<span class="ps-hint" lang="zh-CN">导出</span>', width="content")
                exports.offer(basket["name"], lambda name: api.basket_file(basket["id"], name), f"basket-{basket['id']}")
        st.html(listed(basket))
    except ApiError as error:
        st.html(notices.note(str(error)))


def _chooser(baskets: list[Json], basket: Json | None) -> None:
    names = {b["id"]: f"{b['name']}（{b['count']} 段）" for b in baskets}
    if basket is None or len(names) < 2:
        name = escaped(basket["name"]) if basket else "还没有资料夹"
        st.html(f'<b lang="zh-CN">{name}</b>', width="content")
        return
    chosen = st.selectbox(
        "资料夹", list(names), list(names).index(basket["id"]), names.__getitem__, key=f"basket-chosen-{basket['id']}",
        label_visibility="collapsed", width=260,
    )  # fmt: skip
    if chosen != basket["id"]:
        st.session_state["basket"] = chosen
        st.rerun()


def _naming(api: Api, basket: Json | None) -> None:
    """Make, rename, remove. Each may be refused, which is told where it was asked for."""
    with st.popover("新建、改名、删除", type="tertiary", width="content"):
        name = st.text_input("名称", key="basket-name", max_chars=100, placeholder="例如：生态修复材料", autocomplete="off")
        with st.container(horizontal=True):
            made = st.button("新建", key="basket-add", disabled=not name)
            renamed = st.button("把现在这个改成此名", key="basket-rename", disabled=not name or basket is None)
        # What cannot be undone is ticked first.
        count = len(basket["items"]) if basket else 0
        sure = basket is not None and st.checkbox(f"删除“{plain(basket['name'])}”和其中的 {count} 段原文、备注", key=f"basket-sure-{basket['id']}")
        removed = st.button("删除", key="basket-remove", disabled=not sure)
    try:
        if made:
            st.session_state["basket"] = api.add_basket(name)["id"]
        elif renamed and basket:
            api.rename_basket(basket["id"], name)
        elif removed and basket:
            api.remove_basket(basket["id"])
        else:
            return
    except ApiError as error:
        st.html(notices.note(str(error)))
        return
    del st.session_state["basket-name"]
    # All of the page: the marks on the passages found are those of the basket at hand.
    st.rerun()


def listed(basket: Json | None) -> str:
    """HTML of what lies in a basket, question by question; the notes are filled in by the page's script, for a note that is
    being written must outlive a redrawing."""
    if not basket or not basket["items"]:
        return (
            '<div class="ps-empty ps-basket" lang="zh-CN"><h2>还没有收下原文</h2><p>在检索结果里点一段下面的“收进资料夹”（或按 b 键），'
            "它就连同出处放到这里；可以写备注、调整顺序，再一起导出。</p></div>"
        )
    by_question: dict[str, list[Json]] = {}
    for item in basket["items"]:
        by_question.setdefault(item["question"], []).append(item)
    parts = "".join(
        f"<section><h3>{escaped(question) or '未写明问题'}<small>{len(items)} 段</small></h3>{''.join(map(_item, items))}</section>"
        for question, items in by_question.items()
    )
    return f'<div class="ps-basket" lang="zh-CN">{parts}</div>'


def notes(basket: Json | None) -> dict[str, str]:
    """Item → note."""
    return {str(item["id"]): item["note"] for item in (basket or {"items": ()})["items"]}


def _item(item: Json) -> str:
    reference = places.reference(item["document"], item["span"])
    region = f"<span>{escaped(name_parts(item['region']['name'])[1])}</span>" if item["region"] else ""
    label = item["citation"]["citation"] if item["citation"] else item["label"]
    gone = '<span class="ps-label ps-draft">原文件已不在语料中</span>' if item["missing"] else ""
    buttons = "".join(_button(act, words, does) for act, words, does in _BUTTONS)
    source = "" if item["missing"] else _link(item)
    return (
        f'<article class="ps-kept" data-item="{int(item["id"])}" data-ref="{escaped(reference)}"><blockquote>{marked(item["quote"])}</blockquote>'
        f'<p class="ps-cite">{region}<cite>{escaped(label)}</cite>{gone}</p>'
        '<textarea rows="1" maxlength="4000" data-act="note" aria-label="备注" placeholder="写备注…"></textarea>'
        f'<div class="ps-acts">{source}{buttons}</div></article>'
    )


_BUTTONS = (
    ("copy", "复制", "复制引文和出处"), ("up", "上移", "上移一位"), ("down", "下移", "下移一位"), ("drop", "移出", "从资料夹移出"),
)  # fmt: skip


def _button(act: str, words: str, does: str) -> str:
    return f'<button type="button" data-act="{act}" aria-label="{does}">{words}</button>'


def _link(item: Json) -> str:
    span = item["citation"]["span"]
    place = original_place.Place(item["document"], (int(span["start"]), int(span["end"])))
    return f'<a data-act="open" href="{escaped(original_place.link(place))}">看原文</a>'
