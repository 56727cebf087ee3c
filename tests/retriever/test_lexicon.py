"""The lexicon as a table: read, written, merged, used by the next search; and that every shipped entry is well formed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PlanSeekError
from retriever.expand import OFFICIAL_WEIGHT, SAME_WEIGHT, Expansion, Lexicon
from retriever.lexicon import table
from retriever.lexicon.table import COLUMNS, Entry
from retriever.model import Query
from retriever.service import Service
from settings import Settings
from tests.conftest import Command

HEADER = ",".join(COLUMNS)


def csv(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines]).encode()


def refused(content: bytes, *told: str) -> None:
    with pytest.raises(PlanSeekError) as caught:
        table.read(content, "我的.csv")
    assert "\n" not in str(caught.value) and "词表 我的.csv" in str(caught.value)
    for words in told:
        assert words in str(caught.value)


# — what ships —————————————————————————————————————————————————————————————————————————————————————————————


def test_every_shipped_entry_is_well_formed() -> None:
    shipped = table.entries()
    assert len(shipped) >= 5_000 and len({entry.term for entry in shipped}) == len(shipped)
    assert len(shipped) == len(table.shipped().splitlines())
    for entry in shipped:
        phrases = (*entry.same, *entry.official, *entry.everyday, *entry.questions)
        assert 2 <= len(entry.term) <= 60 and entry.said, entry
        assert all(phrase and phrase == phrase.strip() for phrase in (entry.term, *phrases)), entry
        assert entry.term not in entry.same and entry.term not in entry.official, entry
        assert not set(entry.same) & set(entry.official), entry
        for words in (entry.same, entry.official, entry.everyday, entry.questions):
            assert len(set(words)) == len(words), entry


def test_what_ships_can_be_taken_out_and_brought_back_in() -> None:
    assert table.read(table.written(table.entries()), "词表.csv") == (table.entries(), [])


# — the table ——————————————————————————————————————————————————————————————————————————————————————————————

# What a cell of a table may hold: no mark that divides, no blank at an end, no apostrophe of ours.
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="、，,；;|'\ufeff")
WORD = st.text(LETTERS, min_size=1, max_size=60)
WORDS = st.lists(WORD, max_size=4, unique=True).map(tuple)
QUESTIONS = st.lists(st.builds("，".join, st.lists(WORD.filter(lambda w: len(w) < 20), min_size=1, max_size=2)), max_size=3, unique=True)
ENTRY = st.builds(Entry, st.text(LETTERS, min_size=2, max_size=60), WORDS, WORDS, WORDS, QUESTIONS.map(tuple))


@given(st.lists(ENTRY, max_size=4, unique_by=lambda entry: entry.term), st.lists(st.text(LETTERS, min_size=2, max_size=9)))
def test_what_is_written_is_read(rows: list[Entry], stopped: list[str]) -> None:
    assert table.read(table.written(rows, stopped), "x") == (rows, stopped)


def test_the_form_of_the_file() -> None:
    content = table.written([Entry("加装电梯", ("既有住宅加装电梯",), (), ("装电梯", "爬楼"), ("能装吗，谁出钱", "多久"))], ["禁渔"])
    assert content.decode("utf-8-sig").split("\r\n") == [
        '"正式用语","同义写法","相关用语","日常说法","常见问法","停用"',
        '"加装电梯","既有住宅加装电梯","","装电梯、爬楼","能装吗，谁出钱；多久",""',
        '"禁渔","","","","","是"',
        "",
    ]
    assert content.startswith(b"\xef\xbb\xbf")


def test_no_cell_is_a_formula() -> None:
    """Quoting protects nobody: a spreadsheet evaluates "=1+1" in quotes."""
    row = Entry("=1+1", ("+86",), ("-5℃以下",), ("@书记", "＝号"), ("=HYPERLINK(A1)",))
    content = table.written([row], ["=2+2"])
    cells = [cell.strip('"') for line in content.decode("utf-8-sig").split("\r\n")[1:] for cell in line.split('","')]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝"))] and "'=1+1" in cells
    assert table.read(content, "x") == ([row], ["=2+2"])
    # An apostrophe that is no guard stays.
    assert table.read(csv("加装电梯,'双碳'"), "x")[0][0].same == ("'双碳'",)


def test_every_mark_divides_words_and_only_strong_ones_questions() -> None:
    words = "甲、乙，丙；丁;戊|己\n庚、、 辛 、甲"
    (entry,), _ = table.read(csv(f'加装电梯,"{words}","甲,乙",,"能装吗，谁出钱；多久；多久|在哪,问谁\n找谁、怎么找"'), "x")
    assert entry == Entry("加装电梯", tuple("甲乙丙丁戊己庚辛"), ("甲", "乙"), (), ("能装吗，谁出钱", "多久", "在哪,问谁", "找谁、怎么找"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    content = end.join(["日常说法, 正式用语 ", "爬楼、囍,  加装电梯", ",,,,", "", "补课,校外培训"]).encode(encoding)
    assert table.read(content, "x") == (
        [Entry("加装电梯", (), (), ("爬楼", "囍")), Entry("校外培训", (), (), ("补课",))],
        [],
    )


def test_a_term_on_two_rows_is_one_entry() -> None:
    rows, stopped = table.read(csv("加装电梯,,,爬楼,,", "加装电梯,,,装电梯、爬楼,,否", "禁渔,,,,,是", "双碳,,,,,停"), "x")
    assert rows == [Entry("加装电梯", (), (), ("爬楼", "装电梯"))] and stopped == ["禁渔", "双碳"]


def test_a_table_with_nothing_in_it() -> None:
    assert table.read(csv(), "x") == ([], []) == table.read(table.written([]), "x")


@pytest.mark.parametrize("header", ["", "词,说法", "同义写法,日常说法", HEADER + ",备注", '"正式用语\r\n同义写法"'])
def test_another_header_is_refused(header: str) -> None:
    refused(csv("加装电梯,,,爬楼", header=header), "表头应为：正式用语、同义写法、相关用语、日常说法、常见问法、停用", "至少要有“正式用语”")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "正式用语\n加装电梯".encode("utf-16"), b"PK\x03\x04\xff\xff\xff\xff"])
def test_another_encoding_is_refused(content: bytes) -> None:
    refused(content, "编码无法识别", "另存为“CSV UTF-8”")


@pytest.mark.parametrize("content", [b"\xe6\xad\xa3,a\rb,c\rd\n", csv('加装电梯,"' + "长" * 140_000 + '"')])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    refused(content)


def test_a_cell_beyond_all_measure_is_no_table() -> None:
    refused(csv('加装电梯,"' + "长" * 140_000 + '"'), "不是有效的 CSV", "另存为")


def test_rows_at_fault_are_numbered_as_excel_numbers_them() -> None:
    good = ["加装电梯,,,爬楼", "", '双碳,"碳达峰\n碳中和"', ",,,,,"]
    refused(csv(*good, "梯,,,x"), "第 6 行", "“正式用语”应有 2 到 60 个字")
    refused(csv(*good, ",,,没有正式用语"), "第 6 行", "应有 2 到 60 个字")
    refused(csv(*good, "梯" * 61), "第 6 行", "应有 2 到 60 个字")
    refused(csv(*good, f"校外培训,,,补课、{'补' * 61}"), "第 6 行", f"“{'补' * 12}……”超过 60 个字，请用顿号分开")
    table.read(csv(*good, f"{'梯' * 60},,,{'补' * 60}"), "x")


def test_too_many_rows_are_refused() -> None:
    refused(csv(*["加装电梯"] * 50_000), "超过 50000 行", "请分成几张")


# — the user's own beside it ———————————————————————————————————————————————————————————————————————————————


def test_merge_adds_and_joins_and_stops_and_brings_back(tmp_path: Path) -> None:
    own = tmp_path / "新" / "lexicon.csv"
    assert table.merge(own, csv("院坝会,坝坝会,,摆龙门阵", "双碳,,,,,是"), "一.csv") == (1, 1)
    assert table.merge(own, csv("院坝会,,议事协商,院坝摆谈、摆龙门阵", "三资清理,,,队上的账"), "二.csv") == (2, 0)
    joined = Entry("院坝会", ("坝坝会",), ("议事协商",), ("摆龙门阵", "院坝摆谈"))
    accounts = Entry("三资清理", (), (), ("队上的账",))
    assert table.read(own.read_bytes(), "x") == ([joined, accounts], ["双碳"])
    assert table.merge(own, csv("双碳,,,烧煤", "三资清理,,,,,是"), "三.csv") == (1, 1)
    assert table.read(own.read_bytes(), "x") == ([joined, Entry("双碳", (), (), ("烧煤",))], ["三资清理"])
    assert [path.name for path in own.parent.iterdir()] == ["lexicon.csv"]


def test_a_table_at_fault_changes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.csv"
    table.merge(own, csv("院坝会,,,摆龙门阵"), "一.csv")
    before = own.read_bytes()
    with pytest.raises(PlanSeekError, match=r"二\.csv 第 3 行"):
        table.merge(own, csv("双碳,,,烧煤", "梯"), "二.csv")
    assert own.read_bytes() == before
    own.write_bytes(b"\xff\xff")
    with pytest.raises(PlanSeekError, match=r"lexicon\.csv 的编码"):
        table.merge(own, csv("双碳,,,烧煤"), "三.csv")
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(PlanSeekError, match=r"无法写入.*请检查磁盘空间与读写权限"):
        table.merge(tmp_path / "file" / "lexicon.csv", csv("双碳,,,烧煤"), "四.csv")


def test_entries_are_what_ships_with_the_users_own(tmp_path: Path) -> None:
    shipped = table.entries()
    first, second = shipped[0], shipped[1]
    own = tmp_path / "lexicon.csv"
    assert table.entries(own) == shipped and table.digest(own) == table.digest()
    content = csv(f"{first.term},,,从未有人说过的话,,", f"{second.term},,,,,是", "院坝会,,,摆龙门阵")
    table.merge(own, content, "x")
    found = {entry.term: entry for entry in table.entries(own)}
    assert len(found) == len(shipped) and second.term not in found
    assert found["院坝会"] == Entry("院坝会", (), (), ("摆龙门阵",))
    assert found[first.term] == Entry(first.term, first.same, first.official, (*first.everyday, "从未有人说过的话"), first.questions)
    assert [found[entry.term] for entry in shipped[2:]] == shipped[2:]
    assert table.digest(own) != table.digest()


# — expansions —————————————————————————————————————————————————————————————————————————————————————————————


@pytest.fixture
def only_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing ships: what a question is likened to can be computed by hand."""
    monkeypatch.setattr(table, "shipped", lambda: "")


@pytest.mark.usefixtures("only_own")
def test_expansions_by_hand(tmp_path: Path) -> None:
    """Two entries, four bigrams to a phrase, each in one entry (idf w): S = 2w² of p = 4w² and q = 4w² gives the likeness
    max(2 / √(4·4), 2 / 4 · min(1, √2 w / 12)) = 0.5 and the strength 2 · 0.5 = 1; of q = 8w², 0.354 and 0.707. A bigram that no
    entry has weighs ln(1 + 2), and so does w = ln(1 + 2 / 1)."""
    own = tmp_path / "lexicon.csv"
    own.write_bytes(csv("子丑,寅卯,辰巳,甲乙丙丁戊", "午未,寅卯,,己庚辛壬癸"))
    lexicon = Lexicon(None, own)
    assert lexicon.words == {"子丑", "寅卯", "辰巳", "午未"}
    ((likeness, entry),) = lexicon.likeness("甲乙丙天地")
    assert entry.term == "子丑" and likeness == pytest.approx(2 / 4)
    assert lexicon.expand("甲乙丙天地") == [
        Expansion("子丑", pytest.approx(1.0), "子丑"),
        Expansion("寅卯", pytest.approx(SAME_WEIGHT), "子丑"),
        Expansion("辰巳", pytest.approx(OFFICIAL_WEIGHT), "子丑"),
    ]
    half = 2 * 2 / 32**0.5
    weights = {e.word: (e.weight, e.entry) for e in lexicon.expand("甲乙丙天地玄黄宇宙")}
    assert weights == {
        "子丑": (pytest.approx(half), "子丑"),
        "寅卯": (pytest.approx(SAME_WEIGHT * half), "子丑"),
        "辰巳": (pytest.approx(OFFICIAL_WEIGHT * half), "子丑"),
    }
    # One bigram of four, the question's only one: S / √(4 · 1) = 1/2; a word of both entries counts once, the heavier.
    both = lexicon.expand("甲乙。己庚辛壬癸")
    assert [e.word for e in both].count("寅卯") == 1
    assert next(e for e in both if e.word == "寅卯").entry == "午未"
    assert lexicon.expand("天地玄黄") == [] == lexicon.expand("甲") == lexicon.expand("")


@pytest.mark.usefixtures("only_own")
def test_a_lexicon_with_nothing_in_it(tmp_path: Path) -> None:
    assert Lexicon(tmp_path).expand("老小区能装电梯吗") == [] == Lexicon(None, tmp_path / "none").likeness("江")


@pytest.mark.usefixtures("only_own")
def test_the_kept_index_follows_the_table(tmp_path: Path) -> None:
    own, cache = tmp_path / "lexicon.csv", tmp_path / "cache"
    own.write_bytes(csv("院坝会,,,摆龙门阵"))
    first = [Lexicon(cache, own).expand("摆龙门阵") for _ in range(2)]
    assert first[0] == first[1] == Lexicon(None, own).expand("摆龙门阵") and first[0][0].word == "院坝会"
    own.write_bytes(csv("议事协商,,,摆龙门阵"))
    assert [e.word for e in Lexicon(cache, own).expand("摆龙门阵")] == ["议事协商"]
    for kept in cache.iterdir():
        kept.write_bytes(b"not an index")
    assert [e.word for e in Lexicon(cache, own).expand("摆龙门阵")] == ["议事协商"]


QUESTION = "啥时候摆龙门阵哟"
FILE = "青屏县基层治理行动计划\n\n一、院坝会\n\n每个村民小组每季度召开一次院坝会，听取群众意见，当场答复。\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "甲.txt").write_text(FILE, "utf-8")
    Service(Settings(home=tmp_path / "库")).ingest([tmp_path / "甲.txt"])
    return tmp_path / "库"


def test_a_users_word_changes_the_next_search_and_no_index(home: Path, planseek: Command, tmp_path: Path) -> None:
    def expanded() -> set[str]:
        return {e.entry for e in Service(Settings(home=home)).search(Query(QUESTION)).interpretation.expansions}

    def index() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file() and "index" in path.parts}

    before = index()
    assert "院坝会" not in expanded()
    running = Service(Settings(home=home))
    running.search(Query(QUESTION))
    (tmp_path / "我的.csv").write_bytes(csv("院坝会,,,摆龙门阵"))
    ran = planseek("lexicon", "add", tmp_path / "我的.csv", home=home)
    assert (ran.code, ran.err) == (0, "") and "补充 1 条，停用 0 条" in ran.out and "无需重建索引" in ran.out
    assert "院坝会" in expanded() and index() == before
    assert "院坝会" in {e.entry for e in running.search(Query(QUESTION)).interpretation.expansions}, "a server that runs sees it, too"
    (tmp_path / "停.csv").write_bytes(csv("院坝会,,,,,是"))
    assert "补充 0 条，停用 1 条" in planseek("lexicon", "add", tmp_path / "停.csv", home=home).out
    assert "院坝会" not in expanded() and index() == before


def test_a_shipped_term_that_is_stopped_expands_no_more(tmp_path: Path) -> None:
    question = "老小区能装电梯吗"
    own = tmp_path / "lexicon.csv"
    (best, *_) = Lexicon().likeness(question)
    assert best[1].term in {e.entry for e in Lexicon().expand(question)}
    table.merge(own, csv(f"{best[1].term},,,,,是"), "x")
    assert best[1].term not in {e.entry for e in Lexicon(None, own).expand(question)}
    table.merge(own, csv(f"{best[1].term}"), "x")
    assert best[1].term in {e.entry for e in Lexicon(None, own).expand(question)}


def test_a_spoilt_table_is_one_line_of_a_search(home: Path, planseek: Command) -> None:
    (home / "lexicon.csv").write_bytes(csv("梯,,,爬楼"))
    assert "词表 lexicon.csv 第 2 行" in planseek("search", QUESTION, home=home).refused()


# — the command ————————————————————————————————————————————————————————————————————————————————————————————


def test_export_and_add(planseek: Command, tmp_path: Path) -> None:
    home, mine, every = tmp_path / "库", tmp_path / "我的.csv", tmp_path / "全部.csv"
    assert planseek("lexicon", "export", "-o", mine, "--own", home=home).code == 0
    assert table.read(mine.read_bytes(), "x") == ([], [])
    mine.write_bytes(csv("院坝会,,,摆龙门阵"))
    assert planseek("lexicon", "add", mine, home=home).code == 0
    ran = planseek("lexicon", "export", "-o", every, home=home)
    assert (ran.code, ran.err) == (0, "") and f"已导出：{every}" in ran.out
    rows, stopped = table.read(every.read_bytes(), "x")
    assert rows == table.entries(home / "lexicon.csv") and rows[-1].term == "院坝会" and not stopped
    planseek("lexicon", "export", "-o", mine, "--own", home=home)
    assert table.read(mine.read_bytes(), "x") == ([Entry("院坝会", (), (), ("摆龙门阵",))], [])


def test_faults_of_the_command_are_one_line(planseek: Command, tmp_path: Path) -> None:
    home = tmp_path / "库"
    assert "无法读取" in planseek("lexicon", "add", tmp_path / "none.csv", home=home).refused()
    assert "无法读取" in planseek("lexicon", "add", tmp_path, home=home).refused()
    assert "无法写入" in planseek("lexicon", "export", "-o", tmp_path / "none" / "x.csv", home=home).refused()
    (tmp_path / "x.csv").write_bytes(csv("梯"))
    assert "x.csv 第 2 行" in planseek("lexicon", "add", tmp_path / "x.csv", home=home).refused()
    assert "缺少「文件」" in planseek("lexicon", "add", home=home).refused()
    assert not (home / "lexicon.csv").exists()
