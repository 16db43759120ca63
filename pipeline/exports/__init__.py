"""A worklist as a file for other programs, and the texts that commands print."""

from pipeline.exports import fhir, omop
from pipeline.exports.cells import cells_of, escaped, escaped_beginning, text_columns
from pipeline.exports.font import composed, missing_characters, pdf_font
from pipeline.exports.meta import Meta, meta_in
from pipeline.exports.paper import PaperTable, write_paper
from pipeline.exports.published import as_shown, published, worklist_csv
from pipeline.exports.report import (
    PRIORITIES,
    WORKLIST_COLUMNS,
    WORKLIST_LEAST,
    account_line,
    describe,
)
from pipeline.exports.tabular import as_json, as_rows, table
from pipeline.exports.width import fitted, width_of
from pipeline.exports.write import FORMATS, as_file, file_name, write

__all__ = [
    "FORMATS",
    "PRIORITIES",
    "WORKLIST_COLUMNS",
    "WORKLIST_LEAST",
    "Meta",
    "PaperTable",
    "account_line",
    "as_file",
    "as_json",
    "as_rows",
    "as_shown",
    "cells_of",
    "composed",
    "describe",
    "escaped",
    "escaped_beginning",
    "fhir",
    "file_name",
    "fitted",
    "meta_in",
    "missing_characters",
    "omop",
    "pdf_font",
    "published",
    "table",
    "text_columns",
    "width_of",
    "worklist_csv",
    "write",
    "write_paper",
]
