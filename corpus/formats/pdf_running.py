"""Running heads and page numbers of paged documents; it never takes a line from the middle of a page."""

import re
from collections import Counter

from corpus.formats.pdf_blocks import Page
from corpus.formats.pdf_lines import Line

_ZONE = 0.13
_PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*页)?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–－·•\s]*"
)
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,7}")


def without_running_lines(pages: list[Page]) -> list[Page]:
    """The pages without page numbers and without lines that stand at the same place of several pages."""
    edges = [_edge_lines([line for line in page.lines if line.text], page.height) for page in pages]
    seen = Counter(key for found in edges for key in {_running_key(line) for line in found})
    enough = 2 if len(pages) == 2 else 3
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        drop = set()
        for line in edge:
            if _PAGE_NUMBER.fullmatch(line.text.lower()):
                # A bare figure is a page number only where other pages carry one at the same place too.
                bare = _BARE_NUMBER.fullmatch(line.text.lower())
                if not bare or seen[_running_key(line)] >= min(enough, len(pages)):
                    drop.add(id(line))
            elif seen[_running_key(line)] >= enough and len(re.findall(r"[^\W\d_]", line.text)) >= 2:
                drop.add(id(line))
        kept.append(Page([line for line in page.lines if id(line) not in drop], page.width, page.height))
    return kept


def _edge_lines(found: list[Line], height: float) -> list[Line]:
    """The lines in a page's top and bottom margin, at most three of each."""
    ordered = sorted(found, key=lambda line: -line.base)
    top = [line for line in ordered[:3] if line.base > height * (1 - _ZONE)]
    bottom = [line for line in ordered[-3:] if line.base < height * _ZONE]
    return top + bottom


def _running_key(line: Line) -> tuple[str, int]:
    """What running lines share over pages: words without figures, and their height on the page."""
    text = "#" if _PAGE_NUMBER.fullmatch(line.text.lower()) else re.sub(r"[\d\s]+", "#", line.text)
    return text, round(line.base / 4)
