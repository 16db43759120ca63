"""The lake: Delta tables of accepted and rejected rows, and of the account of each delivery."""

from pipeline.lake import queries, schema
from pipeline.lake.carry import carry_account, carry_rows, check_carried
from pipeline.lake.form import FORM, check_form, form_of, note_form
from pipeline.lake.identity import ids_of_patient
from pipeline.lake.layout import compact, read_by_ranges
from pipeline.lake.object_store import lake_errors
from pipeline.lake.places import exists, keeps_old_objects
from pipeline.lake.queries import query
from pipeline.lake.schema import COLUMNS, TABLES, arrow_schema
from pipeline.lake.swap import beside, remove_others, swap
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
from pipeline.lake.transfer import check_is_free, fetch, move_to_store, note_of_form, objects_of
from pipeline.lake.versions import (
    is_readable_as,
    lake_id,
    missing_files,
    newest_versions,
    state_of_logs,
)
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
    "beside",
    "carry_account",
    "carry_rows",
    "check_carried",
    "check_form",
    "check_is_free",
    "check_tables_present",
    "compact",
    "count_of_patients",
    "erase",
    "exists",
    "fetch",
    "file_paths",
    "form_of",
    "ids_of_patient",
    "is_readable_as",
    "keeps_old_objects",
    "lake_errors",
    "lake_id",
    "missing_files",
    "move_to_store",
    "newest_versions",
    "note_form",
    "note_of_form",
    "objects_of",
    "open_table",
    "queries",
    "query",
    "read_by_ranges",
    "redact_refusal",
    "remove_others",
    "replace_rows",
    "schema",
    "state_of_logs",
    "swap",
    "vacuum",
]
