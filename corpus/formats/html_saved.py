"""Pages that are not plain HTML: web archives, articles kept in a script or a form field, frames; it finds the page
and never reads it."""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape
from typing import Any

from corpus.errors import UnreadableFile
from corpus.formats.encodings import LABELS

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A literal that nothing closes ends with its line, so that no sign is looked at twice.
_LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.)*+)\\?("|\n|\Z)|\'((?:[^\'\\\n]|\\.)*+)\\?(\'|\n|\Z)|`((?:[^`\\]|\\.)*+)\\?(`|\Z)', re.S
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "0": "", "\n": ""}
_TAG = re.compile(r"</?(?:p|div|br|table|span|section|h[1-6]|strong)\b", re.IGNORECASE)
_ARTICLE = 200
"""Chinese characters from which a script's string counts as an article."""

_TIMES = 4
"""How many times the visible text an article kept out of sight must be long."""


def unwrapped(content: bytes, name: str) -> tuple[bytes, str | None]:
    """The page inside a web archive (MHTML, RFC 2557): its bytes and the codec that the archive names for it."""
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    start = message.get_param("start")
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise UnreadableFile(f"{name}：网页存档里没有网页正文，请在浏览器中重新打开，另存为“网页，仅 HTML”后再导入")
    root = next((part for part in pages if start and part.get("Content-ID") == start), pages[0])
    body = _payload(root)
    frames = [part for part in pages if part is not root]
    # Where the first page only sets up frames, the longest of the others is the one that people read.
    if frames and b"<frameset" in body.lower():
        root = max(frames, key=lambda part: len(_payload(part)))
        body = _payload(root)
    charset = root.get_content_charset() or ""
    return body, LABELS.get(charset.lower())


def _payload(part: "email.message.Message[str, str] | EmailMessage | Any") -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def hidden_article(tree: Any) -> str | None:
    """The markup of an article that the page keeps in a form field or a script and shows only when scripts run; None
    where the page shows its article itself. Ask before scripts are taken from the tree."""
    visible = _visible(tree)
    best = ""
    for candidate in _candidates(tree):
        if len(_CHINESE.findall(candidate)) > len(_CHINESE.findall(best)):
            best = candidate
    held = len(_CHINESE.findall(re.sub(r"<[^<>]*>", "", best)))
    return best if held >= _ARTICLE and held > _TIMES * visible else None


def refuse_frames(tree: Any, name: str) -> None:
    """Raise UnreadableFile for a page that says next to nothing itself: frames, or a script that would fetch it."""
    if _visible(tree) > _ARTICLE // 2:
        return
    sources = [node.attributes.get("src") or "" for node in tree.css("frame, iframe")]
    named = "、".join(source for source in sources if source)[:80]
    if tree.css_first("frameset") is not None or (sources and _visible(tree) < _ARTICLE // 4):
        where = f"（{named}）" if named else ""
        raise UnreadableFile(
            f"{name}：网页由框架组成，正文在另一个页面里{where}，请在浏览器中单独打开正文页，另存后再导入"
        )
    if _visible(tree) < 20 and tree.css_first("script") is not None and _asks_for_scripts(tree):
        raise UnreadableFile(
            f"{name}：网页的正文由脚本载入，保存的文件里没有，请在浏览器中打开后另存为“网页，全部”，或复制正文存为 .txt 再导入"
        )


def _asks_for_scripts(tree: Any) -> bool:
    return any(
        re.search(r"javascript|脚本", node.text() or node.html or "", re.IGNORECASE) for node in tree.css("noscript")
    )


def _visible(tree: Any) -> int:
    """Chinese characters that the page shows without scripts."""
    if tree.body is None:
        return 0
    total = len(_CHINESE.findall(tree.body.text()))
    for node in tree.body.css("script, style, noscript, textarea, template"):
        total -= len(_CHINESE.findall(node.text()))
    return max(total, 0)


def _candidates(tree: Any) -> Iterator[str]:
    for field in tree.css("textarea, template"):
        yield unescape(field.text()) if "&lt;" in (field.text() or "") else field.text() or field.html or ""
    for field in tree.css("input[type=hidden]"):
        yield field.attributes.get("value") or ""
    for script in tree.css("script"):
        source = script.text() or ""
        if len(source) < _ARTICLE:
            continue
        if "json" in (script.attributes.get("type") or "").lower():
            yield from _strings(source)
        else:
            for literal in _LITERAL.finditer(source):
                raw = literal.group(1) or literal.group(3) or literal.group(5) or ""
                if len(raw) >= _ARTICLE:
                    yield _marked(_ESCAPE.sub(_unescaped, raw))


def _strings(source: str) -> Iterator[str]:
    """The strings of a JSON text, however deep they stand."""
    try:
        stack = [json.loads(source)]
    except (ValueError, RecursionError):
        return
    while stack:
        value = stack.pop()
        if isinstance(value, str) and len(value) >= _ARTICLE:
            yield _marked(value)
        elif isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list):
            stack += value


def _marked(text: str) -> str:
    """A script's string as markup: some systems escape it once more, some keep plain lines."""
    if not _TAG.search(text) and "&lt;" in text:
        text = unescape(text)
    return text if _TAG.search(text) else text.replace("\n", "<br>")


def _unescaped(escape: "re.Match[str]") -> str:
    code = escape.group(1) or escape.group(2)
    if code:
        return chr(int(code, 16))
    return _SIGNS.get(escape.group(3), escape.group(3))
