"""Papers of answers and of comparisons: region by region, or by rank. Judges nothing: every verdict was made before."""

from collections.abc import Iterable

from corpus.model import Region, Span
from retriever.cite import label
from retriever.model import Answer, Citation, Group, Hit, Interpretation, Matrix, Statement
from retriever.paper.model import FOUND, NEAR, NOT_FOUND, Cell, Chapter, Paper, Part, Quotation, Table
from retriever.verdict import judge
from retriever.wire import answer_json, matrix_json

OVERVIEW = "各地区结果"
MATRIX = "对照表"
MATRIX_IN_SHORT = "对照概览"
PASSAGES = "原文摘录"
_AXES = {"topic": "主题", "period": "时期", "status": "稿次"}


def of_answer(answer: Answer, made: str, edition: str) -> Paper:
    """The passages of an answer, the sentences that answer set off in them."""
    findings = answer.findings
    question = findings.query.text
    asked = asked_lines(findings.interpretation)
    if findings.interpretation.fan_out is None:
        marks = _marks(answer.statements)
        quotations = tuple(_quotation(question, hit, judge.RELATED, marks) for hit in findings.hits)
        answers = tuple(quoted(citation, question) for s in answer.statements for citation in s.citations)
        summary = "" if answer.status != "not_found" else "未检索到足以作答的原文。" + ("以下只是相近的段落。" if quotations else "")
        part = Part(PASSAGES if answers else NEAR, FOUND if answers else NOT_FOUND, quotations)
        chapter = Chapter(question, asked, summary, answers, (part,) if quotations else ())
    else:
        parts = tuple(_part(question, group, answer.by_region.get(group.region.code, ())) for group in findings.groups)
        found = sum(group.status == "found" for group in findings.groups)
        summary = f"{len(findings.groups)} 个{findings.interpretation.fan_out}地区中 {found} 个有相关表述。"
        chapter = Chapter(question, asked, summary, (), parts, (_overview(answer),))
    return Paper(question, (chapter,), made, edition, answer_json(answer))


def of_matrix(matrix: Matrix, made: str, edition: str) -> Paper:
    """A comparison: the table in full for a workbook, in short for a text, where the passages follow region by region."""
    question = matrix.query.text
    head = ("地区", *matrix.columns)
    full, short, parts = [], [], []
    for row in matrix.rows:
        name = row.cells[0].region.name if row.region is None and row.cells else row.region.name if row.region else ""
        cells = [
            tuple(_quotation(question, hit, judge.RELATED, (), aspect) for hit in cell.hits)
            for aspect, cell in zip(matrix.columns, row.cells, strict=True)
        ]
        full.append((name, *(quotations or NOT_FOUND for quotations in cells)))
        short.append((name, *(f"{len(quotations)} 段" if quotations else NOT_FOUND for quotations in cells)))
        together = tuple(q for quotations in cells for q in quotations)
        parts.append(Part(name, FOUND if together else NOT_FOUND, together, row.region))
    asked = (*asked_lines(matrix.interpretation), f"并排的{_AXES[matrix.by]}：{'、'.join(matrix.columns)}")
    tables = (Table(MATRIX, head, tuple(full), printed=False), Table(MATRIX_IN_SHORT, head, tuple(short), sheet=False))
    chapter = Chapter(question, asked, "", (), tuple(parts), tables)
    return Paper(question, (chapter,), made, edition, matrix_json(matrix), leading=MATRIX)


def asked_lines(understood: Interpretation) -> tuple[str, ...]:
    """How a question was read, a line each, as far as it was narrowed or widened."""
    lines = [f"检索主题：{understood.topic}"]
    if understood.fan_out:
        lines.append(f"逐个地区：{understood.fan_out}，共 {len(understood.regions)} 个")
    for name, values in (
        ("地区" if not understood.fan_out else "", [region.name for region in understood.regions]),
        ("范围", [region.name for region in understood.within]), ("不含地区", [region.name for region in understood.without]),
        ("时间", understood.periods or [understood.period or ""]), ("文种", understood.kinds),
        ("状态", understood.statuses), ("文件", [understood.document or ""]), ("须含", understood.exact), ("不含", understood.excluded),
        ("同时检索的规划用语", [expansion.word for expansion in understood.expansions[:8]]),
    ):  # fmt: skip
        if name and any(values):
            lines.append(f"{name}：{'、'.join(values)}")
    return (*lines, *understood.notes)


def quoted(
    citation: Citation, question: str = "", region: Region | None = None, note: str = "", added: str = ""
) -> Quotation:
    """A citation as a quotation; about its document's region where no other is given."""
    document = citation.document
    return Quotation(
        document, citation.span, citation.label, question, region or document.region, note=note, added=added
    )


def _part(question: str, group: Group, statements: Iterable[Statement]) -> Part:
    marks = _marks(statements)
    nearest = group.best_rejected
    return Part(
        group.region.name, FOUND if group.hits else NOT_FOUND,
        tuple(_quotation(question, hit, judge.FOUND, marks, region=group.region) for hit in group.hits), group.region,
        _quotation(question, nearest, 1.0, ()) if nearest and not group.hits else None,
    )  # fmt: skip


def _overview(answer: Answer) -> Table:
    """A row a region: whether it speaks of what is asked, and the first sentence that does."""
    rows: list[tuple[Cell, ...]] = []
    for group in answer.findings.groups:
        first = answer.by_region.get(group.region.code, ())[:1]
        point: Cell = tuple(quoted(c, answer.findings.query.text, group.region) for s in first for c in s.citations[:1])
        verdict = FOUND if group.hits else NOT_FOUND
        rows.append((group.region.name, group.region.code, verdict, len(group.hits), point or None))
    return Table(OVERVIEW, ("地区", "代码", "结果", "摘录数", "要点"), tuple(rows), wide=("代码",), noted=True)


def _quotation(
    question: str, hit: Hit, enough: float, marks: Iterable[tuple[str, Span]], aspect: str = "", region: Region | None = None
) -> Quotation:
    passage = hit.passage
    own = tuple(span for name, span in marks if name == passage.document and span.start < passage.span.end and passage.span.start < span.end)
    return Quotation(
        hit.document, passage.span, label(hit.document, passage), question, region or passage.region,
        FOUND if hit.evidence >= enough else NEAR, hit.rank, own, aspect, tuple(other.name for other in hit.also),
    )  # fmt: skip


def _marks(statements: Iterable[Statement]) -> tuple[tuple[str, Span], ...]:
    return tuple((c.document.id, c.span) for statement in statements for c in statement.citations)
