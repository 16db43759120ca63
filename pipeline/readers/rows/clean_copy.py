"""A copy of a CSV file with the records that fit, and nothing that a reader could take for
something else."""

from pipeline.readers.rows.blocks import BLOCK


class CleanCopy:
    """Written only from the first record on that makes it necessary; the file itself until then.

    path: what is to be read, the file `original` or the copy. header: the Header of the original.
    """

    def __init__(self, original, copy, *, header, form):
        self.path = original
        self._original, self._copy, self._header, self._form = original, copy, header, form
        self._target = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._target:
            self._target.close()

    @property
    def has_begun(self):
        return self._target is not None

    def begin(self, end):
        """Begin with the file's records up to a place in bytes."""
        self._target, self.path = self._copy.open("wb"), self._copy
        cells = [b"column"] * len(self._header.cells)
        self.add(self._form.delimiter.join(cells) + self._header.line_break)
        with self._original.open("rb") as file:
            file.seek(self._header.end)
            left = end - self._header.end
            while left and (block := file.read(min(left, BLOCK))):
                self._target.write(block)
                left -= len(block)

    def add(self, records):
        """Add the bytes of whole records."""
        assert self._target, "begin() comes first"
        self._target.write(self._form.restored(records))
