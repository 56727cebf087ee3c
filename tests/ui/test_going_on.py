"""Taking a reading back, following a question up, asking again: over a real API, with what the address keeps."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ui import near, places, trail
from ui.client import Api, Json

Open = Callable[..., AppTest]
QUESTION = "各区生态修复措施"
REGIONS = [{"name": f"澜江省临澜市{own}区"} for own in ("沧浦", "云麓")]
READING: Json = {"topic": "养老", "regions": REGIONS, "fan_out": None, "within": [], "periods": [], "statuses": [], "kinds": [], "read": []}  # fmt: skip


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def button(page: AppTest, *parts: str) -> object:
    return next(b for b in page.button if all(part in b.label for part in parts))


def labels(page: AppTest) -> list[str]:
    return [b.label for b in page.button]


def test_a_reading_is_taken_back_and_restored(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION)
    assert "ps-coverage" in shown(page)
    button(page, "逐个", "✕").click().run()
    assert page.query_params["literal"] in ("各区", ["各区"])
    assert "ps-coverage" not in shown(page) and "<i>主题</i>各区生态修复措施" in shown(page)
    button(page, "不作限定", "各区", "↺").click().run()
    assert "literal" not in page.query_params and "ps-coverage" in shown(page)


def test_a_link_restores_what_was_taken_back(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION, literal=["各区", "", "各区"])
    assert "ps-coverage" not in shown(page)
    assert len([label for label in labels(page) if "不作限定" in label]) == 1
    page.text_input(key="q").set_value("各区养老服务措施").run()
    assert "literal" not in page.query_params and "ps-coverage" in shown(page)


def test_a_follow_up_keeps_the_topic(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION)
    page.text_input(key="follow").set_value("那鸠江区呢？").run()
    assert page.text_input(key="q").value == "那鸠江区呢？" and page.text_input(key="follow").value == ""
    assert page.query_params["previous"] in (QUESTION, [QUESTION])
    html = shown(page)
    assert "<i>主题</i>生态修复措施" in html and "江滩湿地" in html and "镜湖区十四五规划纲要.txt · " not in html
    page.text_input(key="follow").set_value("那庐阳区呢？").run()
    assert "<i>主题</i>生态修复措施" in shown(page)
    assert "安徽省芜湖市鸠江区生态修复措施" in page.query_params["previous"]
    button(page, "接着问", "✕").click().run()
    assert "previous" not in page.query_params and "<i>主题</i>生态修复措施" not in shown(page)


def test_an_empty_follow_up_asks_nothing(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION)
    page.text_input(key="follow").set_value("  ").run()
    assert page.text_input(key="q").value == QUESTION and "previous" not in page.query_params


def test_questions_of_the_session_ask_again(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION)
    assert "本次问过" not in shown(page)
    page.text_input(key="follow").set_value("那*鸠江区*呢？").run()
    assert [b.label for b in page.button if (b.key or "").startswith("trail-")] == [QUESTION]
    page.button(key="trail-0").click().run()
    assert page.text_input(key="q").value == QUESTION and "previous" not in page.query_params
    again = page.button(key="trail-0")
    assert again.label.startswith(r"那\*鸠江区\*呢") and QUESTION in again.label
    for i in range(25):
        page.text_input(key="q").set_value(f"镜湖区生态修复{i}").run()
    kept = [b.label for b in page.button if (b.key or "").startswith("trail-")]
    assert kept == [f"镜湖区生态修复{i}" for i in range(23, 3, -1)]
    page.text_input(key="q").set_value("").run()
    assert page.button(key="trail-0").label == "镜湖区生态修复24"


def test_too_long_a_chain_from_the_address_is_answered_with_advice(api: str, open_page: Open) -> None:
    page = open_page(api, q="那鸠江区呢？", previous="长" * 1200)
    assert "1200 个字" in shown(page) and "ps-results" not in shown(page)


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({}, "澜江省临澜市沧浦区、澜江省临澜市云麓区养老"),
        ({"regions": [], "periods": ["2021-2025", "2026"], "kinds": ["规划纲要"]}, "2021-2025、2026年规划纲要里的养老"),
        ({"fan_out": "县级", "read": [{"as": "fan_out"}], "within": [{"name": "澜江省临澜市"}]}, "澜江省临澜市各区县养老"),
        ({"regions": REGIONS * 5, "fan_out": "地级"}, "各市养老"),
        ({"regions": [], "exact": ["养老"], "excluded": ["床位"]}, "“养老”，不含床位"),
        ({"topic": "长" * 1000}, "那里呢"),
    ],
)
def test_what_a_follow_up_meant_says_so_by_itself(changes: Json, meant: str) -> None:
    assert trail.effective({"query": "那里呢", "previous": "各区养老"}, READING | changes) == meant
    assert trail.effective({"query": "那里呢", "previous": ""}, READING | changes) == "那里呢"


def test_neighbours_are_fetched_for_what_is_opened(api: str) -> None:
    client = Api(api)
    hit = client.ask({"query": "鸠江区江滩湿地修复"})["hits"][0]
    reference = places.reference(hit["document"]["id"], hit["span"])
    found = near.found(client, [reference, "nonsense", "a:b:c", "../x:1:2"])
    assert list(found) == [reference]
    whole = client.around(hit["document"]["id"], **hit["span"])
    for side, none in (("before", "前面没有正文了"), ("after", "后面没有正文了")):
        assert (whole[side]["citation"] if whole[side] else none) in found[reference]
    assert any(whole.values())
    assert near.found(client, None) == near.found(client, "x") == near.found(client, [7, {}]) == {}
    missing = near.found(client, ["0" * 64 + ":0:5"])
    assert "没有读到前后段：没有编号为" in missing["0" * 64 + ":0:5"]


def test_neighbours_are_escaped_and_either_end_is_told() -> None:
    html = near.shown({"before": None, "after": {"text": "<script>修好山。", "citation": "《题<i>》第2段"}})
    assert "前面没有正文了" in html and "&lt;script&gt;修好山。" in html and "《题&lt;i&gt;》第2段" in html
