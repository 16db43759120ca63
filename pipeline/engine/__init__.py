"""DuckDB: the one place that opens connections, and SQL files as relations."""

from pipeline.engine import relations
from pipeline.engine.connection import (
    DataError,
    EngineError,
    OperationalError,
    OutOfMemoryException,
    ProgrammingError,
    connect,
    is_disk_or_memory_error,
    quoted_identifier,
    quoted_text,
    rows_of,
    storage_errors,
    write_error,
)
from pipeline.engine.relations import (
    build,
    build_order,
    create,
    create_view,
    relation_names,
    relations_read_by,
    select_of,
    view_of_parquet,
)

__all__ = [
    "DataError",
    "EngineError",
    "OperationalError",
    "OutOfMemoryException",
    "ProgrammingError",
    "build",
    "build_order",
    "connect",
    "create",
    "create_view",
    "is_disk_or_memory_error",
    "quoted_identifier",
    "quoted_text",
    "relation_names",
    "relations",
    "relations_read_by",
    "rows_of",
    "select_of",
    "storage_errors",
    "view_of_parquet",
    "write_error",
]
