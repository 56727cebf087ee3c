"""Figures on the model's time: one question embedded, ten thousand passages embedded, a whole search among ten thousand."""

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import settings as configuration
from benchmarks.model import Figure, Section, calibration
from corpus.errors import PlanSeekError
from eval.ground import shared_folder
from eval.questions import read_set
from index.catalogue import index_text
from retriever.model import Query
from retriever.service import Service
from training import texts

PASSAGES = 10_000


def main() -> None:
    """Print the figures; half a minute."""
    for figure in section().figures:
        sys.stdout.write(f"{figure.name}：{figure.measured}（目标 {figure.goal}）\n")


def section() -> Section:
    """CPU time but for the embedding of passages, which uses every core and is timed by the clock."""
    loop = calibration()
    with TemporaryDirectory(prefix="planseek-embedding-") as scratch:
        folder, home = Path(scratch) / "texts", Path(scratch) / "home"
        folder.mkdir()
        service = Service(replace(configuration.load(), home=home, model="bundled"))
        _lay_out(folder, service)
        corpus = service.searcher.corpus()
        held = [index_text(p, corpus.documents[p.document].text) for p in corpus.passages][:PASSAGES]
        asked = [q.query for q in read_set("plans", "dev").questions]
        single = []
        for question in asked:
            began = time.process_time()
            service.embedder.encode_queries([question])
            single.append(1000 * (time.process_time() - began))
        began = time.perf_counter()
        service.embedder.encode_passages(held)
        every = time.perf_counter() - began
        searches = []
        for question in [*asked[:10], *asked]:
            began = time.process_time()
            service.search(Query(question))
            searches.append(1000 * (time.process_time() - began))
        count = len(corpus.passages)
    whole = statistics.median(searches[10:])
    p95 = sorted(searches[10:])[round(0.95 * len(asked)) - 1]
    alone = statistics.median(single)
    return Section(
        f"自带的向量模型（{count} 段）",
        (
            Figure("一个问题的向量，中位数", f"CPU {alone:.2f} 毫秒", "≤ 5 毫秒", alone <= 5),
            Figure(f"{len(held)} 段的向量", f"{every:.1f} 秒", "≤ 15 秒", every <= 15),
            Figure(f"{count} 段中的一次检索", f"CPU 中位 {whole:.0f} 毫秒，p95 {p95:.0f} 毫秒", "中位 ≤ 50 毫秒", whole <= 50),
        ),
        results={"calibration_ms": round(loop, 1), "passages": count, "query_ms": round(alone, 3), "passages_s": round(every, 2),
                 "search_ms": round(whole, 1), "search_p95_ms": round(p95, 1)},
    )  # fmt: skip


def _lay_out(folder: Path, service: Service) -> None:
    """Plans and training documents into the home until it holds so many passages."""
    shared = shared_folder()
    service.ingest([shared / "plans"])
    for number, text in enumerate(texts.documents(shared).values()):
        (folder / f"{number:05d}.txt").write_text(text, "utf-8", newline="")
        if number % 60 == 59 and service.ingest([folder]).passages >= PASSAGES:
            return
    raise PlanSeekError(f"{shared} 里的文本不足 {PASSAGES} 段。")


if __name__ == "__main__":
    main()
