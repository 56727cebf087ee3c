"""HTML of what a final version changed of its draft: added, dropped, reworded, each side cited. Escapes all it is given."""

from collections import Counter

from ui.client import Json
from ui.marks import escaped

KINDS = {"增": "added", "删": "dropped", "改": "reworded"}
MOST = 300
_FIGURES = frozenset("0123456789.")


def kind_of(change: Json) -> str:
    """One of KINDS."""
    if change["before"] is None:
        return "增"
    return "删" if change["after"] is None else "改"


def counted(changes: list[Json]) -> dict[str, int]:
    """How many there are of each kind."""
    counts = Counter(kind_of(change) for change in changes)
    return {kind: counts[kind] for kind in KINDS}


def listed(changes: list[Json]) -> str:
    """The changes in the order of the final text, the first MOST of them."""
    items = "".join(_item(change) for change in changes[:MOST])
    rest = len(changes) - MOST
    more = f'<p class="ps-hint">另有 {rest} 处未列出，请选“增”“删”或“改”分开查看。</p>' if rest > 0 else ""
    return f'<ol class="ps-changes" lang="zh-CN">{items}</ol>{more}'


def _item(change: Json) -> str:
    kind = kind_of(change)
    before, after = change["before"], change["after"]
    if kind == "增":
        words, cited = f"<ins>{_lines(after['quote'])}</ins>", _cited("正式稿", after)
    elif kind == "删":
        words, cited = f"<del>{_lines(before['quote'])}</del>", _cited("草案", before)
    else:
        words = "".join(_word(word) for word in _whole_numbers(change["words"])) or _lines(after["quote"])
        cited = _cited("草案", before) + _cited("正式稿", after)
    return f'<li class="{KINDS[kind]}"><b>{kind}</b><div><blockquote>{words}</blockquote>{cited}</div></li>'


def _whole_numbers(words: list[Json]) -> list[Json]:
    """The same words with no number torn apart: 50 became 80, not the 5 of it an 8."""
    parts = [dict(word) for word in words]
    for i, part in enumerate(parts):
        if part["tag"] != "equal":
            continue
        text = part["after"]
        first = parts[i - 1] if i else None
        if first and any(side[-1:] in _FIGURES for side in (first["before"], first["after"]) if side):
            text = text.lstrip("".join(_FIGURES))
            taken = part["after"][: len(part["after"]) - len(text)]
            first["before"], first["after"] = first["before"] + taken, first["after"] + taken
        last = parts[i + 1] if i + 1 < len(parts) else None
        if last and any(side[:1] in _FIGURES for side in (last["before"], last["after"]) if side):
            whole, text = text, text.rstrip("".join(_FIGURES))
            taken = whole[len(text) :]
            last["before"], last["after"] = taken + last["before"], taken + last["after"]
        part["before"] = part["after"] = text
    return parts


def _word(word: Json) -> str:
    if word["tag"] == "equal":
        return _lines(word["after"])
    gone = f"<del>{_lines(word['before'])}</del>" if word["before"] else ""
    new = f"<ins>{_lines(word['after'])}</ins>" if word["after"] else ""
    return gone + new


def _cited(side: str, citation: Json) -> str:
    return f"<cite><i>{side}</i>{escaped(citation['citation'])}</cite>"


def _lines(text: str) -> str:
    return escaped(" ".join(text.split()) if text.strip() else text)
