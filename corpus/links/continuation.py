"""Finds which documents continue one another, by what their file names, page lines and numbering say. Reads no text of
the body and changes no document."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from corpus.structure.outline import chinese_number

_PAGE = r"第?\s*([0-9０-９]{1,3}|[一二三四五六七八九十]{1,3}|[A-Z][0-9]{1,2})\s*版"
_FROM = re.compile(rf"[（(]\s*(?:上接|紧接|接)\s*{_PAGE}[^）)]{{0,12}}[)）]")
_TO = re.compile(rf"[（(]\s*下转\s*{_PAGE}[^）)]{{0,12}}[)）]")
_OWN = re.compile(rf"(?<!接)(?<!转){_PAGE}")
_OF = re.compile(r"第\s*([0-9]{1,3})\s*页\s*[/，,（(]?\s*共\s*([0-9]{1,3})\s*页")
SPECIMENS = {"from": "（上接第十三版）", "to": "(下转第七版)", "own": "第14版：专版", "of": "第2页 共5页"}

_PARTS = {"上": 1, "中": 2, "下": 3}
# 纲要_2, 纲要（2）, 纲要第2页, 纲要-p2; 纲要（上）, 纲要_下, 纲要（二）.
_NUMBERED = re.compile(
    r"(?P<base>.+?)\s*(?:[_\-－—.]|[(（\[]|第|[_\-]?p(?:age|art)?)\s*(?P<number>[0-9]{1,2})\s*(?:页|部分)?[)）\]]?", re.IGNORECASE
)
_NAMED = re.compile(r"(?P<base>.+?)\s*[_\-－—（(]\s*(?P<part>[上中下]|[一二三四五六七八九十]{1,2})(?:篇|部分|半部分)?[)）]?")
# 附件1 and 附件2 are two documents.
_APART = re.compile(r"(?:附件|附表|附录|附图|表|图)$")
_SEQUENCE = re.compile(r"^[0-9]{1,4}[_\-. 、]+")
_HEAD, _TAIL = 600, 400


@dataclass(frozen=True, slots=True)
class Part:
    """What decides whether a document continues another.

    titled: it has a title of its own in its text; opens: (rank, ordinal) of its first numbered heading, if it has one;
    clues: see `clues`.
    """

    id: str
    file: str
    title: str
    titled: bool
    region: str | None
    issued: str | None
    opens: tuple[float, int] | None
    clues: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """How a document stands to its neighbours: the one that it follows, and what is missing (Chinese), if anything."""

    follows: str | None = None
    missing: str | None = None


def clues(text: str) -> dict[str, Any]:
    """What a text's first and last lines say of its neighbours: the newspaper page it is on, comes from and goes to
    (`page`, `from`, `to`), and which of several web pages it is (`of`: [number, count])."""
    head, tail = text[:_HEAD], text[-_TAIL:]
    found: dict[str, Any] = {}
    for name, pattern, place in (("from", _FROM, head), ("to", _TO, tail), ("page", _OWN, head)):
        if match := pattern.search(place):
            found[name] = _number(match.group(1))
    if match := _OF.search(head) or _OF.search(tail):
        found["of"] = [int(match.group(1)), int(match.group(2))]
    return found


def links(parts: Iterable[Part]) -> dict[str, Link]:
    """For every document that continues another, or of which a part is missing: how it stands. Never a circle, and
    never two that continue the same one."""
    parts = sorted(parts, key=lambda part: (part.file, part.id))
    follows: dict[str, str] = {}
    followed: set[str] = set()
    missing: dict[str, list[str]] = defaultdict(list)
    for before, after in [*_by_page(parts), *_by_name(parts, missing), *_by_count(parts, missing)]:
        if after.id not in follows and before.id not in followed and not _leads_to(before.id, after.id, follows):
            follows[after.id] = before.id
            followed.add(before.id)
    for part in parts:
        if "from" in part.clues and part.id not in follows:
            missing[part.id].insert(0, f"上文（第{part.clues['from']}版）不在语料中")
        if "to" in part.clues and part.id not in followed:
            missing[part.id].append(f"下文（第{part.clues['to']}版）不在语料中")
    return {
        part.id: Link(follows.get(part.id), "；".join(missing[part.id]) or None)
        for part in parts
        if part.id in follows or missing.get(part.id)
    }


def _leads_to(start: str, goal: str, follows: Mapping[str, str]) -> bool:
    """Whether the chain of predecessors of `start` holds `goal`."""
    current: str | None = start
    while current is not None and current != goal:
        current = follows.get(current)
    return current is not None


def _by_page(parts: Sequence[Part]) -> list[tuple[Part, Part]]:
    """（上接第十三版） on one page of a newspaper and （下转第十四版） on another, or that page itself."""
    found = []
    pages = [part for part in parts if "to" in part.clues or "page" in part.clues]
    for after in parts:
        if "from" not in after.clues:
            continue
        possible = [
            before
            for before in pages
            if before.id != after.id
            and before.clues.get("page", after.clues["from"]) == after.clues["from"]
            and before.clues.get("to", after.clues.get("page")) == after.clues.get("page", before.clues.get("to"))
            and _compatible(before, after)
        ]
        near = [before for before in possible if _folder(before) == _folder(after)]
        if len(near or possible) == 1:
            found.append(((near or possible)[0], after))
    return found


def _by_name(parts: Sequence[Part], missing: dict[str, list[str]]) -> list[tuple[Part, Part]]:
    """report.html, report_2.html; 纲要（上）.docx, 纲要（下）.docx: side by side, and the later one does not begin anew."""
    groups: dict[tuple[str, str, str], dict[int, list[Part]]] = defaultdict(lambda: defaultdict(list))
    for part in parts:
        path = PurePosixPath(part.file)
        base, number = _numbered_name(path.stem)
        groups[_folder(part), path.suffix.lower(), base][number].append(part)
    found = []
    for members in groups.values():
        if len(members[0]) == 1 and 1 not in members:
            members[1] = members.pop(0)
        counts = sorted(number for number, same in members.items() if len(same) == 1)
        for lower, higher in pairwise(counts):
            before, after = members[lower][0], members[higher][0]
            if not _compatible(before, after) or _begins_anew(before, after):
                continue
            # 上 and 下 without 中 are two parts.
            if higher == lower + 1 or ((lower, higher) == (1, 3) and after.file.rsplit(".", 1)[0].rstrip("）)").endswith("下")):
                found.append((before, after))
            else:
                missing[after.id].append(f"上文（第{higher - 1}部分）不在语料中")
    return found


def _begins_anew(before: Part, after: Part) -> bool:
    """Whether a document is one by itself: it has another title, or counts from one at the level of the other's first."""
    if after.titled and _squeezed(after.title) != _squeezed(before.title):
        return True
    if after.opens is None or after.opens[1] != 1:
        return False
    return before.opens is None or after.opens[0] <= before.opens[0]


def _by_count(parts: Sequence[Part], missing: dict[str, list[str]]) -> list[tuple[Part, Part]]:
    """第2页 共5页 of one title."""
    groups: dict[tuple[str, str, int], dict[int, Part]] = defaultdict(dict)
    for part in parts:
        if "of" in part.clues:
            number, count = part.clues["of"]
            groups[_folder(part), _squeezed(part.title), count].setdefault(number, part)
    found = []
    for (_, _, count), pages in groups.items():
        for number, part in sorted(pages.items()):
            if number - 1 in pages:
                found.append((pages[number - 1], part))
            elif number > 1:
                missing[part.id].append(f"第{number - 1}页（共{count}页）不在语料中")
    return found


def _numbered_name(stem: str) -> tuple[str, int]:
    """A file name without the mark of its part, and the part's number; 0 where it has none."""
    name = _SEQUENCE.sub("", stem)
    match = _NAMED.fullmatch(name)
    if match and len(match["base"]) >= 4:
        return match["base"], _PARTS.get(match["part"]) or chinese_number(match["part"])
    match = _NUMBERED.fullmatch(name)
    if match and not _APART.search(match["base"]):
        return match["base"], int(match["number"])
    return name, 0


def _compatible(before: Part, after: Part) -> bool:
    """Of one region and one day as far as both are known."""
    regions = {part.region for part in (before, after) if part.region}
    return len(regions) <= 1 or not after.titled


def _folder(part: Part) -> str:
    return PurePosixPath(part.file).parent.as_posix()


def _squeezed(title: str) -> str:
    """A title without white space and the mark of its part."""
    return re.sub(r"\s|[（(](?:[上中下]|[一二三四五六七八九十]|[0-9]{1,2}|续)[）)]$|[上中下]$", "", title)


def _number(word: str) -> str:
    """十三 → 13, １４ → 14, A3 as it is."""
    if re.fullmatch(r"[一二三四五六七八九十]+", word):
        return str(chinese_number(word))
    return str(int(word)) if word.isdigit() else word
