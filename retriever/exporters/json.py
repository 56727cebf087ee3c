"""Exports a paper as the JSON object of the API."""

import json

from retriever.paper import Paper


def export(paper: Paper) -> bytes:
    return json.dumps(paper.raw, ensure_ascii=False, indent=1).encode("utf-8", "replace")
