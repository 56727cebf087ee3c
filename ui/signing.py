"""Where a service has keys: the form that asks for one, and the key of this session. Keeps it nowhere else."""

import streamlit as st

from ui import notices


def key() -> str:
    """The key that was given in this session; nothing where none was."""
    return str(st.session_state.get("key", ""))


def form(told: str) -> None:
    """Ask for the key. told: why the one at hand does not do, said once one has been given."""
    st.html('<div class="ps-empty" lang="zh-CN"><h2>请登录</h2><p>这里的语料需要访问密钥。密钥由管理员发放，只在这次打开页面期间有效，不会保存在电脑上。</p></div>')
    if key():
        st.html(notices.note(told))
    with st.form("signing", border=False):
        given = st.text_input("访问密钥", type="password", autocomplete="off", max_chars=200)
        if st.form_submit_button("登录", type="primary"):
            st.session_state["key"] = given.strip()
            st.rerun()
