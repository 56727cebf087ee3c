"""Measures how many pages a second a PDF with a text layer is read at, paragraphs, tables and character boxes included."""

import io
import json
import os
import platform
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.model import calibration
from corpus.formats.pdf import read

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "pdf.json"
PAGES = 240
ROUNDS = 7

_SENTENCE = "临澜市第{n}片区加快补齐排水管网短板，新建改造雨污管线{m}公里，到2030年完成率达到{p}%以上，由市发展改革委会同有关部门逐年分解任务。"


def written(pages: int) -> bytes:
    """At least so many A4 pages of invented paragraphs, every tenth section with a ruled table."""
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("p", fontName="STSong-Light", wordWrap="CJK", fontSize=12, leading=20, firstLineIndent=24)
    head = ParagraphStyle("h", fontName="STSong-Light", wordWrap="CJK", fontSize=15, leading=26)
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), "STSong-Light", 10)]
    story: list[object] = []
    for section in range(pages):
        story.append(Paragraph(f"第{section + 1}节 实施重点工程", head))
        for number in range(5):
            text = "".join(_SENTENCE.format(n=section + number, m=7 + k * 3, p=60 + k) for k in range(2))
            story.append(Paragraph(text, body))
        if section % 10 == 0:
            story.append(
                Table(
                    [["指标", "2025年", "2030年"], *([f"指标{k}", str(k * 3), str(k * 5)] for k in range(8))],
                    style=grid,
                )
            )
        else:
            story += [Paragraph(_SENTENCE.format(n=section, m=1, p=k) * 2, body) for k in range(3)]
    stream = io.BytesIO()
    SimpleDocTemplate(stream).build(story)
    return stream.getvalue()


def main() -> None:
    content = written(PAGES)
    began = calibration()
    rows = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        reading = read(content, "规划.pdf")
        rows.append((time.perf_counter() - wall, time.process_time() - cpu))
    loop = (began + calibration()) / 2
    pages = len(reading.pages)
    result = {
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores",
        "calibration_ms": round(loop, 1), "pages": pages, "characters": len(reading.text), "runs": len(reading.runs),
        "pages_a_second_wall": round(pages / median(wall for wall, _ in rows), 1),
        "pages_a_second_cpu": round(pages / median(cpu for _, cpu in rows), 1),
    }  # fmt: skip
    sys.stdout.write("  ".join(f"{key} {value}" for key, value in result.items()) + "\n")
    RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
