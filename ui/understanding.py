"""The chips that say how a question was read, each a button that takes its reading back. Reads no question itself."""

from dataclasses import dataclass

import streamlit as st

from ui import trail
from ui.client import Json
from ui.marks import escaped, plain, shortened
from ui.regions import name_parts

LABELS = {
    "region": "地区", "fan_out": "逐个", "period": "时间", "kind": "文种", "status": "状态", "document": "文件", "exact": "须含",
    "excluded": "不含", "wants": "想要",
}  # fmt: skip
_OVERRULED = {"regions": "region", "periods": "period", "kinds": "kind", "statuses": "status"}
"""A filter of the sidebar → the reading that it replaces."""
_MOST_EXPANSIONS = 10
_MOST_REGIONS = 6
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood. words: what of the question says so, where a click can take it back. aside: whether it
    was noticed but restricts nothing."""

    label: str
    text: str
    words: str = ""
    aside: bool = False


def chips(reading: Json, asked: Json) -> list[Chip]:
    """What is in force, the topic first: what the question's words say with those words, the rest only told."""
    overruled = {name for field, name in _OVERRULED.items() if asked.get(field)}
    read = {(r["as"], r["words"]): r for r in reading.get("read", ()) if r["as"] not in overruled}
    said = {what for what, _ in read}
    found = [Chip("主题", reading["topic"])]
    for name, label in LABELS.items():
        own = [Chip(label, _value(reading, r), r["words"]) for (what, _), r in read.items() if what == name]
        found += own or _told(name, reading, said)
    if mentioned := [name_parts(region["name"])[1] for region in reading.get("mentioned", ())]:
        found.append(Chip("仅提到", "、".join(mentioned), aside=True))
    words = [e["word"] for e in reading.get("expansions", ())]
    if words:
        more = " 等" if len(words) > _MOST_EXPANSIONS else ""
        found.append(Chip("已同时检索", "、".join(words[:_MOST_EXPANSIONS]) + more))
    return found


def shown(found: list[Chip]) -> str:
    """HTML of chips that cannot be clicked."""
    spans = (
        f'<span class="ps-chip{" ps-aside" if chip.aside else ""}"><i>{escaped(chip.label)}{"：" if chip.aside else ""}</i>'
        f"{escaped(chip.text)}</span>"
        for chip in found
    )
    return f'<div class="ps-understood" lang="zh-CN">{"".join(spans)}</div>'


def notes(reading: Json) -> str:
    return "".join(f'<p class="ps-note" lang="zh-CN">{escaped(note)}</p>' for note in reading.get("notes", ()))


def draw(reading: Json, asked: Json) -> None:
    """The chips of a question's answer, those that can be taken back with ✕, those that were with ↺."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="understood"):
        if asked.get("previous"):
            st.button(
                f":gray[接着问] {plain(shortened(asked['previous'], _LONGEST))} ✕", key="chip-alone", wrap=True, on_click=trail.stand_alone,
                help="点一下，不再接着上一个问题，按这一问本身来检索",
            )  # fmt: skip
        for i, chip in enumerate(chips(reading, asked)):
            if chip.words:
                bare = chip.words.strip(trail.POINTS)
                st.button(
                    f":gray[{chip.label}] {plain(shortened(chip.text, _LONGEST))} ✕", key=f"chip-{i}", wrap=True, on_click=trail.switch_off,
                    args=(chip.words,), help=f"点一下，“{plain(bare)}”不再作为限定，只当普通的词检索",
                )  # fmt: skip
            else:
                st.html(shown([chip]), width="content")
        for i, words in enumerate(asked.get("literal", ())):
            bare = words.strip(trail.POINTS) or words
            st.button(
                f":gray[不作限定] {plain(shortened(bare, _LONGEST))} ↺", key=f"chip-off-{i}", wrap=True, on_click=trail.switch_on, args=(words,),
                help=f"点一下，恢复对“{plain(bare)}”的理解",
            )  # fmt: skip
    if told := notes(reading):
        st.html(told)


def _value(reading: Json, read: Json) -> str:
    if read["as"] == "region":
        return "、".join(name_parts(name)[1] for name in str(read["value"]).split("、"))
    if read["as"] == "fan_out":
        return _each(reading)
    return str(read["value"])


def _each(reading: Json) -> str:
    return f"{reading['fan_out'] or ''}地区，共 {len(reading['regions'])} 个"


def _told(name: str, reading: Json, said: set[str]) -> list[Chip]:
    """What is in force without a word of this question: from a filter, or from the question before."""
    if name == "region":
        within = [name_parts(region["name"])[1] for region in reading.get("within", ())]
        if within:
            return [Chip("范围", "、".join(within))]
        names = [] if reading["fan_out"] else [name_parts(region["name"])[1] for region in reading["regions"]]
        more = f" 等 {len(names)} 个" if len(names) > _MOST_REGIONS else ""
        return [Chip("地区", "、".join(names[:_MOST_REGIONS]) + more)] if names else []
    if name == "fan_out":
        # Several regions that are named stand there by name.
        return [Chip("逐个", _each(reading))] if reading["fan_out"] and "region" not in said else []
    values = {
        "period": [reading.get("period")], "kind": reading["kinds"], "status": reading["statuses"],
        "document": [reading.get("document")], "exact": reading.get("exact", ()), "excluded": reading.get("excluded", ()),
        "wants": [reading.get("wants")],
    }[name]  # fmt: skip
    text = "、".join(value for value in values if value)
    return [Chip(LABELS[name], text)] if text else []
