"""Documents in relation: parts that run on, drafts with their final versions, near-copies; through a real ingest."""

from pathlib import Path

import pytest

from corpus.model import Document, Passage
from corpus.store import Store
from index.ingest import ingest
from index.segments import Makers

FILL = "坚持把群众的事放在首位，一件接着一件办，完成道路改造{}公里，新增绿地{}公顷，解决停车位{}个。"
HEAD = "茶溪县国民经济和社会发展第十四个五年规划纲要\n\n"
PARTS = (
    "一、总体要求\n" + FILL.format(3, 4, 5) + "\n二、重点任务\n（一）修路架桥\n" + FILL.format(7, 8, 9),
    FILL.format(11, 12, 13) + "\n（二）植树造林\n" + FILL.format(14, 15, 16) + "\n三、保障措施\n" + FILL.format(17, 18, 19),
)
REGIONS = "code,name,level,parent\n990000,澜江省,省级,100000\n990100,临澜市,地级,990000\n990122,茶溪县,县级,990100\n990123,禾川县,县级,990100\n"


class Desk:
    """A folder and a home."""

    def __init__(self, base: Path, makers: Makers) -> None:
        self.folder, self.home, self._makers = base / "文件", base / "库", makers
        self.folder.mkdir()
        self.put("regions.csv", REGIONS)

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def ingest(self, *names: str, prune: bool = False) -> dict[str, str]:
        paths = [self.folder / name for name in names] or [self.folder]
        report = ingest(paths, self.home, self._makers, prune=prune)
        return {Path(file.file).name: file.status for file in report.files}

    def read(self, name: str) -> tuple[Document, list[Passage]]:
        store = Store(self.home / "corpus.sqlite")
        try:
            document = next(d for d in store.documents() if Path(d.files[0]).name == name)
            return document, store.passages(document.id)
        finally:
            store.close()

    def trails(self, name: str) -> list[tuple[tuple[str, ...], int]]:
        return [(p.trail[: p.headings], p.paragraph) for p in self.read(name)[1]]


@pytest.fixture
def desk(tmp_path: Path, makers: Makers) -> Desk:
    return Desk(tmp_path, makers)


CONTINUED = [
    (("二、重点任务", "（一）修路架桥"), 2),
    (("二、重点任务", "（二）植树造林"), 1),
    (("三、保障措施",), 1),
]


def test_a_second_part_goes_on_where_the_first_ends(desk: Desk):
    desk.put("纲要_1.txt", HEAD + PARTS[0])
    desk.put("纲要_2.txt", PARTS[1])
    desk.ingest()
    first, second = desk.read("纲要_1.txt")[0], desk.read("纲要_2.txt")[0]
    assert (first.follows, second.follows, second.missing) == (None, first.id, None)
    assert desk.trails("纲要_2.txt") == CONTINUED
    assert (second.title, second.region, second.period) == (first.title, first.region, "2021-2025")
    assert second.evidence["title"].source == "continued"


def test_a_first_part_that_comes_later_is_joined_and_one_that_goes_is_missed(desk: Desk):
    desk.put("纲要_2.txt", PARTS[1])
    desk.ingest()
    alone = desk.trails("纲要_2.txt")
    assert alone[0] == ((), 1)
    desk.put("纲要_1.txt", HEAD + PARTS[0])
    assert desk.ingest() == {"纲要_1.txt": "added", "纲要_2.txt": "replaced"}
    assert desk.trails("纲要_2.txt") == CONTINUED
    assert desk.ingest() == {"纲要_1.txt": "unchanged", "纲要_2.txt": "unchanged"}
    (desk.folder / "纲要_1.txt").unlink()
    assert desk.ingest(prune=True) == {"纲要_2.txt": "replaced", "纲要_1.txt": "removed"}
    assert desk.trails("纲要_2.txt") == alone and desk.read("纲要_2.txt")[0].follows is None


def test_a_changed_first_part_changes_what_follows(desk: Desk):
    desk.put("纲要_1.txt", HEAD + PARTS[0])
    desk.put("纲要_2.txt", PARTS[1])
    desk.ingest()
    desk.put("纲要_1.txt", HEAD + PARTS[0].replace("修路架桥", "铺路搭桥"))
    assert desk.ingest("纲要_1.txt") == {"纲要_1.txt": "replaced"}
    desk.ingest()
    assert desk.trails("纲要_2.txt")[0] == (("二、重点任务", "（一）铺路搭桥"), 2)


def test_a_page_whose_neighbours_are_not_there_says_so(desk: Desk):
    desk.put("报.txt", "2021年3月18日\n第07版：专版\n（上接第六版）\n" + PARTS[1] + "\n（下转第八版）\n")
    desk.ingest()
    assert desk.read("报.txt")[0].missing == "上文（第6版）不在语料中；下文（第8版）不在语料中"


def test_a_draft_knows_its_final_version_as_long_as_it_is_there(desk: Desk):
    body = "一、总则\n" + FILL.format(1, 2, 3)
    desk.put("a.txt", "茶溪县关于支持青年创业的实施意见（征求意见稿）\n\n" + body)
    desk.put("b.txt", "茶溪县关于支持青年创业的实施意见\n\n" + body + FILL.format(4, 5, 6))
    desk.ingest()
    assert desk.read("a.txt")[0].final == desk.read("b.txt")[0].id
    (desk.folder / "b.txt").unlink()
    desk.ingest(prune=True)
    assert desk.read("a.txt")[0].final is None


def test_wording_that_two_counties_share_is_one_family(desk: Desk):
    shared = "{}全面推行河长制，县乡村三级河长每月巡河不少于{}次，对排污口逐个编号建档、限期整治，年底前全部销号，并向社会公布监督电话。"
    for name, county, times in (("a.txt", "茶溪县", 3), ("b.txt", "禾川县", 5)):
        text = f"{county}2026年政府工作报告\n\n一、水\n{shared.format(county, times)}\n二、其他\n" + FILL.format(times, 7, 9) * (times - 2)
        desk.put(name, text)
    desk.ingest()
    first, second = ([p.family for p in desk.read(name)[1]] for name in ("a.txt", "b.txt"))
    assert first[0] is not None and first[0] == second[0]
    (desk.folder / "b.txt").unlink()
    desk.ingest(prune=True)
    assert desk.read("a.txt")[1][0].family is None
