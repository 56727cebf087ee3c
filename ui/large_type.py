"""The switch 大字: larger letters on all of the page. The browser keeps it, so that it holds tomorrow too and goes into no link."""

from typing import Any

import streamlit as st

_BUTTON = '<button type="button" lang="zh-CN" aria-pressed="false" title="整页用大一号的字；这台电脑的浏览器会记住">大字</button>'
_STYLE = """
button { all: unset; box-sizing: border-box; cursor: pointer; font: 400 .82rem/1.7 var(--sans); color: var(--soft); border: 1px solid var(--line);
  border-radius: .35rem; padding: .05rem .6rem; white-space: nowrap; }
button:hover { border-color: var(--brand); color: var(--brand); }
button:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
button[aria-pressed="true"] { background: var(--brand-wash); border-color: var(--brand); color: var(--brand); }
"""
_SCRIPT = """
const NAME = "planseek-large-type";
const kept = () => { try { return localStorage.getItem(NAME) === "on"; } catch { return false; } };
const keep = (on) => { try { localStorage.setItem(NAME, on ? "on" : "off"); } catch { /* then it holds until the page is closed */ } };
export default function ({ parentElement }) {
  const button = parentElement.querySelector("button");
  const root = document.documentElement;
  const show = (on) => { root.toggleAttribute("data-large", on); button.setAttribute("aria-pressed", String(on)); };
  show(root.hasAttribute("data-large") || kept());
  button.onclick = () => { const on = !root.hasAttribute("data-large"); keep(on); show(on); };
}
"""


def switch() -> None:
    """The button; it needs no answer of Python."""
    _component()(key="large-type", width="content")


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_large_type", html=_BUTTON, css=_STYLE, js=_SCRIPT)
