"""A home that grew file by file, with files replaced, removed and corrected on the way, is the home built from what is left at once."""

from contextlib import closing
from pathlib import Path
from typing import Any

from corpus.store import Store
from index.ingest import ingest
from index.library import correct, remove
from index.segments import Makers

REGIONS = "code,name,level,parent\n990000,澜江省,省级,100000\n990100,临澜市,地级,990000\n990122,茶溪县,县级,990100\n990123,禾川县,县级,990100\n"
FILL = "坚持把群众的事放在首位，一件接着一件办，完成道路改造{}公里，新增绿地{}公顷，解决停车位{}个，改造老旧管网{}公里。"
SHARED = "{}全面推行河长制，县乡村三级河长每月巡河不少于{}次，对排污口逐个编号建档、限期整治，年底前全部销号，并向社会公布监督电话。"
LONGER = "同时安排专项资金用于河道清淤、生态护岸和湿地补水，"
OUTLINE = "茶溪县国民经济和社会发展第十四个五年规划纲要\n\n"
DRAFT = "茶溪县关于支持青年创业的实施意见{}\n\n一、总则\n" + FILL.format(1, 2, 3, 4)


def report(county: str, year: int, *paragraphs: str) -> str:
    body = "\n".join(f"{mark}、{mark}类工作\n{text}" for mark, text in zip("一二三四", paragraphs, strict=False))
    return f"{county}{year}年政府工作报告\n\n{body}\n"


FIRST = {
    "纲要_2.txt": FILL.format(11, 12, 13, 14) + "\n（二）植树造林\n" + FILL.format(14, 15, 16, 17) + "\n三、保障措施\n加强领导，落实责任，严格考核。\n",
    "意见.txt": DRAFT.format("（征求意见稿）"),
    "a.txt": report("茶溪县", 2025, SHARED.format("茶溪县", 3), "修订县志，编印乡土教材，开放档案馆和村史馆。"),
    "b.txt": report("禾川县", 2025, SHARED.format("禾川县", 5), "恢复梯田灌溉渠系，推广良种良法，建设育秧中心。"),
    "去.txt": report("禾川县", 2024, SHARED.format("禾川县", 4) + LONGER, "整修乡镇卫生院，培训乡村医生，配齐急救车辆。"),
}
SECOND = {
    "纲要_1.txt": OUTLINE + "一、总体要求\n" + FILL.format(3, 4, 5, 6) + "\n二、重点任务\n（一）修路架桥\n" + FILL.format(7, 8, 9, 10),
    "意见正式.txt": DRAFT.format("") + "加强统筹协调，形成工作合力。",
    "c.txt": report("茶溪县", 2026, LONGER + SHARED.format("茶溪县", 12), "修订县志，编印乡土教材，开放档案馆和村史馆。"),
    "报.txt": "2021年3月18日\n第07版：专版\n（上接第六版）\n" + FILL.format(21, 22, 23, 24) + "\n（下转第八版）\n",
    "副本.txt": FIRST["a.txt"],
}
REPLACED = {
    "b.txt": FIRST["b.txt"].replace("恢复梯田", "修复梯田"),
    "纲要_1.txt": SECOND["纲要_1.txt"].replace("修路架桥", "铺路搭桥"),
}
CORRECTED = {"a.txt": {"title": "茶溪县工作报告（更正）", "region": "990123"}, "意见正式.txt": {"issued": "2026-01-05"}}


def contents(home: Path) -> dict[str, Any]:
    """All that is known of documents and passages, but where the files lie."""
    with closing(Store(home / "corpus.sqlite")) as store:
        documents = store.documents()
        return {
            "documents": [(d, store.joints_of(d.id)) for d in documents],
            "passages": store.passages(),
            "standings": store.standings(),
            "fingerprints": store.fingerprints(),
        }


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def ids(home: Path) -> dict[str, str]:
    with closing(Store(home / "corpus.sqlite")) as store:
        return {Path(path).name: row[0] for path, row in store.files().items()}


def test_a_home_built_in_steps_is_that_built_at_once(tmp_path: Path, makers: Makers) -> None:
    folder, stepwise, whole = tmp_path / "文件", tmp_path / "逐步", tmp_path / "一次"
    folder.mkdir()
    write(folder, {"regions.csv": REGIONS})
    for name, text in FIRST.items():
        write(folder, {name: text})
        ingest([folder / name], stepwise, makers)
    known = ids(stepwise)
    correct(stepwise, makers, {known["a.txt"]: CORRECTED["a.txt"]})
    remove(stepwise, makers, [known["去.txt"]])
    (folder / "去.txt").unlink()
    write(folder, SECOND)
    ingest([folder], stepwise, makers)
    correct(stepwise, makers, {ids(stepwise)["意见正式.txt"]: CORRECTED["意见正式.txt"]})
    write(folder, REPLACED)
    (folder / "c.txt").unlink()
    statuses = {Path(file.file).name: file.status for file in ingest([folder], stepwise, makers, prune=True).files}
    assert statuses["b.txt"] == statuses["纲要_1.txt"] == statuses["纲要_2.txt"] == "replaced"
    assert (statuses["c.txt"], statuses["a.txt"]) == ("removed", "unchanged")

    ingest([folder], whole, makers)
    known = ids(whole)
    correct(whole, makers, {known[name]: fields for name, fields in CORRECTED.items()})
    # A passage's copies are looked for where documents come and go.
    ingest([folder], whole, makers, prune=True)

    one, other = contents(stepwise), contents(whole)
    for part in one:
        assert one[part] == other[part], part
    standing = {Path(s.file).name: s for s in one["standings"].values()}
    assert standing["纲要_2.txt"].settled[0] == standing["纲要_1.txt"].id
    assert standing["意见.txt"].settled[2] == standing["意见正式.txt"].id
    assert standing["报.txt"].settled[1] == "上文（第6版）不在语料中；下文（第8版）不在语料中"
    families = {p.family for p in one["passages"] if p.document in (standing["b.txt"].id, known["a.txt"])}
    assert len(families - {None}) == 1
