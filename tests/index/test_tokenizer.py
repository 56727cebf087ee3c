"""The two engines give the same terms, folding is where it should be, and the name follows the dictionary."""

import hashlib
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import index.tokenizer as tokenizer_module
from corpus import formats
from index.tokenizer import STOP_WORDS, Tokenizer, fold

VARIED = """
2021—2025年，GDP年均增长6.5%以上；R&D经费投入强度达3.2％，PM2.5年均浓度≤35μg/m³（2025-12-31前）。
“十四五”时期，推进5G+工业互联网、AI大模型、C919配套与O2O；建成Ⅲ类水质断面12个、110kV变电站3座，覆盖率99.99%。
第三十六条　加快海绵城市、“城市矿产”示范基地建设，实施“千村示范、万村整治”；办理12345热线3,456件。
ＡＢＣ－１２３、①②③、㎡、℃、㍿、k8s、e-mail、don't、Wi-Fi6、x.y.z、1.2.3、3..5、−5、half–life
生態環境修復、臺灣、發展規劃、龍頭企業、乾淨、乾坤、皇后、後來、綫路、髮展
𠮷野家𪚥，㙍㐀，鿕鿿；😀🏭　\u200b\ufeff
深圳市南山区、乌鲁木齐市、克孜勒苏柯尔克孜自治州、阿鲁科尔沁旗、弋江区、兰溪市、瑶海区、陵城区
我们要不要把老小区的电梯装起来？怎么样、什么、哪些、有没有，为啥咋办啊！
the of and 其中 同时 也就是说 一方面另一方面
一二三四五六七八九十百千万亿〇零两 二〇三五年 廿一世纪 甲乙丙丁
"""


@pytest.fixture(scope="module")
def oracle() -> Tokenizer:
    return Tokenizer("jieba")


def test_rjieba_gives_jiebas_terms(oracle: Tokenizer, samples: Path) -> None:
    fast = Tokenizer("rjieba")
    texts = VARIED.splitlines()
    texts += [formats.read(file.read_bytes(), file.name).text for file in sorted(samples.glob("[01]*"))]
    assert len(texts) > 20
    for text in texts:
        assert fast.terms(text) == oracle.terms(text), text[:200]


def test_the_name_does_not_depend_on_the_engine(oracle: Tokenizer) -> None:
    assert oracle.name == Tokenizer("rjieba").name == Tokenizer().name


def test_the_dictionarys_terms_are_terms(tokenizer: Tokenizer) -> None:
    for word in ("一网通办", "林长制", "两高一低"):
        if word in tokenizer_module._dictionary().split():
            assert word in tokenizer.terms(f"推进{word}工作"), word
    assert tokenizer.terms("生态修复") == ["生态", "修复", "生态修复"]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＣＯＤ", "cod"), ("Ｃｏｄ１２．５％", "cod12.5%"), ("生態環境", "生态环境"), ("發展規劃", "发展规划"), ("Ⅲ類", "iii类"),
        ("㎡", "m2"), ("①", "1"), ("“十四五”", "“十四五”"), ("（一）", "(一)"), ("", ""), ("abc", "abc"),
    ],
)  # fmt: skip
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


# Marks that are folded ahead, and what joins with a neighbour: combining marks, Hangul and kana, letters of several characters.
JOINING = "，；：（）！？％～＋－．／　…℃\u0301\u0338\u0345\u0323\u0307Σαᄀ\u1161\u11a8\u3099かAÅﬁ①㎡弯薊口 ¨ẛ"


@given(st.text(st.one_of(st.sampled_from(JOINING), st.characters(codec="utf-8")), max_size=20))
@example(VARIED)
def test_folding_ahead_changes_nothing(text: str) -> None:
    """NFKC (Unicode Standard Annex 15), lower case, then OpenCC: the definition, step by step."""
    assert fold(text) == tokenizer_module._simplified(unicodedata.normalize("NFKC", text).lower())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []), ("，。！", []), ("   ", []), ("的 了 和 与", []), ("PM2.5", ["pm", "2.5"]), ("99.9%", ["99.9%"]),
        ("e-mail", ["e-mail"]), ("Don't", ["don't"]), ("ＡＩ", ["ai"]), ("1200亩", ["1200", "亩"]), ("修復", ["修复"]),
        ("修复修复", ["修复", "修复"]), ("3..5", ["3", "5"]), ("😀", []),
    ],
)  # fmt: skip
def test_terms(tokenizer: Tokenizer, text: str, terms: list[str]) -> None:
    assert tokenizer.terms(text) == terms


def test_full_width_traditional_and_case_meet(tokenizer: Tokenizer) -> None:
    plain = tokenizer.terms("推进AI生态环境发展2025年12.5%")
    assert (
        plain
        == tokenizer.terms("推進ＡＩ生態環境發展２０２５年１２．５％")
        == tokenizer.terms("推进ai生态环境发展2025年12.5％")
    )
    assert "生态环境" in plain and "ai" in plain and "12.5%" in plain


def test_stop_words_are_single_words_and_dropped(tokenizer: Tokenizer) -> None:
    for word in STOP_WORDS:
        assert fold(word) == word
        assert word not in tokenizer.terms(word)


def test_the_name_changes_with_the_dictionary_only(tokenizer: Tokenizer, tmp_path: Path) -> None:
    source = Path(tokenizer_module.__file__).parent
    words = (source / "dictionary" / "terms.txt").read_text("utf-8")
    digest = hashlib.sha256((words + "".join(sorted(STOP_WORDS))).encode()).hexdigest()[:12]
    assert tokenizer.name == f"jieba-search-3/{digest}"
    package = tmp_path / "index"
    (package / "dictionary").mkdir(parents=True)
    for file in ("__init__.py", "tokenizer.py", "dictionary/terms.txt"):
        shutil.copy(source / file, package / file)
    code = "from index.tokenizer import Tokenizer; t = Tokenizer(); print(t.name, *t.terms('推进云上阿卡林计划'))"
    same = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert same.stdout.split()[0] == tokenizer.name
    (package / "dictionary" / "terms.txt").write_text(words + "\n云上阿卡林\n", "utf-8")
    other = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert other.stdout.split()[0] != tokenizer.name
    assert "云上阿卡林" in other.stdout.split() and "云上阿卡林" not in same.stdout.split()
