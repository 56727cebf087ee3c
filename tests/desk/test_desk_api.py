"""Baskets, saved questions and marks over HTTP, on a corpus that changes under them."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import create_app
from retriever.exporters import EXPORTERS
from retriever.service import Service

QUESTION = "各区生态修复措施"


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False)


def hit_of(client: TestClient, query: str = QUESTION) -> Any:
    return client.post("/v1/ask", json={"query": query}).json()["hits"][0]


def kept(client: TestClient, hit: Any, **more: Any) -> tuple[int, Any]:
    """A hit put into a new basket."""
    basket = client.post("/v1/baskets", json={"name": "材料"}).json()["id"]
    body = {"document": hit["document"]["id"], **hit["span"], "question": QUESTION} | more
    return basket, client.post(f"/v1/baskets/{basket}/items", json=body)


def test_a_hit_is_put_aside_with_its_citation(client: TestClient) -> None:
    hit = hit_of(client)
    basket, answer = kept(client, hit, note="先用")
    assert answer.status_code == 201
    shown = client.get(f"/v1/baskets/{basket}").json()
    (item,) = shown["items"]
    assert item == answer.json() and shown["name"] == "材料" and shown["count"] == 1
    assert (item["question"], item["note"], item["region"], item["missing"]) == (QUESTION, "先用", hit["region"], False)
    assert item["citation"]["quote"] == item["quote"] == hit["text"]
    assert item["citation"]["citation"] == item["label"] == hit["citation"]
    assert item["citation"]["span"] == item["span"] == hit["span"] and item["document"] == hit["document"]["id"]


def test_part_of_a_passage_can_be_put_aside_and_nothing_else(client: TestClient) -> None:
    hit = hit_of(client)
    start, end = hit["span"]["start"], hit["span"]["end"]
    basket, part = kept(client, hit, start=start + 3, end=end - 2)
    assert part.json()["quote"] == hit["text"][3:-2] and part.json()["label"] == hit["citation"]
    for body, status, words in (
        ({"start": start, "end": end + 5000}, 422, "不在任何一段正文之内"), ({"start": end, "end": start}, 422, "不在任何一段正文之内"),
        ({"document": "0" * 64}, 404, "没有编号为"), ({"document": "x"}, 422, "document"),
    ):  # fmt: skip
        refused = client.post(f"/v1/baskets/{basket}/items", json={"document": hit["document"]["id"], "start": start, "end": end} | body)
        assert refused.status_code == status and words in refused.json()["detail"]
    assert client.post("/v1/baskets/99/items", json={"document": hit["document"]["id"], "start": start, "end": end}).status_code == 404
    assert len(client.get(f"/v1/baskets/{basket}").json()["items"]) == 1


def test_notes_order_names_and_removal(client: TestClient) -> None:
    hits = client.post("/v1/ask", json={"query": QUESTION}).json()["hits"][:3]
    basket, first = kept(client, hits[0])
    items = [first.json()["id"]]
    for hit in hits[1:]:
        body = {"document": hit["document"]["id"], **hit["span"]}
        items.append(client.post(f"/v1/baskets/{basket}/items", json=body).json()["id"])
    assert client.patch(f"/v1/baskets/{basket}/items/{items[2]}", json={"position": 1, "note": "放最前"}).status_code == 200
    shown = client.get(f"/v1/baskets/{basket}").json()["items"]
    assert [item["id"] for item in shown] == [items[2], items[0], items[1]] and shown[0]["note"] == "放最前"
    assert client.delete(f"/v1/baskets/{basket}/items/{items[0]}").status_code == 200
    assert client.delete(f"/v1/baskets/{basket}/items/{items[0]}").status_code == 404
    assert client.patch(f"/v1/baskets/{basket}", json={"name": "改名"}).json()["name"] == "改名"
    assert client.patch(f"/v1/baskets/{basket}", json={"name": " "}).status_code == 422
    assert [b["count"] for b in client.get("/v1/baskets").json()["baskets"]] == [2]
    assert client.delete(f"/v1/baskets/{basket}").status_code == 200
    assert client.get(f"/v1/baskets/{basket}").status_code == 404


def test_what_was_quoted_outlives_its_document(client: TestClient, service: Service) -> None:
    hit = hit_of(client)
    basket, _ = kept(client, hit, note="我的话")
    service.library.remove([hit["document"]["id"]])
    (item,) = client.get(f"/v1/baskets/{basket}").json()["items"]
    assert item["missing"] and item["citation"] is None
    assert (item["quote"], item["label"], item["note"]) == (hit["text"], hit["citation"], "我的话")
    told = client.get(f"/v1/baskets/{basket}/export", params={"format": "md"}).text
    assert hit["citation"] in told and "原文件已不在语料中" in told
    raw = client.get(f"/v1/baskets/{basket}/export", params={"format": "json"}).json()
    assert raw["items"][0]["citation"]["span"] == hit["span"] and raw["items"][0]["citation"]["quote"] == hit["text"]


@pytest.mark.parametrize("format_name", list(EXPORTERS))
def test_a_basket_goes_out_in_every_format(client: TestClient, format_name: str) -> None:
    basket, _ = kept(client, hit_of(client), note="=1+1")
    client.patch(f"/v1/baskets/{basket}", json={"name": "生态“材料”"})
    answer = client.get(f"/v1/baskets/{basket}/export", params={"format": format_name})
    exporter = EXPORTERS[format_name]
    assert answer.status_code == 200 and answer.headers["content-type"] == exporter.media_type and len(answer.content) > 100
    assert f"filename*=UTF-8''%E7%94%9F%E6%80%81%E2%80%9C%E6%9D%90%E6%96%99%E2%80%9D.{exporter.suffix}" in answer.headers["content-disposition"]


def test_an_unknown_format_is_refused(client: TestClient) -> None:
    basket, _ = kept(client, hit_of(client))
    refused = client.get(f"/v1/baskets/{basket}/export", params={"format": "exe"})
    assert refused.status_code == 422 and "不支持导出为「exe」" in refused.json()["detail"]


def test_a_saved_question_tells_what_is_new(client: TestClient, service: Service, tmp_path: Path) -> None:
    asked = {"query": "各区观鸟屋建设", "per_region": 2, "kinds": []}
    one = client.post("/v1/saved", json={"name": "观鸟屋", "query": asked}).json()
    assert one["query"]["query"] == "各区观鸟屋建设" and one["query"]["per_region"] == 2
    first = client.post(f"/v1/saved/{one['id']}/run").json()
    assert (first["new"], first["gone"]) == ([], 0) and first["since"] == one["run"]
    plan = tmp_path / "沧浦区湿地行动计划.txt"
    plan.write_text("临澜市沧浦区湿地保护行动计划\n\n一、重点任务\n\n建设观鸟屋。到2027年在沧浪溪湿地建设观鸟屋3处，配望远镜12架。\n", "utf-8")
    service.ingest([plan])
    second = client.post(f"/v1/saved/{one['id']}/run").json()
    new = {(place["document"], place["start"]) for place in second["new"]}
    shown = {(h["document"]["id"], h["span"]["start"]): h["text"] for g in second["groups"] for h in g["hits"]}
    assert any("观鸟屋3处" in shown[place] for place in new) and new <= shown.keys()
    assert second["since"] > first["since"]
    assert client.post(f"/v1/saved/{one['id']}/run").json()["new"] == []


def test_saved_questions_are_listed_refused_and_removed(client: TestClient) -> None:
    for body in ({"name": "", "query": {"query": "养老"}}, {"name": "空", "query": {"query": "  "}}, {"name": "错", "query": {"query": "养老", "kinds": ["诗歌"]}}):
        refused = client.post("/v1/saved", json=body)
        assert refused.status_code == 422 and refused.json()["detail"]
    one = client.post("/v1/saved", json={"name": "养老", "query": {"query": "各区养老"}}).json()
    assert [(s["id"], s["name"]) for s in client.get("/v1/saved").json()["saved"]] == [(one["id"], "养老")]
    assert client.post("/v1/saved", json={"name": "养老", "query": {"query": "别的"}}).status_code == 422
    assert client.delete(f"/v1/saved/{one['id']}").status_code == 200
    assert client.delete(f"/v1/saved/{one['id']}").status_code == 404
    assert client.post(f"/v1/saved/{one['id']}/run").status_code == 404
    assert client.get("/v1/saved").json() == {"saved": []}


def test_marks_come_back_and_can_be_taken_back(client: TestClient) -> None:
    place = {"document": "a" * 64, "start": 3, "end": 9}
    other = {"document": "b" * 64, "start": 0, "end": 4}
    marks = [place | {"mark": "有用"}, other | {"mark": "区域不对"}]
    client.post("/v1/judgements", json={"query": " 河怎么管 ", "marks": marks})
    assert client.get("/v1/judgements", params={"query": "河怎么管"}).json()["marks"] == marks
    assert client.get("/v1/judgements", params={"query": "别的"}).json()["marks"] == []
    client.post("/v1/judgements", json={"query": "河怎么管", "marks": [place | {"mark": "未评"}]})
    assert client.get("/v1/judgements", params={"query": "河怎么管"}).json()["marks"] == marks[1:]
    told = client.post("/v1/judgements", json={"query": "河怎么管", "marks": [other | {"mark": "未评"}]}).json()
    assert told["questions"] == 0 and client.get("/v1/judgements", params={"query": "河怎么管"}).json()["marks"] == []
