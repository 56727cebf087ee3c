"""A small BERT, packed as `planseek model pack` packs one, gives the vectors of sentence-transformers; its answers mean nothing."""

import json
import logging
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import NotReady, PlanSeekError
from index.embedders import BUNDLED, load_embedder
from index.embedders.onnx import TOGETHER
from index.embedders.packing import pack
from index.protocols import Floats
from retriever.model import Query
from retriever.service import Service
from settings import Settings
from tests.conftest import Command

pytest.importorskip("onnxscript", reason="the exporter is in the extra: pip install 'planseek[onnx]'")

LETTERS = "老小区能装电梯吗加快生态环境修复矿山绿岸线整治到年森林覆盖率达江里还打鱼长度两句话第条推进水利养工程渔业"
LONGEST = 48
TEXTS = [
    "加快生态环境修复。实施矿山复绿、岸线整治。",
    "江里还能打鱼吗",
    "",
    "，",
    "  \n",
    "漁業",
    "老小区能装电梯吗？" * 40,
    *(f"第{'养老水利'[i % 4] * (1 + i * 7 % 23)}条{'森林' * (i % 3)}推进工程" for i in range(3 * TOGETHER)),
]
EMPTY = [2, 4]
FILE = "青屏县生态修复行动计划\n\n一、矿山\n\n加快生态环境修复，实施矿山复绿、岸线整治，到2027年修复采石场11处。\n\n二、渔业\n\n江里禁止打鱼，渔船全部上岸，渔民转产安置。\n"
Packer = Callable[..., Path]


def made(folder: Path, pooling: str = "mean", **settings: dict[str, str]) -> Path:
    """A SentenceTransformer of two small layers with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(7)
    bare = folder.with_name(f"{folder.name}-bare")
    bare.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(LETTERS)]
    (bare / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(str(bare / "vocab.txt")).save_pretrained(bare)
    # Weights five times as far apart as usual: at the usual ones every text has nearly one vector.
    shape = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=LONGEST, initializer_range=0.1,
    )  # fmt: skip
    BertModel(shape).save_pretrained(bare)
    modules = [Transformer(str(bare), max_seq_length=LONGEST), Pooling(32, pooling)]
    SentenceTransformer(modules=modules, **settings).save(str(folder))
    shutil.rmtree(bare)
    return folder


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packer:
    """packed("cls", quantised=False): the model with that pooling, packed, here with float weights; each is made once."""
    home = tmp_path_factory.mktemp("packed")

    def folder(pooling: str, *, quantised: bool = True) -> Path:
        target = home / f"{pooling}-{quantised}"
        if not quantised and pooling != "mean" and not target.exists():
            # The weights know nothing of the pooling: one export of them is enough.
            shutil.copytree(folder("mean", quantised=False), target)
            (target / "1_Pooling" / "config.json").write_text(json.dumps({"embedding_dimension": 32, "pooling_mode": pooling}))
        if not target.exists():
            source = home / f"{pooling}-source"
            made(source, pooling) if not source.exists() else None
            with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                logging.disable(logging.WARNING)
                if not quantised:
                    patch.setattr(
                        "onnxruntime.quantization.quantize_dynamic", lambda plain, out, **_: shutil.copy(plain, out)
                    )
                done = pack(str(source), target, onnx=True)
                logging.disable(logging.NOTSET)
            assert done.folder == target and done.likeness is not None and done.likeness > 0.99
            assert done.megabytes == round(sum(f.stat().st_size for f in target.rglob("*") if f.is_file()) / 1e6, 1) > 0
        return target

    return folder


def oracle(folder: Path, texts: list[str] = TEXTS) -> Floats:
    """sentence-transformers' vectors; zero rows for the empty texts, which we give on purpose."""
    from sentence_transformers import SentenceTransformer

    from index.embedders.folding import folded

    rows = SentenceTransformer(str(folder), device="cpu").encode([folded(t) for t in texts], normalize_embeddings=True)
    rows[[not text.strip() for text in texts]] = 0
    return np.asarray(rows)


@pytest.mark.parametrize("pooling", ["cls", "mean", "lasttoken"])
def test_float_weights_give_the_vectors_of_sentence_transformers(packed: Packer, pooling: str) -> None:
    folder = packed(pooling, quantised=False)
    expected = oracle(folder)
    np.testing.assert_allclose(load_embedder(f"onnx:{folder}").encode_passages(TEXTS), expected, atol=1e-4)
    # Texts lie apart by far more than the tolerance, so an order that was lost would show.
    assert (np.abs(expected[1:] - expected[:-1]).max(axis=1) > 1e-2).mean() > 0.9


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_eight_bit_weights_come_near(packed: Packer, pooling: str) -> None:
    folder = packed(pooling)
    embedder = load_embedder(f"onnx:{folder}")
    for vectors in (embedder.encode_passages(TEXTS), embedder.encode_queries(TEXTS)):
        assert vectors.dtype == np.float32 and vectors.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 32)
        likeness = (vectors * oracle(folder)).sum(axis=1)
        assert np.delete(likeness, EMPTY).min() >= 0.99
        assert not vectors[EMPTY].any()
    np.testing.assert_allclose(np.linalg.norm(np.delete(vectors, EMPTY, 0), axis=1), 1, atol=1e-5)
    assert embedder.encode_passages([]).shape == (0, 32)


def test_a_vector_does_not_hang_on_its_neighbours(packed: Packer) -> None:
    embedder = load_embedder(f"onnx:{packed('mean', quantised=False)}")
    together = embedder.encode_passages(TEXTS)
    alone = np.concatenate([embedder.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_what_is_packed_plainly_is_loaded_from_its_folder(tmp_path: Path) -> None:
    source = made(tmp_path / "m")
    done = pack(str(source), tmp_path / "里" / "packed", onnx=False)
    assert done.likeness is None and not (done.folder / "onnx").exists()
    theirs, ours = load_embedder(str(source)), load_embedder(str(done.folder))
    np.testing.assert_allclose(ours.encode_passages(TEXTS), theirs.encode_passages(TEXTS), atol=1e-6)
    np.testing.assert_allclose(ours.encode_passages(TEXTS), oracle(source), atol=1e-4)


def test_published_prompts_are_packed_with_the_model(tmp_path: Path) -> None:
    """The folder may be called anything; what its makers put before a query must come along."""
    source = made(tmp_path / "e5-small")
    folder = pack(str(source), tmp_path / "packed", onnx=False).folder
    held = json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))["prompts"]
    assert (held["query"], held["document"]) == ("query: ", "passage: ")
    np.testing.assert_allclose(
        load_embedder(str(folder)).encode_queries(["江"]), oracle(source, ["query: 江"]), atol=1e-5
    )


def test_a_models_own_prompts_are_packed(tmp_path: Path) -> None:
    source = made(tmp_path / "e5-small", prompts={"query": "江里", "document": "老"})
    folder = pack(str(source), tmp_path / "packed", onnx=False).folder
    np.testing.assert_allclose(load_embedder(str(folder)).encode_queries(["水"]), oracle(source, ["江里水"]), atol=1e-5)
    np.testing.assert_allclose(load_embedder(str(folder)).encode_passages(["水"]), oracle(source, ["老水"]), atol=1e-5)


def test_prompts_stand_before_queries_and_passages(packed: Packer, tmp_path: Path) -> None:
    folder = shutil.copytree(packed("mean", quantised=False), tmp_path / "m")
    plain = load_embedder(f"onnx:{folder}")
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "江里", "passage": "老"}}', "utf-8")
    embedder = load_embedder(f"onnx:{folder}")
    np.testing.assert_allclose(embedder.encode_queries(["水"]), plain.encode_passages(["江里水"]), atol=1e-5)
    np.testing.assert_allclose(embedder.encode_passages(["水"]), plain.encode_passages(["老水"]), atol=1e-5)
    assert embedder.name != plain.name and embedder.name.startswith("m-onnx-")


def test_the_onnx_path_imports_no_torch(packed: Packer) -> None:
    code = (
        "import sys; from index.embedders import load_embedder\n"
        "load_embedder(f'onnx:{sys.argv[1]}').encode_queries(['臺灣'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, packed("mean")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# — faults —————————————————————————————————————————————————————————————————————————————————————————————————


def refused(*told: str, setting: str) -> None:
    with pytest.raises(PlanSeekError) as caught:
        load_embedder(setting)
    assert "\n" not in str(caught.value)
    for words in told:
        assert words in str(caught.value)


def test_missing_weights_say_how_to_make_them(tmp_path: Path) -> None:
    refused("没有 ONNX 权重", "planseek model pack", "--onnx", setting=f"onnx:{tmp_path}")
    refused("没有 ONNX 权重", setting="onnx:./nowhere")


@pytest.mark.parametrize("file", ["onnx/model_int8.onnx", "tokenizer.json", "modules.json", "1_Pooling/config.json"])
@pytest.mark.parametrize("content", [b"", b"not a model"], ids=["empty", "text"])
def test_a_broken_file_is_one_line(packed: Packer, tmp_path: Path, file: str, content: bytes) -> None:
    folder = shutil.copytree(packed("mean"), tmp_path / "m")
    (folder / file).write_bytes(content)
    refused("不完整或已损坏", "重新复制", str(folder), setting=f"onnx:{folder}")


def test_a_lost_tokenizer_is_one_line(packed: Packer, tmp_path: Path) -> None:
    folder = shutil.copytree(packed("mean"), tmp_path / "m")
    (folder / "tokenizer.json").unlink()
    refused("不完整或已损坏", setting=f"onnx:{folder}")


@pytest.mark.parametrize("pooling", [{"pooling_mode": "max"}, {"pooling_mode": ["cls", "mean"]}, {"pooling_mode_max_tokens": True}])
def test_a_pooling_that_is_not_ours_is_refused(packed: Packer, tmp_path: Path, pooling: dict[str, object]) -> None:
    folder = shutil.copytree(packed("mean"), tmp_path / "m")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), "utf-8")
    refused("池化方式", "不支持", "直接使用原模型", setting=f"onnx:{folder}")


def test_a_layer_behind_the_pooling_is_refused(packed: Packer, tmp_path: Path) -> None:
    folder = shutil.copytree(packed("mean"), tmp_path / "m")
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    modules.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    refused("不支持的层（Dense）", "直接使用原模型", setting=f"onnx:{folder}")


@pytest.mark.parametrize(("key", "mode"), [("pooling_mode_cls_token", "cls"), ("pooling_mode_mean_tokens", "mean")])
def test_older_folders_name_their_pooling_otherwise(packed: Packer, tmp_path: Path, key: str, mode: str) -> None:
    folder = shutil.copytree(packed(mode), tmp_path / "m")
    expected = load_embedder(f"onnx:{folder}").encode_passages(TEXTS)
    flags = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(flags | {key: True}), "utf-8")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": LONGEST}), "utf-8")
    np.testing.assert_array_equal(load_embedder(f"onnx:{folder}").encode_passages(TEXTS), expected)


def test_without_onnxruntime_it_says_what_to_install(packed: Packer, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = packed("mean")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    refused("需要 onnxruntime", "pip install onnxruntime", setting=f"onnx:{folder}")


# — packing ————————————————————————————————————————————————————————————————————————————————————————————————


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(PlanSeekError, match=r"mine 已存在。请换一个文件夹"):
        pack(str(tmp_path / "source"), tmp_path / "mine", onnx=False)
    assert not list((tmp_path / "mine").iterdir())


def test_nothing_is_left_behind_where_packing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made(tmp_path / "source")
    (tmp_path / "file").write_text("", "utf-8")
    before = sorted(tmp_path.rglob("*"))

    def fails(told: str, setting: Path = source, target: Path = tmp_path / "packed", *, onnx: bool = True) -> None:
        with pytest.raises(PlanSeekError, match=told) as caught:
            pack(str(setting), target, onnx=onnx)
        assert "\n" not in str(caught.value) and sorted(tmp_path.rglob("*")) == before

    fails("找不到模型文件夹", tmp_path / "nowhere")
    fails("不是 Transformer.*请去掉 --onnx", BUNDLED)
    fails("无法写入.*请检查磁盘空间", target=tmp_path / "file" / "packed", onnx=False)
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    fails(r"planseek\[onnx\]")


def test_a_poor_conversion_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cosine passes 1, so above it every conversion is poor."""
    source = made(tmp_path / "source")
    monkeypatch.setattr("index.embedders.packing._LEAST_LIKENESS", 1.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(PlanSeekError, match=r"相差太大（最小余弦 0\.9\d\d|1\.000）。请去掉 --onnx"):
            pack(str(source), tmp_path / "packed", onnx=True)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_the_command_packs(planseek: Command, tmp_path: Path) -> None:
    source = made(tmp_path / "source")
    ran = planseek("model", "pack", source, "-o", tmp_path / "a", "--json")
    assert ran.code == 0 and ran.json == {"folder": str(tmp_path / "a"), "megabytes": ran.json["megabytes"], "likeness": None}
    told = planseek("model", "pack", source, "-o", tmp_path / "b", "--onnx")
    assert told.code == 0 and "8 位模型与原模型向量的最小余弦：0.9" in told.out and 'model = "onnx:b"' in told.out
    assert "Traceback" not in told.err and "Warning" not in told.err
    assert (tmp_path / "b" / "onnx" / "model_int8.onnx").is_file()
    assert "已存在" in planseek("model", "pack", source, "-o", tmp_path / "b").refused()
    absent = planseek("model", "pack", tmp_path / "none", "-o", tmp_path / "c")
    assert (absent.code, absent.out) == (2, "") and "找不到模型文件夹" in absent.err.splitlines()[-1]


# — in use —————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_library_is_ingested_and_searched_and_another_model_is_refused(packed: Packer, tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text(FILE, "utf-8")
    home, setting = tmp_path / "库", f"onnx:{packed('mean')}"
    first = Service(Settings(home=home, model=setting))
    report = first.ingest([tmp_path / "甲.txt"])
    assert report.passages >= 2 and {hit.text for hit in first.search(Query("矿山修复", mode="dense")).hits}
    found = first.search(Query("江里还能打鱼吗"))
    assert all(hit.text == hit.passage.span.of(hit.document.text) for hit in found.hits) and found.hits
    assert set(found.hits[0].why) == {"bm25", "dense", "late"}

    other = Service(Settings(home=home, model=f"onnx:{packed('cls')}"))
    with pytest.raises(NotReady, match=r"另一向量模型建立的（mean-True-onnx-.*cls-True-onnx-.*请运行 planseek ingest"):
        other.search(Query("矿山"))
    again = other.ingest([tmp_path / "甲.txt"])
    assert [file.status for file in again.files] == ["unchanged"] and again.passages == report.passages
    assert other.search(Query("矿山", mode="dense")).hits
    vectors = other.searcher.corpus().backend
    assert vectors is not None
    question = other.embedder.encode_queries(["矿山"])[0]
    best = other.search(Query("矿山", mode="dense")).hits[0]
    assert best.score == pytest.approx(float(vectors.dense_scores(question).max()), abs=1e-5)
