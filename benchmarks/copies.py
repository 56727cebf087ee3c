"""Figures on near-copies: planted pairs, speed and memory over generated passages, rensa beside datasketch. No real text."""

import argparse
import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.model import calibration
from corpus.links import copies, stars
from corpus.regions.places import Gazetteer, Place

ROOT = Path(__file__).parents[1]
PAIRS = ROOT / "tests" / "corpus" / "copies"
RESULTS = ROOT / "benchmarks" / "results" / "copies.json"
DISTRICTS = ("沧浦区", "墨池区", "云麓区", "望澜区", "东屏县", "禾川县", "茶溪县", "栗源市")
_TERMS = (
    "推进 加快 完善 健全 实施 建设 支持 培育 强化 落实 优化 提升 生态修复 公共服务 产业集群 乡村振兴 基层治理 科技创新 营商环境 "
    "数字经济 现代农业 交通枢纽 养老服务 义务教育 医疗卫生 就业创业 社会保障 文化旅游 安全生产 绿色低碳 河湖治理 城市更新 粮食安全 "
    "先进制造 对外开放 消费升级 人才引进 财政金融 国企改革 法治政府 体系 机制 平台 工程 项目 园区 基地 中心 网络 标准 能力 水平 "
    "质量 效率 规模 试点 示范 行动 清单 台账 专班 走廊 湿地 管网 水库 林地 学校 医院 社区 企业 农户 港口 铁路 码头 仓库 "
    "车间 实验室 合作社 大棚 茶园 稻田 果园 矿山 河岸 街巷 广场 书屋 食堂 公寓 停车场 充电桩 监测站 泵站 电站 光伏 储能 氢能 "
    "芯片 陶瓷 铝材 药材 米面 油料 竹木 纺织 全面 统筹 着力 深入 持续 有序 分类 分级 联合 共同 逐步 严格 规范 鼓励 引导 "
    "扶持 奖励 补贴 贴息 担保 保险 检测 培训 招聘 评估 公示 督办"
)
_WORDS = _TERMS.split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=60_000)
    parser.add_argument("--share", type=float, default=0.2, help="of them near-copies")
    parser.add_argument("--beside", type=int, default=3_000, help="passages that datasketch gets too")
    asked = parser.parse_args()
    gazetteer = Gazetteer(
        [
            Place("990000", "澜江省", "省级", "100000"),
            Place("990100", "临澜市", "地级", "990000"),
            *(Place(f"9901{n:02}", name, "县级", "990100") for n, name in enumerate(DISTRICTS, 1)),
        ]
    )
    texts, origins = generated(asked.passages, asked.share)
    results: dict[str, Any] = {
        "calibration_ms": round(calibration(), 1),
        "pairs": {half: planted(gazetteer, n) for n, half in enumerate(("tune", "held_out"))},
        "speed": speed(texts, origins, gazetteer),
        "beside_datasketch": beside(texts[: asked.beside]),
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    json.dump(results, sys.stdout, ensure_ascii=False, indent=1)


def planted(gazetteer: Gazetteer, half: int) -> dict[str, Any]:
    """F1 over the planted pairs at even (0) or odd (1) positions, and what was missed or linked wrongly."""
    missed: list[str] = []
    wrong: list[str] = []
    total = {True: 0, False: 0}
    for name in ("copies", "lookalikes"):
        for line in (PAIRS / f"{name}.jsonl").read_text("utf-8").splitlines()[half::2]:
            row = json.loads(line)
            total[row["same"]] += 1
            linked = stars.families([row["a"], row["b"]], gazetteer)[0] is not None
            if linked != row["same"]:
                (missed if row["same"] else wrong).append(row["how"])
    found = total[True] - len(missed)
    f1 = 2 * found / (2 * found + len(missed) + len(wrong))
    return {"copies": total[True], "lookalikes": total[False], "f1": round(f1, 3), "missed": missed, "wrong": wrong}


def generated(size: int, share: float) -> tuple[list[str], list[int]]:
    """Passages of invented sentences, the last `share` of them near-copies, and for each the passage it was made from."""
    draw = random.Random(7)
    sources = size - round(size * share)
    made = [[_sentence(draw) for _ in range(draw.randint(4, 9))] for _ in range(sources)]
    origins = list(range(sources))
    for _ in range(size - sources):
        # A quarter as many originals as copies: families of about five.
        origin = draw.randrange(max(1, round(size * share / 4)))
        copy = [_renamed(sentence, draw) for sentence in made[origin]]
        draw.shuffle(copy)
        if draw.random() < 0.3:
            copy.pop()
        elif draw.random() < 0.3:
            copy.insert(1, _sentence(draw))
        made.append(copy)
        origins.append(origin)
    return ["".join(sentences) for sentences in made], origins


def _sentence(draw: random.Random) -> str:
    clauses = ["".join(draw.choices(_WORDS, k=draw.randint(2, 4))) for _ in range(draw.randint(2, 4))]
    return f"{draw.choice(DISTRICTS)}{'，'.join(clauses)}{draw.randint(2, 900)}个。"


def _renamed(sentence: str, draw: random.Random) -> str:
    kept = sentence[3:-2].rstrip("0123456789")
    return f"{draw.choice(DISTRICTS)}{kept}{draw.randint(2, 900)}个。"


def speed(texts: list[str], origins: list[int], gazetteer: Gazetteer) -> dict[str, Any]:
    """Passages a CPU second, and what the passages' state and the linking take."""
    copies.signatures(texts[:10], gazetteer)
    before = _peak()
    rows, signing = _timed(lambda: copies.signatures(texts))
    named_rows, naming = _timed(lambda: copies.signatures(texts, gazetteer))
    signed = _peak()
    named, linking = _timed(lambda: stars.link(named_rows, texts.__getitem__, gazetteer))
    linked = _peak()
    made = [n for n, origin in enumerate(origins) if origin != n]
    rejoined = sum(named[n] is not None and named[n] == named[origins[n]] for n in made)
    family_origins: dict[str, set[int]] = {}
    for name, origin in zip(named, origins, strict=True):
        if name:
            family_origins.setdefault(name, set()).add(origin)
    return {
        "passages": len(texts),
        "characters": sum(map(len, texts)),
        "signatures_per_s": round(len(texts) / signing),
        "signatures_with_names_per_s": round(len(texts) / naming),
        "link_per_s": round(len(texts) / linking),
        "link_s": round(linking, 2),
        "all_per_s": round(len(texts) / (naming + linking)),
        "bytes_per_passage": rows.shape[1] * rows.itemsize,
        "signing_peak_mb": round(signed - before),
        "linking_peak_mb": round(linked - signed),
        "copies_found": round(rejoined / max(1, len(made)), 4),
        "families": len(family_origins),
        "families_of_several_originals": sum(len(found) > 1 for found in family_origins.values()),
    }


def beside(texts: list[str]) -> dict[str, Any]:
    """The sketches and buckets alone, over the same hashed shingles: rensa with our bands, and datasketch's own."""
    from datasketch import MinHash, MinHashLSH
    from rensa import RMinHash

    values, bands, per_band = copies.WIDTH - 5, 42, 3
    codes, ends = copies.folded(texts)
    starts = np.concatenate(([0], ends[:-1] + 1))
    hashes, offsets = copies.hashed_shingles(codes, starts, ends)
    narrow = hashes & np.uint64(0xFFFFFFFF)
    slices = [narrow[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]

    def sketched() -> list[Any]:
        made = []
        for part in slices:
            sketch = MinHash(values, hashfunc=int)
            sketch.update_batch(part)
            made.append(sketch)
        return made

    def bucketed() -> list[list[Any]]:
        index = MinHashLSH(num_perm=values, params=(bands, per_band))
        for n, sketch in enumerate(theirs):
            index.insert(n, sketch, check_duplication=False)
        return [index.query(sketch) for sketch in theirs]

    matrix, ours_s = _timed(
        lambda: np.array(RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, values, 1).to_rows(), np.uint32)
    )
    theirs, theirs_s = _timed(sketched)
    rows = copies.signatures(texts)
    _, our_link_s = _timed(lambda: stars.link(rows, texts.__getitem__))
    _, their_link_s = _timed(bucketed)
    ours_off, theirs_off = [], []
    sketches = np.array([sketch.hashvalues for sketch in theirs])
    for n in range(0, len(texts) - 1, 2):
        # A passage beside its own first part: every degree of likeness.
        part = slices[n][: len(slices[n]) * (n % 20 + 1) // 20]
        exact = len(np.intersect1d(part, slices[n])) / len(np.union1d(part, slices[n]))
        other = MinHash(values, hashfunc=int)
        other.update_batch(part)
        theirs_off.append((other.hashvalues == sketches[n]).mean() - exact)
        begin = int(offsets[n])
        cut = np.array([0, len(part)], np.uint64)
        single = RMinHash.digest_matrix_from_flat_token_hashes(hashes[begin : begin + len(part)], cut, values, 1)
        ours_off.append((np.array(single.to_rows()[0], np.uint32) == matrix[n]).mean() - exact)
    return {
        "passages": len(texts),
        "rensa_sketches_per_s": round(len(texts) / ours_s),
        "datasketch_sketches_per_s": round(len(texts) / theirs_s),
        "sketch_ratio": round(theirs_s / ours_s, 1),
        "link_per_s": round(len(texts) / our_link_s),
        "datasketch_lsh_per_s": round(len(texts) / their_link_s),
        "link_ratio": round(their_link_s / our_link_s, 1),
        "rensa_error_of_jaccard": round(float(np.std(ours_off)), 4),
        "datasketch_error_of_jaccard": round(float(np.std(theirs_off)), 4),
    }


def _timed(run: Any) -> tuple[Any, float]:
    """What it returns and its CPU seconds, those of all threads."""
    began = time.process_time()
    result = run()
    return result, time.process_time() - began


def _peak() -> float:
    """Megabytes of memory that this program has held at most (Linux counts kilobytes, macOS bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if os.uname().sysname == "Linux" else 1 << 20)


if __name__ == "__main__":
    main()
