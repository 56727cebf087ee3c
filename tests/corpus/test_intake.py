"""From folders to documents: what is found, what is left out, what metadata.csv outranks, what is refused."""

import os
from pathlib import Path

import pytest

from corpus import intake
from corpus.errors import PlanSeekError, UnreadableFile
from corpus.model import Region
from corpus.regions.places import Gazetteer, read_places
from corpus.tray import Found, find

FILL = "坚持把群众的事放在首位，一件接着一件办，一年接着一年干，把好事办好、实事办实，让老百姓看得见、摸得着、得实惠。"
PLAN = f"芜湖市弋江区“十四五”养老服务发展规划\n\n一、总则\n{FILL}\n二、任务\n{FILL}\n"
REGIONS = "code,name,level,parent\n990000,澜江省,省级,100000\n990100,临澜市,地级,990000\n990102,沧浦区,县级,990100\n990103,墨池区,县级,990100\n"
GAZETTEER = Gazetteer(read_places(REGIONS, "regions.csv"))


def load(text: str, name: str = "规划.txt", **override: str):
    return intake.read_document(text.encode(), Found(Path("/tmp") / name, override), GAZETTEER)


def refusal(*args, **override: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        load(*args, **override)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "规划").mkdir()
    (tmp_path / "规划" / "a.txt").write_text(PLAN, "utf-8")
    (tmp_path / "b.txt").write_text(PLAN + "。", "gb18030")
    return tmp_path


def found(*paths) -> list[str]:
    return [f.name for f in find(paths).files]


def test_files_are_found_in_a_stable_order_and_once(folder):
    assert found(folder) == found(folder, folder / "b.txt") == ["b.txt", "a.txt"]
    assert found(folder / "规划" / "a.txt") == ["a.txt"]


def test_hidden_files_locks_and_links_are_left_out(folder):
    (folder / ".hidden.txt").write_text(PLAN)
    (folder / "~$open.docx").write_text(PLAN)
    (folder / ".git").mkdir()
    (folder / ".git" / "c.txt").write_text(PLAN)
    (folder / "link.txt").symlink_to(folder / "b.txt")
    (folder / "规划" / "loop").symlink_to(folder, target_is_directory=True)
    assert found(folder) == ["b.txt", "a.txt"]


def test_a_path_that_is_not_there_is_refused_and_the_others_are_read(folder):
    held = find([folder / "absent", folder / "b.txt"])
    assert [f.path.name for f in held.files] == ["b.txt"]
    assert [(path.endswith("absent"), reason) for path, reason in held.refused] == [
        (True, "文件或文件夹不存在。请检查路径。")
    ]


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_refused(folder):
    (folder / "规划").chmod(0)
    try:
        held = find([folder])
    finally:
        (folder / "规划").chmod(0o755)
    assert [f.path.name for f in held.files] == ["b.txt"]
    assert "权限" in held.refused[0][1]


def test_side_files_give_places_and_overrides(folder):
    (folder / "regions.csv").write_text(REGIONS, "utf-8-sig")
    (folder / "metadata.csv").write_text("file,title,region\nb.txt,另一个标题,沧浦区\n", "gb18030")
    held = find([folder])
    assert [place.name for place in held.places] == ["澜江省", "临澜市", "沧浦区", "墨池区"]
    assert [dict(f.override) for f in held.files] == [{"title": "另一个标题", "region": "沧浦区"}, {}]


def test_a_side_file_that_cannot_be_understood_is_an_error(folder):
    (folder / "metadata.csv").write_text("name,title\nb.txt,x\n")
    with pytest.raises(PlanSeekError, match="缺少 file 列"):
        find([folder])


def test_what_is_read_without_overrides():
    document, passages = load(PLAN)
    assert (document.region.name, document.kind, document.period) == ("安徽省芜湖市弋江区", "专项规划", "2021-2025")
    assert [p.span.of(document.text) for p in passages] == [FILL, FILL]
    assert [(p.trail, p.paragraph, p.region) for p in passages] == [
        (("一、总则",), 1, document.region),
        (("二、任务",), 1, document.region),
    ]


def test_metadata_csv_outranks_what_was_read():
    document, passages = load(
        PLAN, title="改过的标题", region="沧浦区", kind="通知", period="2030", status="废止", issued="2022-02-02",
        number="沧发〔2022〕2号", collection="旧文件",
    )  # fmt: skip
    assert (document.title, document.kind, document.period, document.status) == ("改过的标题", "通知", "2030", "废止")
    assert (document.issued, document.number, document.collection) == ("2022-02-02", "沧发〔2022〕2号", "旧文件")
    assert document.region == Region("990102", "澜江省临澜市沧浦区", "县级", "990100") == passages[0].region
    assert document.evidence["region"].confidence == 1.0 and document.evidence["region"].source == "metadata.csv"


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"region": "不存在区"}, "不存在区"),
        ({"region": "鼓楼区"}, "多个同名地区"),
        ({"kind": "散文"}, "散文"),
        ({"status": "大概"}, "大概"),
    ],
)
def test_bad_values_of_metadata_csv_name_the_value(override, says):
    message = refusal(PLAN, **override)
    assert says in message and "metadata.csv" in message


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.txt"),
        (b"  \n", "a.txt"),
        (b"\x7fELF\x00\x01\x02" * 50, "a.txt"),
        (b"%PDF-1.7 ", "a.txt"),
        (PLAN.encode(), "a.exe"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(content, name):
    with pytest.raises(UnreadableFile) as caught:
        intake.read_document(content, Found(Path("/tmp") / name), GAZETTEER)
    assert "\n" not in str(caught.value)


def test_a_text_without_a_body_is_refused():
    assert "正文" in refusal("首页 > 某区\n打印本页\n")


def test_a_file_too_large_or_gone_is_refused(tmp_path):
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(intake.formats.SIZE_LIMIT + 1)
    for path in (large, tmp_path / "gone.txt"):
        with pytest.raises(UnreadableFile) as caught:
            intake.load(Found(path))
        assert "\n" not in str(caught.value)


def test_a_citys_passage_on_one_of_its_districts_is_that_districts():
    text = (
        f"临澜市国民经济和社会发展第十四个五年规划纲要\n\n一、布局\n沧浦区。{FILL}\n支持墨池区建设科教城区。{FILL}\n"
        f"沧浦区、墨池区协同发展。{FILL}\n沧浦区要带动墨池区，共同发展，{FILL}\n加快沧浦区工程建设，{FILL}\n（一）沧浦区\n{FILL}\n"
    )
    _, passages = load(text)
    about = [(p.region.name.removeprefix("澜江省临澜市") or p.region.name, p.paragraph) for p in passages]
    assert about == [("沧浦区", 1), ("墨池区", 2), ("澜江省临澜市", 3), ("澜江省临澜市", 4), ("沧浦区", 1)]


def test_reading_depends_on_override_and_places():
    keys = {
        intake.reading_key(Found(Path("a")), "1"),
        intake.reading_key(Found(Path("a"), {"kind": "通知"}), "1"),
        intake.reading_key(Found(Path("a")), "2"),
    }
    assert len(keys) == 3
