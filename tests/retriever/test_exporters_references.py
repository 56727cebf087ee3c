"""Lists of references: GB/T 7714, BibTeX, RIS. Only what a document says, and nothing in it breaks an entry."""

import re
from dataclasses import replace

import pytest

from retriever.exporters import export
from retriever.model import Hit
from retriever.paper import Paper
from tests.retriever.papers import HOSTILE, LABEL, found, made_hit, paper


def cited(**known: str) -> Paper:
    return paper(found(made_hit("恢复湿地。", **known)))


FULL = {"issuer": "沧浦区人民政府、沧浦区发展改革委", "issued": "2021-03-18", "number": "沧政〔2021〕5号"}


@pytest.mark.parametrize(
    ("known", "entry"),
    [
        (FULL, "[1] 沧浦区人民政府, 沧浦区发展改革委. 沧浦区规划: 沧政〔2021〕5号[Z]. 2021-03-18."),
        ({}, "[1] 沧浦区规划[Z]."),
        ({"issued": "2021-03-18"}, "[1] 沧浦区规划[Z]. 2021-03-18."),
        ({"issuer": "沧浦区人民政府"}, "[1] 沧浦区人民政府. 沧浦区规划[Z]."),
    ],
)
def test_gbt7714(known: dict[str, str], entry: str) -> None:
    lines = export(cited(**known), "gbt7714").decode("utf-8-sig").splitlines()
    assert lines == [entry, f"    引用：{LABEL}"]


def test_a_report_and_a_draft() -> None:
    def kind(hit: Hit, **changed: str) -> Hit:
        return replace(hit, document=replace(hit.document, **changed))  # type: ignore[arg-type]

    report = paper(found(kind(made_hit("甲"), kind="政府工作报告")))
    assert export(report, "gbt7714").decode("utf-8-sig").startswith("[1] 沧浦区规划[R].")
    draft = paper(found(kind(made_hit("甲"), status="征求意见稿")))
    assert export(draft, "gbt7714").decode("utf-8-sig").startswith("[1] 沧浦区规划（征求意见稿）[Z].")


def test_bibtex() -> None:
    assert export(cited(**FULL), "bib").decode() == (
        "@misc{planseekdddddddddd,\n  author = {{沧浦区人民政府} and {沧浦区发展改革委}},\n  title = {{沧浦区规划}},\n  number = {沧政〔2021〕5号},\n"
        f"  howpublished = {{规划纲要}},\n  year = {{2021}},\n  date = {{2021-03-18}},\n  note = {{{LABEL}}},\n  langid = {{chinese}},\n}}\n"
    )
    bare = export(cited(), "bib").decode()
    assert "author" not in bare and "year" not in bare and "number" not in bare


def test_ris() -> None:
    assert export(cited(**FULL), "ris").decode().split("\r\n") == [
        "TY  - GOVDOC", "ID  - planseekdddddddddd", "AU  - 沧浦区人民政府", "AU  - 沧浦区发展改革委", "TI  - 沧浦区规划", "PY  - 2021",
        "DA  - 2021/03/18", "M1  - 沧政〔2021〕5号", "M3  - 规划纲要", "LA  - zh", f"N1  - {LABEL}", "ER  - ", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE, "{", "}", "a} @misc{b, title = {", "\\input{/etc/passwd}", "甲\r\nER  - \r\nTY  - JOUR", "A & B % # $ _ ~ ^"])
def test_no_text_ends_an_entry(text: str) -> None:
    made = cited(issuer=text, number=text, title=f"题{text}")
    bib = export(made, "bib").decode()
    body = re.sub(r"\{\\text\w+\}|\\[#$%&_]", "", bib)
    depth, outside = 0, ""
    for c in body:
        depth += (c == "{") - (c == "}")
        outside += c if depth == 0 and c != "}" else ""
    assert (depth, outside) == (0, "@misc\n") and "\\" not in body
    lines = export(made, "ris").decode().split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1]) and lines[-2:] == ["ER  - ", ""]
    assert sum(line.startswith(("TY  - ", "ER  - ")) for line in lines) == 2
    assert len(export(made, "gbt7714").decode("utf-8-sig").splitlines()) == 2


def test_each_place_is_listed_once_below_its_document() -> None:
    made = paper(found(made_hit("甲。"), made_hit("甲。", 2)), "甲。")
    assert export(made, "gbt7714").decode("utf-8-sig").splitlines() == ["[1] 沧浦区规划[Z].", f"    引用：{LABEL}"]
