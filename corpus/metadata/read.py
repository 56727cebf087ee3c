"""Reads title, region, kind, period, status, date, number and issuer of a document, each with its span and a
confidence. Never edits the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from corpus.metadata.kinds import read_kind, read_status
from corpus.metadata.masthead import Found, read_masthead
from corpus.metadata.own_region import OwnRegion, statements_of
from corpus.metadata.periods import read_period
from corpus.metadata.titles import read_head, read_title
from corpus.model import Evidence, Reading, Region, Span
from corpus.regions.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was read of one document; `evidence` has an entry per field that was read from somewhere."""

    title: str
    title_span: Span | None
    region: Region | None
    kind: str
    period: str | None
    status: str
    issued: str | None
    number: str | None
    evidence: Mapping[str, Evidence]
    issuer: str | None = None


def read_metadata(reading: Reading, file: str, gazetteer: Gazetteer) -> Metadata:
    """Read a document's metadata from its first and last lines, its body and, where they say nothing, its file name.

    `file`: the file's name or its path; the two folders above it then count as weak evidence of the region.
    """
    path = PurePath(file)
    stem, folders = path.stem, [p.name for p in path.parents if p.name][:2]
    text = reading.text
    head = read_head(text)
    evidence: dict[str, Evidence] = {}

    title, title_span = read_title(reading, head, stem, evidence)
    titled = evidence["title"].confidence if "title" in evidence else 0.0
    kind = read_kind(text, title, title_span, stem, evidence)
    masthead = read_masthead(text, head, title_span, kind == "政府工作报告")
    issued = _take("issued", masthead.issued, evidence)
    number = _take("number", masthead.number, evidence)
    issuer = _take("issuer", masthead.issuer, evidence)
    signer = masthead.issuer
    statements = statements_of(
        text, title, title_span, titled, head, (signer.value, signer.span, signer.confidence) if signer else None,
        stem, folders,
    )  # fmt: skip
    sure_date = issued if issued and evidence["issued"].confidence >= 0.7 else None
    region = OwnRegion(gazetteer, text, statements, sure_date).resolve(evidence)
    if issuer is None and kind == "政府工作报告" and region:
        issuer = _government(text, region, gazetteer.places[region.code].name, evidence)
    if "title" not in evidence:
        name = gazetteer.places[region.code].name if region else ""
        title = f"{name}{kind}（标题为推定：{stem}）" if region and kind != "其他" else stem
        evidence["title"] = Evidence(None, 0.3, "inferred")
    validity = masthead.validity
    status = read_status(
        text, title, title_span, stem, head, evidence,
        (validity.value, validity.span, validity.confidence) if validity else None,
        evidence["number"].span if number else masthead.passed,
    )  # fmt: skip
    period = read_period(text, title, title_span, stem, kind, evidence)
    return Metadata(title, title_span, region, kind, period, status, issued, number, evidence, issuer)


def _government(text: str, region: Region, name: str, evidence: dict[str, Evidence]) -> str | None:
    """Who gives a report that only says 「我代表市人民政府」: the government of the report's region."""
    spoken = re.search(r"代表(?:\S{0,10}人民政府|国务院)", text[:2000])
    if spoken is None:
        return None
    evidence["issuer"] = Evidence(Span(*spoken.span()), min(0.75, evidence["region"].confidence))
    return "国务院" if region.level == "国家" else f"{name}人民政府"


def _take(field: str, found: Found | None, evidence: dict[str, Evidence]) -> str | None:
    if found is None:
        return None
    evidence[field] = Evidence(found.span, found.confidence)
    return found.value
