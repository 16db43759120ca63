"""A worklist as a file for other programs, and the texts that commands print."""

from pipeline.exports.meta import Meta, meta_in, meta_of
from pipeline.exports.output import as_json, as_rows
from pipeline.exports.published import published
from pipeline.exports.report import PRIORITIES, WORKLIST_COLUMNS, account_line, describe, latest, table, worklist, worklist_csv
from pipeline.exports.write import FORMATS, Form, as_file, file_name, write

__all__ = ["FORMATS", "Form", "Meta", "PRIORITIES", "WORKLIST_COLUMNS", "account_line", "as_file", "as_json", "as_rows", "describe", "file_name", "latest", "meta_in", "meta_of", "published", "table", "worklist", "worklist_csv", "write"]
