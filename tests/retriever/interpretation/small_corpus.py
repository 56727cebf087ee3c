"""A home of nine short invented plans, of every state, of several kinds and years, ingested as a user's would be. Asserts
nothing but that they went in."""

import csv
import shutil
from pathlib import Path

from corpus.store import Store
from index.ingest import ingest
from index.segments import Makers
from retriever.state import Corpus, opened

SAMPLES = Path(__file__).parents[3] / "corpus" / "samples"
COLUMNS = ("file", "title", "region", "kind", "period", "status")
PLANS: dict[str, tuple[str, str, str, str, str]] = {
    "纲要": ("沧浦区发展规划纲要", "沧浦区", "规划纲要", "2021-2025", "正式"),
    "报告": ("沧浦区政府工作报告", "沧浦区", "政府工作报告", "2026", "正式"),
    "意见": ("墨池区养老服务实施意见", "墨池区", "实施意见", "2024", "正式"),
    "意见稿": ("墨池区养老服务实施意见（征求意见稿）", "墨池区", "实施意见", "2024", "征求意见稿"),
    "草案": ("云麓区托育专项规划（草案）", "云麓区", "专项规划", "2026-2030", "草案"),
    "送审": ("云麓区水利行动计划（送审稿）", "云麓区", "行动计划", "2024-2026", "送审稿"),
    "修订": ("望澜区交通专项规划（修订）", "望澜区", "专项规划", "2021-2025", "修订"),
    "旧规": ("望澜区防洪专项规划", "望澜区", "专项规划", "2016-2020", "废止"),
    "市规": ("临澜市养老服务规划", "临澜市", "其他", "", "正式"),
}
TEXTS = {
    "纲要": "第一章 养老\n\n新建养老床位三百张，2030年前建成医养结合中心。\n\n第二章 托育\n\n兴办托育机构九家，推行“平急两用”改造。",
    "报告": "一、养老\n\n去年新增机构养老床位一百张，今年再增助餐点二十处。",
    "意见": "一、养老\n\n鼓励社区兴办养老服务站，支持居家适老化改造。",
    "意见稿": "一、养老\n\n鼓励社区兴办养老服务站，拟对居家适老化改造给予补贴。",
    "草案": "第一章 托育\n\n到2030年建成普惠托育园十二所。",
    "送审": "第一章 水利\n\n疏浚河道三十公里，加固堤防两处。",
    "修订": "第一章 交通\n\n改造农村公路八十公里，新开公交线路三条。",
    "旧规": "第一章 防洪\n\n修筑堤防，整治排涝泵站。",
    "市规": "第一章 总则\n\n全市统一养老服务标准。\n\n第二章 分区任务\n\n一、沧浦区\n\n建设市级养老护理院一所。\n\n二、墨池区\n\n扩建养老驿站六处。",
}


def write(folder: Path, names: tuple[str, ...] = tuple(PLANS)) -> Path:
    """The named plans as text files, with the tables that say what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(SAMPLES / "regions.csv", folder / "regions.csv")
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for name in names:
            (folder / f"{name}.txt").write_text(f"{PLANS[name][0]}\n\n{TEXTS[name]}\n", "utf-8")
            writer.writerow([f"{name}.txt", *PLANS[name]])
    return folder


def home_of(folder: Path, makers: Makers, names: tuple[str, ...] = tuple(PLANS)) -> Path:
    """A home that holds the named plans."""
    report = ingest([write(folder / "plans", names)], folder / "home", makers)
    assert [file.status for file in report.files] == ["added"] * len(names), report
    return folder / "home"


def corpus_of(home: Path, makers: Makers) -> Corpus:
    """The state in force."""
    store = Store(home / "corpus.sqlite")
    try:
        return opened(home, store, makers)
    finally:
        store.close()


def named(corpus: Corpus, document: str) -> str:
    """The short name of a document: its file's."""
    return Path(corpus.documents[document].files[0]).stem
