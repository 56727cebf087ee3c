"""What a user says of the shown passages: a row each, with a choice; no judgement is kept here."""

from collections.abc import Mapping, Sequence

from ui.client import Json

UNSAID = "未评"
CHOICES = ("有用", "无用", "区域不对")
MOST_ROWS = 200
_QUOTE = 90


def passages(answer: Json) -> list[Json]:
    """The passages that the page shows for an answer, each once, in its order."""
    groups = answer["groups"]
    shown = [hit for group in groups for hit in group["hits"]] if groups else answer["hits"]
    once = {(hit["document"]["id"], hit["span"]["start"]): hit for hit in shown}
    return list(once.values())[:MOST_ROWS]


def row(hit: Json) -> dict[str, str]:
    """A hit as a row of the form."""
    words = " ".join(hit["text"].split())
    region = hit["region"] or {}
    return {"评价": UNSAID, "地区": region.get("name", ""), "原文": words[:_QUOTE] + ("…" if len(words) > _QUOTE else ""), "出处": hit["citation"]}


def marks(shown: Sequence[Json], changes: Mapping[int, Mapping[str, str | None]]) -> list[Json]:
    """What was chosen, by row of the form: only what is one of CHOICES."""
    found = []
    for number, change in sorted(changes.items()):
        choice = change.get("评价")
        if choice in CHOICES and 0 <= number < len(shown):
            hit = shown[number]
            found.append({"document": hit["document"]["id"], **hit["span"], "mark": choice})
    return found
