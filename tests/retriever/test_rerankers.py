"""The second look: formulas by hand and against plain loops, its place behind the first ranking, and real models of both kinds."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PlanSeekError
from index.backends.local import LocalBackend
from index.bags import Bags
from index.catalogue import index_text
from index.clauses import Clauses, Table
from index.embedders.static import StaticEmbedder
from index.protocols import Backend, Floats, Rows
from retriever import fuse
from retriever.model import Asked, Query
from retriever.rerankers import load_reranker
from retriever.rerankers.cross_encoder import CrossEncoderReranker
from retriever.rerankers.late import CLAUSE, LateInteraction, compared
from retriever.rerankers.protocols import Candidates
from retriever.score import Scores, Tools, look_again, ranking
from retriever.service import Service
from settings import Settings
from tests.index.small_table import Characters, listed

TEXTS = (
    "统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩。恢复湿地410亩。",
    "新建管网46公里，改造提升乡镇污水处理站9座，出水水质稳定达标。",
    "建设图书馆与体育馆，免费开放。",
    "",
    "湿地修复",
    "矿山复绿，湿地保护，河道整治，岸线修复，林地抚育，一并纳入考核。",
)
TABLE = Characters()
QUESTION = "湿地修复多少亩"


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    folder = tmp_path_factory.mktemp("tiny") / "x"
    LocalBackend.build(folder, Bags.of(map(list, TEXTS)), np.eye(6, dtype=np.float32), Clauses.of(TEXTS, TABLE))
    return LocalBackend(folder)


def rows_of(*rows: int) -> Rows:
    return np.array(rows, np.int32)


# — late interaction ———————————————————————————————————————————————————————————————————————————————————————————————


def cosine(one: Floats, other: Floats) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def plainly(vectors: Floats, question: list[int], rows: list[list[list[int]]]) -> tuple[list[float], list[float]]:
    """The two formulas in double precision, loop by loop."""
    vectors = vectors.astype(np.float64)
    whole = sum(vectors[token] for token in question)
    best, words = [], []
    for row in rows:
        best.append(max(cosine(whole, sum(vectors[token] for token in clause)) for clause in row))
        total = weight = 0.0
        for asked in question:
            nearest = max(cosine(vectors[asked], vectors[token]) for clause in row for token in clause)
            total += float(np.linalg.norm(vectors[asked])) * max(nearest, 0.0)
            weight += float(np.linalg.norm(vectors[asked]))
        words.append(total / weight)
    return best, words


def test_by_hand() -> None:
    """Tokens 1, 2, 3 are (2, 0), (0, 1), (-1, 0); the question is 1 and 2, so (2, 1) of length √5, and weighs 2 and 1."""
    vectors = np.array([[0, 0], [2, 0], [0, 1], [-1, 0]], np.float32)
    held = Clauses(
        tokens=np.array([1, 2, 3, 0, 3, 2, 2], np.uint32), ends=np.array([1, 3, 4, 5, 7]),
        lengths=np.array([2, 2**0.5, 0, 1, 2], np.float32), rows=np.array([2, 3, 4, 5]),
    )  # fmt: skip
    assert listed(held) == [[[1], [2, 3]], [[0]], [[3]], [[2, 2]]]
    clause, words = compared(vectors, np.array([1, 2]), held)
    # (2, 0) is nearer to (2, 1) than (-1, 1); nothing is near to nothing; (-1, 0) looks away; (0, 2) lies beside.
    np.testing.assert_allclose(clause, [4 / (2 * 5**0.5), 0, -2 / 5**0.5, 1 / 5**0.5], atol=1e-6)
    # Both words stand in the first row; of the third none is near, -1 counting as 0; in the last that of weight 1 of 3.
    np.testing.assert_allclose(words, [1, 0, 0, 1 / 3], atol=1e-6)
    assert clause.dtype == words.dtype == np.float32


@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 9))
def test_compared_gives_the_formulas(seed: int, asked: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(30, 5)).astype(np.float32) * draw.uniform(0.01, 3, (30, 1)).astype(np.float32)
    vectors[[0, 4]] = 0
    question = draw.integers(1, 30, asked)
    question[0] = 7
    plain = [[draw.integers(0, 30, draw.integers(1, 6)).tolist() for _ in range(draw.integers(1, 5))] for _ in range(rows)]
    bags = [clause for row in plain for clause in row]
    lengths = [float(np.linalg.norm(vectors[bag].sum(axis=0))) for bag in bags]
    held = Clauses(
        np.concatenate(bags).astype(np.uint32), np.cumsum([len(bag) for bag in bags]), np.array(lengths, np.float32),
        np.cumsum([len(row) for row in plain]),
    )  # fmt: skip
    best, words = plainly(vectors, question.tolist(), plain)
    clause, single = compared(vectors, question, held)
    np.testing.assert_allclose(clause, best, atol=1e-4)
    np.testing.assert_allclose(single, words, atol=1e-4)


@pytest.mark.parametrize("rows", [(0, 1, 2, 3, 4, 5), (5, 0), (4, 4, 3)])
def test_late_interaction_is_the_sum_of_both_standardised(backend: Backend, rows: tuple[int, ...]) -> None:
    scores = LateInteraction(TABLE).scores(QUESTION, Candidates(rows_of(*rows), backend, TEXTS.__getitem__))
    held = listed(Clauses.of([TEXTS[row] for row in rows], TABLE))
    best, words = (np.array(part) for part in plainly(TABLE.rows, TABLE.tokens([QUESTION])[0].tolist(), held))
    expected = CLAUSE * (best - best.mean()) / best.std() + (words - words.mean()) / words.std()
    np.testing.assert_allclose(scores, expected, atol=1e-3)
    assert scores.dtype == np.float32


@pytest.mark.parametrize("question", ["", "？！", " \n"])
def test_a_question_of_which_nothing_is_known_says_nothing(backend: Backend, question: str) -> None:
    candidates = Candidates(rows_of(2, 0, 5), backend, TEXTS.__getitem__)
    assert LateInteraction(TABLE).scores(question, candidates).tolist() == [0, 0, 0]


def test_no_candidates_have_no_scores(backend: Backend) -> None:
    assert LateInteraction(TABLE).scores(QUESTION, Candidates(rows_of(), backend, TEXTS.__getitem__)).shape == (0,)


def test_the_bundled_table_finds_the_clause_that_answers(table: StaticEmbedder, tmp_path: Path) -> None:
    """One passage says it in a clause among many; the others are of the subject as a whole."""
    texts = [
        "健全多层次社会保障体系，提高城乡居民基础养老金。完善公共交通网络，新增公交线路。严打非法捕捞，落实长江禁渔。推进垃圾分类，建设焚烧发电厂。",
        "完善公共交通网络，新增公交线路，优化换乘。推进垃圾分类，建设焚烧发电厂。",
        "健全多层次社会保障体系，提高城乡居民基础养老金，发展普惠托育服务。",
    ]
    LocalBackend.build(tmp_path / "x", Bags.of(map(list, texts)), np.eye(3, dtype=np.float32), Clauses.of(texts, table))
    candidates = Candidates(rows_of(2, 1, 0), LocalBackend(tmp_path / "x"), texts.__getitem__)
    assert LateInteraction(table).scores("江里还能打鱼吗", candidates).argmax() == 2


# — behind the first ranking ———————————————————————————————————————————————————————————————————————————————————————


@given(
    st.lists(st.integers(-9000, 9000), min_size=6, max_size=6), st.sets(st.integers(0, 5), min_size=1),
    st.integers(0, 6), st.sampled_from([QUESTION, "？", "图书馆"]),
)  # fmt: skip
def test_the_longlist_stands_before_all_others(
    backend: Backend, tools: Tools, thousandths: list[int], among: set[int], looked_at: int, question: str
) -> None:
    rows = rows_of(*sorted(among))
    fused = np.array(thousandths, np.float32) / 1000
    first = Scores(fused, fused, fused, Counter(), Asked({}), ())
    longlist = rows_of(*ranking(first, "hybrid", rows, looked_at))
    reranker = LateInteraction(TABLE)
    reranker.depth = looked_at
    own = replace(tools, reranker=reranker)
    after = look_again(first, question, [rows], rows, backend, TEXTS.__getitem__, "hybrid", own)
    order = ranking(after, "hybrid", rows, 6)
    assert sorted(order) == rows.tolist() and set(order[: len(longlist)]) == set(longlist.tolist())
    rest = [row for row in ranking(first, "hybrid", rows, 6) if row not in longlist]
    assert order[len(longlist) :] == rest
    again = reranker.scores(question, Candidates(longlist, backend, TEXTS.__getitem__))
    assert after.again == dict(zip(longlist.tolist(), again.tolist(), strict=True))
    every = np.arange(len(longlist), dtype=np.int32)
    expected = fuse.standardised(fused[longlist], every) + reranker.weight * again if len(longlist) else again
    np.testing.assert_allclose(after.fused[longlist], expected, atol=1e-5)
    assert first.fused is fused and np.array_equal(fused, np.array(thousandths, np.float32) / 1000)
    assert replace(after, fused=fused, again={}) == first


@pytest.mark.parametrize(("lists", "looked_at"), [([(0, 1, 2), (4, 5)], 5), ([(2,), (3,), ()], 2), ([(1, 4)], 2), ([()], 0)])
def test_every_region_has_its_own_best_looked_at(
    backend: Backend, tools: Tools, lists: list[tuple[int, ...]], looked_at: int
) -> None:
    """A region's passages are few here: all of them, whatever stands before them elsewhere; row 3 only where it is listed."""
    fused = np.array([5, 4, 3, 9, 2, 1], np.float32)
    first = Scores(fused, fused, fused, Counter(), Asked({}), ())
    own = replace(tools, reranker=LateInteraction(TABLE))
    rows = rows_of(*range(6))
    after = look_again(first, QUESTION, [rows_of(*part) for part in lists], rows, backend, TEXTS.__getitem__, "hybrid", own)
    listed = {row for part in lists for row in part}
    assert set(after.again) == listed and len(listed) == looked_at
    order = ranking(after, "hybrid", rows, 6)
    assert set(order[:looked_at]) == listed
    assert order[looked_at:] == [row for row in (3, 0, 1, 2, 4, 5) if row not in listed]


def test_many_regions_share_what_is_looked_at(backend: Backend, tools: Tools) -> None:
    """Of 800 regions each has the best passage looked at: 1500 divided by 800, but one at least; of 300 the five best."""
    fused = np.array([5, 4, 3, 9, 2, 1], np.float32)
    first = Scores(fused, fused, fused, Counter(), Asked({}), ())
    own = replace(tools, reranker=LateInteraction(TABLE))
    for count, each in ((800, [3]), (2000, [3]), (300, [3, 0, 1, 2, 4])):
        lists = [rows_of(*range(6))] * count
        after = look_again(first, QUESTION, lists, lists[0], backend, TEXTS.__getitem__, "hybrid", own)
        assert list(after.again) == each


@pytest.mark.parametrize(("mode", "reranker"), [("bm25", "late"), ("dense", "late"), ("hybrid", "none")])
def test_only_a_hybrid_search_with_a_reranker_looks_again(backend: Backend, tools: Tools, mode: str, reranker: str) -> None:
    fused = np.zeros(6, np.float32)
    first = Scores(fused, fused, fused, Counter(), Asked({}), ())
    own = replace(tools, reranker=load_reranker(reranker, lambda: TABLE))
    rows = rows_of(*range(6))
    assert look_again(first, QUESTION, [rows], rows, backend, TEXTS.__getitem__, mode, own) is first


# — the setting ————————————————————————————————————————————————————————————————————————————————————————————————————


def untouched() -> Table:
    raise AssertionError("a setting that needs no table must not load it")


def test_late_and_none() -> None:
    late = load_reranker(" late ", lambda: TABLE)
    assert isinstance(late, LateInteraction) and late.name == "late"
    assert load_reranker("none", untouched) is None


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", "reranker 设置为空：请填 late、none，或 CrossEncoder 模型的文件夹或名称。"),
        ("  ", "reranker 设置为空：请填 late、none，或 CrossEncoder 模型的文件夹或名称。"),
        ("./nowhere", "找不到重排模型文件夹「./nowhere」。请检查 reranker 设置中的路径，或改为 late。"),
        ("cross-encoder:/no/such", "找不到重排模型文件夹「/no/such」。请检查 reranker 设置中的路径，或改为 late。"),
    ],
)
def test_a_setting_that_means_nothing_is_one_clear_chinese_line(setting: str, said: str) -> None:
    with pytest.raises(PlanSeekError) as caught:
        load_reranker(setting, lambda: TABLE)
    assert str(caught.value) == said


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "空模型"
    folder.mkdir()
    (folder / "readme.txt").write_text("no model", "utf-8")
    with pytest.raises(PlanSeekError, match=r"重排模型文件夹「.*空模型」无法读取（.+）。.*reranker 设为该文件夹，或设为 late。") as caught:
        load_reranker(str(folder), lambda: TABLE)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(PlanSeekError, match="本机没有重排模型「planseek-tests/none」") as caught:
        load_reranker("planseek-tests/none", lambda: TABLE)
    assert "\n" not in str(caught.value)


def test_the_command_names_the_setting(planseek: Callable, sample_home: Path, tmp_path: Path) -> None:
    (tmp_path / "planseek.toml").write_text('reranker = "./没有"\n', "utf-8")
    line = planseek("search", "生态修复", home=sample_home, cwd=tmp_path).refused()
    assert "重排模型文件夹「./没有」" in line and "reranker" in line


# — a cross-encoder ————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with random weights, saved as published models are."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("models")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("生态修复湿地矿山养老床位产业园区河道水林亩0123456789，。"))]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128, num_labels=1, initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(1)
    BertForSequenceClassification(config).save_pretrained(folder / "plain")
    BertTokenizer.from_pretrained(folder, model_max_length=128).save_pretrained(folder / "plain")
    CrossEncoder(str(folder / "plain"), local_files_only=True).save(str(folder / "tiny-rank"))
    return folder / "tiny-rank"


def standardised(scores: Floats) -> Floats:
    return (scores - scores.mean()) / scores.std()


def test_a_cross_encoders_scores_are_the_models_own(cross_encoder: Path, backend: Backend) -> None:
    from sentence_transformers import CrossEncoder

    reranker = load_reranker(f"cross-encoder:{cross_encoder}", lambda: TABLE)
    assert isinstance(reranker, CrossEncoderReranker) and reranker.name == "cross-encoder"
    rows = rows_of(5, 0, 3, 1)
    scores = reranker.scores(QUESTION, Candidates(rows, backend, TEXTS.__getitem__))
    own = CrossEncoder(str(cross_encoder), local_files_only=True).predict([(QUESTION, TEXTS[row]) for row in rows])
    assert np.ptp(own) > 0.01
    np.testing.assert_allclose(scores, standardised(np.asarray(own)), atol=1e-4)
    assert reranker.scores(QUESTION, Candidates(rows_of(), backend, TEXTS.__getitem__)).shape == (0,)
    assert reranker.scores(QUESTION, Candidates(rows_of(4), backend, TEXTS.__getitem__)).tolist() == [0]


def test_a_service_ranks_with_the_cross_encoder_of_its_settings(cross_encoder: Path, sample_home: Path) -> None:
    """Against the ranking without: the first thirty by z(first) + 3 · z(model), the others after them as they were."""
    from sentence_transformers import CrossEncoder

    query = Query("生态修复", k=1000)
    without = Service(Settings(home=sample_home, reranker="none")).search(query).hits
    hits = Service(Settings(home=sample_home, reranker=str(cross_encoder))).search(query).hits
    best = without[: CrossEncoderReranker.depth]
    model = CrossEncoder(str(cross_encoder), local_files_only=True)
    own = np.asarray(model.predict([(query.text, index_text(hit.passage, hit.document.text)) for hit in best]))
    expected = standardised(np.array([hit.score for hit in best])) + CrossEncoderReranker.weight * standardised(own)
    order = [best[at].passage.id for at in np.argsort(-expected, kind="stable")]
    assert [hit.passage.id for hit in hits[:30]] == order != [hit.passage.id for hit in best]
    np.testing.assert_allclose([hit.score for hit in hits[:30]], np.sort(expected)[::-1], atol=1e-4)
    assert [hit.passage.id for hit in hits[30:]] == [hit.passage.id for hit in without[30:]] != []
    assert {frozenset(hit.why) for hit in hits[:30]} == {frozenset({"bm25", "dense", "cross-encoder"})}
    assert sorted(hit.why["cross-encoder"].rank for hit in hits[:30]) == list(range(1, 31))
    assert {frozenset(hit.why) for hit in (*hits[30:], *without)} == {frozenset({"bm25", "dense"})}


def test_a_fan_out_looks_again_at_every_regions_best(cross_encoder: Path, sample_home: Path) -> None:
    found = Service(Settings(home=sample_home, reranker=str(cross_encoder))).search(Query("各区生态修复措施"))
    shown = [hit for group in found.groups for hit in group.hits]
    assert len({hit.passage.region for hit in shown}) >= 2 and all("cross-encoder" in hit.why for hit in shown)
