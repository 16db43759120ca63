"""Readers: a delivered file of any format becomes the relations of the schema `landing`."""

from pipeline.readers.cells import define_patient_id
from pipeline.readers.fhir.load import load_resources
from pipeline.readers.hl7v2.load import load_messages
from pipeline.readers.landed import read
from pipeline.readers.rows.form import LONGEST as LONGEST_RECORD
from pipeline.readers.rows.header import read_header
from pipeline.readers.table import header_of
from pipeline.readers.unpack import is_gzip, unpacked

__all__ = [
    "LONGEST_RECORD",
    "define_patient_id",
    "header_of",
    "is_gzip",
    "load_messages",
    "load_resources",
    "read",
    "read_header",
    "unpacked",
]
