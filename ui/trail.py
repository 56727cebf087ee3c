"""What a question carries besides its words (the question before, the words that restrict nothing), kept in the page's
address, and the questions of this session. Asks nothing."""

import streamlit as st

from ui.client import Json
from ui.marks import plain, shortened

POINTS = " ，,。；;：:、？?！!“”\"「」（）()"
MOST = 20
LONGEST = 900
"""Characters of a composed question: the API takes 1,000."""
_EACH = {"县级": "各区县", "地级": "各市", "省级": "各省", "乡级": "各乡镇"}
_FEW = 8
"""Regions that a composed question names; of more it asks one by one."""
_SHOWN = 32


def carried() -> Json:
    """The fields of a question that the address keeps."""
    literal = [words for words in st.query_params.get_all("literal") if words.strip()]
    return {"previous": st.query_params.get("previous", ""), "literal": list(dict.fromkeys(literal))}


def ask(query: str, previous: str = "", literal: tuple[str, ...] = ()) -> None:
    """Take a question to be asked when the page is drawn next."""
    st.session_state["q"] = query
    _keep("previous", [previous] if previous else [])
    _keep("literal", list(literal))


def afresh() -> None:
    """Forget what belonged to the question that stood in the box."""
    _keep("previous", [])
    _keep("literal", [])


def stand_alone() -> None:
    """Ask the question without the one before it."""
    _keep("previous", [])


def switch_off(words: str) -> None:
    """Let words of the question restrict nothing."""
    _keep("literal", [*carried()["literal"], words])


def switch_on(words: str) -> None:
    """Let words restrict again."""
    _keep("literal", [kept for kept in carried()["literal"] if kept != words])


def effective(asked: Json, reading: Json) -> str:
    """A question that says by itself what this one meant: its own words, or, of a follow-up, what was understood."""
    if not asked.get("previous"):
        return str(asked["query"])
    places = "、".join(region["name"] for region in reading["regions"])
    if reading["fan_out"] and (len(reading["regions"]) > _FEW or any(r["as"] == "fan_out" for r in reading.get("read", ()))):
        places = "、".join(region["name"] for region in reading.get("within", ())) + _EACH.get(reading["fan_out"], "各地")
    times = "、".join(f"{period}年" if period.isdigit() else period for period in reading.get("periods", ()))
    papers = "、".join((*reading["statuses"], *reading["kinds"]))
    topic = str(reading["topic"])
    for words in reading.get("exact", ()):
        topic = topic.replace(words, f"“{words}”")
    without = "".join(f"，不含{words}" for words in reading.get("excluded", ()))
    said = f"{places}{times}{papers}{'里的' if papers else ''}{topic}{without}"
    return said if len(said) <= LONGEST else str(asked["query"])


def remember(asked: Json) -> None:
    """Put a question that was answered first among those of this session."""
    entry = (asked["query"], asked["previous"], tuple(asked["literal"]))
    kept: list[tuple[str, str, tuple[str, ...]]] = st.session_state.get("trail", [])
    st.session_state["trail"] = [entry, *(other for other in kept if other != entry)][: MOST + 1]


def history(current: Json | None = None) -> None:
    """The questions of this session but the current one, newest first; a click asks again."""
    now = (current["query"], current["previous"], tuple(current["literal"])) if current else None
    kept = [entry for entry in st.session_state.get("trail", []) if entry != now][:MOST]
    if not kept:
        return
    st.html('<h2 class="ps-h" lang="zh-CN">本次问过<small>点一下再问一次</small></h2>')
    with st.container(horizontal=True, gap="xsmall", key="trail-list"):
        for i, (query, previous, literal) in enumerate(kept):
            after = f" :gray[接着“{plain(shortened(previous, _SHOWN))}”]" if previous else ""
            changed = " :gray[改过理解]" if literal else ""
            st.button(
                plain(shortened(query, _SHOWN)) + after + changed, key=f"trail-{i}", on_click=ask, args=(query, previous, literal), wrap=True
            )


def _keep(name: str, values: list[str]) -> None:
    if values:
        st.query_params[name] = values
    elif name in st.query_params:
        del st.query_params[name]
