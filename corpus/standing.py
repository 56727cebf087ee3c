"""What decides how a document stands to the others of a corpus: a few words of each, so that all fit together. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A document without what it says: region is a known code; joints are what was read of its links with its neighbours
    (see corpus.links.continuation); settled is (follows, missing, final), as Document has them."""

    id: str
    title: str
    region: str | None = None
    status: str = "正式"
    period: str | None = None
    issued: str | None = None
    file: str = ""
    joints: Mapping[str, Any] | None = None
    settled: tuple[str | None, str | None, str | None] = (None, None, None)
