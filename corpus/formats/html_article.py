"""Which part of a page is the article, and which line its title; it points at nodes and never edits it."""

import re
from dataclasses import dataclass
from typing import Any

from corpus.formats.composer import BLANK

_MUCH = 200
_SHARE = 0.35
_HELD = 0.9
_TITLE_LENGTH = range(4, 121)


@dataclass(frozen=True, slots=True)
class Container:
    """A selector under which a content management system puts the article; `specimen` is a page it matches.

    parts: the article may be spread over several such nodes, all of which belong to it.
    """

    selector: str
    specimen: str
    parts: bool = False


# In order of trust: names that only ever hold the article stand before names that pages also use otherwise.
CONTAINERS = (
    Container("#UCAP-CONTENT", '<div id="UCAP-CONTENT">'),
    Container(".TRS_UEDITOR", '<div class="view TRS_UEDITOR trs_paper_default">', parts=True),
    Container(".TRS_Editor", '<div class="TRS_Editor">', parts=True),
    Container(".TRS_PreAppend", '<div class="TRS_PreAppend">', parts=True),
    Container("#zoom", '<div id="zoom">'),
    Container("#Zoom", '<div id="Zoom">'),
    Container("#zoomcon", '<div class="j-fontContent" id="zoomcon">'),
    Container("#fontzoom", '<td id="fontzoom">'),
    Container("#ContentPlaceHolder1_content", '<span id="ContentPlaceHolder1_content">'),
    Container(".j-fontContent", '<div class="newscontnet j-fontContent">'),
    Container("#js_content", '<div class="rich_media_content" id="js_content">'),
    Container("founder-content", "<founder-content>", parts=True),
    Container("#ozoom", '<div id="ozoom">'),
    Container(".pages_content", '<div class="pages_content" >'),
    Container("#vsb_content", '<div id="vsb_content">'),
    Container(".v_news_content", '<div class="v_news_content">'),
    Container(".wp_articlecontent", '<div class="wp_articlecontent">'),
    Container("#articleContent", '<div id="articleContent">'),
    Container("#article_content", '<div id="article_content">'),
    Container(".article-content", '<div class="article-content">'),
    Container(".article_content", '<div class="article_content">'),
    Container(".articleContent", '<div class="articleContent">'),
    Container(".article-con", '<div class="article-con">'),
    Container(".article_con", '<div class="article_con">'),
    Container(".news_content", '<div class="news_content">'),
    Container(".xxgk_content", '<div class="xxgk_content">'),
    Container(".xl_content", '<div class="xl_content">'),
    Container(".conTxt", '<div class="conTxt">'),
    Container(".con_text", '<div class="con_text">'),
    Container(".detail-content", '<div class="detail-content">'),
    Container("#content", '<div id="content">'),
    Container(".content", '<div class="content">'),
    Container("article", "<article>"),
)

_TITLES = (
    "h1, .title, .tit, .bt, #title, .article-title, .article_title, .articleTitle, .news_title, .xl_title, "
    ".arc_title, .con_title, .pages-title, .main-title, #activity-name, founder-title, h2"
)
_OUTSIDE_TITLES = frozenset(("nav", "footer"))

# What cuts a page's <title> into the article's title and the site's name, as in 某某规划纲要_某某市人民政府.
# A hyphen between two figures is part of the title (2021-2025年).
_SITE_CUT = re.compile(r"\s*(?:[_|｜]|—{2,}|-{2,}|(?<!\d)\s*[-－]\s*|\s*[-－]\s*(?!\d))\s*")
_SITE = re.compile(r"网$|网站$|政府$|门户|首页|政务公开$|信息公开$|(?:日报|晚报|数字报|电子报|电子版)$")


def squash(text: str) -> str:
    """Text without any white space: what two renderings of one title share."""
    return "".join(text.split()).strip(BLANK)


def weight(node: Any) -> int:
    """Characters of a node outside its links: navigation and lists of related pages weigh nothing."""
    return len(squash(node.text())) - sum(len(squash(link.text())) for link in node.css("a"))


def containers(tree: Any, markup: str) -> list[Any]:
    """The nodes that hold the article, in page order: the content system's, else what trafilatura finds."""
    body = tree.body
    whole = weight(body)
    for container in CONTAINERS:
        found = _outermost(tree.css(container.selector))
        if not container.parts and found:
            found = [max(found, key=weight)]
        held = sum(weight(node) for node in found)
        # A short page is all article; on a long one a container with a tenth of the text is not it.
        if held and held >= _SHARE * whole and (held >= _MUCH or held >= 0.5 * whole):
            return [node for node in found if squash(node.text())]
    for node in tree.css("footer, header"):
        if node.css_first("h1") is None and _outside_main(node):
            node.decompose()
    return [_narrowest(body, markup)]


def _outermost(nodes: list[Any]) -> list[Any]:
    known = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(above.mem_id in known for above in _above(node))]


def _above(node: Any) -> list[Any]:
    chain = []
    while (node := node.parent) is not None:
        chain.append(node)
    return chain


def _outside_main(node: Any) -> bool:
    return all(above.tag not in ("article", "main") for above in _above(node))


def _narrowest(body: Any, markup: str) -> Any:
    """The smallest node that still holds nine tenths of the lines trafilatura extracts; else body."""
    from trafilatura import extract

    extracted = extract(markup, include_comments=False, include_tables=True, favor_recall=True) or ""
    lines = [squash(line) for line in extracted.splitlines() if len(squash(line)) >= 10]
    if sum(map(len, lines)) < _MUCH:
        return body
    node = body
    wanted = _HELD * sum(map(len, lines))
    while True:
        children = (child for child in node.iter() if child.tag in ("div", "td", "section", "main", "article",
                    "table", "tbody", "tr", "form", "center", "span"))  # fmt: skip
        for child in children:
            text = squash(child.text())
            if len(text) >= wanted and sum(len(line) for line in lines if line in text) >= wanted:
                node = child
                break
        else:
            return node


def page_title(tree: Any) -> str:
    """The title that the page declares: ArticleTitle, else <title> without the site's name; or nothing."""
    for meta in tree.css("meta[name]"):
        if (meta.attributes.get("name") or "").lower() == "articletitle":
            named = " ".join((meta.attributes.get("content") or "").split())
            if named:
                return named
    element = tree.css_first("title")
    return without_site(" ".join(element.text().split())) if element is not None else ""


def without_site(title: str) -> str:
    """A page's <title> without the name of the site: its first part that does not read as a site's name."""
    parts = [part for part in _SITE_CUT.split(title) if part]
    own = [part for part in parts if not _SITE.search(part)]
    return (own or parts or [""])[0]


def title_nodes(tree: Any) -> list[Any]:
    """The nodes that may show the article's title, in page order."""
    return [
        node
        for node in tree.css(_TITLES)
        if len(squash(node.text())) in _TITLE_LENGTH and not any(above.tag in _OUTSIDE_TITLES for above in _above(node))
    ]
