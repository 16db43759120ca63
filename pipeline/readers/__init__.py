"""Readers: a delivered file of any format becomes the relations of the schema `landing`."""

from pipeline.readers.cells import define_patient_id
from pipeline.readers.convert import (
    cell_text,
    converted,
    is_transport,
    is_workbook,
    sheets_of,
    whole_transport,
)
from pipeline.readers.fhir.load import load_resources
from pipeline.readers.hl7v2.load import load_messages
from pipeline.readers.kinds import refuse_other_kinds
from pipeline.readers.landed import read
from pipeline.readers.rows.form import LONGEST as LONGEST_RECORD
from pipeline.readers.rows.header import read_header
from pipeline.readers.table import header_of
from pipeline.readers.unpack import (
    delivered_tables,
    extracted,
    is_gzip,
    is_parquet,
    is_zip,
    tables_in_zip,
    unpacked,
)

__all__ = [
    "LONGEST_RECORD",
    "cell_text",
    "converted",
    "define_patient_id",
    "delivered_tables",
    "extracted",
    "header_of",
    "is_gzip",
    "is_parquet",
    "is_transport",
    "is_workbook",
    "is_zip",
    "load_messages",
    "load_resources",
    "read",
    "read_header",
    "refuse_other_kinds",
    "sheets_of",
    "tables_in_zip",
    "unpacked",
    "whole_transport",
]
