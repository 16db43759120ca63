"""Rows into a Parquet file, batch by batch, so that no more of them is held than one batch."""

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core import CONTACT

BATCH_ROWS = 5_000
BATCH_CHARACTERS = 2**24

_CODINGS = pa.list_(pa.struct([(name, pa.string()) for name in ("system", "code", "name")]))


def _schema(*texts, **others):
    return pa.schema(
        [("line", pa.int64()), *[(name, pa.string()) for name in texts], *others.items()]
    )


SCHEMAS = {
    "patient": _schema(
        "patient_id", "birth_date", "sex", "deceased_on", "merged_into", "recorded_at", "status",
        *CONTACT,
    ),
    "lab_result": _schema(
        "patient_id", "result_id", "accession_id", "value", "unit", "unit_printed", "status",
        "specimen", "collected_at", "reported_at", "reference_low", "reference_high",
        "abnormal_flag", "performing_lab", "method", "comment", codings=_CODINGS,
    ),
    "ragged": _schema(),
}  # fmt: skip


class RowFile:
    """A Parquet file under way; `rows` counts what was added."""

    def __init__(self, path, schema):
        self.path, self.schema, self.rows = path, schema, 0
        self._batch, self._size = [], 0

    def __enter__(self):
        self._writer = pq.ParquetWriter(self.path, self.schema, compression="lz4")
        return self

    def __exit__(self, *_):
        self._write()
        self._writer.close()

    def add(self, rows, size=0):
        """Add rows, dicts of the schema's columns that they have; size: of the text that they come
        from, in characters."""
        self._batch += rows
        self._size += size
        self.rows += len(rows)
        if len(self._batch) >= BATCH_ROWS or self._size >= BATCH_CHARACTERS:
            self._write()

    def _write(self):
        if self._batch:
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._batch, self.schema))
        self._batch, self._size = [], 0
