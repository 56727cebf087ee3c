"""The store on a real file: what goes in comes out, nothing of a failed write stays, one writer at a time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Document, Evidence, Passage, Section, Span
from corpus.regions.places import Place
from corpus.rows import sheaf
from corpus.schema import VERSION
from corpus.store import Store

PLACE = Place("990102", "沧浦区", "县级", None, ("老港",))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "corpus.sqlite"


@pytest.fixture
def store(path):
    opened = Store(path, create=True)
    with opened.writing():
        opened.add_places([PLACE])
    yield opened
    opened.close()


def document(store: Store, name: str, text: str = "一、总则\n修好山。") -> tuple[Document, list[Passage]]:
    region = store.gazetteer().region("990102")
    made = Document(
        id=name * 64, files=(f"/tmp/{name}.txt",), text=text, title=f"规划{name}", region=region, kind="专项规划",
        period="2021-2025", status="草案", issued="2021-03-05", number="沧发〔2021〕1号", collection="规划",
        sections=(Section(Span(0, 4), 1, "一、总则"),), pages=(0, 5),
        evidence={"title": Evidence(Span(0, 4), 0.9), "kind": Evidence(None, 1.0, "metadata.csv")},
    )  # fmt: skip
    return made, [Passage(made.id, Span(5, 9), ("一、总则", "修山"), 1, 1, 2, region, 2)]


def put(store: Store, name: str) -> tuple[Document, list[Passage]]:
    made, passages = document(store, name)
    store.put(sheaf(made, passages, {}))
    store.put_file(made.files[0], made.id, 27, 1, "v")
    return made, passages


def test_a_round_trip_gives_back_equal_objects(store, path):
    with store.writing():
        made, passages = put(store, "a")
        store.set_meta("generation", "1")
    again = Store(path)
    assert again.document(made.id) == made
    assert again.documents() == [made]
    assert again.passages() == again.passages(made.id) == passages
    assert again.passage_counts() == {made.id: 1}
    assert again.files() == {made.files[0]: (made.id, 27, 1, "v")}
    assert again.gazetteer().places["990102"] == PLACE
    assert (again.meta("generation"), again.meta("absent"), again.document("absent")) == ("1", None, None)
    listing = again.documents(with_text=False)[0]
    assert (listing.title, listing.text, listing.sections) == (made.title, "", ())
    again.close()


def test_putting_again_replaces_the_passages(store):
    with store.writing():
        made, passages = put(store, "a")
        store.put(sheaf(made, [], {}))
    assert store.passages() == []
    with store.writing():
        store.put(sheaf(made, passages, {}))
    assert store.passages() == passages


def test_a_document_goes_with_its_last_file_and_its_passages_with_it(store):
    with store.writing():
        made, _ = put(store, "a")
        store.put_file("/tmp/copy.txt", made.id, 27, 1, "v")
        store.remove_file(made.files[0])
        assert store.remove_orphans() == []
        store.remove_file("/tmp/copy.txt")
        assert store.remove_orphans() == [made.id]
    assert (store.documents(), store.passages(), store.passage_counts()) == ([], [], {})


def test_foreign_keys_hold(store):
    _, passages = document(store, "b")
    with pytest.raises(sqlite3.IntegrityError), store.writing():
        store.put_file("/tmp/b.txt", "unknown", 1, 1, "v")
    with pytest.raises(sqlite3.IntegrityError), store.writing():
        store._db.execute("INSERT INTO passage VALUES (?,0,1,'[]',0,1,1,NULL,NULL,NULL,NULL)", (passages[0].document,))


def test_an_error_keeps_the_old_state(store):
    with store.writing():
        made, passages = put(store, "a")
    with pytest.raises(RuntimeError), store.writing():
        put(store, "b")
        store.remove_file(made.files[0])
        store.remove_orphans()
        raise RuntimeError
    assert (store.documents(), store.passages()) == ([made], passages)


def test_a_reader_sees_the_last_committed_state(store, path):
    reader = Store(path)
    with store.writing():
        put(store, "a")
        assert reader.documents() == []
    assert len(reader.documents()) == 1
    with reader.reading():
        before = reader.passage_counts()
        with store.writing():
            put(store, "b")
        assert reader.passage_counts() == before
    assert len(reader.passage_counts()) == 2
    reader.close()


def test_a_second_writer_is_told_to_wait(store, path):
    second = Store(path)
    second._db.execute("PRAGMA busy_timeout = 50")
    with store.writing(), pytest.raises(PlanSeekError, match=r"另一个程序（进程 \d+，自 20.*）正在写入语料库"), second.writing():
        pass
    with second.writing():
        put(second, "a")
    second.close()
    assert len(store.documents()) == 1


def test_two_may_create_the_same_store_at_once(tmp_path):
    for round_ in range(20):
        path = tmp_path / str(round_) / "corpus.sqlite"
        with ThreadPoolExecutor(4) as pool:
            for opened in pool.map(lambda p: Store(p, create=True), [path] * 4):
                opened.close()
        Store(path).close()


def test_corrections_stand_over_what_was_read_and_outlive_another_reading(store, path):
    with store.writing():
        made, passages = put(store, "a")
        store.put_edits(made.id, {"title": "改过的题", "issued": None})
        store.put(sheaf(made, passages, {}))
    again = Store(path)
    found = again.found(made.id)
    assert (found.title, found.issued, found.kind) == ("改过的题", None, made.kind)
    assert found.evidence["title"] == found.evidence["issued"] == Evidence(None, 1.0, "edited")
    assert [d.title for d in again.documents(with_text=False)] == ["改过的题"]
    assert again.edits() == {made.id: {"title": "改过的题", "issued": None}}
    read = again.as_read(made.id)
    assert (read["title"], read["issued"], read["region"]) == (made.title, made.issued, "990102")
    again.close()


def test_a_place_tells_what_still_uses_it(store):
    assert store.uses_of_place("990102") == 0
    with store.writing():
        made, _ = put(store, "a")
    assert (store.uses_of_place("990102"), store.uses_of_place("340203")) == (1, 0)
    with store.writing():
        store.put_edits(made.id, {"region": "340203"})
        store.put_regions([(made.id, 5, "340203")])
    # What was read stands under the correction, and comes back with it.
    assert (store.uses_of_place("990102"), store.uses_of_place("340203")) == (1, 1)
    assert [p.region.code for p in store.passages()] == ["340203"]


def test_a_store_of_the_second_version_is_brought_up_to_date(store, path):
    with store.writing():
        made, passages = put(store, "a")
    for later in ("INDEX document_listing", "INDEX document_fingerprint"):
        store._db.execute(f"DROP {later}")
    for column in ("edits", "fingerprint"):
        store._db.execute(f"ALTER TABLE document DROP COLUMN {column}")
    store._db.execute("PRAGMA user_version = 2")
    again = Store(path)
    assert (again.document(made.id), again.passages(), again.edits()) == (made, passages, {})
    assert again._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    again.close()


def test_what_cannot_be_opened_is_said_in_one_chinese_line(path, tmp_path):
    with pytest.raises(PlanSeekError) as missing:
        Store(path)
    other = tmp_path / "other.sqlite"
    other.write_bytes("不是数据库".encode() * 200)
    with pytest.raises(PlanSeekError) as damaged:
        Store(other)
    for caught in (missing, damaged):
        assert "\n" not in str(caught.value) and str(caught.value).endswith(("。", "文件夹"))


def test_another_version_is_refused_and_left_alone(store, path):
    store._db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(PlanSeekError, match="不符"):
        Store(path, create=True)
    assert store._db.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
