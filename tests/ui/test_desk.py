"""The desk on the page, over a real API: baskets, saved questions, suggestions, and the wishes that the script sends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui import running
from ui import basket, gestures, places, saved, suggesting
from ui.client import Api, ApiError, Json

Open = Callable[..., AppTest]
QUESTION = "各区生态修复措施"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running.api(tmp_path_factory.mktemp("desk") / "home") as address:
        running.upload(address, running.write_plans(tmp_path_factory.mktemp("plans")))
        yield address


@pytest.fixture
def desk(served: str) -> Iterator[str]:
    """The address of an API over small plans, its desk empty."""
    yield served
    client = Api(served)
    for one in client.baskets():
        client.remove_basket(one["id"])
    for one in client.saved():
        client.remove_saved(one["id"])


@pytest.fixture(autouse=True)
def session() -> Iterator[None]:
    """What is called outside of a page shares one session."""
    st.session_state.clear()
    yield
    st.session_state.clear()


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def references(client: Api, query: str = QUESTION) -> list[str]:
    return [places.reference(hit["document"]["id"], hit["span"]) for hit in client.ask({"query": query})["hits"]]


def wish(number: int, act: str, **more: object) -> Json:
    return {"n": number, "act": act, **more}


def at_hand(client: Api) -> Json:
    found = basket.current(client)
    assert found is not None
    return found


def test_wishes_are_done_once_in_order_and_told(desk: str) -> None:
    client = Api(desk)
    first, second = references(client)[:2]
    said = [wish(5, "keep", ref=first, on=True, question=QUESTION), wish(6, "keep", ref=second, on=True, question=QUESTION)]
    assert gestures.obey(client, said) == {"n": 6, "text": "已收进“我的资料夹”"}
    assert list(basket.kept(at_hand(client))) == [first, second]
    assert gestures.obey(client, said) is None, "what was done is not done again"
    said.append(wish(7, "keep", ref=first, on=False, question=QUESTION))
    assert gestures.obey(client, said) == {"n": 7, "text": "已移出资料夹"}
    assert list(basket.kept(at_hand(client))) == [second]


@pytest.mark.parametrize(
    "said",
    [None, "x", 7, [None, "x", 3, {}], [{"n": "5", "act": "keep"}], [{"n": 5, "act": "format the disk"}], [{"n": 5, "act": "useful", "ref": "a:1:2"}]],
)
def test_what_is_no_wish_is_passed_over(desk: str, said: object) -> None:
    assert gestures.obey(Api(desk), said) is None
    assert Api(desk).baskets() == []


def test_a_wish_that_fails_is_told_and_does_not_hold_up_the_next(desk: str) -> None:
    client = Api(desk)
    (first, *_), unknown = references(client), f"{'0' * 64}:1:2"
    said = [wish(1, "keep", ref="nonsense", on=True), wish(2, "keep", ref=unknown, on=True, question=QUESTION)]
    told = gestures.obey(client, said)
    assert told and told["n"] == 2 and "没有编号为" in told["text"]
    told = gestures.obey(client, [*said, wish(3, "useful", ref=first, on=True, question=QUESTION)])
    assert told and told["text"] == "已记下“有用”，题集“mine”现有 1 题"
    told = gestures.obey(client, [wish(4, "note", item=99, text="x")])
    assert told == {"n": 4, "text": "资料夹里没有这一段，可能已经移出。请刷新页面。"}


def test_asking_again_and_opening_draw_the_page_anew(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(st, "rerun", lambda: drawn.append(1))
    st.session_state["answer"] = ({}, {})
    assert gestures.obey(Api(desk), [wish(1, "ask")]) is None
    assert drawn == [1] and "answer" not in st.session_state
    gestures.obey(Api(desk), [wish(2, "open", ref="ab:3:9")])
    assert drawn == [1, 1] and {k: v for k, v in dict(st.query_params).items() if v} == {"tab": "原文", "doc": "ab", "from": "3", "to": "9"}
    st.query_params.clear()
    told = gestures.obey(Api(desk), [wish(3, "open", ref="../etc")])
    assert told and "出处无法识别" in told["text"] and dict(st.query_params) == {}


def test_items_move_among_those_of_their_question(desk: str) -> None:
    client = Api(desk)
    one, two, three = references(client)[:3]
    for reference, question in ((one, "甲"), (two, "乙"), (three, "甲")):
        basket.put(client, question, reference, True)
    items = basket.kept(at_hand(client))
    html = basket.listed(at_hand(client))
    assert html.index("<h3>甲<small>2 段") < html.index("<h3>乙<small>1 段")
    basket.change(client, "down", items[one])
    assert list(basket.kept(at_hand(client))) == [two, three, one]
    basket.change(client, "up", items[two])
    assert list(basket.kept(at_hand(client))) == [two, three, one], "alone under its question it stays"
    basket.change(client, "up", items[one])
    assert list(basket.kept(at_hand(client))) == [two, one, three]
    assert basket.change(client, "note", items[two], "<b>要紧") == "备注已保存"
    assert basket.notes(at_hand(client))[str(items[two])] == "<b>要紧" and "要紧" not in basket.listed(at_hand(client))
    assert basket.change(client, "drop", items[two]) == "已移出资料夹"
    assert list(basket.kept(at_hand(client))) == [one, three]


def test_a_basket_is_shown_escaped_and_says_what_is_missing() -> None:
    span = {"start": 3, "end": 9}
    item: Json = {
        "id": 4, "question": "<i>问", "note": "", "region": {"name": "澜江省临澜市沧浦区<u>"}, "document": "d", "span": span,
        "quote": "修<script>好山。", "label": "《题<b>》第1段", "citation": {"citation": "《题<b>》第2段", "span": span}, "missing": False,
    }  # fmt: skip
    html = basket.listed({"items": [item]})
    for part in ("<h3>&lt;i&gt;问<small>1 段", "修&lt;script&gt;好山。", "《题&lt;b&gt;》第2段", "沧浦区&lt;u&gt;", 'href="?doc=d&amp;from=3&amp;to=9"'):
        assert part in html
    gone = basket.listed({"items": [item | {"citation": None, "missing": True}]})
    assert "《题&lt;b&gt;》第1段" in gone and "原文件已不在语料中" in gone and "看原文" not in gone
    assert "还没有收下原文" in basket.listed(None) and "还没有收下原文" in basket.listed({"items": []})


def test_the_head_of_the_tab_counts_and_opens(desk: str, open_page: Open) -> None:
    client = Api(desk)
    basket.put(client, QUESTION, references(client)[0], True)
    page = open_page(desk, q=QUESTION)
    button = page.button(key="basket-button")
    assert button.label == "资料夹 1"
    button.click().run()
    html = shown(page)
    assert 'class="ps-kept"' in html and f"<h3>{QUESTION}<small>1 段" in html
    files = [b.proto.label for b in page.get("download_button") if (b.key or "").startswith("basket-")]
    assert files == ["Word", "Excel", "PDF", "CSV", "Markdown", "JSON", "JSON Lines", "GB/T 7714 引文", "BibTeX", "RIS"]


def test_a_question_is_saved_and_asked_again_with_its_filters(desk: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(desk, q=QUESTION, status="征求意见稿")
    page.button(key="saved-save").click().run()
    assert f"已保存“{QUESTION}”" in shown(page)
    (one,) = Api(desk).saved()
    assert one["query"]["statuses"] == ["征求意见稿"] and one["query"]["query"] == QUESTION
    plan = tmp_path / "镜湖区湿地计划.txt"
    plan.write_text("芜湖市镜湖区湿地保护计划（征求意见稿）\n\n一、任务\n\n实施湿地生态修复。修复湖滨湿地45公顷，栽种芦苇。\n", "utf-8")
    running.upload(desk, [plan])
    page = open_page(desk)
    assert page.multiselect(key="status").value == []
    page.button(key=f"saved-run-{one['id']}").click().run()
    html = shown(page)
    assert page.text_input(key="q").value == QUESTION and page.multiselect(key="status").value == ["征求意见稿"]
    assert "新增 1 段，已标“新”" in html and html.count(">新</span>") == 1
    assert "湖滨湿地45公顷" in html.split(">新</span>")[0].rsplit("<article", 1)[1]
    # The label stays while the page is drawn anew, and goes with the next question.
    page.button(key="basket-button").click().run()
    assert shown(page).count(">新</span>") == 1
    page.text_input(key="q").set_value("庐阳区养老").run()
    assert ">新</span>" not in shown(page) and "与上次" not in shown(page)


def test_a_saved_question_of_what_has_left_the_corpus_still_runs(desk: str, open_page: Open) -> None:
    Api(desk).save("旧的", {"query": QUESTION, "regions": ["110000"], "periods": ["1996-2000"]})
    page = open_page(desk)
    page.button(key=f"saved-run-{Api(desk).saved()[0]['id']}").click().run()
    assert not page.exception and page.multiselect(key="region").value == [] and "没有变化" in shown(page)
    page.button(key=f"saved-drop-{Api(desk).saved()[0]['id']}").click().run()
    assert Api(desk).saved() == []


def test_saved_answers_tell_what_has_changed() -> None:
    assert saved.told({"hits": []}) == ""
    answer: Json = {"since": "2026-03-02T01:00:00+00:00", "new": [{}, {}], "gone": 3}
    assert "新增 2 段，已标“新”；3 段不再列出" in saved.told(answer) and "2026年3月2日" in saved.told(answer)
    assert "没有变化" in saved.told(answer | {"new": [], "gone": 0})


def test_an_empty_box_offers_questions_regions_and_terms(api: str, open_page: Open) -> None:
    html = shown(open_page(api))
    for word in ("庐阳区", "生态修复"):
        assert f'data-act="put" data-text="{word}"' in html
    assert suggesting.chips({"regions": ["<b>"], "terms": [], "questions": []}).count("&lt;b&gt;") == 2
    assert suggesting.chips(suggesting.NOTHING) == ""


def test_where_nothing_is_found_other_words_are_offered(api: str, open_page: Open) -> None:
    page = open_page(api, q="爸妈没人照看怎么办")
    found = [b for b in page.button if (b.key or "").startswith("elsewhere-")]
    assert found and "相近的说法" in shown(page)
    found[0].click().run()
    asked = page.text_input(key="q").value or ""
    assert asked != "爸妈没人照看怎么办" and found[0].label.replace("\\", "") in asked


def test_an_answer_is_asked_for_once_while_the_question_stays(api: str, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Json] = []
    ask = Api.ask

    def counted(self: Api, question: Json) -> Json:
        asked.append(question)
        return ask(self, question)

    monkeypatch.setattr(Api, "ask", counted)
    page = open_page(api, q=QUESTION)
    page.run()
    page.button(key="basket-button").click().run()
    assert len(asked) == 1
    page.slider(key="each").set_value(1).run()
    assert [question["per_region"] for question in asked] == [3, 1]


def test_without_an_api_nothing_is_suggested() -> None:
    assert suggesting.offered(Api(f"http://127.0.0.1:{running.free_port()}"), []) == suggesting.NOTHING


def test_the_sentence_for_an_unknown_reference(desk: str) -> None:
    with pytest.raises(ApiError, match="出处无法识别"):
        basket.put(Api(desk), QUESTION, "nonsense", True)
