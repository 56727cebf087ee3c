"""Parts that continue one another are linked in order, parts that are missing are named, and nothing else is linked."""

import pytest

from corpus.links import continuation
from corpus.links.continuation import Link, Part, clues, links


def part(name, file, *, title="茶溪县规划", titled=False, region=None, opens=(4, 3), **said):
    return Part(name, file, title, titled, region, None, opens, said)


def follows(*parts):
    return {name: link.follows for name, link in links(parts).items() if link.follows}


@pytest.mark.parametrize("name", ["from", "to", "own", "of"])
def test_specimens_are_recognised(name):
    pattern = {"from": continuation._FROM, "to": continuation._TO, "own": continuation._OWN, "of": continuation._OF}[name]
    assert pattern.search(continuation.SPECIMENS[name])


def test_a_page_says_where_it_stands_where_it_comes_from_and_where_it_goes():
    text = "2021年3月18日\n第14版：专版\n（上接第十三版）\n九、保障措施\n" + "加强领导。" * 200 + "\n（下转第十五版）"
    assert clues(text) == {"from": "13", "to": "15", "page": "14"}
    assert clues("第2页 共5页\n" + "加强领导。" * 300) == {"of": [2, 5]}
    assert clues("全面落实上接天线、下接地气的工作方法，版面不限。") == {}


def test_pages_of_a_newspaper_follow_one_another():
    first = part("a", "/报/六版.txt", page="6", to="7", opens=(4, 1))
    second = part("b", "/报/七版.txt", **{"from": "6", "page": "7"})
    assert links([second, first]) == {"b": Link("a")}


def test_a_page_that_nobody_precedes_or_follows_says_what_is_missing():
    lone = part("b", "/报/七版.txt", **{"from": "6", "to": "8", "page": "7"})
    assert links([lone]) == {"b": Link(None, "上文（第6版）不在语料中；下文（第8版）不在语料中")}


def test_two_pages_that_could_precede_are_none():
    one = part("a", "/甲/a.txt", page="6", to="7")
    two = part("c", "/乙/a.txt", page="6", to="7")
    late = part("b", "/丙/b.txt", **{"from": "6", "page": "7"})
    assert follows(one, two, late) == {}
    near = part("d", "/丙/a.txt", page="6", to="7")
    assert follows(one, two, late, near) == {"b": "d"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("report.html", "report_2.html"),
        ("report_1.html", "report_2.html"),
        ("report.html", "report_1.html"),
        ("07_东屏县规划纲要_上.txt", "08_东屏县规划纲要_下.txt"),
        ("东屏县规划纲要（一）.docx", "东屏县规划纲要（二）.docx"),
        ("东屏县规划纲要（上）.docx", "东屏县规划纲要（下）.docx"),
        ("扫描-p1.png", "扫描-p2.png"),
        ("纲要第1页.html", "纲要第2页.html"),
    ],
)
def test_names_of_parts(first, second):
    assert follows(part("a", f"/x/{first}", opens=(4, 1)), part("b", f"/x/{second}")) == {"b": "a"}


@pytest.mark.parametrize(
    ("first", "second", "how"),
    [
        ("附件1.docx", "附件2.docx", {}),
        ("规划_1.txt", "规划_2.txt", {"opens": (4, 1)}),
        ("规划_1.txt", "规划_2.txt", {"titled": True, "title": "禾川县规划"}),
        ("规划_1.txt", "规划_2.docx", {}),
        ("浙江.txt", "浙下.txt", {}),
        ("规划2021.txt", "规划2022.txt", {}),
    ],
)
def test_names_of_documents_by_themselves(first, second, how):
    assert follows(part("a", f"/x/{first}", opens=(4, 1)), part("b", f"/x/{second}", **how)) == {}


def test_a_list_that_goes_deeper_right_after_the_break_continues():
    assert follows(part("a", "/x/p_1.html", opens=(2, 1)), part("b", "/x/p_2.html", opens=(3, 1))) == {"b": "a"}


def test_a_missing_part_between_two_is_named():
    found = links([part("a", "/x/p_1.html", opens=(2, 1)), part("c", "/x/p_3.html")])
    assert found == {"c": Link(None, "上文（第2部分）不在语料中")}


def test_web_pages_that_count_themselves():
    pages = [part(str(n), f"/x/{name}.html", of=[n, 3]) for n, name in ((1, "k"), (2, "a"), (3, "q"))]
    assert follows(*pages) == {"2": "1", "3": "2"}
    assert links(pages[1:])["2"] == Link(None, "第1页（共3页）不在语料中")


def test_there_is_no_circle():
    one = part("a", "/x/a.txt", **{"from": "2", "to": "2", "page": "1"})
    two = part("b", "/x/b.txt", **{"from": "1", "to": "1", "page": "2"})
    found = follows(one, two)
    assert len(found) == 1
