"""What a file's first bytes say it is, by magic numbers; it never looks at the name and never parses."""

# Bytes at offset 0 → what they are; each is long enough that no text in UTF-8 or GB18030 opens with it by
# accident.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x7fELF", "程序"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"SQLite format 3\x00", "SQLite"),
)

# Short magic numbers that ordinary words may begin with count only when a NUL follows within the first
# kilobyte.
_SHORT_MAGIC: tuple[tuple[bytes, str], ...] = ((b"MZ", "程序"), (b"BM", "BMP"), (b"RIFF", "多媒体"))


def signature(content: bytes) -> str | None:
    """The kind of file the bytes belong to ("ZIP", "PDF", "PNG" …), or None for plain text and the
    unknown."""
    head = content[:1024]
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if b"\x00" in head:
        for magic, kind in _SHORT_MAGIC:
            if head.startswith(magic):
                return kind
        if head[4:8] == b"ftyp":
            return "多媒体"
        return None
    # Scanners and mail gateways put a line or two before a PDF's header, which every viewer accepts.
    position = head.find(b"%PDF-1.")
    if position >= 0 and b"\nxref" in content[-(1 << 20) :] + content[: 1 << 16]:
        return "PDF"
    lowered = head.lower()
    if b"mime-version:" in lowered and b"content-type: multipart/related" in lowered:
        return "MHTML"
    return None
