"""The words of delivered files: among them an id that no table knows, because every row of it was
rejected."""

from pipeline.core import Refused
from pipeline.engine import (
    EngineError,
    connect,
    is_disk_or_memory_error,
    quoted_identifier,
    write_error,
)
from pipeline.erasure.ids import words_of
from pipeline.erasure.text_encoding import detect_encoding, is_opaque, possible_originals
from pipeline.erasure.texts import table_of
from pipeline.profiles import clean_id
from pipeline.readers import cell_text, is_parquet, is_workbook, sheets_of


def tokens_of(path, folder):
    """Every cell and every word of a delivered file, as text; of Parquet every value, too, and of a
    workbook all sheets. None where it cannot be read.

    folder: where it is unpacked. Raises LakeUnavailable for a disk that is full.
    """
    try:
        plain = table_of(path, folder)
        if is_workbook(plain):
            return _of_workbook(plain)
    except Refused:
        return None
    if is_parquet(plain):
        return _of_parquet(plain, folder)
    return None if is_opaque(plain) else _of_text(plain)


def _of_workbook(path):
    texts = (cell_text(cell) for _, rows in sheets_of(path) for row in rows for cell in row)
    return {token for text in texts if text for token in _tokens(text)}


def _of_text(path):
    encoding, tokens = detect_encoding(path), set()
    with path.open(encoding=encoding, newline="") as file:
        for line in file:
            tokens |= words_of(line)
    return {meant for word in tokens for meant in possible_originals(word, encoding)}


def _tokens(value):
    return {value.strip(), clean_id(value), *words_of(value)}


def _of_parquet(path, folder):
    con, tokens = connect(spill=folder / "spill"), set()
    described = "describe from read_parquet($1)"
    try:
        for column, *_ in con.execute(described, [str(path)]).fetchall():
            values = f"select distinct {quoted_identifier(column)}::varchar from read_parquet($1)"
            for (value,) in con.execute(values, [str(path)]).fetchall():
                tokens |= _tokens(value) if value else set()
    except (EngineError, UnicodeDecodeError) as error:
        if is_disk_or_memory_error(error):
            raise write_error(folder, error) from None
        return None
    finally:
        con.close()
    return tokens
