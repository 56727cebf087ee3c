"""Jobs of the service on the page: a bar that moves by itself, a button that stops, what became of the last one. Starts none."""

import contextlib

import streamlit as st

from ui import library, notices
from ui.client import Api, ApiError, Json

EVERY = 1.0
"""Seconds between two looks at a job under way."""

OVER = ("done", "failed", "stopped")
WORDS = {"ingest": "入库", "reread": "重新读入", "remove": "移除"}
"""The kinds of job that change the corpus, with the words for them."""


def begun(job: Json) -> None:
    """Say that a job has begun, and note that this session did so: what becomes of it is shown in full."""
    st.session_state.setdefault("begun", set()).add(job["id"])
    st.toast(f"已开始{WORDS[job['kind']]}，进度在“添加文件”下面。")


def is_mine(job: Json) -> bool:
    """Whether this session began a job."""
    return job["id"] in st.session_state.get("begun", ())


def of_corpus(api: Api) -> list[Json]:
    """The jobs that change the corpus, the newest first."""
    return [job for job in api.jobs() if job["kind"] in WORDS]


def under_way(api: Api, jobs: list[Json]) -> None:
    """A bar for every job that has not ended; the whole page is drawn again once one has."""
    for job in jobs:
        if job["state"] not in OVER:
            st.fragment(_bar, run_every=EVERY)(api, job["id"])


def _bar(api: Api, name: str) -> None:
    try:
        job = api.job(name)
    except ApiError as error:
        st.html(notices.note(str(error)))
        return
    if job["state"] in OVER:
        if job["state"] == "done":
            st.session_state["report"] = library.outcome(job)
        st.rerun()  # The list of documents and the filters beside are other ones now.
    with st.container(horizontal=True, vertical_alignment="center", key=f"job-{name}"):
        share = min(job["done"] / job["total"], 1.0) if job["total"] else 0.0
        st.progress(share, told(job))
        asked = st.session_state.get(f"stopping-{name}", False)
        st.button("正在停止…" if asked else "停止", key=f"stop-{name}", disabled=asked, on_click=_stop, args=(api, name), width="content")


def _stop(api: Api, name: str) -> None:
    with contextlib.suppress(ApiError):  # The bar tells what became of it.
        api.stop(name)
        st.session_state[f"stopping-{name}"] = True


def told(job: Json) -> str:
    """Where a job under way stands, in a line."""
    kind = WORDS.get(job["kind"], "后台任务")
    if job["state"] == "waiting":
        return f"{kind}：在等前一项完成"
    count = f" {job['done']}/{job['total']}" if job["total"] > 1 else ""
    return f"{kind}：{job['stage'] or '准备'}{count}，已用 {duration(job['seconds'])}。可以离开这里去提问。"


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
