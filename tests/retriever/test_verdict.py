"""The verdict: its terms and probabilities by hand, its signals on four passages, and what it is fitted with."""

import json
from importlib import resources
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import Document, Passage, Span
from index.backends.local import LocalBackend
from index.bags import Bags
from index.clauses import Clauses
from index.protocols import Backend, Floats
from retriever.expand import Lexicon, Named
from retriever.lexicon.table import COLUMNS
from retriever.model import MODES, Asked, Query
from retriever.score import Tools
from retriever.search import LEADING, Looked, Searcher, look, search
from retriever.verdict.judge import ANSWERED, FOUND, RELATED, Logistic, fitted, greatest, term
from retriever.verdict.signals import SIGNALS, Candidate, signals
from tests.index.small_table import Characters

WEIGHTS = json.loads((resources.files("retriever") / "verdict" / "weights.json").read_text("utf-8"))
AT = {name: place for place, name in enumerate(SIGNALS)}


def values(*rows: dict[str, float]) -> Floats:
    """Signals of which only some are not 0."""
    made = np.zeros((len(rows), len(SIGNALS)), np.float32)
    for row, named in enumerate(rows):
        for name, value in named.items():
            made[row, AT[name]] = value
    return made


# — terms and probabilities ————————————————————————————————————————————————————————————————————————————————————————


def test_a_term_is_a_signal_or_a_product() -> None:
    two = values({"own": 0.5, "missing": 0.25, "clause": -0.5}, {"own": 1.0, "missing": 1.0})
    for name, expected in (
        ("own", [0.5, 1.0]), ("-own", [0.5, 0.0]), ("own*missing", [0.125, 1.0]), ("own*-missing", [0.375, 0.0]),
        ("-own*-missing", [0.375, 0.0]), ("clause*missing", [-0.125, 0.0]), ("own*own*missing", [0.0625, 1.0]), ("terms", [0.0, 0.0]),
    ):  # fmt: skip
        assert term(name, two).tolist() == expected, name
    with pytest.raises(ValueError):
        term("nothing", two)


def test_probability_by_hand() -> None:
    """-1 + 2 · own + 4 · own · (1 - missing): -1 + 1 + 1.5 and -1 + 2 + 0."""
    two = values({"own": 0.5, "missing": 0.25}, {"own": 1.0, "missing": 1.0})
    found = Logistic(-1.0, {"own": 2.0, "own*-missing": 4.0}).probability(two)
    assert found.tolist() == pytest.approx([1 / (1 + exp(-1.5)), 1 / (1 + exp(-1.0))], abs=1e-6)
    assert found.dtype == np.float32
    assert Logistic(0.0, {}).probability(two).tolist() == [0.5, 0.5]
    # beyond ±30 nothing changes, and nothing overflows
    assert Logistic(0.0, {"own": 1e9}).probability(two).tolist() == [1.0, 1.0]
    assert Logistic(0.0, {"own": -1e9}).probability(two).tolist() == pytest.approx([1 / (1 + exp(30))] * 2)
    assert Logistic(3.0, {"own": 1.0}).probability(two[:0]).shape == (0,)


def test_greatest_of_each_signal() -> None:
    three = values({"own": 0.5, "rank": 0.0, "company": -0.5}, {"own": 0.2, "rank": 1.5, "company": -0.25}, {"words": 0.75, "company": -1.0})
    found = greatest(three)
    assert found.shape == (1, len(SIGNALS))
    assert {name: found[0, at] for name, at in AT.items() if found[0, at]} == {"own": 0.5, "rank": 1.5, "company": -0.25, "words": 0.75}
    assert greatest(three[:0]).tolist() == [[0.0] * len(SIGNALS)]


# — what it is fitted with —————————————————————————————————————————————————————————————————————————————————————————


def test_the_weights_are_of_the_terms_that_are_fitted_and_of_signals_that_exist() -> None:
    from training.verdict import PASSAGE, QUESTION

    assert set(WEIGHTS) == {"passage", "question"} and len(set(SIGNALS)) == len(SIGNALS)
    for name, terms in (("passage", PASSAGE), ("question", QUESTION)):
        assert set(WEIGHTS[name]) == {"bias", "weights"}
        assert set(WEIGHTS[name]["weights"]) == set(terms) and len(set(terms)) == len(terms)
        assert all(part.removeprefix("-") in SIGNALS for one in terms for part in one.split("*"))
        assert all(np.isfinite(weight) for weight in (WEIGHTS[name]["bias"], *WEIGHTS[name]["weights"].values()))


@given(st.lists(st.floats(-1, 1, width=32), min_size=len(SIGNALS), max_size=len(SIGNALS)))
def test_the_fitted_judges_say_what_the_weights_say(signal: list[float]) -> None:
    known = dict(zip(SIGNALS, signal, strict=True))

    def plainly(name: str) -> float:
        total = WEIGHTS[name]["bias"]
        for one, weight in WEIGHTS[name]["weights"].items():
            for part in one.split("*"):
                weight *= 1 - known[part[1:]] if part.startswith("-") else known[part]
            total += weight
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))

    for logistic, name in zip(fitted(), ("passage", "question"), strict=True):
        (found,) = logistic.probability(np.array([signal], np.float32)).tolist()
        assert found == pytest.approx(plainly(name), rel=1e-4)


def test_thresholds_are_in_order() -> None:
    assert 0 < RELATED < FOUND < 1 and 0 < ANSWERED < 1
    assert fitted() is fitted(), "the file is read once"


# — signals ————————————————————————————————————————————————————————————————————————————————————————————————————————

PARTS = ("恢复湿地四百亩。", "湿地修复兼管护。", "建设养老机构。", "沿路管护。")
TEXT = "".join(PARTS)
TABLE = Characters()
VECTORS = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], np.float32)
TOPIC = "澜滩复湿三年"
WHAT = Asked({"湿地": 2.0, "修复": 2.0}, ({"湿地": 2.0, "修复": 2.0},), (("湿地修复", 0.5), ("管护", 0.3)))
DOCUMENT = Document("d" * 64, ("甲.txt",), TEXT, "甲")
GROUPS = ("沧浦", "沧浦", "墨池", "云麓")


def own_lexicon(folder: Path, *rows: str) -> Lexicon:
    """The lexicon that ships with a user's table beside it."""
    table = folder / "lexicon.csv"
    table.write_text("\n".join([",".join(COLUMNS), *rows]), "utf-8")
    return Lexicon(own=table)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """澜滩复湿 goes by the name of 湿地修复, too; 澜滩 and 复湿 are terms of their own."""
    return own_lexicon(
        tmp_path_factory.mktemp("lexicon"), "澜滩复湿,湿地修复、滩涂还湿,,,,", "澜滩,ＯＫ滩,,,,", "复湿,,,,,", "另澜滩,澜滩,,,,",
        "澜滩上一二三四五六七八九十甲乙,,,,,",
    )  # fmt: skip


def built(folder: Path, texts: tuple[str, ...], vectors: Floats) -> Backend:
    LocalBackend.build(folder, Bags.of(map(list, texts)), vectors, Clauses.of(texts, TABLE))
    return LocalBackend(folder)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return built(tmp_path_factory.mktemp("tiny") / "x", PARTS, VECTORS)


def candidate(row: int, group: object) -> Candidate:
    start = sum(len(part) for part in PARTS[:row])
    return Candidate(row, group, Passage(DOCUMENT.id, Span(start, start + len(PARTS[row])), (), 0, 1, 1), DOCUMENT)


@pytest.fixture(scope="module")
def found(backend: Backend, own: Lexicon) -> dict[str, list[float]]:
    """Column → its values for the four candidates, which are ranked 0, 2, 1, 3."""
    four = [candidate(row, group) for row, group in enumerate(GROUPS)]
    fused, whole = np.array([3, 1, 2, 0], np.float32), np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    made = signals(TOPIC, WHAT, 0.25, four, fused, whole, backend, TABLE, own)
    assert made.shape == (4, len(SIGNALS)) and made.dtype == np.float32
    return {name: made[:, at].tolist() for name, at in AT.items()}


def test_evidence_with_and_without_official_words(found: dict[str, list[float]]) -> None:
    """湿地 is half of what is asked, both words all of it; 管护, a short word, witnesses by half its weight."""
    assert found["own"] == pytest.approx([0.5, 1.0, 0.0, 0.0])
    assert found["evidence"] == pytest.approx([0.5, 1.0, 0.0, 0.15])
    assert found["official"] == pytest.approx([0.0, 0.5, 0.0, 0.3])


def test_what_is_the_same_by_name_and_how_much_of_the_topic_is_known(found: dict[str, list[float]]) -> None:
    """湿地修复, four characters of six at most, stands in the second; 澜滩复湿 is four of the six of the topic."""
    assert found["same"] == pytest.approx([0, 4 / 6, 0, 0])
    assert found["covered"] == pytest.approx([4 / 6] * 4)


def test_ranks_and_what_is_of_the_question(found: dict[str, list[float]]) -> None:
    assert found["rank"] == pytest.approx([0, log(3), log(2), log(4)])
    assert found["whole"] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert found["missing"] == [0.25] * 4 and found["terms"] == pytest.approx([log(3)] * 4)


def cosine(one: Floats, other: Floats) -> float:
    return float(one @ other) / float(np.linalg.norm(one) * np.linalg.norm(other))


def test_nearness_by_clause_and_by_words(found: dict[str, list[float]]) -> None:
    """Every passage here is one clause; the question's characters count by the lengths of their vectors."""
    asked = TABLE.rows[TABLE.tokens([TOPIC])[0]].astype(np.float64)
    lengths = np.linalg.norm(asked, axis=1)
    for row, text in enumerate(PARTS):
        held = TABLE.rows[TABLE.tokens([text])[0]].astype(np.float64)
        assert found["clause"][row] == pytest.approx(cosine(asked.sum(axis=0), held.sum(axis=0)), abs=1e-4)
        nearest = [max(0.0, *(cosine(word, token) for token in held)) for word in asked]
        assert found["words"][row] == pytest.approx(float(lengths @ nearest / lengths.sum()), abs=1e-4)


def test_company_of_the_leading_passages_of_other_regions(found: dict[str, list[float]]) -> None:
    """The second leads 沧浦; with (0, 1) and (-1, 0) it makes (-0.4, 1.8), each of them left out of its own."""
    assert found["evidence"][1] + 0.3 * (found["clause"][1] + found["words"][1]) > found["evidence"][0] + 0.3 * (
        found["clause"][0] + found["words"][0]
    )
    expected = [-0.4 / sqrt(0.16 + 3.24), 0.2 / sqrt(2), 0.8 / sqrt(0.16 + 0.64), -0.6 / sqrt(0.36 + 3.24)]
    assert found["company"] == pytest.approx(expected, abs=1e-5)


def test_six_regions_at_most_lead(tmp_path: Path, own: Lexicon) -> None:
    """Six passages alike, in six regions, and two others behind them, which would spoil the company of the six."""
    texts = ("湿地修复。",) * 6 + ("道路。",) * 2
    vectors = np.array([[1, 0]] * 6 + [[0, 1]] * 2, np.float32)
    text = "".join(texts)
    document = Document("e" * 64, ("乙.txt",), text, "乙")
    spans = [Span(at * 5, at * 5 + 5) for at in range(6)] + [Span(30, 33), Span(33, 36)]
    eight = [Candidate(row, row, Passage(document.id, span, (), 0, 1, 1), document) for row, span in enumerate(spans)]
    zero = np.zeros(8, np.float32)
    made = signals("湿地修复", WHAT, 0.0, eight, zero, zero, built(tmp_path / "x", texts, vectors), TABLE, own)
    assert made[:, AT["company"]].tolist() == [1.0] * 6 + [0.0] * 2
    # ties of rank go to the earlier row
    assert made[:, AT["rank"]].tolist() == pytest.approx([log(1 + at) for at in range(8)])


def test_one_alone_has_no_company_and_none_no_signals(backend: Backend, own: Lexicon) -> None:
    zero = np.zeros(4, np.float32)

    def of(*candidates: Candidate, topic: str = TOPIC, what: Asked = WHAT) -> Floats:
        return signals(topic, what, 0.0, candidates, zero, zero, backend, TABLE, own)

    assert of(candidate(1, "沧浦"))[0, AT["company"]] == 0.0
    # of one region the leading passage alone is company: (1, 0) beside (0.6, 0.8), and none for itself
    assert of(candidate(0, "沧浦"), candidate(1, "沧浦"))[:, AT["company"]].tolist() == pytest.approx([0.6, 0.0])
    assert of().shape == (0, len(SIGNALS))
    # a topic of which no character is known is near to nothing
    nothing = of(candidate(0, 0), candidate(1, 1), topic="？", what=Asked({}))
    for name in ("clause", "words", "evidence", "own", "official", "same", "covered", "terms"):
        assert nothing[:, AT[name]].tolist() == [0.0, 0.0], name


# — names of the lexicon —————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("topic", "lengths"),
    [
        # the longest first, none inside another
        ("澜滩复湿", [4]), ("澜滩复湿三年", [4]), ("澜滩和复湿", [2, 2]), ("澜滩复湿与澜滩", [4, 2]), ("澜滩澜滩", [2, 2]), ("另澜滩", [3]),
        ("ok滩", [3]), ("ＯＫ滩", [3]), ("OK滩", [3]), ("瀾灘", [2]),
        # a name of more than fourteen characters is not looked for; what stands in it is
        ("澜滩上一二三四五六七八九十甲乙", [2]),
        ("澜", []), ("", []), ("阿卡", []),
    ],
)  # fmt: skip
def test_names_in_a_topic(own: Lexicon, topic: str, lengths: list[int]) -> None:
    assert [one.length for one in own.named(topic)] == lengths


def test_a_name_stands_for_every_name_of_what_bears_it(own: Lexicon) -> None:
    together = frozenset(("澜滩复湿", "湿地修复", "滩涂还湿"))
    assert own.named("澜滩复湿") == [Named(4, together)]
    assert own.named("滩涂还湿") == [Named(4, together)]
    # 澜滩 is a term, and another name of 另澜滩
    assert own.named("澜滩") == [Named(2, frozenset(("澜滩", "ok滩", "另澜滩")))]
    assert own.named("另澜滩") == [Named(3, frozenset(("另澜滩", "澜滩")))]
    # of 湿地修复 itself, which the lexicon that ships may know, too, those are part
    assert together <= own.named("湿地修复")[0].names


def test_official_words_beside_a_term_are_no_names(tmp_path: Path) -> None:
    beside = own_lexicon(tmp_path, "澜滩复湿,,滩涂整饬,摸泥巴,,")
    assert beside.named("澜滩复湿") == [Named(4, frozenset(("澜滩复湿",)))]
    assert beside.named("滩涂整饬") == beside.named("摸泥巴") == []


# — over the sample plans ——————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", ["各区生态修复措施", "养老床位有多少", "月球基地氦三开采"])
def test_signals_keep_to_their_bounds(searcher: Searcher, tools: Tools, question: str, mode: str) -> None:
    looked = look(Query(question, mode=mode), searcher.corpus(), tools)
    assert isinstance(looked, Looked)
    made = looked.values
    assert made.shape == (len(looked.looked_at), len(SIGNALS)) and np.isfinite(made).all()
    for name in ("evidence", "own", "official", "words", "same", "missing", "covered"):
        assert ((made[:, AT[name]] >= 0) & (made[:, AT[name]] <= 1 + 1e-5)).all(), name
    for name in ("clause", "company"):
        assert (np.abs(made[:, AT[name]]) <= 1 + 1e-5).all(), name
    assert (made[:, AT["evidence"]] >= made[:, AT["own"]]).all()
    for name in ("missing", "terms", "covered"):
        assert len(set(made[:, AT[name]].tolist())) <= 1, f"{name} is the question's, not a passage's"


def test_a_search_shows_the_verdict_of_its_signals(searcher: Searcher, tools: Tools) -> None:
    """Group by group what is looked at, judged and compared with the thresholds, as a loop says it."""
    corpus = searcher.corpus()
    query = Query("各区生态修复措施", per_region=50)
    looked = look(query, corpus, tools)
    assert isinstance(looked, Looked)
    chances = fitted()[0].probability(looked.values).tolist()
    shown = {group.region.code: group for group in search(query, corpus, tools).groups}
    best: dict[object, float] = {}
    held: dict[object, set[str]] = {}
    for (row, code), chance in zip(looked.looked_at, chances, strict=True):
        best[code] = max(best.get(code, 0.0), chance)
        if chance >= RELATED:
            held.setdefault(code, set()).add(corpus.passages[row].id)
    assert set(best) == set(shown) and len({best[code] >= FOUND for code in best}) == 2
    for code, group in shown.items():
        assert group.status == ("found" if best[code] >= FOUND else "not_found")
        assert {hit.passage.id for hit in group.hits} == (held[code] if best[code] >= FOUND else set())


def test_a_question_is_answered_by_the_greatest_of_its_first_passages(searcher: Searcher, tools: Tools) -> None:
    corpus = searcher.corpus()
    for question in ("养老床位有多少", "月球基地氦三开采"):
        query = Query(question, k=LEADING)
        looked = look(query, corpus, tools)
        assert isinstance(looked, Looked) and len(looked.looked_at) == LEADING
        passage, whole = fitted()
        (chance,) = whole.probability(looked.values.max(axis=0, keepdims=True)).tolist()
        # A passage that surely speaks of it in the question's own words answers it, too.
        own = looked.values[:, SIGNALS.index("own")]
        plain = [p for p, held in zip(passage.probability(looked.values).tolist(), own, strict=True) if p >= 0.8 and held >= 0.8]
        assert search(query, corpus, tools).answered == pytest.approx(max([chance, *plain]), rel=1e-5)
