"""Measures OCR on invented pages drawn as scans, a little askew and noisy: character errors, place names, seconds a page."""

import csv
import json
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from corpus.formats.ocr import recogniser
from corpus.formats.pdf_layout import reading

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "ocr.json"
FONTS = Path("/usr/share/fonts/opentype/noto")
DPI = 200
SKEW = 0.7
NAMES = 80

_SENTENCES = (
    "{a}加快补齐排水管网短板，新建改造雨污管线{n}公里，到2030年完成率达到{p}%以上。",
    "支持{a}与{b}共建产业园区，引进重点项目{n}个，总投资{p}.5亿元，形成优势互补的发展格局。",
    "在{a}、{b}等地推进岸线整治和湿地修复，恢复滨水绿地{n}公顷；落实“一河一长”责任制。",
    "{a}建设社区养老服务站{n}处，配套助餐、助浴和日间照料服务（含护理型床位{p}张）。",
    "推动{a}至{b}公交线路贯通，优化站点布局和换乘衔接，高峰发车间隔压缩到{n}分钟以内。",
    "由{a}牵头、{b}配合，健全网格化巡查制度，及时处置各类问题，群众满意度保持在{p}%左右。",
)


def place_names(count: int, draw: Random) -> list[str]:
    """Names of the county level, drawn from the gazetteer."""
    with (ROOT / "corpus" / "regions" / "gbt2260.csv").open(encoding="utf-8") as file:
        names = sorted({row["name"] for row in csv.DictReader(file) if row["level"] == "县级"})
    return draw.sample(names, count)


def paragraphs(names: list[str], draw: Random) -> list[str]:
    """Invented paragraphs in which every name stands at least once."""
    sentences = []
    for index in range(0, len(names) - 1, 2):
        for pattern in draw.sample(_SENTENCES, 2):
            sentences.append(
                pattern.format(a=names[index], b=names[index + 1], n=draw.randint(3, 98), p=draw.randint(10, 99))
            )
        if "{b}" not in pattern:
            sentences.append(_SENTENCES[1].format(a=names[index + 1], b=names[index], n=draw.randint(3, 98), p=12))
    out = []
    while sentences:
        count = draw.randint(1, 4)
        out.append("".join(sentences[:count]))
        sentences = sentences[count:]
    return out


def scans(
    texts: list[str], draw: Random, dpi: int = DPI, skew: float = SKEW, font: str = "NotoSerifCJK-Regular.ttc"
) -> list[Any]:
    """A4 pages of 12 point text as a scanner sees them: turned by `skew` degrees, blurred, specked with noise."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    unit = dpi / 72
    face = ImageFont.truetype(str(FONTS / font), round(12 * unit), index=2)
    width, height, margin, leading = round(595 * unit), round(842 * unit), 80 * unit, 22 * unit
    pages: list[Any] = []
    y = float(height)
    noise = np.random.default_rng(draw.randint(0, 1 << 30))

    def finish(page: Any) -> Any:
        page = page.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=255).filter(
            ImageFilter.GaussianBlur(0.5)
        )
        grey = np.asarray(page).astype(float) * 0.94 + 6 + noise.normal(0, 9, (height, width))
        return np.repeat(grey.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

    page: Any = None
    for text in texts:
        for line in _wrapped(text, face, width - 2 * margin, 24 * unit):
            if y > height - margin:
                if page is not None:
                    pages.append(finish(page))
                page = Image.new("L", (width, height), 255)
                y = margin
            ImageDraw.Draw(page).text((margin + (24 * unit if line[1] else 0), y), line[0], font=face, fill=20)
            y += leading
    if page is not None:
        pages.append(finish(page))
    return pages


def _wrapped(text: str, face: Any, width: float, indent: float) -> list[tuple[str, bool]]:
    out: list[tuple[str, bool]] = []
    line, first = "", True
    for char in text:
        if face.getlength(line + char) > width - (indent if first else 0) and char not in "，。；、）”%":
            out.append((line, first))
            line, first = "", False
        line += char
    return [*out, (line, first)]


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def errors(expected: str, found: str) -> int:
    """Edit distance (Levenshtein): insertions, deletions and replacements of single characters."""
    row = list(range(len(found) + 1))
    for i, wanted in enumerate(expected, start=1):
        above, row[0] = row[0], i
        for j, char in enumerate(found, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (wanted != char))
    return row[-1]


def measure(dpi: int = DPI, skew: float = SKEW, font: str = "NotoSerifCJK-Regular.ttc") -> dict[str, Any]:
    draw = Random(20260)
    names = place_names(NAMES, draw)
    texts = paragraphs(names, draw)
    pictures = scans(texts, draw, dpi, skew, font)
    reader = recogniser()
    reader.page(pictures[0][:200], 0, 595, 72)
    began = time.perf_counter()
    pages = [reader.page(picture, number, 595, 842) for number, picture in enumerate(pictures)]
    seconds = time.perf_counter() - began
    found = reading(pages).text
    expected = [folded(text) for text in texts]
    own = [folded(line) for line in found.split("\n")]
    wrong = errors("".join(expected), "".join(own))
    places = Counter({name: "".join(texts).count(name) for name in names})
    hit = sum(min("".join(own).count(name), count) for name, count in places.items())
    return {
        "font": font, "dpi": dpi, "skew": skew, "pages": len(pictures), "characters": len("".join(expected)),
        "character_error_rate": round(wrong / len("".join(expected)), 5),
        "place_names": places.total(), "place_name_rate": round(hit / places.total(), 4),
        "paragraphs": len(texts), "paragraphs_whole": len(set(expected) & set(own)),
        "seconds_a_page": round(seconds / len(pictures), 2),
    }  # fmt: skip


def main() -> None:
    rows = [
        measure(),
        measure(font="NotoSansCJK-Regular.ttc"),
        measure(dpi=300),
    ]
    for row in rows:
        sys.stdout.write("  ".join(f"{key} {value}" for key, value in row.items()) + "\n")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
