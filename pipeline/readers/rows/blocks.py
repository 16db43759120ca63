"""A text file in blocks of whole lines."""

from pipeline.readers.rows.form import BREAK

BLOCK = 1 << 20


def blocks(path, start, line_break):
    """The bytes of a file from a place on, in blocks of whole lines; a last line without a line
    break is given one."""
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(BLOCK):
            if not block.endswith(BREAK):
                block += file.readline()
            if not block.endswith(BREAK):
                block = block.removesuffix(b"\r") + line_break
            yield block
