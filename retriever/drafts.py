"""Finds drafts whose final version is in the corpus. Never hides a draft that stands alone."""

import re
from collections.abc import Iterable

from corpus.model import Document

_DRAFT = ("征求意见稿", "草案", "送审稿")
_MARKS = re.compile(r"[（(〔][^（）()〔〕]*[)）〕]|的?(?:公开)?征求意见的?公告|\s|[《》“”\"·]|^关于")


def superseded(documents: Iterable[Document]) -> set[str]:
    """The ids of drafts of which a final version of the same region and title is among the documents."""
    documents = list(documents)
    final = {_key(document) for document in documents if document.status not in (*_DRAFT, "废止")}
    return {document.id for document in documents if document.status in _DRAFT and _key(document) in final}


def _key(document: Document) -> tuple[str | None, str]:
    return (document.region.code if document.region else None, _MARKS.sub("", document.title))
