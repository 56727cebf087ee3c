"""Archives in the tray: members with their side files, what a browser saved beside a page, what cannot be opened."""

import zipfile
from pathlib import Path

import pytest

from corpus import intake
from corpus.errors import UnreadableFile
from corpus.tray import find

REGIONS = "code,name,level,parent\n990102,沧浦区,县级,\n"


def packed(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return path


def test_members_are_files_of_their_own_with_the_side_files_beside_them(tmp_path: Path):
    inner = packed(tmp_path / "里.zip", c_dot_txt="丙")
    packed(tmp_path / "外.zip", **{
        "a_dot_txt": "甲", "规划__b_dot_txt": "乙", "规划__metadata_dot_csv": "file,title\nb.txt,另题\n",
        "规划__regions_dot_csv": REGIONS, "规划__里_dot_zip": inner.read_bytes(),
    })  # fmt: skip
    inner.unlink()
    held = find([tmp_path])
    assert [f.key.removeprefix(f"{tmp_path.as_posix()}/") for f in held.files] == [
        "外.zip/a.txt", "外.zip/规划/b.txt", "外.zip/规划/里.zip/c.txt",
    ]  # fmt: skip
    assert [f.name for f in held.files] == ["a.txt", "b.txt", "c.txt"]
    assert [dict(f.override) for f in held.files] == [{}, {"title": "另题"}, {}]
    assert [place.name for place in held.places] == ["沧浦区"] and held.refused == ()
    assert [intake.load(f).decode() for f in held.files] == ["甲", "乙", "丙"]


def test_an_archive_that_cannot_be_opened_is_refused_and_the_rest_is_found(tmp_path: Path):
    (tmp_path / "坏.zip").write_bytes(b"PK\x03\x04 truncated")
    (tmp_path / "包.rar").write_bytes(b"Rar!\x1a\x07\x00")
    packed(tmp_path / "空.zip")
    (tmp_path / "好.txt").write_text("好", "utf-8")
    held = find([tmp_path])
    assert [f.name for f in held.files] == ["好.txt"]
    assert {Path(path).name for path, _ in held.refused} == {"坏.zip", "包.rar", "空.zip"}
    assert all("\n" not in reason and "请" in reason for _, reason in held.refused)


def test_a_damaged_member_costs_itself_only(tmp_path: Path):
    file = packed(tmp_path / "x.zip", a_dot_txt="甲" * 500, b_dot_txt="乙")
    content = file.read_bytes()
    file.write_bytes(content.replace("甲".encode() * 50, "申".encode() * 50, 1))
    first, second = find([file]).files
    with pytest.raises(UnreadableFile):
        intake.load(first)
    assert intake.load(second) == "乙".encode()


def test_what_a_browser_saved_beside_a_page_is_left_out(tmp_path: Path):
    (tmp_path / "规划.html").write_text("<p>规划</p>", "utf-8")
    for folder in ("规划_files", "别的_files"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "logo.png").write_bytes(b"\x89PNG")
    assert [f.key.removeprefix(f"{tmp_path.as_posix()}/") for f in find([tmp_path]).files] == ["别的_files/logo.png", "规划.html"]


def test_folders_nested_beyond_reason_are_walked(tmp_path: Path):
    deep = tmp_path
    for _ in range(300):
        deep = deep / "夹"
    try:
        deep.mkdir(parents=True)
    except OSError:
        pytest.skip("this file system takes no path so long")
    (deep / "a.txt").write_text("甲", "utf-8")
    assert [f.name for f in find([tmp_path]).files] == ["a.txt"]
