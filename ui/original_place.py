"""Which document, slice and page the address names, and the addresses of others. Fetches nothing."""

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from ui import tabs

_NAMES = ("doc", "from", "to", "page")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A document by its id; a slice of it in code points, if one is cited; a page from 1, if its picture is wanted."""

    document: str
    cited: tuple[int, int] | None = None
    page: int | None = None

    @property
    def words(self) -> str:
        """The place as one word that differs from every other's."""
        return ":".join(str(part) for part in (self.document, *(self.cited or ("", "")), self.page or ""))


def asked() -> Place | None:
    """The place in the page's address; what cannot be one is as if it were not there."""
    document = st.query_params.get("doc", "")
    if not (document.isascii() and document.isalnum() and len(document) <= _LONGEST):
        return None
    start, end, page = _number("from"), _number("to"), _number("page")
    cited = (start, end) if start is not None and end is not None and start < end else None
    return Place(document, cited, page or None)


def go(place: Place | None) -> None:
    """Put a place into the address, or none, and show it; the rest of the address stays."""
    named = _named(place)
    tabs.go(tabs.ORIGINAL, {name: named.get(name, []) for name in _NAMES})


def link(place: Place) -> str:
    """The address of a place, the question and the filters kept."""
    gone = (*_NAMES, *tabs.PLACE)
    kept = [(name, value) for name in st.query_params if name not in gone for value in st.query_params.get_all(name)]
    return "?" + urlencode([*kept, *_named(place).items()])


def _named(place: Place | None) -> dict[str, str]:
    if place is None:
        return {}
    named = {"doc": place.document}
    if place.cited:
        named |= {"from": str(place.cited[0]), "to": str(place.cited[1])}
    return named | ({"page": str(place.page)} if place.page else {})


def _number(name: str) -> int | None:
    words = st.query_params.get(name, "")
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 9 else None
