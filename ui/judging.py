"""What a user says of shown passages, kept at once; it becomes a question of the user's own evaluation set. Measures nothing."""

from ui import places
from ui.client import Api

CHOICES = {"useful": "有用", "useless": "无用", "wrong-region": "区域不对"}
"""Button → mark."""
UNSAID = "未评"


def say(api: Api, question: str, reference: str, choice: str, on: bool) -> str:
    """Keep one of CHOICES of a passage for a question, or take it back; what to tell. Raises ApiError."""
    document, start, end = places.parsed(reference)
    mark = CHOICES[choice] if on else UNSAID
    kept = api.judge(question, [{"document": document, "start": start, "end": end, "mark": mark}])
    return f"已记下“{mark}”，题集“mine”现有 {kept['questions']} 题" if on else "已收回评价"


def said(api: Api, question: str) -> dict[str, str]:
    """What has been said for a question: reference → button. Raises ApiError."""
    buttons = {mark: button for button, mark in CHOICES.items()}
    return {places.reference(m["document"], m): buttons[m["mark"]] for m in api.judged(question) if m["mark"] in buttons}
