"""The lake: Delta tables of accepted and rejected rows, and of the account of each delivery."""

from pipeline.lake.identity import ids_of_patient
from pipeline.lake.queries import query
from pipeline.lake.schema import COLUMNS, TABLES
from pipeline.lake.swap import swap
from pipeline.lake.tables import append, attach, compact, erase, open_table, path_of, vacuum
from pipeline.lake.versions import inputs_are_available, lake_state

__all__ = ["COLUMNS", "TABLES", "ids_of_patient", "append", "inputs_are_available", "attach", "compact", "erase", "lake_state", "open_table", "path_of", "query", "swap", "vacuum"]
