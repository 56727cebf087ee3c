"""The tab 原文 in real Chromium over the sample plans: cited words in sight, outline, what was left out, pages, the way back."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from corpus.formats.pdf import PDFIUM
from tests.ui import running

QUESTION = "云麓区青桐水库怎样保护"


@pytest.fixture(scope="module")
def addresses(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of the page and the API that `planseek serve` starts over the sample plans."""
    home = Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("original") / "库"))
    port, ui_port = running.free_port(), running.free_port()
    with running.running(running.serve_command(home, port, ui_port), {}, f"http://127.0.0.1:{port}/v1/health"):
        yield f"http://127.0.0.1:{ui_port}", f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def site(addresses: tuple[str, str]) -> str:
    return addresses[0]


def got(addresses: tuple[str, str], path: str, **params: int) -> Any:
    return httpx.get(f"{addresses[1]}/v1{path}", params=params, timeout=60, trust_env=False).json()


def known(addresses: tuple[str, str], name: str) -> Any:
    documents = got(addresses, "/documents")["documents"]
    return got(addresses, f"/documents/{next(d['id'] for d in documents if name in d['file'])}")


def cited(document: Any, number: int) -> str:
    passage = document["passages"][number]
    return f"doc={document['document']['id']}&from={passage['start']}&to={passage['end']}"


IN_SIGHT = """selector => {
  const found = document.querySelector(selector);
  if (!found?.checkVisibility()) return false;
  const { top, bottom } = found.getBoundingClientRect();
  return top >= 0 && top < innerHeight && bottom > 0;
}"""


def in_sight(tab: Any, selector: str) -> None:
    tab.wait_for_function(IN_SIGHT, arg=selector)


def sideways(tab: Any) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(tab.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('[data-testid=stMain]'))"))


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_an_address_opens_the_document_at_the_cited_words(tab: Any, addresses: tuple[str, str]) -> None:
    document = known(addresses, "01_")
    passage = document["passages"][-4]
    tab.goto(f"/?{cited(document, -4)}")
    in_sight(tab, "#cited")
    marked = "".join(tab.locator(".ps-text mark").all_inner_texts())
    quote_ = document["text"][passage["start"] : passage["end"]]
    assert re.sub(r"\s", "", marked) == re.sub(r"\s", "", quote_)
    number = tab.locator("[data-n]:has(#cited)").get_attribute("data-n")
    assert f"第{number}段" in tab.locator(".ps-cited cite").inner_text()
    assert not sideways(tab)


def test_the_outline_leads_to_its_heading_and_stays_in_sight(tab: Any, addresses: tuple[str, str]) -> None:
    document = known(addresses, "01_")
    tab.goto(f"/?doc={document['document']['id']}")
    contents = tab.locator(".ps-contents")
    link = contents.get_by_text("第五章", exact=False).first
    link.wait_for()
    link.click()
    section = next(s for s in document["sections"] if s["heading"].startswith("第五章"))
    in_sight(tab, f"#at-{section['start']}")
    assert contents.locator("summary").bounding_box()["y"] > 0
    assert f"doc={document['document']['id']}" in tab.url


def test_what_was_left_out_is_shown_with_its_reason(tab: Any, addresses: tuple[str, str]) -> None:
    document = known(addresses, "13_")
    tab.goto(f"/?doc={document['document']['id']}")
    out = tab.locator("p.ps-out")
    out.first.wait_for(state="attached")
    assert out.count() > 2 and not any(one.is_visible() for one in out.all())
    tab.get_by_text("显示略去的内容").click()
    out.first.wait_for()
    reasons = {s["heading"] for s in document["sections"] if s["kind"] == "boilerplate"} - {"标题", "标记"}
    assert set(tab.locator("p.ps-out i").all_inner_texts()) == reasons
    assert all(one.is_visible() for one in out.all())


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_the_frame_on_the_page_holds_the_cited_words(tab: Any, addresses: tuple[str, str], samples: Path) -> None:
    document = known(addresses, "05_")
    passage = document["passages"][20]
    tab.goto(f"/?{cited(document, 20)}")
    in_sight(tab, "#cited")
    tab.get_by_role("radio", name="原页").click()
    tab.locator(".ps-leaf img").wait_for()
    in_sight(tab, "#cited.ps-spot")
    page = int(re.search(r"page=(\d+)", tab.url)[1])  # type: ignore[index]
    assert tab.evaluate("document.querySelector('.ps-leaf img').naturalWidth") == 1400
    spots = tab.evaluate("""() => {
      const leaf = document.querySelector('.ps-leaf img').getBoundingClientRect();
      return [...document.querySelectorAll('.ps-spot')].map(spot => {
        const r = spot.getBoundingClientRect();
        return [(r.left - leaf.left) / leaf.width, (r.top - leaf.top) / leaf.height, (r.right - leaf.left) / leaf.width, (r.bottom - leaf.top) / leaf.height];
      });
    }""")
    words = read_in(samples / "05_云麓区生态环境保护十四五专项规划.pdf", page, spots)
    assert re.sub(r"\s", "", words) == re.sub(r"\s", "", document["text"][passage["start"] : passage["end"]])
    assert not sideways(tab)
    tab.go_back()
    in_sight(tab, "mark#cited")


def read_in(file: Path, page: int, spots: list[list[float]]) -> str:
    """What PDFium reads in rectangles given in parts of a page from its upper left corner."""
    import pypdfium2 as pdfium

    with PDFIUM:
        opened = pdfium.PdfDocument(file)
        leaf = opened[page - 1]
        width, height = leaf.get_size()
        text = leaf.get_textpage()
        words = "".join(text.get_text_bounded(a * width, (1 - d) * height, c * width, (1 - b) * height) for a, b, c, d in spots)
        opened.close()
    return words


def hears_keys(tab: Any) -> None:
    """Wait for the script that hears the results' buttons: j leads to a hit once it is there."""
    for _ in range(100):
        tab.keyboard.press("j")
        if tab.evaluate("document.activeElement.matches('.ps-hit')"):
            return
        tab.wait_for_timeout(200)
    pytest.fail("nothing hears the keys")


def test_from_an_answer_to_its_original_and_back(tab: Any) -> None:
    tab.goto(f"/?q={quote(QUESTION)}")
    hit = tab.locator(".ps-hit").nth(2)
    hit.wait_for()
    hears_keys(tab)
    reference = hit.get_attribute("data-ref")
    words = hit.locator("blockquote").inner_text()
    # All of it is seen when it is left, and nothing moves any more.
    hit.evaluate("hit => hit.scrollIntoView({ block: 'center', behavior: 'instant' })")
    hit.get_by_text("看原文").click()
    in_sight(tab, "mark#cited")
    assert tab.get_by_role("tab", name="原文").get_attribute("aria-selected") == "true"
    assert re.sub(r"\s", "", "".join(tab.locator(".ps-text mark").all_inner_texts())) == re.sub(r"\s", "", words)
    assert f"q={QUESTION}" in unquote(tab.url) and "doc=" in tab.url
    # The browser's own way back leads to the hit, and forward again to the document; so does the button.
    tab.go_back()
    in_sight(tab, f".ps-hit[data-ref='{reference}']")
    assert "doc=" not in tab.url and tab.get_by_role("tab", name="提问").get_attribute("aria-selected") == "true"
    tab.go_forward()
    in_sight(tab, "mark#cited")
    tab.get_by_role("button", name="返回提问").click()
    in_sight(tab, f".ps-hit[data-ref='{reference}']")
    tab.get_by_role("tab", name="原文").click()
    in_sight(tab, "mark#cited")


def test_the_citation_is_copied(tab: Any, addresses: tuple[str, str]) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    document = known(addresses, "02_")
    tab.goto(f"/?{cited(document, 5)}")
    in_sight(tab, "#cited")
    tab.locator(".st-key-ask input").wait_for(state="attached")
    tab.get_by_role("button", name="复制引文和出处").first.click()
    tab.locator(".ps-toast").wait_for()
    kept = tab.evaluate("navigator.clipboard.readText()")
    passage = document["passages"][5]
    said, _, source = kept.partition("\n——")
    assert re.sub(r"\s", "", said) == re.sub(r"\s", "", document["text"][passage["start"] : passage["end"]])
    assert source == got(addresses, f"/documents/{document['document']['id']}/citation", start=passage["start"], end=passage["end"])["citation"]


def test_a_document_is_found_by_its_region_and_the_choice_is_in_the_address(tab: Any, addresses: tuple[str, str]) -> None:
    tab.goto("/")
    tab.get_by_role("tab", name="原文").click()
    box = tab.get_by_role("combobox", name="文件")
    box.click()
    box.fill("禾川")
    tab.get_by_role("option").first.click()
    tab.locator(".ps-about h2").wait_for()
    document = known(addresses, "09_")
    assert tab.locator(".ps-about h2").inner_text() == document["document"]["title"]["value"]
    tab.wait_for_function(f"location.search.includes('doc={document['document']['id']}')")
