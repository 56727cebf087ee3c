"""What one may ask next: chips under the empty box, words for the browser's list, other terms where nothing was found. Searches
nothing: the API knows what the corpus has."""

import streamlit as st

from ui import trail
from ui.client import Api, ApiError, Json
from ui.marks import escaped, plain

NOTHING: Json = {"regions": [], "terms": [], "questions": []}
MOST = 300
_CHIPS = 10
_NEAR = 6


def offered(api: Api, documents: list[Json]) -> Json:
    """Regions, terms and questions of the corpus at hand; nothing where the API cannot tell."""
    try:
        return _offered(api.address, str(hash(tuple((d["id"], d["passages"]) for d in documents))), api)
    except ApiError:
        return NOTHING


@st.cache_data(max_entries=8, ttl=600, show_spinner=False)
def _offered(address: str, state: str, _api: Api) -> Json:
    return _api.suggest("", MOST)


def questions(found: Json) -> None:
    """Whole questions; a click asks."""
    if not found["questions"]:
        return
    st.html('<p class="ps-hint" lang="zh-CN">可以直接点一个试试：</p>')
    with st.container(horizontal=True, key="examples"):
        for i, question in enumerate(found["questions"][:_CHIPS]):
            st.button(plain(question), key=f"example-{i}", on_click=trail.ask, args=(question,))


def chips(found: Json) -> str:
    """HTML of regions and terms that are put into the box by a click, one behind the other."""
    rows = "".join(
        f"<p><i>{label}</i>{''.join(_chip(word) for word in found[name][:_CHIPS])}</p>"
        for name, label in (("regions", "地区"), ("terms", "用语"))
        if found[name]
    )
    return f'<div class="ps-suggest" lang="zh-CN" role="group" aria-label="点一下放进问题里">{rows}</div>' if rows else ""


def elsewhere(api: Api, asked: Json, topic: str) -> None:
    """Terms near to a topic of which nothing was found, as questions; a click asks."""
    try:
        terms = api.suggest(topic, _NEAR)["terms"]
    except ApiError:
        return
    if not terms:
        return
    st.html('<p class="ps-hint" lang="zh-CN">语料里有这些相近的说法，可以换一个再问：</p>')
    with st.container(horizontal=True, key="elsewhere"):
        for i, term in enumerate(terms):
            query = asked["query"].replace(topic, term) if topic in asked["query"] else term
            st.button(plain(term), key=f"elsewhere-{i}", on_click=trail.ask, args=(query,), help=plain(query))


def _chip(word: str) -> str:
    return f'<button type="button" data-act="put" data-text="{escaped(word)}">{escaped(word)}</button>'
