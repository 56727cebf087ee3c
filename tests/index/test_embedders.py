"""The embedders give the vectors that arithmetic and sentence-transformers give; no score of a search is tested here."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from corpus.errors import PlanSeekError
from index.embedders import BUNDLED, FAMILIES, load_embedder
from index.embedders.folding import folded, simplified
from index.embedders.prompts import PUBLISHED, chosen_prompts
from index.embedders.static import StaticEmbedder

TEXTS = [
    "加快生态环境修复。实施矿山复绿、岸线整治，恢复湿地 1200 亩。",
    "江里还能打鱼吗",
    "",
    "，。！？",
    "ＡＩ＋制造业（第三批）COD 排放 12.5 万吨",
    "老小区能装电梯吗？" * 3000,
    "𠮷野家 😀 ｟x｠",
]
ROWS = np.array([[0, 0, 0], [3, 4, 0], [0, 0, 5], [-3, 4, 0]], dtype=np.float32)
TOKENS = [("[UNK]", -9.0), ("水", -1.0), ("林", -1.0), ("ab", -1.0)]


OF_STATIC = ("static", "sentence-transformer")
"""The families that read the folder of a static model; test_onnx.py and test_api_embedder.py have the others."""


def made(folder: Path, tensors: dict[str, np.ndarray], prompts: dict[str, str] | None = None) -> Path:
    """A static model small enough to compute by hand."""
    shutil.copytree(BUNDLED / "1_Normalize", folder / "1_Normalize")
    shutil.copy(BUNDLED / "modules.json", folder)
    settings = {"model_type": "SentenceTransformer", "prompts": prompts or {}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings), encoding="utf-8")
    tokenizer = Tokenizer(models.Unigram(TOKENS, unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[水林]+|[a-z]+"), behavior="removed", invert=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(tensors, folder / "model.safetensors")
    return folder


def test_a_vector_is_the_mean_of_its_rows_at_length_one(tmp_path: Path) -> None:
    embedder = load_embedder(str(made(tmp_path / "tiny", {"embedding.weight": ROWS})))
    vectors = embedder.encode_passages(["水", "水林", "水，水", "AＢ 水", "无"])
    root = 50**0.5
    expected = [[0.6, 0.8, 0], [3 / root, 4 / root, 5 / root], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize(
    "tensors",
    [
        {"embedding.weight": ROWS.astype(np.float16)},
        {"embeddings": ROWS.astype(np.int8), "weights": np.array([1, 2, 0.5, 1], dtype=np.float32)},
        {
            "embeddings": ROWS[1:],
            "mapping": np.array([0, 0, 1, 2]),
            "weights": np.array([0, 1, 1, 1], dtype=np.float32),
        },
    ],
    ids=["float16", "int8 with scales", "mapped rows"],
)
def test_every_stored_form_gives_the_vectors_of_sentence_transformers(
    tmp_path: Path, tensors: dict[str, np.ndarray]
) -> None:
    from sentence_transformers import SentenceTransformer

    folder = made(tmp_path / "tiny", tensors)
    # No empty text: sentence-transformers gives nan for it where rows are float16, we a zero row.
    texts = ["水", "林水ab林", "abAB水"]
    expected = SentenceTransformer(str(folder)).encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(load_embedder(str(folder)).encode_passages(texts), expected, atol=1e-3)


def test_prompts_stand_before_queries_and_passages(tmp_path: Path) -> None:
    folder = made(tmp_path / "tiny", {"embedding.weight": ROWS}, {"query": "林: ", "passage": "ab: "})
    for family in OF_STATIC:
        embedder = load_embedder(f"{family}:{folder}")
        root = 50**0.5
        np.testing.assert_allclose(embedder.encode_queries(["水"]), [[3 / root, 4 / root, 5 / root]], atol=1e-6)
        np.testing.assert_allclose(embedder.encode_passages(["水"]), [[0, 1, 0]], atol=1e-6)


def test_prompt_names_are_those_of_sentence_transformers() -> None:
    assert chosen_prompts({"query": "问：", "document": "", "passage": "文："}) == {"query": "问：", "document": "文："}
    assert chosen_prompts({"clustering": "x"}) == {"query": "", "document": ""}


def test_families_are_each_tested_somewhere() -> None:
    assert set(FAMILIES) == {*OF_STATIC, "onnx", "api"}


@pytest.mark.parametrize(("pattern", "specimen", "query", "passage"), PUBLISHED, ids=[row[1] for row in PUBLISHED])
def test_published_prompts_are_those_of_their_specimen_alone(pattern: str, specimen: str, query: str, passage: str) -> None:
    assert [row[0] for row in PUBLISHED if re.search(row[0], specimen.lower())] == [pattern]
    assert query and chosen_prompts({}, specimen) == {"query": query, "document": passage}
    # A folder is named after the part behind the owner.
    assert chosen_prompts({"query": "", "document": ""}, specimen.rpartition("/")[2]) == {"query": query, "document": passage}


@pytest.mark.parametrize(("_", "specimen", "query", "passage"), PUBLISHED, ids=[row[1] for row in PUBLISHED])
def test_a_models_own_prompts_win(_: str, specimen: str, query: str, passage: str) -> None:
    assert chosen_prompts({"query": "问："}, specimen) == {"query": "问：", "document": ""}
    assert chosen_prompts({"passage": "文："}, specimen) == {"query": "", "document": "文："}


@pytest.mark.parametrize(
    "name", ["", "BAAI/bge-m3", "BAAI/bge-small-en-v1.5", "intfloat/e5-mistral-7b-instruct", "moka-ai/m3e-base", "the5-year-plan"]
)
def test_no_prompt_is_made_up(name: str) -> None:
    assert chosen_prompts({}, name) == {"query": "", "document": ""}


def test_the_bundled_model_gives_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    oracle = SentenceTransformer(str(BUNDLED)).encode(TEXTS, normalize_embeddings=True)
    ours = load_embedder().encode_passages(TEXTS)
    # Over the 40,000 tokens of the long text the two add in another order.
    long = len(TEXTS) - 2
    np.testing.assert_allclose(np.delete(ours, long, 0), np.delete(oracle, long, 0), atol=1e-5)
    np.testing.assert_allclose(ours[long], oracle[long], atol=1e-4)


@pytest.fixture(params=["bundled", f"sentence-transformer:{BUNDLED}"])
def embedder(request: pytest.FixtureRequest):
    return load_embedder(request.param)


def test_rows_are_unit_or_zero(embedder) -> None:
    for vectors in (embedder.encode_queries(TEXTS), embedder.encode_passages(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 0, 1, 1, 1], atol=1e-5)


def test_no_texts_give_no_rows(embedder) -> None:
    assert embedder.encode_passages([]).shape == (0, embedder.dimension)
    assert embedder.encode_queries([]).shape == (0, embedder.dimension)


def test_a_vector_does_not_hang_on_its_neighbours(embedder) -> None:
    together = embedder.encode_passages(TEXTS)
    alone = np.concatenate([embedder.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert np.array_equal(together, embedder.encode_passages(TEXTS))


def test_ways_of_writing_are_one(embedder) -> None:
    written = ["臺灣漁業資源與軟體 COD", "台湾渔业资源与软体 cod", "台湾渔业资源与软体　ＣＯＤ"]
    vectors = embedder.encode_queries(written)
    np.testing.assert_allclose(vectors, np.repeat(vectors[:1], 3, axis=0), atol=1e-6)


def test_more_texts_than_one_batch_keep_their_order() -> None:
    bundled = load_embedder()
    texts = [
        f"第{number}条 推进{'水利' if number % 2 else '养老'}工程{number}" if number % 7 else ""
        for number in range(1300)
    ]
    vectors = bundled.encode_passages(texts)
    for number in (0, 1, 511, 512, 513, 1023, 1024, 1299):
        np.testing.assert_allclose(vectors[number], bundled.encode_passages([texts[number]])[0], atol=1e-6)


def test_the_bundled_model_understands_an_everyday_question() -> None:
    bundled = load_embedder()
    passages = [
        "严格落实长江十年禁渔，推进退捕渔民转产安置，严厉打击非法捕捞。",
        "完善公共交通网络，新增公交线路，优化换乘。",
        "健全多层次社会保障体系，提高城乡居民基础养老金。",
    ]
    scores = bundled.encode_passages(passages) @ bundled.encode_queries(["江里还能打鱼吗"])[0]
    assert scores.argmax() == 0


def test_the_static_path_imports_no_torch() -> None:
    code = (
        "import sys; from index.embedders import load_embedder; load_embedder().encode_queries(['臺灣'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_name_changes_with_the_content(tmp_path: Path) -> None:
    one = made(tmp_path / "a" / "tiny", {"embedding.weight": ROWS})
    same = made(tmp_path / "b" / "tiny", {"embedding.weight": ROWS})
    other = made(tmp_path / "c" / "tiny", {"embedding.weight": ROWS + 1})
    for family in OF_STATIC:
        names = [load_embedder(f"{family}:{folder}").name for folder in (one, same, other)]
        assert names[0] == names[1] != names[2]
        assert names[0].startswith("tiny-")


def test_only_traditional_characters_are_converted() -> None:
    assert simplified("漁業資源") == "渔业资源"
    assert simplified("乾安县 ㎡ — 镕") == "乾安县 ㎡ — 镕"
    assert folded("ＣＯＤ 臺灣") == "cod 台湾"


@pytest.mark.parametrize(
    "setting", ["", "./nowhere", "/no/such/folder", "static:./nowhere", "sentence-transformer:./nowhere"]
)
def test_an_absent_model_is_one_clear_chinese_line(setting: str) -> None:
    with pytest.raises(PlanSeekError, match=r"模型") as caught:
        load_embedder(setting)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(PlanSeekError, match="planseek-tests/none"):
        load_embedder("planseek-tests/none")


def test_a_broken_folder_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path / "tiny", {"embedding.weight": ROWS})
    (folder / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(PlanSeekError, match="tiny"):
        load_embedder(str(folder))
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "readme.txt").write_text("no model", encoding="utf-8")
    with pytest.raises(PlanSeekError, match="tiny"):
        StaticEmbedder(folder)
    with pytest.raises(PlanSeekError, match="tiny"):
        load_embedder(str(folder))
