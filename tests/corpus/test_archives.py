"""Archives as people pack them and as attackers do: names, limits and damage; every archive is made here."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import archives
from corpus.archives import Member, is_archive, members, read_member
from corpus.errors import UnreadableFile

TEXT = "临澜市望潮区海岸带规划。".encode()


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as package:
        for name, content in files:
            package.writestr(name, content)
    return stream.getvalue()


def named_in(codec: str, name: str, content: bytes = TEXT) -> bytes:
    """An archive whose one name is in `codec`, without the flag for UTF-8."""
    raw = name.encode(codec)
    blank = packed(("x" * len(raw), content))
    return blank.replace(b"x" * len(raw), raw)


@pytest.fixture
def on_disk(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(content: bytes, name: str = "a.zip") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def listed(path: Path) -> list[str]:
    return [member.inner for member in members(path) if member.refusal is None]


def refusals(path: Path) -> dict[str, str]:
    found = {member.inner: member.refusal for member in members(path) if member.refusal}
    for inner, message in found.items():
        assert "\n" not in message and "请" in message and message.startswith(path.name + "/"), message
        if not inner.endswith(".zip"):
            with pytest.raises(UnreadableFile):
                read_member(path, inner)
    return found


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(members(path))
    message = str(caught.value)
    assert message.startswith(f"{path.name}：") and "\n" not in message and "请" in message
    return message


def test_members_in_order_with_nested_archives_in_their_place(on_disk) -> None:  # type: ignore[no-untyped-def]
    inner = packed(("规划/c.txt", TEXT), ("d.docx", b"d"))
    path = on_disk(packed(("甲.txt", b"1"), ("子/b.zip", inner), ("乙.docx", b"2")))
    assert list(members(path)) == [
        Member("甲.txt", 1), Member("子/b.zip/规划/c.txt", len(TEXT)), Member("子/b.zip/d.docx", 1), Member("乙.docx", 1),
    ]  # fmt: skip
    assert read_member(path, "子/b.zip/规划/c.txt") == TEXT and read_member(path, "乙.docx") == b"2"
    with pytest.raises(UnreadableFile, match="没有这个文件"):
        read_member(path, "丙.docx")


@pytest.mark.parametrize("codec", ["gbk", "gb18030", "utf-8"])
def test_names_without_the_flag_are_decoded(on_disk, codec: str) -> None:  # type: ignore[no-untyped-def]
    path = on_disk(named_in(codec, "临澜市十四五规划纲要.docx"))
    assert listed(path) == ["临澜市十四五规划纲要.docx"]
    assert read_member(path, "临澜市十四五规划纲要.docx") == TEXT


def test_a_unicode_name_beside_the_plain_one_wins(on_disk) -> None:  # type: ignore[no-untyped-def]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        info = zipfile.ZipInfo("__.txt")
        field = b"\x01" + struct.pack("<I", zlib.crc32(b"__.txt")) + "𠮷镇.txt".encode()
        info.extra = struct.pack("<HH", 0x7075, len(field)) + field
        package.writestr(info, TEXT)
    assert listed(on_disk(stream.getvalue())) == ["𠮷镇.txt"]


def test_names_lead_nowhere_but_down_and_stay_apart(on_disk) -> None:  # type: ignore[no-untyped-def]
    with pytest.warns(UserWarning, match="Duplicate"):
        content = packed(
            ("/etc/a.txt", b"1"), ("../../b.txt", b"2"), ("C:\\d\\c.txt", b"3"), ("b.txt", b"4"), ("b.txt", b"5"),
            ("x/../y.txt", b"6"), ("d/", b""),
        )  # fmt: skip
    path = on_disk(content)
    assert [(inner, read_member(path, inner)) for inner in listed(path)] == [
        ("etc/a.txt", b"1"), ("b.txt", b"2"), ("d/c.txt", b"3"), ("b (2).txt", b"4"), ("b (3).txt", b"5"), ("x/y.txt", b"6"),
    ]  # fmt: skip


def test_what_systems_add_is_passed_over(on_disk) -> None:  # type: ignore[no-untyped-def]
    names = ["__MACOSX/._a.txt", ".DS_Store", "子/.git/x", "~$规划.docx", "Thumbs.db", "desktop.ini", "a.txt"]
    assert listed(on_disk(packed(*((name, TEXT) for name in names)))) == ["a.txt"]


def test_bad_members_do_not_cost_the_rest(on_disk) -> None:  # type: ignore[no-untyped-def]
    content = bytearray(
        packed(("好.txt", TEXT), ("坏.txt", b"Q" * 50), ("b.zip", b"PK\x03\x04junk"), method=zipfile.ZIP_STORED)
    )
    at = content.index(b"Q" * 50)
    content[at] = 0
    path = on_disk(bytes(content))
    assert read_member(path, "好.txt") == TEXT
    with pytest.raises(UnreadableFile, match=r"a\.zip/坏\.txt：.*损坏.*请"):
        read_member(path, "坏.txt")
    assert "b.zip" in refusals(path)


def test_encrypted_members_are_refused_one_by_one(on_disk) -> None:  # type: ignore[no-untyped-def]
    content = bytearray(packed(("a.txt", TEXT), ("b.txt", TEXT)))
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    path = on_disk(bytes(content))
    assert listed(path) == ["b.txt"] and "密码" in refusals(path)["a.txt"]


def test_bombs_and_masses_are_refused(on_disk, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    path = on_disk(packed(("a.txt", TEXT), ("b.txt", bytes(archives.SIZE_LIMIT + 1)), ("c.txt", bytes(9 << 20))))
    found = refusals(path)
    assert "上限" in found["b.txt"] and "压缩比" in found["c.txt"] and listed(path) == ["a.txt"]
    monkeypatch.setattr(archives, "TOTAL_LIMIT", 8 << 20)
    assert "展开后" in refused(path)
    monkeypatch.setattr(archives, "MEMBERS_LIMIT", 3)
    many = packed(*((f"{n}.txt", b"") for n in range(4)))
    assert "个" in refused(on_disk(many))
    nested = on_disk(packed(("a.txt", TEXT), ("b.zip", many)))
    assert listed(nested) == ["a.txt"] and "个" in refusals(nested)["b.zip"]


def test_archives_nest_twice_at_most(on_disk) -> None:  # type: ignore[no-untyped-def]
    third = packed(("d.txt", TEXT))
    path = on_disk(packed(("b.zip", packed(("c.zip", third), ("c.txt", TEXT)))))
    assert listed(path) == ["b.zip/c.txt"] and "嵌套" in refusals(path)["b.zip/c.zip"]
    with pytest.raises(UnreadableFile):
        read_member(path, "b.zip/c.zip/d.txt")


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "a.rar", "RAR"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "a.zip", "RAR"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "a.7z", "7Z"),
        (b"\x1f\x8b\x08" + bytes(50), "a.gz", "GZIP"),
        (bytes(600), "a.tar", ".tar"),
        (b"PK\x03\x04" + bytes(50), "a.zip", "不完整"),
        (b"", "a.zip", "不完整"),
        (packed(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")), "a.zip", ".docx"),
    ],
)
def test_what_is_no_readable_archive_is_refused_with_advice(on_disk, content: bytes, name: str, word: str) -> None:  # type: ignore[no-untyped-def]
    assert is_archive(name) and word in refused(on_disk(content, name))


def test_rar_inside_and_files_that_are_gone(on_disk) -> None:  # type: ignore[no-untyped-def]
    path = on_disk(packed(("b.rar", b"Rar!"), ("a.txt", TEXT)))
    assert listed(path) == ["a.txt"] and "RAR" in refusals(path)["b.rar"].upper()
    assert not is_archive("a.docx")
    path.unlink()
    assert "无法读取" in refused(path)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = packed(("a.txt", TEXT * 30), ("b.zip", packed(("c.txt", TEXT))), ("d.docx", b"d" * 100))
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(bytes(content))
    try:
        for member in members(path):
            read_member(path, member.inner)
    except UnreadableFile as error:
        assert "\n" not in str(error)
