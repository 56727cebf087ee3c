"""How a region's full name falls into its parents' and its own. Knows no region."""

import re

_PARENT = re.compile(r"^(.*(?:省|自治区|自治州|地区|盟|(?<!市)市))(?=.{2})")


def name_parts(name: str) -> tuple[str, str]:
    """A region's full name as (its parents', its own): ("安徽省芜湖市", "弋江区")."""
    found = _PARENT.match(name)
    return (found[1], name[found.end() :]) if found else ("", name)
