"""Questions against the readings annotated for them without sight of the rules: how many are understood in full."""

import pytest

from benchmarks.interpretation import TODAY, read, regions, wrong
from retriever.interpret import interpret
from retriever.model import Query

# None is held out any more: the open one mended the rules, the others were opened once each (first-opening.json), and what
# they showed was mended too, the fifth's in part. They only guard against going back.
LEAST = {"open": 0.99, "sealed": 0.99, "third": 0.99, "fourth": 0.98, "fifth": 0.93}


@pytest.mark.parametrize("half", LEAST)
def test_questions_are_understood_in_full(half: str) -> None:
    gazetteer, present = regions()
    questions = read(half)
    assert len(questions) >= 150 and len({golden["id"] for golden in questions}) == len(questions)
    differing = {}
    for golden in questions:
        query = Query(golden["query"], previous=golden.get("previous", ""))
        if found := wrong(golden, interpret(query, gazetteer, present, TODAY), gazetteer):
            differing[golden["query"]] = found
    assert 1 - len(differing) / len(questions) >= LEAST[half], differing


def test_what_differs_is_seen() -> None:
    """A reading that is wrong in every annotated part is told so, part by part."""
    gazetteer, present = regions()
    golden = {
        "query": "", "regions": ["山东省"], "fan_out": None, "period": ["2025"], "kinds": ["通知"], "statuses": ["草案"], "exact": ["养老"],
        "excluded": ["机构"], "excluded_regions": ["上海市"], "mentioned": ["浙江省"], "document": "养老规划", "compare": True,
        "wants": "定义", "topic_has": ["托育"],
    }  # fmt: skip
    found = wrong(golden, interpret(Query("安徽省2026年养老措施"), gazetteer, present, TODAY), gazetteer)
    assert set(found) == (set(golden) - {"query", "fan_out", "topic_has"}) | {"topic"}
    assert found["period"] == (["2025"], ["2026"]) and found["regions"] == (["370000"], ["340000"])
    fanned = {"query": "", "fan_out": "县级", "regions": []}
    assert set(wrong(fanned, interpret(Query("各省养老"), gazetteer, present, TODAY), gazetteer)) == {"fan_out"}
