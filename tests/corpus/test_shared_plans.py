"""The real plans beside the repository, named by SHA-256 and offsets: read, resolved, cut, and none of them copied here."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from corpus import intake, tray
from corpus.model import KINDS, STATUSES, Document, Passage
from corpus.regions.places import Gazetteer

ROOT = Path(__file__).parents[2]
PLANS = Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared")) / "plans"
pytestmark = pytest.mark.skipif(not PLANS.is_dir(), reason=f"{PLANS} is not there; set PLANSEEK_SHARED to its parent")

DISTRICTS = {
    "7f074387f9354138": "安徽省芜湖市弋江区",
    "f7f0441cc09ffe71": "安徽省铜陵市铜官区",
    "d17f84ce4597a63f": "山东省德州市陵城区",
    "06010a0b1580c3a2": "浙江省金华市兰溪市",
    "583d71a4295aa6e4": "安徽省合肥市瑶海区",
}
# Document, start and end of a passage, the spans of its trail's headings and lead phrase, its paragraph.
PLACES = (
    ("7f074387f9354138", 489, 785, ((45, 57), (489, 497)), 3),
    ("7f074387f9354138", 935, 996, ((45, 57), (787, 800), (935, 945)), 3),
    ("f7f0441cc09ffe71", 6887, 7109, ((6539, 6549), (6873, 6887)), 1),
    ("f7f0441cc09ffe71", 2085, 2372, ((595, 601), (906, 913), (2065, 2083)), 1),
    ("d17f84ce4597a63f", 3332, 3447, ((2861, 2887), (3332, 3340)), 4),
    ("06010a0b1580c3a2", 2758, 2841, ((43, 49), (1418, 1430), (1703, 1729), (2760, 2768)), 9),
    ("06010a0b1580c3a2", 225, 559, ((43, 49), (209, 221)), 1),
    ("583d71a4295aa6e4", 19562, 19691, ((19123, 19149), (19242, 19257), (19562, 19571)), 1),
    ("583d71a4295aa6e4", 17329, 17687, ((15266, 15295), (17317, 17329)), 1),
    ("63fab1a22a40af2e", 9405, 9497, ((7793, 7812), (9389, 9404)), 1),
    ("63fab1a22a40af2e", 14771, 14840, ((9837, 9848), (14720, 14770)), 1),
    ("0292f1953334619c", 3892, 3931, ((3436, 3447), (3871, 3877), (3879, 3890)), 1),
    ("e90d2742fbe92239", 3800, 3956, ((3519, 3526), (3528, 3550), (3789, 3800)), 1),
    ("652fbe35c262cd7f", 24113, 24258, ((20483, 20507), (24039, 24054), (24099, 24111)), 1),
    ("e5ba652bbe2da8c9", 3344, 3470, ((1996, 2008), (2009, 2023), (3347, 3355)), 9),
    ("8acddbc8cee3e61d", 14214, 14403, ((10378, 10389), (14118, 14145), (14214, 14223)), 2),
    ("ad9a6fdda95d2770", 8820, 8985, ((6280, 6291), (8558, 8578), (8820, 8828)), 2),
)


@pytest.fixture(scope="module")
def corpus() -> dict[str, tuple[Document, list[Passage]]]:
    gazetteer = Gazetteer()
    read = {}
    for found in tray.find([PLANS]).files:
        document, passages = intake.read_document(found.path.read_bytes(), found, gazetteer)
        read[document.id[:16]] = (document, passages)
    return read


def test_all_are_read(corpus):
    assert len(corpus) == 38


def test_every_passage_is_a_slice_that_crosses_no_section_and_covers_no_boilerplate(corpus):
    for document, passages in corpus.values():
        noise = [s.span for s in document.sections if s.kind == "boilerplate"]
        headings = [s.span for s in document.sections if s.kind in ("heading", "appendix", "glossary")]
        end = 0
        for passage in passages:
            assert passage.span.start >= end
            end = passage.span.end
            assert passage.span.of(document.text).strip() == passage.span.of(document.text) != ""
            assert not any(span.start < end and span.end > passage.span.start for span in (*noise, *headings))


def test_nothing_but_title_headings_boilerplate_and_a_few_stray_marks_is_outside_the_passages(corpus):
    for document, passages in corpus.values():
        inside = bytearray(len(document.text))
        spans = [p.span for p in passages] + [s.span for s in document.sections]
        title = document.evidence.get("title")
        for span in [*spans, *([title.span] if title and title.span else [])]:
            inside[span.start : span.end] = b"\x01" * (span.end - span.start)
        left = [c for c, covered in zip(document.text, inside, strict=True) if not covered and not c.isspace()]
        assert len(left) <= 0.002 * len(document.text), "".join(left)[:200]


def test_lengths(corpus):
    for document, passages in corpus.values():
        lengths = [p.span.end - p.span.start for p in passages]
        assert sum(length > 520 for length in lengths) <= 1
        # The sixth plan is a poor scan whose lines are broken.
        if document.period != "1981-1985":
            assert sum(length < 20 for length in lengths) <= 3


@pytest.mark.parametrize(("prefix", "name"), DISTRICTS.items())
def test_districts_resolve_to_themselves(corpus, prefix, name):
    document, passages = corpus[prefix]
    assert document.region.name == name
    assert {p.region.name for p in passages} == {name}


def test_reports_and_national_plans_are_of_the_region_in_their_file_name(corpus):
    others = [document for prefix, (document, _) in corpus.items() if prefix not in DISTRICTS]
    for document in others:
        own = Path(document.files[0]).name
        expected = "中华人民共和国" if own.startswith(("国家", "国务院")) else document.region.name
        assert document.region.name == expected and (expected == "中华人民共和国" or own.startswith(expected))
        assert document.evidence["region"].confidence >= 0.85
        assert document.kind in KINDS and document.status in STATUSES and document.status == "正式"
        year = re.search(r"20[0-9]{2}", own)
        assert document.period == year.group() if year else re.fullmatch(r"[0-9]{4}-[0-9]{4}", document.period)


@pytest.mark.parametrize(("prefix", "start", "end", "trail", "paragraph"), PLACES)
def test_trails_of_known_places(corpus, prefix, start, end, trail, paragraph):
    document, passages = corpus[prefix]
    passage = next(p for p in passages if p.span.start <= start < p.span.end)
    assert (passage.span.start, passage.span.end, passage.paragraph) == (start, end, paragraph)
    expected = [re.sub(r"\s+", " ", document.text[a:b]).strip().rstrip("。：:") for a, b in trail]
    assert list(passage.trail) == expected


def test_identical_bytes_are_one_identity(corpus):
    for document, _ in corpus.values():
        assert hashlib.sha256(Path(document.files[0]).read_bytes()).hexdigest() == document.id


def test_no_sentence_of_theirs_is_copied_into_this_repository(corpus):
    import ahocorasick

    sentences = ahocorasick.Automaton()
    for document, _ in corpus.values():
        for sentence in re.split(r"[。！？!?；;\n\r]", document.text):
            # A title may be cited.
            if len(sentence.strip()) >= 24 and sentence.strip() not in document.title:
                sentences.add_word(sentence.strip(), sentence.strip())
    sentences.make_automaton()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    copied = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 4 << 20:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        copied += [f"{name}: {sentence}" for _, sentence in sentences.iter(text)]
    assert copied == []
