"""What is done by the buttons inside the page's own HTML and by the keyboard: heard by one script, done here, in order and once.
Draws the two buttons at the head of the tab, which count what was done."""

from pathlib import Path
from typing import Any

import streamlit as st

from ui import basket, judging, near, original_place, places, saved
from ui.client import Api, ApiError, Json
from ui.original_place import Place

_SCRIPT = Path(__file__).with_name("gestures.js")
_LONGEST_QUESTION = 2000
_DONE = "gestures-done"


@st.fragment
def listen(api: Api, asked: Json | None, question: str, words: Json) -> None:
    """Hear and do, without drawing the results anew. asked: the question's fields, if one is asked; question: what it means
    by itself; words: what the box may be completed with."""
    heard = st.session_state.get("gestures", {})
    told = obey(api, heard.get("said"))
    try:
        at_hand, marks = basket.current(api), judging.said(api, question) if asked else {}
        kept = api.saved()
    except ApiError:
        # What is wrong with the API is said where the answer would stand.
        at_hand, marks, kept = None, {}, []
    with st.container(horizontal=True, horizontal_alignment="right", gap="small", key="desk"):
        saved.opener(api, kept)
        basket.opener(api, at_hand)
    data = {
        "asked": asked["query"] if asked else "", "question": question, "done": st.session_state.get(_DONE, 0), "told": told,
        "found": near.found(api, heard.get("wanted")), "kept": list(basket.kept(at_hand)), "notes": basket.notes(at_hand),
        "marks": marks, "words": [*words["regions"], *words["terms"]], "questions": words["questions"],
    }  # fmt: skip
    with st.container(key="gestures-place"):
        _component()(key="gestures", data=data, default={"wanted": [], "said": []}, on_wanted_change=_nothing, on_said_change=_nothing)


def obey(api: Api, said: object) -> Json | None:
    """Do the wishes that have not been done yet; the number of the last one and what to tell of it. What comes from the
    browser is not trusted: what is no wish is passed over."""
    told = None
    for wish in said if isinstance(said, list) else ():
        number = wish.get("n") if isinstance(wish, dict) else None
        if not isinstance(number, int) or number <= st.session_state.get(_DONE, 0):
            continue
        st.session_state[_DONE] = number
        try:
            words = _done(api, wish)
        except ApiError as error:
            words = str(error)
        told = {"n": number, "text": words} if words else told
    return told


def _done(api: Api, wish: Json) -> str:
    act, on = wish.get("act"), wish.get("on") is True
    question = str(wish.get("question", ""))[:_LONGEST_QUESTION]
    if act == "ask":
        st.session_state.pop("answer", None)
        st.rerun()
    if act == "open":
        document, start, end = places.parsed(wish.get("ref"))
        original_place.go(Place(document, (start, end)))
        st.rerun()
    if act == "keep":
        return basket.put(api, question, str(wish.get("ref")), on)
    if act in judging.CHOICES and question:
        return judging.say(api, question, str(wish.get("ref")), act, on)
    if act in ("drop", "up", "down", "note"):
        return basket.change(api, act, wish.get("item"), wish.get("text"))
    return ""


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_gestures", js=_SCRIPT.read_text("utf-8"))


def _nothing() -> None:
    """Streamlit keeps a state only where something is called on its change."""
