"""Papers made up for the tests of exports: findings of two regions, one of them silent. Searches nothing."""

from dataclasses import replace

from corpus.model import Document, Passage, Region, Span
from retriever.model import Answer, Asked, Citation, Findings, Group, Hit, Interpretation, Query, Statement
from retriever.paper import Paper, of_answer

CITY = Region("990102", "澜江省临澜市沧浦区", "县级", "990100")
SILENT = Region("990103", "澜江省临澜市墨池区", "县级", "990100")
MADE, EDITION = "2026年3月2日", "索引 0123abcd（567 段）"
LABEL = "《沧浦区规划》第三节 修复 第3—4段"
FORMULAS = ["=1+1", "＝cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＋1", "－1", "＠x", " =1+1", '="a"&"b"',
            "=HYPERLINK(\"http://x.example\",\"y\")"]  # fmt: skip
HOSTILE = [
    "{{ 7*7 }}", "{% for x in y %}", "{%p if a %}", "{#注释#}", "{{ title.__class__ }}", "{_{ 7*7 }_}", "<b>粗</b>&amp;<w:br/>", "]]>",
    "控制\x00\x01\x08\x0b\x0c\x1f符", "\ufffe\uffff", "\u202e从右到左\u202c", "表情😀🏞", "一\n二\r\n三\r四\u2028五", "\ufdd0" + "0\ufdd1标记\ufdd2" + "0\ufdd3\ufdd4",
    "\t制表", "长" * 3000, "https://x.example/?a=1&b=2", "<font color='red'>x</font><a href='http://x.example'>y</a><img src='file:///etc/passwd'/>",
]  # fmt: skip


def made_hit(text: str, rank: int = 1, title: str = "沧浦区规划", file: str = "/家/文件/甲.txt", **more: str) -> Hit:
    document = Document("d" * 64, (file,), "序" * 5 + text, title, CITY, "规划纲要", "2021-2025", "正式", **more)  # type: ignore[arg-type]
    passage = Passage(document.id, Span(5, 5 + len(text)), ("第三节 修复",), 1, 3, 4, CITY)
    return Hit(passage, document, text, 1.5, rank, 0.9)


def found(*hits: Hit, question: str = "生态修复") -> Findings:
    return Findings(Query(question), Interpretation(question), hits, (), Asked({}))


def fanned(*hits: Hit, question: str = "各区生态修复") -> Findings:
    """CITY found with these, SILENT not."""
    understood = Interpretation("生态修复", (CITY, SILENT), "县级")
    groups = (Group(CITY, "found", hits), Group(SILENT, "not_found", (), made_hit("不足以作答的段落")))
    return replace(found(*hits, question=question), interpretation=understood, groups=groups)


def paper(findings: Findings, *answers: str) -> Paper:
    """A paper of findings whose hits hold these sentences, which answer."""
    statements = tuple(Statement(sentence, (_cited(findings, sentence),)) for sentence in answers)
    by_region = {CITY.code: statements} if findings.interpretation.fan_out else {}
    status = "answered" if statements or findings.interpretation.fan_out else "not_found"
    return of_answer(Answer(findings, status, statements, by_region), MADE, EDITION)


def _cited(findings: Findings, sentence: str) -> Citation:
    hit = next(hit for hit in findings.hits if sentence in hit.text)
    start = hit.document.text.index(sentence)
    return Citation(hit.document, hit.passage.trail, 3, Span(start, start + len(sentence)), sentence, LABEL)


def flat(*texts: str, question: str = "生态修复") -> Paper:
    return paper(found(*(made_hit(text, rank) for rank, text in enumerate(texts, 1)), question=question))


def fan(*texts: str) -> Paper:
    return paper(fanned(*(made_hit(text, rank) for rank, text in enumerate(texts, 1))))
