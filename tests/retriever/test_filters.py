"""What a question's restrictions let through, over nine short plans: by hand, and closed where nothing passes."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from corpus.errors import PlanSeekError
from index.protocols import Rows
from index.segments import Makers
from retriever.filters import allowed, sought
from retriever.interpret import interpret
from retriever.model import Interpretation, Query, Read
from retriever.score import Tools
from retriever.search import search
from retriever.state import Corpus, regions_of
from tests.retriever.interpretation.small_corpus import corpus_of, home_of, named

CITY, CANGPU, MOCHI, YUNLU = "990100", "990102", "990103", "990104"
ALL = ["修订", "市规1", "市规2", "市规3", "意见", "报告", "旧规", "纲要1", "纲要2", "草案", "送审"]
"""Every passage but that of the draft that its final version has replaced; 市规2 is about 沧浦区, 市规3 about 墨池区."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, makers: Makers) -> Corpus:
    return corpus_of(home_of(tmp_path_factory.mktemp("small"), makers), makers)


def labels(corpus: Corpus) -> list[str]:
    """Each row's plan, with its number there where the plan has several."""
    names = [named(corpus, passage.document) for passage in corpus.passages]
    several, seen, told = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        told.append(f"{name}{seen[name]}" if several[name] > 1 else name)
    return told


def passed(corpus: Corpus, understood: Interpretation, **chosen: object) -> list[str]:
    rows = allowed(Query(understood.topic, **chosen), understood, corpus)  # type: ignore[arg-type]
    assert rows.dtype == np.int32 and rows.tolist() == sorted(set(rows.tolist()))
    told = labels(corpus)
    return sorted(told[row] for row in rows)


def asked(corpus: Corpus, *codes: str, **fields: object) -> Interpretation:
    regions = tuple(corpus.gazetteer.region(code) for code in codes)
    return replace(Interpretation("养老", regions=regions), **fields)  # type: ignore[arg-type]


def years(*periods: str, loose: bool = False) -> dict[str, object]:
    return {"periods": periods, "read": tuple(Read(period, "period", period, loose) for period in periods)}


def test_what_is_not_restricted_is_all_but_the_draft_that_stepped_back(corpus: Corpus) -> None:
    (draft,) = (d for d in corpus.documents.values() if d.final)
    assert named(corpus, draft.id) == "意见稿" and named(corpus, draft.final or "") == "意见"
    assert passed(corpus, asked(corpus)) == ALL
    # unless it is asked for, by its number or by what it is
    assert passed(corpus, asked(corpus), document=draft.id) == ["意见稿"]
    assert passed(corpus, asked(corpus, statuses=("征求意见稿",))) == ["意见稿"]
    assert passed(corpus, asked(corpus, statuses=("征求意见稿", "正式"), document="养老服务实施意见")) == ["意见", "意见稿"]
    # a title alone does not ask for it
    assert passed(corpus, asked(corpus, document="养老服务实施意见")) == ["意见"]


@pytest.mark.parametrize(
    ("codes", "fan_out", "through"),
    [
        ((CANGPU,), None, ["市规2", "报告", "纲要1", "纲要2"]), ((MOCHI,), None, ["市规3", "意见"]),
        ((CANGPU, MOCHI), "县级", ["市规2", "市规3", "意见", "报告", "纲要1", "纲要2"]),
        # a city's plan is the city's, whatever district a passage is about; where it fans out each region has its own
        ((CITY,), None, ["市规1", "市规2", "市规3"]), ((CITY,), "地级", ["市规1"]),
        # closed: a region without a plan, a level without a region
        (("340000",), None, []), (("340000", "990105"), "县级", ["修订", "旧规"]), ((), "省级", []),
    ],
)  # fmt: skip
def test_regions(corpus: Corpus, codes: tuple[str, ...], fan_out: str | None, through: list[str]) -> None:
    assert passed(corpus, asked(corpus, *codes, fan_out=fan_out)) == through


@pytest.mark.parametrize(
    ("code", "gone"), [(CANGPU, {"市规2", "报告", "纲要1", "纲要2"}), (CITY, {"市规1"}), (YUNLU, {"草案", "送审"}), ("340000", set())]
)
def test_regions_set_aside(corpus: Corpus, code: str, gone: set[str]) -> None:
    without = (corpus.gazetteer.region(code),)
    assert passed(corpus, asked(corpus, without=without)) == [name for name in ALL if name not in gone]
    # also of a city whose plan would pass as a whole
    city = passed(corpus, asked(corpus, CITY, without=without))
    assert city == [name for name in ("市规1", "市规2", "市规3") if name not in gone]


@pytest.mark.parametrize(
    ("kinds", "through"),
    [(("专项规划",), ["修订", "旧规", "草案"]), (("政府工作报告", "行动计划"), ["报告", "送审"]), (("其他",), ["市规1", "市规2", "市规3"]), (("通知",), [])],
)
def test_kinds(corpus: Corpus, kinds: tuple[str, ...], through: list[str]) -> None:
    assert passed(corpus, asked(corpus, kinds=kinds)) == through


FINAL = ["市规1", "市规2", "市规3", "意见", "报告", "纲要1", "纲要2"]


@pytest.mark.parametrize(
    ("said", "through"),
    [
        (("正式",), FINAL), (("修订",), ["修订"]), (("废止",), ["旧规"]), (("征求意见稿",), ["意见稿"]), (("送审稿",), ["送审"]),
        # 草案 is said of every draft
        (("草案",), ["意见稿", "草案", "送审"]), (("草案", "修订"), ["修订", "意见稿", "草案", "送审"]),
    ],
)  # fmt: skip
def test_states_that_the_question_names(corpus: Corpus, said: tuple[str, ...], through: list[str]) -> None:
    assert passed(corpus, asked(corpus, statuses=said)) == through


def test_a_state_that_the_user_chose_is_that_state(corpus: Corpus) -> None:
    for chosen, through in ((("草案",), ["草案"]), (("征求意见稿",), ["意见稿"]), (("正式",), FINAL)):
        assert passed(corpus, asked(corpus, statuses=chosen), statuses=chosen) == through
    assert passed(corpus, asked(corpus, statuses=("草案",)), statuses=("修订",)) == ["修订"]


@pytest.mark.parametrize(
    ("periods", "through"),
    [
        # 2025: plans that run over it, and the work report of 2026, which looks back on it
        (("2025",), ["修订", "报告", "纲要1", "纲要2", "送审"]),
        (("2026",), ["报告", "草案", "送审"]), (("2021-2025",), ["修订", "意见", "报告", "纲要1", "纲要2", "送审"]),
        # 2030: a plan for it, and of another the passage that names it
        (("2030",), ["纲要1", "草案"]), (("2016-2020",), ["旧规"]), (("2016", "2030"), ["旧规", "纲要1", "草案"]), (("1998",), []),
    ],
)  # fmt: skip
def test_years_that_the_question_names(corpus: Corpus, periods: tuple[str, ...], through: list[str]) -> None:
    assert passed(corpus, asked(corpus, **years(*periods))) == through


def test_years_that_the_user_chose_are_a_documents_own(corpus: Corpus) -> None:
    for period, through in (("2021-2025", ["修订", "纲要1", "纲要2"]), ("2026", ["报告"]), ("2025", []), ("", [])):
        assert passed(corpus, asked(corpus), periods=(period,)) == through


def test_years_that_hang_on_the_day_are_lifted_where_nothing_is_of_them(corpus: Corpus) -> None:
    """A document of unknown years may be of 今年, too."""
    undated = ["市规1", "市规2", "市规3"]
    assert passed(corpus, asked(corpus, **years("2027", loose=True))) == [*undated, "草案"]
    assert passed(corpus, asked(corpus, **years("2027"))) == ["草案"]
    assert passed(corpus, asked(corpus, **years("2040", loose=True))) == undated
    assert passed(corpus, asked(corpus, kinds=("实施意见",), **years("2040", loose=True))) == ["意见"]
    assert passed(corpus, asked(corpus, kinds=("实施意见",), **years("2040"))) == []
    # beside a year that was named, the whole is meant
    both = (Read("今年", "period", "2026", True), Read("2040年", "period", "2040", False))
    assert passed(corpus, asked(corpus, kinds=("实施意见",), periods=("2026", "2040"), read=both)) == []


@pytest.mark.parametrize(
    ("exact", "excluded", "through"),
    [
        (("平急两用",), (), ["纲要2"]), (("平急兩用",), (), ["纲要2"]), (("养老床位",), (), ["纲要1", "报告"]),
        # in the passage, above it or in the title
        (("第一章 养老",), (), ["纲要1"]), (("托育专项规划",), (), ["草案"]), (("养老", "适老化"), (), ["意见"]), (("月球",), (), []),
        ((), ("养老",), ["修订", "旧规", "纲要2", "草案", "送审"]), ((), ("托育", "养老"), ["修订", "旧规", "送审"]), ((), ("月球",), ALL),
        (("养老",), ("养老床位", "墨池"), ["市规1", "市规2"]), (("养老",), ("养老",), []),
    ],
)  # fmt: skip
def test_phrases(corpus: Corpus, exact: tuple[str, ...], excluded: tuple[str, ...], through: list[str]) -> None:
    assert passed(corpus, asked(corpus, exact=exact, excluded=excluded)) == sorted(through)


@pytest.mark.parametrize(
    ("title", "through"),
    [("沧浦区发展规划纲要", ["纲要1", "纲要2"]), ("养老服务", ["市规1", "市规2", "市规3", "意见"]), ("关于印发《沧浦区政府工作报告》的通知", ["报告"]), ("无此规划", [])],
)
def test_titles(corpus: Corpus, title: str, through: list[str]) -> None:
    assert passed(corpus, asked(corpus, document=title)) == through


def test_one_document_by_its_number(corpus: Corpus) -> None:
    for identity in corpus.documents:
        assert {name.rstrip("123") for name in passed(corpus, asked(corpus), document=identity)} == {named(corpus, identity)}
    with pytest.raises(PlanSeekError, match="没有编号为 abc 的文档") as caught:
        passed(corpus, asked(corpus), document="abc")
    assert "\n" not in str(caught.value)


def test_every_restriction_counts(corpus: Corpus) -> None:
    """Each of them alone lets the passage through; one that does not closes the whole."""
    fields: dict[str, object] = {"kinds": ("规划纲要",), "statuses": ("正式",), "exact": ("床位",), "excluded": ("托育",), "document": "规划纲要"}
    fields |= years("2030")
    assert passed(corpus, asked(corpus, CANGPU, **fields)) == ["纲要1"]
    wrong = {"kinds": ("通知",), "statuses": ("草案",), "exact": ("月球",), "excluded": ("床位",), "document": "无此", "periods": ("1998",)}
    for field, value in wrong.items():
        assert passed(corpus, asked(corpus, CANGPU, **fields | {field: value})) == [], field
    assert passed(corpus, asked(corpus, MOCHI, **fields)) == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("云麓区草案里的托育园", {"草案", "送审"}), ("沧浦区2030年的医养结合中心", {"纲要"}), ("各区养老 -床位，除墨池区以外", {"市规"}),
        ("《养老服务实施意见》征求意见稿里的补贴", {"意见稿"}), ("除沧浦区以外各区的养老", {"意见", "市规"}), ("安徽省养老", set()),
    ],
)  # fmt: skip
def test_a_search_shows_only_what_passes(corpus: Corpus, tools: Tools, question: str, found: set[str]) -> None:
    findings = search(Query(question), corpus, tools)
    shown = {named(corpus, hit.document.id) for hit in findings.hits}
    groups = {named(corpus, hit.document.id) for group in findings.groups for hit in group.hits}
    assert shown <= found and groups <= found and (bool(shown) == bool(found))


# — what is ranked by —————————————————————————————————————————————————————————————————————————————————————————————


def rows_of(corpus: Corpus, *names: str) -> Rows:
    return np.array([row for row, name in enumerate(labels(corpus)) if name in names], np.int32)


def test_the_words_for_a_figure_are_not_ranked_by(corpus: Corpus) -> None:
    rows = rows_of(corpus, *ALL)
    for wants, topic, words in (
        ("数字目标", "钢产量指标", "钢产量"), ("数字目标", "钢产量目标值", "钢产量"), ("数字目标", "指标", "指标"), ("数字目标", "指标体系", "指标体系"),
        ("措施", "钢产量指标", "钢产量指标"), (None, "钢产量指标", "钢产量指标"),
    ):  # fmt: skip
        assert sought(Interpretation(topic, wants=wants), rows, corpus) == words


def test_years_are_ranked_by_where_documents_are_not_for_just_those(corpus: Corpus) -> None:
    def told(words: str, period: str, *names: str, loose: bool = False) -> str:
        read = (Read(words, "period", period, loose), Read("沧浦区", "region", "沧浦区"))
        return sought(Interpretation("养老", periods=(period,), read=read), rows_of(corpus, *names), corpus)

    assert told("到2030年", "2030", "草案") == "养老 到2030年"
    assert told("十五五", "2026-2030", "草案") == "养老"
    assert told("十五五", "2026-2030", "草案", "报告") == "养老"
    assert told("十五五", "2026-2030", "草案", "纲要1") == "养老 十五五"
    # of a document without years nothing is known
    assert told("十五五", "2026-2030", "草案", "市规1") == "养老 十五五"
    assert told("今年", "2030", "草案", loose=True) == "养老"


def test_a_question_read_and_filtered(corpus: Corpus) -> None:
    understood = interpret(Query("除沧浦区外各区“养老”服务，不含床位"), corpus.gazetteer, regions_of(corpus))
    assert passed(corpus, understood) == ["市规3", "意见"]
