"""Annotations as lines that tests can compare, and sentences to fill texts with; tests nothing itself."""

from corpus.model import Hint, Reading
from corpus.structure.annotate import annotate

FILL = "坚持把群众的事放在首位，一件接着一件办，一年接着一年干，把好事办好、实事办实，让老百姓看得见、摸得着、得实惠。"
LONG_FILL = FILL * 2


def outline(text: str, hints: tuple[Hint, ...] = ()) -> list[str]:
    """Sections as 「## heading」 (a kind in brackets where it is another) and paragraphs as 「trail last/number」."""
    annotation = annotate(Reading(text, hints=hints))
    lines = [
        (s.span.start, -s.span.end, "#" * s.level + (f"[{s.kind}]" if s.kind != "heading" else "") + " " + s.heading)
        for s in annotation.sections
    ]
    lines += [
        (p.span.start, -p.span.end, f"{p.number} {p.span.of(text)[:6]} < {' / '.join(p.trail)}")
        for p in annotation.paragraphs
    ]
    return [line for _, _, line in sorted(lines)]


def headings(text: str) -> list[str]:
    return [line for line in outline(text) if line.startswith("#")]


def trails(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(p.number, p.trail) for p in annotate(Reading(text)).paragraphs]
