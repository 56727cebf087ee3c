"""What the page says of itself: a note, a message, a stop with a way to try again. Escapes all it is given."""

import streamlit as st

from ui.marks import escaped


def note(sentence: str) -> str:
    """A line on what has just been done, as HTML."""
    return f'<p class="ps-note" lang="zh-CN" role="status">{escaped(sentence)}</p>'


def message(title: str, sentence: str) -> None:
    """Something in place of a result."""
    st.html(
        f'<div class="ps-empty" lang="zh-CN" role="status"><h2>{escaped(title)}</h2><p>{escaped(sentence)}</p></div>'
    )


def stopped(title: str, sentence: str) -> None:
    """A message with a button that draws the page again."""
    message(title, sentence)
    if st.button("重试", key="retry"):
        st.rerun()  # All of the page: what is wrong was found out at its head.
