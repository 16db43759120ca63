"""The words of delivered files: among them an id that no table knows, because every row of it was
rejected."""

import re

from pipeline.core import Refused
from pipeline.engine import (
    EngineError,
    connect,
    is_disk_or_memory_error,
    quoted_identifier,
    write_error,
)
from pipeline.erasure.text_encoding import detect_encoding, is_opaque, possible_originals
from pipeline.profiles import clean_id
from pipeline.readers import unpacked

# of ASCII alone: where a text was read as Latin-1, the second byte of a letter in UTF-8 may look
# like a space
CELLS = re.compile(r"""[,;|^~&\t\r\n"<>{}\[\]\ufeff]+""", re.ASCII)
WORDS = re.compile(r"[\s'/:=]+", re.ASCII)
SPACE = " \t\v\f"


def tokens_of(path, folder):
    """Every cell and every word of a delivered file, as text; of Parquet every value, too. None
    where it cannot be read.

    folder: where it is unpacked. Raises LakeUnavailable for a disk that is full.
    """
    try:
        plain = unpacked(path, folder)
    except Refused:
        return None
    if _is_parquet(plain):
        return _of_parquet(plain, folder)
    return None if is_opaque(plain) else _of_text(plain)


def _is_parquet(path):
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _of_text(path):
    encoding, tokens = detect_encoding(path), set()
    with path.open(encoding=encoding, newline="") as file:
        for line in file:
            tokens |= words_of(line)
    return {meant for word in tokens for meant in possible_originals(word, encoding)}


def words_of(text):
    """The cells of a line, and the words of each."""
    words = set()
    for cell in CELLS.split(text):
        words |= {cell.strip(SPACE), clean_id(cell), *WORDS.split(cell)}
    return words


def _of_parquet(path, folder):
    con, tokens = connect(spill=folder / "spill"), set()
    described = "describe from read_parquet($1)"
    try:
        for column, *_ in con.execute(described, [str(path)]).fetchall():
            values = f"select distinct {quoted_identifier(column)}::varchar from read_parquet($1)"
            for (value,) in con.execute(values, [str(path)]).fetchall():
                tokens |= {value.strip(), clean_id(value), *words_of(value)} if value else set()
    except (EngineError, UnicodeDecodeError) as error:
        if is_disk_or_memory_error(error):
            raise write_error(folder, error) from None
        return None
    finally:
        con.close()
    return tokens
