"""Saved web pages: the article's lines and tables with the page's headings as hints; it never reorders the
page and leaves out only what stands outside the article."""

import re
from dataclasses import dataclass, replace

from corpus.errors import UnreadableFile
from corpus.formats.composer import Composer
from corpus.formats.encodings import declared, decode, decode_strictly, unmarked_utf16
from corpus.formats.html_article import containers, page_title, squash, title_nodes
from corpus.formats.html_blocks import MUTE, Block, Flow, depth, flow
from corpus.formats.html_saved import hidden_article, refuse_frames, unwrapped
from corpus.formats.signatures import signature
from corpus.model import Reading, Span

_DEPTH_LIMIT = 2000
_LOST_SHARE = 0.001
_TITLE_WITHIN = 12
_BYLINES = 4
_BYLINE_LENGTH = 120
_BOLD_SHARE = 0.5

# The lines around a title that date and place a document, as in 发布时间：2021-03-05 来源：某某区人民政府.
_BYLINE = re.compile(
    r"(?:发布|成文|生成|印发|发文|公开)?(?:日期|时间)\s*[:：]|来\s*源\s*[:：]|(?:发布|发文|制定|公开)(?:机构|机关|单位)\s*[:：]"
    r"|文\s*号\s*[:：]|发文字号|索\s*引\s*号|有\s*效\s*性|(?:19|20)\d{2}\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}"
)
# A portal's table of particulars stands above the article, outside its container.
_PARTICULARS = re.compile(r"发文字号|文\s*号\s*[:：]|索\s*引\s*号|成文日期|发文机[关构]")
_PARTICULARS_WITHIN = 16
# Foot lines carry dates and 主办单位 too, and belong to the site.
_SITE_LINE = re.compile(r"ICP备|公网安备|版权所有|Copyright|今天是|网站标识码|您现在的位置|当前位置", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Article:
    """The article within the page's flow: which blocks it takes, and which of them are its title."""

    taken: list[int]
    title: list[int]
    declared: str


def read(content: bytes, name: str) -> Reading:
    """The article's text, a line a block element, with heading, bold, title, box and table hints.

    The title and the lines with date and source beside it come first where they stand outside the article's
    container. A table is a line a row (see Composer.table). Raises UnreadableFile for bytes that are no page.
    """
    from selectolax.lexbor import LexborHTMLParser

    markup = _markup(content, name)
    if depth(markup) > _DEPTH_LIMIT:
        raise UnreadableFile(f"{name}：网页的嵌套层数异常，无法解析，请复制正文另存为 .txt 后再导入")
    tree = LexborHTMLParser(markup)
    declared_title = page_title(tree)
    if (hidden := hidden_article(tree)) is not None and depth(hidden) <= _DEPTH_LIMIT:
        markup, tree = hidden, LexborHTMLParser(f"<body>{hidden}")
    else:
        refuse_frames(tree, name)
    tree.strip_tags(list(MUTE), recursive=True)
    if tree.body is None:
        raise UnreadableFile(f"{name}：不是网页文件，请重新保存网页后再导入")
    held = containers(tree, markup)
    candidates = title_nodes(tree)
    page = flow(tree.body, {node.mem_id for node in (*held, *candidates)})
    article = _article(page, [node.mem_id for node in held], [n.mem_id for n in candidates], declared_title)
    return _compose(page, article)


def _markup(content: bytes, name: str) -> str:
    named: str | None = None
    if signature(content) == "MHTML":
        content, named = unwrapped(content, name)
    if (wide := unmarked_utf16(content)) is not None:
        return wide
    text = decode_strictly(content, named) if named is not None else None
    text = text if text is not None else decode(content, declaration=True)
    if text is not None:
        return text
    # Browsers forgive a page a few broken bytes, and saved pages have them; each shows as one U+FFFD.
    codec = named or declared(content) or "utf-8"
    forgiven = content.decode(codec, "replace")
    if "\x00" not in forgiven and forgiven.count("\ufffd") <= _LOST_SHARE * len(forgiven):
        return forgiven
    raise UnreadableFile(f"{name}：网页的编码无法识别，请在浏览器中打开确认没有乱码，另存为“网页，仅 HTML”后再导入")


def _article(page: Flow, held: list[int], candidates: list[int], declared_title: str) -> _Article:
    inside = sorted({index for node in held for index in range(*page.ranges.get(node, (0, 0)))})
    if not inside:
        return _Article([], [], declared_title)
    found = _titled(page, inside, candidates, declared_title)
    near = range(max(0, inside[0] - _PARTICULARS_WITHIN), inside[0])
    particulars = {index for index in near if _PARTICULARS.search(_words(page.blocks[index]))}
    return replace(found, taken=sorted({*particulars, *found.taken}))


def _words(block: Block) -> str:
    return block.text or " ".join(cell for row in block.rows for cell in row)


def _titled(page: Flow, inside: list[int], candidates: list[int], declared_title: str) -> _Article:
    texts = [block.text for block in page.blocks]
    within = _run_of(texts, inside[:_TITLE_WITHIN], declared_title)
    if within:
        return _Article(inside, within, "")
    outside = [page.ranges[node] for node in candidates if node in page.ranges]
    outside = [span for span in outside if span[0] < span[1] and not set(range(*span)) & set(inside)]
    title = _shown_title(texts, outside, inside[0], declared_title)
    if not title:
        # The page may show its title in the container only as a heading that <title> words differently.
        own = [page.ranges[node] for node in candidates if node in page.ranges]
        first = [list(range(*span)) for span in own if inside[0] <= span[0] < inside[0] + _TITLE_WITHIN]
        first = [
            span for span in first if any(mark[:2] == ("heading", 1) and mark[2] == span[0] for mark in page.marks)
        ]
        if first:
            return _Article(inside, first[0], "")
        return _Article(inside, [], declared_title)
    beside = _bylines(page.blocks, title, inside)
    within = _run_of(texts, inside[:_TITLE_WITHIN], "".join(texts[index] for index in title))
    if within:
        return _Article(sorted({*beside, *inside}), within, "")
    return _Article(sorted({*title, *beside, *inside}), title, "")


def _run_of(texts: list[str], indices: list[int], wanted: str) -> list[int]:
    """The neighbouring lines that together read as the wanted title, white space aside."""
    target = squash(wanted)
    if not target:
        return []
    for first in range(len(indices)):
        joined = ""
        for last in range(first, len(indices)):
            joined += squash(texts[indices[last]])
            if joined == target:
                return indices[first : last + 1]
            if not target.startswith(joined):
                break
    return []


def _shown_title(texts: list[str], spans: list[tuple[int, int]], start: int, declared_title: str) -> list[int]:
    """The blocks outside the container that show the title: as declared, else the last heading before it."""
    target = squash(declared_title)
    best: tuple[int, int] | None = None
    for span in spans:
        shown = squash("".join(texts[span[0] : span[1]]))
        if target and shown and (shown in target or target in shown) and len(shown) * 2 >= len(target):
            best = span
            break
    if best is None and not target:
        before = [span for span in spans if span[1] <= start]
        best = before[-1] if before else None
    return list(range(*best)) if best is not None else []


def _bylines(blocks: list[Block], title: list[int], inside: list[int]) -> list[int]:
    """Lines between the title and the article, or close above the title, that date or place the document."""
    near = [*range(max(0, title[0] - _BYLINES), title[0]), *range(title[-1] + 1, inside[0])]
    return [
        index
        for index in near
        if len(blocks[index].text) <= _BYLINE_LENGTH
        and _BYLINE.search(_words(blocks[index]))
        and not _SITE_LINE.search(blocks[index].text)
    ][: 2 * _BYLINES]


def _compose(page: Flow, article: _Article) -> Reading:
    composer = Composer()
    spans: dict[int, Span] = {}
    if article.declared:
        composer.hint(composer.line(article.declared), "title")
    total = bold = 0
    emboldened: list[Span] = []
    headed = {index for style, _, first, end in page.marks if style == "heading" for index in range(first, end)}
    for index in article.taken:
        block = page.blocks[index]
        if block.rows:
            table = composer.table(block.rows, block.headers)
            if table is not None:
                spans[index] = table
            continue
        span = spans[index] = composer.line(block.text)
        total += len(block.text)
        if block.bold and index not in headed and index not in article.title:
            bold += len(block.text)
            emboldened.append(span)
    # Where most of the text is bold, bold says nothing.
    if bold <= _BOLD_SHARE * total:
        for span in emboldened:
            composer.hint(span, "bold")
    if article.title:
        composer.hint(_union(spans, article.title), "title")
    for style, level, first, end in page.marks:
        covered = [index for index in range(first, end) if index in spans]
        if not covered or (style == "heading" and set(covered) & set(article.title)):
            continue
        span = _union(spans, covered)
        # A frame round most of the article lays out the page and is no box.
        if style == "box" and (span.end - span.start) > _BOLD_SHARE * total:
            continue
        composer.hint(span, style, level)
    return composer.reading()


def _union(spans: dict[int, Span], indices: list[int]) -> Span:
    return Span(min(spans[i].start for i in indices), max(spans[i].end for i in indices))
