"""Figures on what was read: texts in, regions of the districts, citations checked against the files' own bytes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.model import Figure, Section, markdown
from corpus.model import Document, Span
from eval.measures import overlaps
from eval.model import Item, Nugget
from eval.questions import read_set, sets_folder
from retriever.model import Query
from retriever.service import Service

QUESTION = "各区生态修复措施"
ASKED = (
    QUESTION,
    "各省氢能产业发展",
    "弋江区渔民退捕转产",
    "陵城区河湖长制",
    "老人吃饭洗澡有人管吗",
    "2026年GDP增长目标是多少",
)
# Of the five district texts in the order of split.json: the county that each is of.
COUNTIES = ("340203", "340705", "371403", "330781", "340102")
# In the newspaper page of 兰溪: its project on environmental nuisances, which is no ecological restoration.
NUISANCES = Span(2803, 2890)


def texts_in(service: Service, folder: Path) -> Section:
    """All that concerns reading and citing, over a home that holds `folder`."""
    corpus = service.searcher.corpus()
    decoded = {hashlib.sha256(file.read_bytes()).hexdigest(): _decoded(file) for file in sorted(folder.glob("*.txt"))}
    passages = [
        (corpus.documents[p.document], p.span, p.span.of(corpus.documents[p.document].text)) for p in corpus.passages
    ]
    quotes = []
    for question in ASKED:
        answer = service.ask(Query(question))
        statements = [*answer.statements, *(s for found in answer.by_region.values() for s in found)]
        quotes += [(c.document, c.span, c.quote) for s in statements for c in s.citations]
        quotes += [(h.document, h.passage.span, h.text) for h in answer.findings.hits]
    inexact = [_inexact(passages, decoded), _inexact(quotes, decoded)]
    districts = _districts(corpus.documents)
    wrong = sum(row[2] == "错" for row in districts)
    return Section(
        "读入与出处",
        (
            Figure("读入的文件", f"{len(corpus.documents)} / {len(decoded)}", "38 / 38", len(corpus.documents) == len(decoded) == 38),
            Figure("段落与原文件逐字相同", f"{len(passages) - inexact[0]} / {len(passages)}", "全部", not inexact[0]),
            Figure(f"{len(ASKED)} 个问题的命中与引用逐字相同", f"{len(quotes) - inexact[1]} / {len(quotes)}", "全部", not inexact[1]),
            Figure("区级文本 000–004 的地区", f"{len(districts) - wrong} 对或存疑，{wrong} 错", "0 错", wrong == 0),
        ),
        (markdown(["文本", "认出的地区", "判断", "可信度"], districts),),
        {"documents": len(corpus.documents), "passages": len(passages), "inexact": inexact, "districts": districts},
    )  # fmt: skip


def ecological(service: Service) -> Section:
    """「各区生态修复措施」 over the whole folder: who is found, by which first passage, and who is not."""
    question = next(q for q in read_set("plans").questions if q.query == QUESTION)
    groups = {group.region.code: group for group in service.search(Query(QUESTION)).groups}
    rows = []
    for code in COUNTIES:
        group = groups.get(code)
        shown = group.hits[0] if group and group.hits else group.best_rejected if group else None
        verdict = "—" if group is None else "有相关表述" if group.status == "found" else "未检索到"
        led = shown is not None and any(
            overlaps(Item("", shown.passage.document, shown.passage.span), nugget) for nugget in _expected(code, question.nuggets)
        )  # fmt: skip
        right = led and group is not None and (group.status == "found") == (code in question.found)
        # A span, not the sentence: nothing of the shared texts stands in this repository.
        where = (
            f"{shown.document.files[0].rsplit('/', 1)[-1][:3]} {shown.passage.span.start}–{shown.passage.span.end}"
            if shown
            else "—"
        )
        rows.append([group.region.name if group else code, verdict, where, "是" if right else "否"])
    others = [group.region.name for code, group in groups.items() if code not in COUNTIES]
    matching = sum(row[3] == "是" for row in rows)
    return Section(
        f"「{QUESTION}」",
        (
            Figure("五个区县的判定与首段", f"{matching} / {len(rows)} 对", "5 / 5", matching == len(rows)),
            Figure("省级与国家的分组", f"{len(others)}", "0", not others),
        ),
        (markdown(["地区", "判定", "首段（未检索到时为最接近的一段）", "与判断相符"], rows),),
        {"groups": rows, "others": others},
    )  # fmt: skip


def _expected(code: str, nuggets: Iterable[Nugget]) -> list[Nugget]:
    documents = _frozen_districts()
    own = documents[COUNTIES.index(code)]
    return [n for n in nuggets if n.document == own] or [Nugget(own, NUISANCES)]


def _districts(documents: Mapping[str, Document]) -> list[list[str]]:
    rows = []
    for number, (name, code) in enumerate(zip(_frozen_districts(), COUNTIES, strict=True)):
        document = documents[name]
        region = document.region
        confidence = document.evidence["region"].confidence if "region" in document.evidence else 0.0
        verdict = "未定" if region is None else "对" if region.code == code else "错"
        rows.append([f"{number:03}", region.name if region else "—", verdict, f"{confidence:.2f}"])
    return rows


def _frozen_districts() -> list[str]:
    split = json.loads((sets_folder() / "plans" / "split.json").read_text("utf-8"))
    return [row["sha256"] for row in split["test"][: len(COUNTIES)]]


def _inexact(quotes: Iterable[tuple[Document, Span, str]], decoded: dict[str, str]) -> int:
    """How many quotations are not the slice of their file's decoded bytes."""
    return sum(
        not quote or decoded.get(document.id, "")[span.start : span.end] != quote for document, span, quote in quotes
    )


def _decoded(file: Path) -> str:
    """Decoded without any code of ours: UTF-8 without its mark, else GB18030; no newline translation."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")
