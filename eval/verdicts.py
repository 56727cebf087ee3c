"""The measures of a fan-out: verdicts per region, what is shown first, passages under a wrong region. Pure functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from corpus.model import Region
from eval.measures import covers, overlaps
from eval.model import Item, Nugget
from retriever.model import Group

FAN_OUT = ("verdict-accuracy", "region-coverage", "found-recall", "silent-recall", "first-hit", "shown-nugget-recall", "wrong-region")


def verdict_accuracy(found: Collection[str], silent: Collection[str], shown: Mapping[str, bool]) -> float:
    """(judged found and shown + judged silent and not shown) / judged regions; a region without a group is wrong."""
    right = sum(shown.get(code, False) for code in found) + sum(not shown.get(code, True) for code in silent)
    return right / (len(found) + len(silent))


def region_coverage(found: Collection[str], silent: Collection[str], groups: Iterable[Group]) -> float:
    """Judged regions that have a group with a verdict / judged regions: 1 where no region is dropped."""
    shown = {group.region.code for group in groups}
    return sum(code in shown for code in (*found, *silent)) / (len(found) + len(silent))


def first_hit(found: Collection[str], groups: Iterable[Group], nuggets: Sequence[Nugget]) -> float:
    """Of the regions judged found and shown, the share whose first passage shares a character with a nugget; else 0."""
    firsts = [group.hits[0].passage for group in groups if group.hits and group.region.code in found]
    items = [Item(passage.id, passage.document, passage.span) for passage in firsts]
    return sum(any(overlaps(item, n) for n in nuggets) for item in items) / len(items) if items else 0.0


def shown_recall(groups: Iterable[Group], nuggets: Sequence[Nugget]) -> float:
    """|{n : some shown passage covers n}| / |nuggets|; 0 where there are none."""
    items = [Item(h.passage.id, h.passage.document, h.passage.span) for group in groups for h in group.hits]
    return sum(any(covers(item, n) for item in items) for n in nuggets) / len(nuggets) if nuggets else 0.0


def wrong_regions(groups: Iterable[Group]) -> int:
    """Shown passages that stand under a region which is neither their document's nor lies inside it."""
    return sum(
        not _speaks_for(hit.document.region, group.region) or hit.passage.region is None
        or hit.passage.region.code != group.region.code
        for group in groups for hit in group.hits
    )  # fmt: skip


def _speaks_for(author: Region | None, region: Region) -> bool:
    """Whether a document of `author` may speak for `region`: its own, or one below it (by GB/T 2260's digit pairs)."""
    if author is None:
        return False
    return author.code == region.code or author.code == region.parent or region.code.startswith(author.code.rstrip("0"))


def fan_out_measures(
    found: Collection[str], silent: Collection[str], nuggets: Sequence[Nugget], groups: Sequence[Group]
) -> dict[str, float]:
    """The measures of FAN_OUT for one question: found-recall and silent-recall are the accuracy over either part. A question
    of which no region speaks, or none is silent, has no value for what measures that part."""
    shown = {group.region.code: group.status == "found" for group in groups}
    values = {
        "verdict-accuracy": verdict_accuracy(found, silent, shown),
        "region-coverage": region_coverage(found, silent, groups),
        "wrong-region": float(wrong_regions(groups)),
    }
    if found:
        values |= {
            "found-recall": verdict_accuracy(found, (), shown), "first-hit": first_hit(found, groups, nuggets),
            "shown-nugget-recall": shown_recall(groups, nuggets),
        }  # fmt: skip
    return values | ({"silent-recall": verdict_accuracy((), silent, shown)} if silent else {})
