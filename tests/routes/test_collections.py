"""Keys that may see only some collections: whatever they ask, the answers are those of a home that holds nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from access.keys import Keys
from app import create_app
from corpus.errors import PlanSeekError
from corpus.store import Store
from index.ingest import ingest
from index.segments import Makers
from retriever.service import Service
from settings import Settings

PLANS = {
    "公开/青禾区.txt": "临江省云川市青禾区国民经济和社会发展第十四个五年规划纲要\n第一章 生态文明\n第一节 生态修复\n推进废弃矿山生态修复，到2025年修复面积达到1200亩。牵头单位：区自然资源局。\n第二节 养老服务\n建设社区养老服务中心12个。",
    "公开/柳溪县.txt": "临江省云川市柳溪县国民经济和社会发展第十四个五年规划纲要\n第一章 生态文明\n第一节 水环境治理\n整治农村黑臭水体，完善污水管网。\n第二节 交通\n新建农村公路80公里。",
    "内部/白石区.txt": "临江省云川市白石区国民经济和社会发展第十四个五年规划纲要\n第一章 生态文明\n第一节 生态修复\n实施湿地生态修复工程，恢复湿地300公顷，建设蓝莓产业园。\n第二节 养老服务\n发展智慧养老，建设养老床位900张。\n第三节 交通\n开通通用航空航线。",
    "内部/青禾区报告.txt": "2024年青禾区政府工作报告\n——在青禾区第三届人民代表大会上\n一、工作安排\n推进生态修复与绿化，新增绿地20公顷，秘密建设飞地园区。",
    "散件/无集.txt": "临江省云川市南岭县国民经济和社会发展第十四个五年规划纲要\n第一章 生态文明\n第一节 生态修复\n开展石漠化治理和生态修复。",
}  # fmt: skip
REGIONS = """code,name,level,parent,aliases,lon,lat,from,to
990000,临江省,省级,,,,,,
990100,云川市,地级,990000,,,,,
990101,青禾区,县级,990100,,,,,
990102,柳溪县,县级,990100,,,,,
990103,白石区,县级,990100,,,,,
990104,南岭县,县级,990100,,,,,
"""
OUTSIDE = re.compile("白石|蓝莓|湿地|飞地|通用航空|智慧养老|南岭|石漠|政府工作报告")
"""Words that only documents outside the collection bear."""
QUESTIONS = [
    "各区县生态修复措施", "生态修复", "养老服务", "各区县交通", "蓝莓产业园", "青禾区生态修复面积目标", "矿山修复由哪个部门牵头",
    "2024年青禾区生态修复", "对比青禾区和白石区的生态修复", "湿地", "农村公路多少公里",
]  # fmt: skip


def _written(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PLANS[name], "utf-8")
        where, _, file = name.partition("/")
        if where != "散件":
            with (folder / where / "metadata.csv").open("a", encoding="utf-8") as rows:
                rows.write(f"{file},{where}\n" if rows.tell() else f"file,collection\n{file},{where}\n")
    (folder / "regions.csv").write_text(REGIONS, "utf-8")
    return folder


@pytest.fixture(scope="module")
def home(makers: Makers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("all") / "库"
    assert len(ingest([_written(tmp_path_factory.mktemp("plans"), list(PLANS))], home, makers).files) == 5
    return home


@pytest.fixture(scope="module")
def alone(makers: Makers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A home that holds the open collection and nothing else."""
    home = tmp_path_factory.mktemp("alone") / "库"
    ingest([_written(tmp_path_factory.mktemp("open"), [name for name in PLANS if name.startswith("公开")])], home, makers)
    with TestClient(create_app(Service(Settings(home=home, requests_per_minute=100_000)))) as client:
        yield client


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Service(Settings(home=home, requests_per_minute=100_000))), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def within(home: Path) -> dict[str, str]:
    """The header of one who may see the open collection only."""
    return {"Authorization": f"Bearer {Keys(home).add('外单位', '读者', ['公开'])[1]}"}


@pytest.fixture(scope="module")
def all_of_it(home: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {Keys(home).add('本科室', '读者')[1]}"}


def _plain(found: Any) -> Any:
    """An answer without what rightly differs between two folders: paths; numbers to six places (products of matrices of
    different sizes differ in the last bits)."""
    if isinstance(found, dict):
        return {key: _plain(value) for key, value in found.items() if key not in ("file", "files")}
    if isinstance(found, list):
        return [_plain(value) for value in found]
    return round(found, 5) if isinstance(found, float) else found


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("route", ["search", "ask", "targets", "duties", "compare"])
def test_answers_are_those_of_a_home_without_the_rest(
    client: TestClient, alone: TestClient, within: dict[str, str], all_of_it: dict[str, str], route: str, question: str
) -> None:
    body: dict[str, Any] = {"query": question} | ({"columns": ["生态修复", "养老"]} if route == "compare" else {})
    mine, only = client.post(f"/v1/{route}", json=body, headers=within), alone.post(f"/v1/{route}", json=body)
    assert mine.status_code == only.status_code, mine.text
    assert _plain(mine.json()) == _plain(only.json())
    found = json.dumps({key: value for key, value in mine.json().items() if key not in ("query", "interpretation")}, ensure_ascii=False)
    if "白石" not in question:
        assert not OUTSIDE.search(found.replace(question, ""))
    if (route, question) == ("ask", "蓝莓产业园"):
        assert mine.json()["status"] == "not_found"
        assert client.post("/v1/ask", json=body, headers=all_of_it).json()["status"] == "answered"


def test_lists_counts_and_suggestions_know_nothing_of_the_rest(
    client: TestClient, alone: TestClient, within: dict[str, str], all_of_it: dict[str, str]
) -> None:
    for path in ("/v1/documents", "/v1/health", "/v1/suggest?q=", "/v1/suggest?q=白", "/v1/suggest?q=湿", "/v1/suggest?q=生态", "/v1/duties?unit=区自然资源局"):
        mine, only = client.get(path, headers=within).json(), alone.get(path).json()
        mine.pop("index", None), only.pop("index", None)
        assert _plain(mine) == _plain(only), path
        assert not OUTSIDE.search(json.dumps(mine, ensure_ascii=False))
    assert client.get("/v1/documents", headers=all_of_it).json()["total"] == 5


def test_a_document_outside_is_no_document(client: TestClient, within: dict[str, str], all_of_it: dict[str, str]) -> None:
    rows = client.get("/v1/documents", headers=all_of_it).json()["documents"]
    inside = {row["id"] for row in client.get("/v1/documents", headers=within).json()["documents"]}
    assert len(rows) == 5 and len(inside) == 2
    for row in rows:
        for rest in ("", "/paragraphs", "/around?start=0&end=5", "/citation?start=0&end=5", "/boxes?start=0&end=5", "/targets", "/pages/1", "/changes", "/changes/export"):
            mine = client.get(f"/v1/documents/{row['id']}{rest}", headers=within)
            if row["id"] in inside:
                assert mine.status_code == client.get(f"/v1/documents/{row['id']}{rest}", headers=all_of_it).status_code
            else:
                assert (mine.status_code, mine.json()["detail"]) == (404, f"没有编号为 {row['id']} 的文档。")
        asked = client.post("/v1/search", json={"query": "生态", "document": row["id"]}, headers=within).json()
        assert {hit["document"]["id"] for hit in asked.get("hits", ())} == ({row["id"]} & inside)


@pytest.mark.parametrize("format_name", ["csv", "md", "json", "jsonl", "gbt7714", "bib", "ris"])
def test_no_export_holds_the_rest(client: TestClient, within: dict[str, str], format_name: str) -> None:
    for what in ("passages", "matrix", "targets", "duties"):
        if what != "passages" and format_name in ("gbt7714", "bib", "ris"):
            continue
        body = {"query": "各区县生态修复措施", "format": format_name, "what": what} | ({"columns": ["生态修复", "养老"]} if what == "matrix" else {})
        told = client.post("/v1/export", json=body, headers=within)
        if told.status_code == 200:
            assert not OUTSIDE.search(told.text) and "（11 段" not in told.text
        else:
            assert told.status_code == 422 and not OUTSIDE.search(told.text)


def test_what_concerns_the_whole_corpus_is_refused(client: TestClient, within: dict[str, str]) -> None:
    routes = [(method.upper(), path) for path, methods in client.app.openapi()["paths"].items() for method in methods]  # type: ignore[attr-defined]
    reached = set()
    for method, path in routes:
        answer = client.request(method, re.sub(r"\{[^}]+\}", "7", path), headers=within)
        if answer.status_code != 403:
            reached.add(path.split("/")[2])
    assert reached == {
        "health", "live", "ready", "me", "search", "ask", "write", "compare", "targets", "duties", "export", "suggest", "documents",
        "judgements", "baskets", "saved", "batches",
    }  # fmt: skip
    marks = {"query": "生态修复", "marks": [{"document": "0" * 64, "start": 0, "end": 1, "mark": "有用"}]}
    assert client.post("/v1/judgements", json=marks, headers=within).status_code == 403


def test_marks_on_documents_outside_are_not_told(client: TestClient, within: dict[str, str], all_of_it: dict[str, str]) -> None:
    rows = client.get("/v1/documents", headers=all_of_it).json()["documents"]
    inside = [row["id"] for row in client.get("/v1/documents", headers=within).json()["documents"]]
    marks = [{"document": row["id"], "start": 0, "end": 5, "mark": "无用"} for row in rows]
    assert client.post("/v1/judgements", json={"query": "生态修复", "marks": marks}, headers=all_of_it).status_code == 200
    told = {name: client.get("/v1/judgements?query=生态修复", headers=header).json()["marks"] for name, header in (("all", all_of_it), ("mine", within))}
    assert len(told["all"]) == 5 and sorted(mark["document"] for mark in told["mine"]) == sorted(inside)


def test_callers_are_told_what_they_may(client: TestClient, within: dict[str, str], all_of_it: dict[str, str]) -> None:
    assert client.get("/v1/me", headers=within).json() == {"name": "外单位", "role": "读者", "collections": ["公开"]}
    assert client.get("/v1/me", headers=all_of_it).json() == {"name": "本科室", "role": "读者", "collections": None}


def test_baskets_and_batches_are_their_own(client: TestClient, within: dict[str, str], all_of_it: dict[str, str]) -> None:
    rows = client.get("/v1/documents", headers=all_of_it).json()["documents"]
    inside = {row["id"] for row in client.get("/v1/documents", headers=within).json()["documents"]}
    outside = next(row["id"] for row in rows if row["id"] not in inside)
    theirs = client.post("/v1/baskets", json={"name": "内部"}, headers=all_of_it).json()["id"]
    mine = client.post("/v1/baskets", json={"name": "外部"}, headers=within).json()["id"]
    assert [b["name"] for b in client.get("/v1/baskets", headers=within).json()["baskets"]] == ["外部"]
    assert client.get(f"/v1/baskets/{theirs}", headers=within).status_code == 404
    assert client.delete(f"/v1/baskets/{theirs}", headers=within).status_code == 404
    put = {"document": outside, "start": 0, "end": 10}
    assert client.post(f"/v1/baskets/{mine}/items", json=put, headers=within).status_code in (404, 422)
    sheet = {"file": ("问题.txt", "湿地".encode(), "text/plain")}
    batch = client.post("/v1/batches", files=sheet, headers=all_of_it).json()["id"]
    assert client.get(f"/v1/batches/{batch}", headers=within).status_code == 404
    assert client.get("/v1/batches", headers=within).json() == {"batches": []}


def test_a_document_that_leaves_a_collection_is_gone_at_once(makers: Makers, tmp_path: Path) -> None:
    plans, home = _written(tmp_path / "文件", ["公开/青禾区.txt", "公开/柳溪县.txt"]), tmp_path / "库"
    ingest([plans], home, makers)
    header = {"Authorization": f"Bearer {Keys(home).add('外单位', '读者', ['公开'])[1]}"}
    client = TestClient(create_app(Service(Settings(home=home, requests_per_minute=100_000))))
    assert client.post("/v1/search", json={"query": "生态修复"}, headers=header).json()["hits"]
    (plans / "公开" / "metadata.csv").write_text("file,collection\n青禾区.txt,内部\n柳溪县.txt,公开\n", "utf-8")
    ingest([plans], home, makers)
    found = client.post("/v1/search", json={"query": "矿山生态修复"}, headers=header).json()
    assert "矿山" not in json.dumps(found["hits"], ensure_ascii=False)
    assert client.get("/v1/documents", headers=header).json()["total"] == 1


def test_a_store_of_some_collections_writes_nothing_and_knows_no_other_version(home: Path) -> None:
    store = Store(home / "corpus.sqlite", collections=["公开"])
    assert sorted(store.passage_counts().values()) == [2, 2] and store.size_of_texts() < 1000
    with pytest.raises(PlanSeekError), store.writing():
        store.remove_document(store.documents()[0].id)
    store.close()
    nothing = Store(home / "corpus.sqlite", collections=[])
    assert nothing.documents() == [] and nothing.passages() == [] and list(nothing.texts()) == [] and nothing.files() == {}
    nothing.close()


def test_only_readers_are_limited_and_older_keys_see_everything(tmp_path: Path) -> None:
    import sqlite3

    keys = Keys(tmp_path)
    for role, collections in (("编辑", ["公开"]), ("读者", []), ("读者", [" "])):
        with pytest.raises(PlanSeekError, match="资料集"):
            keys.add("甲", role, collections)
    _, secret = keys.add("甲", "读者", ["乙", "丙", "乙"])
    holder = keys.holder(secret)
    assert holder is not None and holder.collections == ("丙", "乙") and [key.collections for key in keys.all()] == [("丙", "乙")]
    with sqlite3.connect(tmp_path / "keys.sqlite") as db:
        db.execute("UPDATE key SET collections = NULL")
        db.execute("ALTER TABLE key DROP COLUMN collections")
    older = keys.holder(secret)
    assert older is not None and older.collections is None
