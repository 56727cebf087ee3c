"""Changes to what a home already holds: corrections, removals, regions, reading again; links and index keep step."""

import shutil
import zipfile
from pathlib import Path

import pytest

from corpus.errors import Busy, PlanSeekError, Unknown
from corpus.model import Document, Evidence
from corpus.store import Store
from index import library
from index.ingest import Report, ingest
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher

EDITED = Evidence(None, 1.0, "edited")
ZONE = {"code": "990100K1", "name": "沧浪高新区", "level": "县级", "parent": "临澜市"}


class Shelf:
    """A home over which the library is asked, and what it holds."""

    def __init__(self, home: Path, tools: Tools) -> None:
        self.home, self.tools = home, tools

    @property
    def makers(self) -> Makers:
        return self.tools.makers

    def document(self, name: str) -> Document:
        """The document of a file, by the beginning of its name."""
        store = Store(self.home / "corpus.sqlite")
        try:
            (found,) = [d for d in store.documents() if any(Path(file).name.startswith(name) for file in d.files)]
            return found
        finally:
            store.close()

    def regions(self, name: str) -> set[str]:
        """The codes of the regions that the passages of a document are about."""
        store = Store(self.home / "corpus.sqlite")
        try:
            return {p.region.code if p.region else "" for p in store.passages(self.document(name).id)}
        finally:
            store.close()

    def correct(self, name: str, **fields: str | None) -> library.Corrected:
        (done,) = library.correct(self.home, self.makers, {self.document(name).id: fields})
        return done

    def ingest(self, *paths: Path) -> Report:
        return ingest(paths, self.home, self.makers)

    def found(self, question: str, **restrictions: object) -> list[str]:
        """The names of the files of what a fresh search finds."""
        hits = Searcher(self.home, self.tools).search(Query(question, k=50, **restrictions)).hits  # type: ignore[arg-type]
        return [Path(hit.document.files[0]).name for hit in hits]


@pytest.fixture
def shelf(sample_home: Path, tools: Tools, tmp_path: Path) -> Shelf:
    return Shelf(Path(shutil.copytree(sample_home, tmp_path / "库")), tools)


@pytest.fixture
def own(tools: Tools, samples: Path, tmp_path: Path) -> Shelf:
    """A home whose only file lies in a folder of the test's own."""
    folder = tmp_path / "文件"
    folder.mkdir()
    shutil.copy(samples / "regions.csv", folder)
    shutil.copy(samples / "06_望澜区2026年政府工作报告.txt", folder / "甲.txt")
    made = Shelf(tmp_path / "家", tools)
    made.ingest(folder)
    return made


# — corrections ——————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_corrected_region_is_that_of_the_passages_and_found_by_at_once(shelf: Shelf) -> None:
    assert shelf.regions("06") == {"990105"} and "06_望澜区2026年政府工作报告.txt" not in shelf.found("生态", regions=("茶溪县",))
    searcher = Searcher(shelf.home, shelf.tools)
    searcher.search(Query("生态"))
    done = shelf.correct("06", region="茶溪县", period="2027")
    assert done.changed and done.document is not None and done.document.region is not None
    code = done.document.region.code
    assert shelf.regions("06") == {code} != {"990105"}
    assert (done.document.evidence["region"], done.document.period) == (EDITED, "2027")
    assert "06_望澜区2026年政府工作报告.txt" in shelf.found("工作", regions=("茶溪县",))
    # A searcher that is open notices.
    assert {Path(h.document.files[0]).name for h in searcher.search(Query("工作", periods=("2027",))).hits} == {"06_望澜区2026年政府工作报告.txt"}


def test_null_takes_a_correction_back(shelf: Shelf) -> None:
    before, regions = shelf.document("06"), shelf.regions("06")
    shelf.correct("06", region="茶溪县", title="改过的题", issuer="")
    shelf.correct("06", region=None, title=None)
    assert shelf.document("06").issuer is None and shelf.document("06").evidence["issuer"] == EDITED
    shelf.correct("06", issuer=None)
    assert (shelf.document("06"), shelf.regions("06")) == (before, regions)


def test_a_city_plan_falls_back_on_the_districts_that_its_headings_name(shelf: Shelf) -> None:
    before = shelf.regions("01")
    assert len(before) > 1
    shelf.correct("01", region="沧浦区")
    assert shelf.regions("01") == {"990102"}
    shelf.correct("01", region=None)
    assert shelf.regions("01") == before


def test_a_refusal_holds_up_no_other_document(shelf: Shelf) -> None:
    good, bad = shelf.document("06"), shelf.document("09")
    changes = {bad.id: {"title": "新题", "kind": "小说"}, good.id: {"title": "改过的题"}, "f" * 64: {"title": "题"}}
    refused, done, unknown = library.correct(shelf.home, shelf.makers, changes)
    assert refused.refusal is not None and "文种「小说」无法识别" in refused.refusal and refused.document is None
    assert (done.changed, shelf.document("06").title) == (True, "改过的题")
    assert unknown.refusal == f"没有编号为 {'f' * 64} 的文档。"
    assert shelf.document("09") == bad
    (same,) = library.correct(shelf.home, shelf.makers, {good.id: {"title": "改过的题"}})
    assert (same.changed, same.refusal) == (False, None)


def test_corrections_outlive_another_ingest_and_outrank_metadata(own: Shelf, tmp_path: Path) -> None:
    own.correct("甲", region="茶溪县", title="改过的题")
    passages = own.regions("甲")
    (tmp_path / "文件" / "metadata.csv").write_text("file,title,status\n甲.txt,表里的题,草案\n", "utf-8")
    (report,) = own.ingest(tmp_path / "文件").files
    assert report.status == "replaced" and report.document is not None
    assert (report.document.title, report.document.status) == ("改过的题", "草案")
    assert own.regions("甲") == passages
    own.correct("甲", title=None)
    assert own.document("甲").title == "表里的题"


def test_corrections_follow_a_file_that_changes_and_the_report_says_so(own: Shelf, tmp_path: Path) -> None:
    own.correct("甲", region="茶溪县", number="茶政〔2026〕1号")
    before = own.document("甲")
    file = tmp_path / "文件" / "甲.txt"
    file.write_text(file.read_text("gb18030") + "\n新增一段：推进沿河步道建设，年内贯通十二公里。\n", "utf-8")
    (report,) = own.ingest(file).files
    assert report.document is not None and report.document.id != before.id
    assert (report.document.region, report.document.number) == (before.region, "茶政〔2026〕1号")
    assert "沿用了对上一版的更正（地区、文号），请核对是否仍然适用" in report.checks
    assert before.region is not None and own.regions("甲") == {before.region.code}


def test_a_part_that_continues_another_takes_its_correction_over(shelf: Shelf) -> None:
    first, second = shelf.document("07"), shelf.document("08")
    assert second.follows == first.id and second.region == first.region
    done = shelf.correct("07", region="茶溪县", period="2026-2030")
    assert done.document is not None
    second = shelf.document("08")
    assert (second.region, second.period, second.follows) == (done.document.region, "2026-2030", first.id)
    assert second.evidence["region"].source == "continued" and shelf.regions("08") == shelf.regions("07")
    shelf.correct("07", region=None, period=None)
    assert shelf.document("08").region == first.region


def test_a_draft_steps_back_where_a_correction_makes_it_one(shelf: Shelf) -> None:
    draft, final = shelf.document("03"), shelf.document("04")
    assert draft.final == final.id
    shelf.correct("03", status="正式")
    assert shelf.document("03").final is None
    shelf.correct("03", status=None)
    assert shelf.document("03").final == final.id


def test_what_an_unfinished_ingest_has_read_is_not_lost_by_a_correction(own: Shelf, tmp_path: Path) -> None:
    class Enough(BaseException):
        pass

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "编入索引":
            raise Enough

    file = tmp_path / "文件" / "乙.txt"
    file.write_text("沧浦区养老服务行动计划\n\n一、任务\n\n新建社区食堂三十处，服务独居老人两千名。\n", "utf-8")
    with pytest.raises(Enough):
        ingest([file], own.home, own.makers, progress=stop)
    kept = own.home / "unfinished.sqlite"
    assert kept.exists()
    own.correct("甲", title="改过的题")
    assert kept.exists()
    own.ingest(file)
    assert not kept.exists() and own.document("乙").title == "沧浦区养老服务行动计划"


# — removal ——————————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_removed_document_leaves_store_index_and_links(shelf: Shelf) -> None:
    first, second = shelf.document("07"), shelf.document("08")
    assert any(name.startswith("07") for name in shelf.found("发展", regions=("东屏县",)))
    (gone,) = library.remove(shelf.home, shelf.makers, [first.id])
    assert gone.document.id == first.id and gone.passages > 0 and gone.deleted == ()
    assert gone.left == first.files and Path(first.files[0]).exists()
    assert not any(name.startswith("07") for name in shelf.found("发展", regions=("东屏县",)))
    left = shelf.document("08")
    assert left.id == second.id and left.follows is None and left.missing
    assert len(list((shelf.home / "index").iterdir())) == 1


def test_nothing_is_removed_where_one_is_unknown(shelf: Shelf) -> None:
    with pytest.raises(Unknown):
        library.remove(shelf.home, shelf.makers, [shelf.document("06").id, "f" * 64])
    assert shelf.document("06").title


def test_only_uploaded_copies_are_deleted(own: Shelf, samples: Path, tmp_path: Path) -> None:
    uploads = own.home / "uploads"
    uploads.mkdir()
    copy = Path(shutil.copy(tmp_path / "文件" / "甲.txt", uploads / "乙.txt"))
    other = Path(shutil.copy(samples / "09_禾川县2026年政府工作报告.docx", uploads))
    own.ingest(uploads)
    assert own.document("甲").id == own.document("乙").id
    (gone,) = library.remove(own.home, own.makers, [own.document("甲").id])
    assert gone.deleted == (copy.as_posix(),) and gone.left == ((tmp_path / "文件" / "甲.txt").as_posix(),)
    assert not copy.exists() and other.exists() and (tmp_path / "文件" / "甲.txt").exists()


def test_an_uploaded_archive_goes_with_the_last_of_its_documents(own: Shelf, samples: Path) -> None:
    packed = own.home / "uploads" / "两份.zip"
    packed.parent.mkdir()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("09_禾川县2026年政府工作报告.docx", "14_茶溪县乡村旅游行动计划.txt"):
            archive.write(samples / name, name)
    own.ingest(packed)
    (first,) = library.remove(own.home, own.makers, [own.document("09").id])
    assert (first.deleted, first.left) == ((), (packed.as_posix(),)) and packed.exists()
    (second,) = library.remove(own.home, own.makers, [own.document("14").id])
    assert (second.deleted, second.left) == ((packed.as_posix(),), ()) and not packed.exists()


def test_the_last_document_may_go(own: Shelf) -> None:
    library.remove(own.home, own.makers, [own.document("甲").id])
    assert Searcher(own.home, own.tools).search(Query("生态")).hits == ()


# — regions and reading again —————————————————————————————————————————————————————————————————————————————————————


def test_an_added_region_is_recognised_once_files_are_read_again(own: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "文件" / "高新区.txt"
    file.write_text("沧浪高新区产业发展行动计划\n\n一、任务\n\n建设孵化器六座，引进企业四十家，新增就业岗位三千个。\n", "utf-8")
    own.ingest(file)
    assert own.document("高新区").region is None or own.document("高新区").region.code != ZONE["code"]
    (row,) = library.add_regions(own.home, own.makers, [ZONE])
    assert (row.name, row.own, row.place.parent) == ("澜江省临澜市沧浪高新区", True, "990100")
    (tmp_path / "文件" / "别的.txt").write_text("另一份计划，没有入过库，也不应当在重新读入时入库。", "utf-8")
    report = library.reread(own.home, own.makers)
    assert {Path(f.file).name: f.status for f in report.files} == {"甲.txt": "replaced", "高新区.txt": "replaced"}
    region = own.document("高新区").region
    assert region is not None and region.code == ZONE["code"]
    assert {Path(f.file).name: f.status for f in library.reread(own.home, own.makers).files} == {
        "甲.txt": "unchanged", "高新区.txt": "unchanged",
    }  # fmt: skip
    (listed,) = [r for r in library.regions(own.home) if r.place.code == ZONE["code"]]
    assert (listed.own, listed.documents) == (True, 1)


def test_regions_are_added_all_or_none(own: Shelf) -> None:
    with pytest.raises(PlanSeekError, match="第 2 个地区：级别「村级」有误"):
        library.add_regions(own.home, own.makers, [ZONE, ZONE | {"code": "990100K2", "level": "村级"}])
    assert not library.regions(own.home, "沧浪高新区")
    inner = {"code": "990100K1A", "name": "沧浪科创园", "level": "乡级", "parent": "沧浪高新区"}
    assert [r.place.parent for r in library.add_regions(own.home, own.makers, [ZONE, inner])] == ["990100", "990100K1"]


def test_a_region_in_use_stays(own: Shelf) -> None:
    library.add_regions(own.home, own.makers, [ZONE])
    own.correct("甲", region="沧浪高新区")
    with pytest.raises(Busy, match="还有 1 份文件属于或提到地区「沧浪高新区」"):
        library.remove_region(own.home, own.makers, ZONE["code"])
    own.correct("甲", region=None)
    library.remove_region(own.home, own.makers, ZONE["code"])
    assert library.regions(own.home, "沧浪高新区") == []
    with pytest.raises(Unknown, match="行政区划表自带"):
        library.remove_region(own.home, own.makers, "340203")
    with pytest.raises(Unknown, match="没有代码为"):
        library.remove_region(own.home, own.makers, ZONE["code"])


def test_a_region_that_holds_another_stays(own: Shelf) -> None:
    inner = {"code": "990100K1A", "name": "沧浪科创园", "level": "乡级", "parent": "沧浪高新区"}
    library.add_regions(own.home, own.makers, [ZONE, inner])
    with pytest.raises(Busy, match="地区「沧浪科创园」的上级是「沧浪高新区」"):
        library.remove_region(own.home, own.makers, ZONE["code"])
    library.remove_region(own.home, own.makers, "990100K1A")
    library.remove_region(own.home, own.makers, ZONE["code"])
    assert library.regions(own.home, "沧浪科创园") == []


def test_files_that_are_gone_cannot_be_read_again(own: Shelf, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "文件")
    with pytest.raises(PlanSeekError, match="原文件都不在原处"):
        library.reread(own.home, own.makers)


def test_usage_counts_every_byte_of_the_home_once(own: Shelf, tmp_path: Path) -> None:
    (own.home / "uploads").mkdir()
    (own.home / "uploads" / "丙.txt").write_bytes(b"x" * 1234)
    (tmp_path / "模型").mkdir()
    (tmp_path / "模型" / "w").write_bytes(b"x" * 77)
    used = library.usage(own.home, [tmp_path / "模型"])
    whole = sum(file.stat().st_size for file in own.home.rglob("*") if file.is_file())
    assert sum(used[name] for name in ("store", "index", "uploads", "cache", "other")) == whole
    assert (used["uploads"], used["models"], used["documents"]) == (1234, 77, 1) and used["free"] > 0
    assert used["passages"] == len(Store(own.home / "corpus.sqlite").passages())
