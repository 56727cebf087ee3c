"""The routes that lay answers side by side, over the sample plans: every quote is the slice of the document that it claims."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.service import Service
from settings import Settings

UNKNOWN = "0" * 64
COUNTIES = ["沧浦区", "墨池区", "云麓区", "望澜区", "东屏县", "禾川县", "茶溪县", "临澜经济技术开发区", "栗源市"]


@pytest.fixture(scope="module")
def client(sample_home: Path) -> TestClient:
    return TestClient(create_app(Service(Settings(home=sample_home))), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def documents(client: TestClient) -> dict[str, str]:
    """The identifier of a sample by the number that its file begins with."""
    listed = client.get("/v1/documents").json()["documents"]
    return {Path(document["file"]).name[:2]: document["id"] for document in listed}


@pytest.fixture(scope="module")
def texts(client: TestClient, documents: dict[str, str]) -> dict[str, str]:
    """The text of every document by its identifier."""
    return {found: client.get(f"/v1/documents/{found}").json()["text"] for found in documents.values()}


def problem(answer: httpx.Response, status: int = 422) -> str:
    """The detail of a problem response: one Chinese line."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail: str = answer.json()["detail"]
    assert "\n" not in detail and any("\u4e00" <= c <= "\u9fff" for c in detail), detail
    return detail


def posted(client: TestClient, route: str, **body: object) -> Any:
    answer = client.post(f"/v1/{route}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def quoted(citation: dict[str, Any], texts: dict[str, str]) -> str:
    """The quote of a citation, which is what stands at its place."""
    span = citation["span"]
    quote: str = citation["quote"]
    assert quote.strip() and quote == texts[citation["document"]["id"]][span["start"] : span["end"]]
    return quote


def named(row: dict[str, Any]) -> str:
    """The region's own name, without what it lies in."""
    name: str = row["region"]["name"]
    return name.removeprefix("澜江省临澜市")


# — compare ————————————————————————————————————————————————————————————————————————————————————————————————


def test_topics_side_by_side(client: TestClient, texts: dict[str, str]) -> None:
    found = posted(client, "compare", query="各区怎么做", columns=["养老", " 托育 "], per_region=1)
    assert (found["by"], found["columns"]) == ("topic", ["养老", "托育"])
    assert [named(row) for row in found["rows"]] == COUNTIES
    cells = {named(row): row["cells"] for row in found["rows"]}
    assert all(len(row) == 2 for row in cells.values())
    assert "养老服务" in cells["沧浦区"][0]["hits"][0]["text"] and "托位" in cells["沧浦区"][1]["hits"][0]["text"]
    assert [cell["status"] for cell in cells["临澜经济技术开发区"]] == ["not_found", "not_found"]
    for name, row in cells.items():
        for cell in row:
            assert (cell["status"] == "found") == bool(cell["hits"]) and len(cell["hits"]) <= 1
            assert cell["region"]["name"].endswith(name)
            for hit in cell["hits"]:
                span = hit["span"]
                assert hit["text"] == texts[hit["document"]["id"]][span["start"] : span["end"]]
                assert hit["region"]["name"].endswith(name)


def test_periods_of_the_question_side_by_side(client: TestClient) -> None:
    found = posted(client, "compare", query="十三五和十四五各区采煤沉陷区治理", regions=["栗源市", "沧浦区"])
    assert (found["by"], found["columns"]) == ("period", ["2016-2020", "2021-2025"])
    cells = {named(row): [cell["status"] for cell in row["cells"]] for row in found["rows"]}
    assert cells == {"沧浦区": ["not_found", "not_found"], "栗源市": ["found", "found"]}


def test_periods_that_are_given_side_by_side(client: TestClient) -> None:
    found = posted(client, "compare", query="各区养老服务", columns=["十四五", "2026"])
    assert (found["by"], found["columns"]) == ("period", ["十四五", "2026"])
    cells = {named(row): row["cells"] for row in found["rows"]}
    early, late = cells["沧浦区"][0], cells["望澜区"][1]
    assert {hit["document"]["period"] for hit in early["hits"]} == {"2021-2025"}
    assert {hit["document"]["period"] for hit in late["hits"]} == {"2026"}


@pytest.mark.parametrize(
    ("words", "columns"), [("草案", ["草案", "正式"]), ("征求意见稿", ["征求意见稿", "正式"])]
)
def test_draft_and_final_side_by_side(client: TestClient, words: str, columns: list[str]) -> None:
    question = f"墨池区成果转化奖补{words}和正式稿对比"
    found = posted(client, "compare", query=question, per_region=1)
    assert (found["by"], found["columns"]) == ("status", columns)
    ((draft, final),) = [row["cells"] for row in found["rows"]]
    assert draft["hits"][0]["document"]["status"] == "征求意见稿" and "到账额的3%" in draft["hits"][0]["text"]
    assert final["hits"][0]["document"]["status"] == "正式" and "到账额的5%" in final["hits"][0]["text"]


def test_a_question_without_a_region_has_one_row(client: TestClient) -> None:
    (row,) = posted(client, "compare", query="对比一下", columns=["养老", "月球基地氦三"], per_region=2)["rows"]
    assert row["region"] is None and [cell["status"] for cell in row["cells"]] == ["found", "not_found"]
    assert [len(cell["hits"]) for cell in row["cells"]] == [2, 0]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"query": "各区养老", "columns": [f"主题{i}" for i in range(13)]}, "一次最多对比 12 列，现有 13 列"),
        ({"query": "各区养老"}, "没有可以并排的列"), ({"query": "2026年各区养老"}, "没有可以并排的列"),
        ({"query": "各区养老", "columns": ["养老", " "]}, "问题是空的"), ({"query": " ", "columns": ["养老"]}, "问题是空的"),
        ({"query": "各区养老", "columns": ["养" * 10_000]}, "10000 个字"), ({"query": "各区养老", "columns": ["水"] * 51}, "columns"),
        ({"query": "各区养老", "columns": "养老"}, "columns"), ({"query": "养老", "columns": ["水"], "mode": "x"}, "检索方式「x」"),
    ],
)  # fmt: skip
def test_nothing_to_compare(client: TestClient, body: dict[str, object], told: str) -> None:
    assert told in problem(client.post("/v1/compare", json=body))


# — targets ————————————————————————————————————————————————————————————————————————————————————————————————


def test_targets_by_region(client: TestClient, texts: dict[str, str]) -> None:
    found = posted(client, "targets", query="森林覆盖率")
    assert found["interpretation"]["topic"] == "森林覆盖率"
    rows = {named(row): row for row in found["rows"] if row["indicator"] == "森林覆盖率"}
    assert {name: (row["value"], row["unit"], row["year"]) for name, row in rows.items()} == {
        "": (49.5, "%", 2025), "云麓区": (69.2, "%", 2025), "东屏县": (76.5, "%", 2025), "栗源市": (63.0, "%", 2025),
    }  # fmt: skip
    assert (rows["东屏县"]["comparator"], rows["东屏县"]["text"]) == ("以上", "76.5%以上")
    assert rows["云麓区"]["base"] == {"value": 68.4, "unit": "%", "year": None} and rows["东屏县"]["base"] is None
    codes = [row["region"]["code"] for row in found["rows"]]
    assert codes == sorted(codes)
    for row in found["rows"]:
        span = row["span"]
        assert row["text"] == texts[row["citation"]["document"]["id"]][span["start"] : span["end"]]
        assert row["text"] in quoted(row["citation"], texts)


def test_amounts_are_in_base_units(client: TestClient) -> None:
    """260 hectares are 260 × 15 = 3900 mu."""
    rows = posted(client, "targets", query="恢复湿地", regions=["临澜市"])["rows"]
    assert [(row["value"], row["unit"], row["amount"]) for row in rows if "湿地" in row["indicator"]] == [
        (260.0, "公顷", {"value": 3900.0, "unit": "亩"})
    ]


def test_targets_of_one_region_or_none(client: TestClient) -> None:
    rows = posted(client, "targets", query="护理型床位占比", regions=["茶溪县"])["rows"]
    assert {row["region"]["code"] for row in rows} == {"990123"}
    found = {row["indicator"]: (row["value"], row["base"], row["nature"]) for row in rows}
    assert found["护理型床位占比"] == (58.0, {"value": 35.0, "unit": "%", "year": 2020}, "约束性")
    assert posted(client, "targets", query="月球基地氦三产量")["rows"] == []
    assert "问题是空的" in problem(client.post("/v1/targets", json={"query": " "}))


def test_targets_of_a_document(client: TestClient, documents: dict[str, str], texts: dict[str, str]) -> None:
    rows = client.get(f"/v1/documents/{documents['10']}/targets").json()["rows"]
    assert {row["citation"]["document"]["id"] for row in rows} == {documents["10"]} and len(rows) > 20
    starts = [row["citation"]["span"]["start"] for row in rows]
    passages = client.get(f"/v1/documents/{documents['10']}").json()["passages"]
    within = [next(i for i, p in enumerate(passages) if p["start"] <= start < p["end"]) for start in starts]
    assert within == sorted(within)
    for row in rows:
        assert row["text"] in quoted(row["citation"], texts)
    assert UNKNOWN in problem(client.get(f"/v1/documents/{UNKNOWN}/targets"), 404)


def test_every_sample_has_its_targets_read(client: TestClient, documents: dict[str, str]) -> None:
    counts = {n: client.get(f"/v1/documents/{found}/targets").status_code for n, found in documents.items()}
    assert counts == dict.fromkeys(documents, 200)


# — duties —————————————————————————————————————————————————————————————————————————————————————————————————


def test_who_is_in_charge(client: TestClient, texts: dict[str, str]) -> None:
    found = posted(client, "duties", query="青桐水库保护由谁牵头")
    assert "青桐水库" in found["interpretation"]["topic"]
    (row,) = [row for row in found["rows"] if row["measure"] == "青桐水库保护"]
    assert (row["lead"], row["responsible"]) == (["区水务局"], ["青桐水库管理中心", "青桐镇政府"])
    assert named(row) == "云麓区" and row["support"] == []
    for each in found["rows"]:
        quote = quoted(each["citation"], texts)
        assert all(unit in quote for unit in (*each["lead"], *each["responsible"], *each["support"]))
    assert posted(client, "duties", query="月球基地氦三开采由谁负责")["rows"] == []
    assert "问题是空的" in problem(client.post("/v1/duties", json={"query": ""}))


def test_all_tasks_of_a_unit(client: TestClient, texts: dict[str, str]) -> None:
    def tasks(unit: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = client.get("/v1/duties", params={"unit": unit}).json()["rows"]
        return rows

    water = tasks("水务局")
    assert {row["measure"] for row in water} >= {"青桐水库保护", "镇村污水和温泉尾水"}
    for row in water:
        assert any("水务局" in unit for unit in (*row["lead"], *row["responsible"], *row["support"]))
        quoted(row["citation"], texts)
    assert tasks("区水务局") == [row for row in water if "区水务局" in str(row["lead"] + row["responsible"] + row["support"])]
    assert tasks("月球事务局") == []


@pytest.mark.parametrize("query", ["", "?unit=", "?unit=局", "?unit=" + "局" * 61])
def test_units_that_are_none(client: TestClient, query: str) -> None:
    assert "unit" in problem(client.get(f"/v1/duties{query}"))


# — around and changes —————————————————————————————————————————————————————————————————————————————————————


def test_what_stands_around(client: TestClient, documents: dict[str, str], texts: dict[str, str]) -> None:
    one = documents["02"]
    places = [(p["start"], p["end"]) for p in client.get(f"/v1/documents/{one}").json()["passages"]]

    def around(start: int, end: int) -> list[tuple[int, int] | None]:
        found = client.get(f"/v1/documents/{one}/around", params={"start": start, "end": end}).json()
        assert set(found) == {"before", "after"}
        for side in filter(None, found.values()):
            span = side["span"]
            assert side["text"] == texts[one][span["start"] : span["end"]] and side["citation"].startswith("《")
        return [side and (side["span"]["start"], side["span"]["end"]) for side in (found["before"], found["after"])]

    assert around(*places[5]) == [places[4], places[6]]
    # a sentence inside a passage: its own passage is neither
    assert around(places[5][0] + 1, places[5][1] - 1) == [places[4], places[6]]
    assert around(*places[0]) == [None, places[1]] and around(*places[-1]) == [places[-2], None]


def test_around_what_is_not_there(client: TestClient, documents: dict[str, str]) -> None:
    assert UNKNOWN in problem(client.get(f"/v1/documents/{UNKNOWN}/around?start=0&end=1"), 404)
    for query in ("", "?start=0", "?start=-1&end=1", "?start=x&end=1"):
        problem(client.get(f"/v1/documents/{documents['02']}/around{query}"))


def test_what_the_final_text_changed(client: TestClient, documents: dict[str, str], texts: dict[str, str]) -> None:
    draft, final = documents["03"], documents["04"]
    found = client.get(f"/v1/documents/{draft}/changes").json()["changes"]
    for change in found:
        before, after = change["before"], change["after"]
        assert before or after
        if before:
            assert before["document"]["id"] == draft and quoted(before, texts)
        if after:
            assert after["document"]["id"] == final and quoted(after, texts)
        # the words put together are both sentences; nothing is told of one that has no counterpart
        whole = tuple("".join(word[side] for word in change["words"]) for side in ("before", "after"))
        assert whole == ((before["quote"], after["quote"]) if before and after else ("", ""))
    pairs = [(c["before"]["quote"], c["after"]["quote"]) for c in found if c["before"] and c["after"]]
    assert any("2000套" in before and "2600套" in after for before, after in pairs)
    assert any(not c["before"] and "维权工作站" in c["after"]["quote"] for c in found)
    assert any(not c["after"] and "组织应用试点" in c["before"]["quote"] for c in found)
    starts = [change["after"]["span"]["start"] for change in found if change["after"]]
    assert starts == sorted(starts)


@pytest.mark.parametrize("number", ["04", "02"])
def test_a_text_without_a_final_version_has_no_changes(
    client: TestClient, documents: dict[str, str], number: str
) -> None:
    assert "没有可以比较的正式文件" in problem(client.get(f"/v1/documents/{documents[number]}/changes"))


# — going on from a question, and words taken literally ————————————————————————————————————————————————————


def test_a_question_that_follows_another(client: TestClient) -> None:
    def read(query: str, previous: str) -> tuple[str, list[str], set[str]]:
        found = posted(client, "search", query=query, previous=previous)
        understood = found["interpretation"]
        return understood["topic"], [named({"region": r}) for r in understood["regions"]], {named(h) for h in found["hits"]}

    first = "沧浦区的养老服务"
    assert read("云麓区呢", first) == ("养老服务", ["云麓区"], {"云麓区"})
    assert read("那托育呢", first) == ("托育", ["沧浦区"], {"沧浦区"})
    assert read("各区呢", first)[:2] == ("养老服务", COUNTIES)
    # one that stands by itself takes nothing over
    assert read("茶溪县乡村旅游", first) == ("乡村旅游", ["茶溪县"], {"茶溪县"})


def test_words_that_restrict_nothing(client: TestClient) -> None:
    def regions(**body: object) -> set[str]:
        found = posted(client, "search", query="沧浦区养老服务", **body)
        assert bool(found["interpretation"]["regions"]) == bool(found["interpretation"]["read"]) == (not body)
        return {named(hit) for hit in found["hits"]}

    assert regions() == {"沧浦区"} and regions(literal=["沧浦区"]) > {"沧浦区"}
    restricted = posted(client, "search", query="2026年养老服务")
    free = posted(client, "search", query="2026年养老服务", literal=["2026年"])
    assert restricted["interpretation"]["periods"] == ["2026"] and free["interpretation"]["periods"] == []
    assert "2021-2025" not in {hit["document"]["period"] for hit in restricted["hits"] if named(hit) == "沧浦区"}
    assert "沧浦区" in {named(hit) for hit in free["hits"]}
    assert "literal" in problem(client.post("/v1/search", json={"query": "水", "literal": ["水"] * 51}))
