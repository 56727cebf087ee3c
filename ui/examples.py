"""Example questions that make sense for the corpus at hand."""

from ui.client import Json
from ui.regions import name_parts

_EACH = {"县级": "各区", "地级": "各市", "省级": "各省"}


def examples(documents: list[Json]) -> list[str]:
    """Questions that make sense for this corpus: by region at the level it has most of, one on its fullest region."""
    sizes: dict[str, int] = {}
    levels: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for document in documents:
        if region := document["region"]:
            sizes[region["code"]] = sizes.get(region["code"], 0) + document["passages"]
            levels.setdefault(region["level"], set()).add(region["code"])
            names[region["code"]] = name_parts(region["name"])[1]
    each = next((word for level, word in _EACH.items() if len(levels.get(level, ())) > 1), "各地")
    found = [f"{each}生态修复措施", f"{each}养老服务措施", "看病难怎么解决"]
    local = levels.get("县级") or set(sizes)
    if local:
        fullest = max(sorted(local), key=sizes.__getitem__)
        found.insert(2, f"{names[fullest]}的产业发展目标")
    return found
