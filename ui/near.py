"""The paragraphs before and after a hit, fetched when its 前后段 is opened. Looks up nothing that is not opened."""

import streamlit as st

from ui import places
from ui.client import Api, ApiError, Json
from ui.marks import escaped, marked

MOST = 40
"""Openings that are answered at once; more are never on one screen."""


def found(api: Api, wanted: object) -> dict[str, str]:
    """HTML by reference; what is no reference is passed over, for it comes from the browser."""
    answers: dict[str, str] = {}
    for reference in [w for w in wanted if isinstance(w, str)][-MOST:] if isinstance(wanted, list) else ():
        try:
            place = places.parsed(reference)
        except ApiError:
            continue
        try:
            answers[reference] = shown(_around(api.address, *place, api))
        except ApiError as error:
            answers[reference] = f'<p class="ps-note">没有读到前后段：{escaped(error)}</p>'
    return answers


def shown(around: Json) -> str:
    """The paragraph before and the one after, each with where it stands."""
    return "".join(
        f'<div class="ps-beside"><b>{label}</b><blockquote>{marked(side["text"])}</blockquote><cite>{escaped(side["citation"])}</cite></div>'
        if (side := around[name])
        else f'<p class="ps-hint">{none}</p>'
        for name, label, none in (("before", "前一段", "前面没有正文了。"), ("after", "后一段", "后面没有正文了。"))
    )


@st.cache_data(max_entries=512, ttl=600, show_spinner=False)
def _around(address: str, document: str, start: int, end: int, _api: Api) -> Json:
    return _api.around(document, start, end)
