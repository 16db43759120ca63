"""Files without a known format: whether they are text at all, in which encoding, and how a word
shows in them."""

import codecs
from contextlib import suppress

BLOCK = 1 << 20
BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
PACKED = (
    # gzip, xz, zstd, lz4, Parquet
    b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"PAR1", b"PARE",
    # bzip2
    *(b"BZh%d%b" % (size, block) for size in range(1, 10) for block in BZIP2_BLOCKS),
    # zip, among them Office's; 7z, rar
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-",  # older Office, PDF
    b"HEADER RECORD*******LIB",  # SAS transport: its numbers are binary
)  # fmt: skip
NAMES = (".gz", ".parquet", ".zip", ".xlsx", ".xpt")  # that our profiles read


def is_opaque(path):
    """Whether what a file holds cannot be seen in its bytes: by how they begin or, for those may be
    damaged, by its name."""
    with path.open("rb") as file:
        return file.read(max(map(len, PACKED))).startswith(PACKED) or path.suffix.lower() in NAMES


def detect_encoding(path):
    """Of a text; UTF-16 shows by its mark, or by the zeros in its first letter. In Latin-1 any
    bytes are a text."""
    with path.open("rb") as file:
        head = file.read(2)
    marks = (("utf-16-le", codecs.BOM_UTF16_LE, 1), ("utf-16-be", codecs.BOM_UTF16_BE, 0))
    likely = [name for name, mark, zero in marks if head == mark or head[zero : zero + 1] == b"\0"]
    for encoding in (*likely, "utf-8"):
        with suppress(UnicodeDecodeError), path.open(encoding=encoding, newline="") as file:
            while file.read(BLOCK):
                pass
            return encoding
    return "latin-1"


def possible_spellings(word, encoding):
    """How a word may appear in a text. A text of unknown encoding was read as Latin-1, so its word
    may have been written in another one."""
    for likely in ("utf-8", "cp1252") if encoding == "latin-1" else ():
        with suppress(UnicodeEncodeError):
            yield word.encode(likely).decode("latin-1")
    yield word


def possible_originals(word, encoding):
    """What a word that shows in a text may have been: `possible_spellings` the other way round."""
    for likely in ("utf-8", "cp1252") if encoding == "latin-1" and not word.isascii() else ():
        with suppress(UnicodeDecodeError):
            yield word.encode("latin-1").decode(likely)
    yield word
