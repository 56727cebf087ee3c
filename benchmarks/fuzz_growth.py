"""Texts that repeat one fragment to a megabyte, on one line and a fragment a line: reading must grow with the length, not its square."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus import intake
from corpus.errors import UnreadableFile
from corpus.regions.places import Gazetteer
from corpus.tray import Found

FRAGMENTS = (
    "（一）", "（", "）", "(", "第", "第一章", "第一章 ", "第三节 甲", "一、", "十", "①", "1", "1.", "1.1.", "1,000", "1，", "2025年", "2025-", "2025—2030年", "到2025年，",
    "到2025年，完成甲乙丙", "〔2021〕1号", "月1日", "一是", "一是甲，", "百万亿", "亿元", "万人", "年均", "达到95%以上，", "％", "、", "，", "。", "；", "：", "……", "....", "-", "——", "～",
    "《", "“", "”", "【", "　", "　　甲", " ", "\t", "| 甲 ", "|---", "#", "<b>", "<", "&amp;", "&", "http://", "目录", "附件", "专栏1 ", "名词解释", "关于印发", "的通知",
    "区", "全区、", "省市县", "浙江省", "安徽省芜湖市弋江区", "区教育局、", "责任单位：", "（责任单位：区教育局", "由区教育局牵头", "牵头单位", "a", "甲", "½", "Ⅰ", "\ufeff", "\u200b", "\u0301",
)  # fmt: skip
TIMES = 4
SQUARE = 9.0
"""Four times the text may take nine times as long, timings being what they are; by the square it would take sixteen."""

ENOUGH = 0.4
"""Seconds below which nothing is said of growth."""

_HEAD = "临澜市规划\n\n坚持修山治水，完成造林三百亩，抚育中幼林四十亩。\n"


def took(fragment: str, size: int, gazetteer: Gazetteer) -> float:
    """CPU seconds to read `size` characters of a fragment between two sound lines."""
    text = _HEAD + fragment * (size // len(fragment)) + "\n坚持修山治水，完成造林三百亩。\n"
    began = time.process_time()
    with suppress(UnreadableFile):  # a refusal takes its time too
        intake.read_document(text.encode(), Found(Path("文.txt")), gazetteer)
    return time.process_time() - began


def run(size: int) -> dict[str, Any]:
    """Seconds for every fragment at a quarter of `size` characters and at all of them; a fault is growth by the square."""
    gazetteer = Gazetteer()
    seconds: dict[str, tuple[float, float]] = {}
    for fragment in FRAGMENTS:
        for unit in (fragment, fragment + "\n"):
            seconds[unit] = (round(took(unit, size // TIMES, gazetteer), 2), round(took(unit, size, gazetteer), 2))
    faults = [f"{unit!r}：{few} 秒 → {many} 秒" for unit, (few, many) in seconds.items() if many > ENOUGH and many > SQUARE * max(few, 0.01)]
    slowest = sorted(seconds.items(), key=lambda pair: -pair[1][1])[:8]
    return {"characters": size, "texts": len(seconds), "faults": faults, "slowest_s": {unit: many for unit, (_, many) in slowest}}
