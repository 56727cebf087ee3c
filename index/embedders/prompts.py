"""Picks the prompts for queries and passages from those a model names; adds none of its own."""

from collections.abc import Mapping

QUERY = ("query",)
PASSAGE = ("document", "passage", "corpus")


def chosen_prompts(prompts: Mapping[str, str]) -> dict[str, str]:
    """{"query": …, "document": …}: the first non-empty prompt under a name that sentence-transformers knows."""
    return {
        "query": next((prompts[name] for name in QUERY if prompts.get(name)), ""),
        "document": next((prompts[name] for name in PASSAGE if prompts.get(name)), ""),
    }
