"""The lake: Delta tables of accepted and rejected rows, and of the account of each delivery."""

from pipeline.lake import queries, schema
from pipeline.lake.carry import carry_account, carry_rows, check_carried
from pipeline.lake.form import FORM, check_form, form_of, note_form
from pipeline.lake.identity import ids_of_patient
from pipeline.lake.layout import compact
from pipeline.lake.queries import query
from pipeline.lake.schema import COLUMNS, TABLES, arrow_schema
from pipeline.lake.swap import swap
from pipeline.lake.tables import (
    append,
    count_of_patients,
    erase,
    file_paths,
    open_table,
    redact_refusal,
    replace_rows,
    vacuum,
)
from pipeline.lake.versions import is_readable_as, lake_id, newest_versions
from pipeline.lake.views import Ids, Range, attach, check_tables_present

__all__ = [
    "COLUMNS",
    "FORM",
    "TABLES",
    "Ids",
    "Range",
    "append",
    "arrow_schema",
    "attach",
    "carry_account",
    "carry_rows",
    "check_carried",
    "check_form",
    "check_tables_present",
    "compact",
    "count_of_patients",
    "erase",
    "file_paths",
    "form_of",
    "ids_of_patient",
    "is_readable_as",
    "lake_id",
    "newest_versions",
    "note_form",
    "open_table",
    "queries",
    "query",
    "redact_refusal",
    "replace_rows",
    "schema",
    "swap",
    "vacuum",
]
