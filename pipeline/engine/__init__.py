"""DuckDB: the one place that opens connections, and SQL files as relations."""

from pipeline.engine import relations
from pipeline.engine.connection import connect, is_disk_or_memory_error, reading, rows_of, write_error
from pipeline.engine.relations import build, build_order, create, create_view, names, reads, select_of, view_of_parquet

__all__ = ["build", "write_error", "connect", "create", "create_view", "build_order", "is_disk_or_memory_error", "view_of_parquet", "names", "reading", "reads", "relations", "rows_of", "select_of"]
