"""Readers: a delivered file of any format becomes the relations of the schema `landing`."""

from pipeline.readers.batch import read_batch
from pipeline.readers.cells import define_patient_id
from pipeline.readers.convert import (
    cell_text,
    converted,
    is_transport,
    is_workbook,
    sheet_read,
    sheets_of,
    whole_transport,
)
from pipeline.readers.fhir.load import load_resources
from pipeline.readers.fhir.shape import holds_lines, opened
from pipeline.readers.fhir.whose import records_of
from pipeline.readers.hl7v2.file import begins_message
from pipeline.readers.hl7v2.load import load_messages
from pipeline.readers.hl7v2.whose import parts_of
from pipeline.readers.kinds import refuse_other_kinds
from pipeline.readers.landed import prepare, read
from pipeline.readers.rows.header import read_header
from pipeline.readers.table import MissingColumns, header_of
from pipeline.readers.unpack import (
    beside_tables,
    delivered_tables,
    extracted,
    is_gzip,
    is_parquet,
    is_zip,
    line_ends,
    tables_in_zip,
    unpacked,
)
from pipeline.readers.whose import Row, rows_of

__all__ = [
    "MissingColumns",
    "Row",
    "begins_message",
    "beside_tables",
    "cell_text",
    "converted",
    "define_patient_id",
    "delivered_tables",
    "extracted",
    "header_of",
    "holds_lines",
    "is_gzip",
    "is_parquet",
    "is_transport",
    "is_workbook",
    "is_zip",
    "line_ends",
    "load_messages",
    "load_resources",
    "opened",
    "parts_of",
    "prepare",
    "read",
    "read_batch",
    "read_header",
    "records_of",
    "refuse_other_kinds",
    "rows_of",
    "sheet_read",
    "sheets_of",
    "tables_in_zip",
    "unpacked",
    "whole_transport",
]
