"""The Chinese fonts of this machine that a PDF can carry, by what they are for. Downloads nothing."""

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from retriever.exporters.characters import legal

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

BUILT_IN = "STSong-Light"
"""Adobe's name for a font that viewers bring along or replace: nothing is embedded."""

_FILES = {
    "hei": ("simhei.ttf", "msyh.ttc", "stheiti medium.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc", "droidsansfallbackfull.ttf",
            "droidsansfallback.ttf"),
    "song": ("simsun.ttc", "stsong.ttf", "songti.ttc", "uming.ttc"),
    "fang": ("simfang.ttf", "fangsong_gb2312.ttf", "stfangso.ttf"),
    "kai": ("simkai.ttf", "kaiti_gb2312.ttf", "stkaiti.ttf", "ukai.ttc"),
    "latin": ("dejavusans.ttf", "liberationsans-regular.ttf", "arial.ttf"),
}  # fmt: skip
"""Role → files that can be embedded: TrueType outlines; the CFF ones of Noto and Source Han cannot (tried with reportlab 5.1)."""

_INSTEAD = {"hei": ("hei", "song"), "song": ("song", "fang", "hei"), "fang": ("fang", "song", "kai", "hei"),
            "kai": ("kai", "fang", "song", "hei")}  # fmt: skip
_SPECIMEN = "规划〔〕、《》"


@dataclass(frozen=True, slots=True)
class Faces:
    """Role → the name of a registered font; covered: each embedded font's code points."""

    names: dict[str, str]
    covered: dict[str, frozenset[int]]

    def dressed(self, text: str, role: str) -> str:
        """Text as reportlab's markup in which nothing is live; what a font lacks is set in one that has it."""
        own = self.names[role]
        parts: list[str] = []
        run, font = "", own
        for c in legal(text):
            face = font if c == " " else self._face(ord(c), own)
            if face != font:
                parts.append(_tagged(run, font, own))
                run, font = "", face
            run += c
        parts.append(_tagged(run, font, own))
        return "".join(parts)

    def _face(self, code: int, own: str) -> str:
        if own not in self.covered or code in self.covered[own]:
            return own
        return next((name for name, covered in self.covered.items() if code in covered), BUILT_IN if code <= 0xFFFF else own)


def _tagged(text: str, font: str, own: str) -> str:
    if not text:
        return ""
    return escape(text) if font == own else f'<font name="{font}">{escape(text)}</font>'


@cache
def faces() -> Faces:
    """The fonts of this machine, registered with reportlab; the built-in one where none can be embedded."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    there = _installed()
    found: dict[str, str] = {}
    covered: dict[str, frozenset[int]] = {}
    for role, files in _FILES.items():
        for file in files:
            font = _opened(there[file], role) if file in there else None
            if font is not None:
                pdfmetrics.registerFont(font)
                found[role], covered[font.fontName] = font.fontName, frozenset(font.face.charToGlyph)
                break
    chinese = {role: next((found[other] for other in others if other in found), "") for role, others in _INSTEAD.items()}
    pdfmetrics.registerFont(UnicodeCIDFont(BUILT_IN))
    if not all(chinese.values()):
        return Faces(dict.fromkeys(_INSTEAD, BUILT_IN), {})
    return Faces(chinese, covered)


def _opened(path: Path, role: str) -> "TTFont | None":
    """A font that can be embedded and, but for the Latin one, writes Chinese."""
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        font = TTFont(f"PlanSeek-{role}", str(path))
    except (TTFError, OSError):
        return None
    return font if role == "latin" or all(ord(c) in font.face.charToGlyph for c in _SPECIMEN) else None


def _installed() -> dict[str, Path]:
    """Font files by their lower-case names, the first folder's first."""
    home = Path.home()
    if sys.platform == "win32":
        folders = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts"]
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    else:
        folders = [home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]
    there: dict[str, Path] = {}
    for folder in folders:
        for parent, _, files in os.walk(folder):
            for file in sorted(files):
                there.setdefault(file.lower(), Path(parent) / file)
    return there
