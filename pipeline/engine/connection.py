"""DuckDB connections as this project uses them: bounded, closed to the network, in UTC."""

from contextlib import contextmanager

import duckdb

from pipeline.core import (
    LakeUnavailable,
    OutOfMemory,
    StorageError,
    in_megabytes,
    memory_in_bytes,
)

# What DuckDB raises, for those who call it: only this package imports DuckDB
EngineError = duckdb.Error
DataError = duckdb.DataError
OperationalError = duckdb.OperationalError
OutOfMemoryException = duckdb.OutOfMemoryException
ProgrammingError = duckdb.ProgrammingError

# How DuckDB words what went wrong with the disk or the memory it works with, rather than with what
# it reads
WORKING_DISK = (
    "Could not write", "Async write", "No space left", "Failed to commit", "offload", "Read-only",
    "Input/output error",
)  # fmt: skip
# What it, and the system below it, say where there is no memory, in errors of any kind
NO_MEMORY = ("llocat", "bad_alloc", "ut of memory", "Resource temporarily unavailable")


def connect(path=":memory:", *, spill=None, read_only=False, memory=None):
    """A connection that loads no extension and spills into the folder `spill`, else beside its
    file; in memory without such a folder it spills nowhere.

    memory: what it may use, such as `3GB`; else `$B12_MEMORY`.
    """
    config = {
        "memory_limit": memory or in_megabytes(memory_in_bytes()),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    # DuckDB's own choice is .tmp in the current folder, which may be open to others
    if spill or path == ":memory:":
        config["temp_directory"] = str(spill or "")
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    return con


def connect_to_file(path, *, view):
    """A connection whose SQL can read one Parquet file, as this view, and no other file, and can
    change no setting: for SQL that others wrote. It spills beside the file."""
    con = connect(spill=path.parent / "spill")
    con.execute(f"create view {view} as from read_parquet({quoted_text(path)})")
    con.execute(f"set allowed_paths = [{quoted_text(path)}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def is_disk_or_memory_error(error):
    """Whether an error of DuckDB comes from the disk or memory it works with, and not from what it
    reads."""
    kinds = (OperationalError, OutOfMemoryException)
    return _is_memory_error(error) or (
        isinstance(error, kinds) and any(words in str(error) for words in WORKING_DISK)
    )


def _is_memory_error(error):
    "Not where a disk is full onto which DuckDB would spill: it calls that out of memory, too"
    is_named = isinstance(error, OutOfMemoryException)
    if is_named and "offload data block" in str(error):
        return False
    return is_named or any(words in str(error).split("\n", 1)[0] for words in NO_MEMORY)


def fault_of(error):
    """What DuckDB found wrong with a file that it reads, in words of this program: its own message
    may quote the file."""
    if "not valid UTF8" in str(error) or "Invalid unicode" in str(error):
        return "a text in it is not UTF-8"
    if isinstance(error, duckdb.ConversionException):
        return "a value in it is not of the type of its column"
    return f"it is damaged, or of a kind that is not read ({type(error).__name__})"


def is_damage_error(error):
    """Whether an error of DuckDB, or of a text it returned, comes from a damaged file, and not from
    the query."""
    kinds = (OperationalError, duckdb.InvalidInputException, UnicodeDecodeError)
    return isinstance(error, kinds) or type(error) is EngineError


@contextmanager
def storage_errors(home):
    """Raises LakeUnavailable where a file of the lake is unreadable, and StorageError where the
    disk or memory is full."""
    try:
        yield
    except (EngineError, UnicodeDecodeError) as error:
        if is_disk_or_memory_error(error):
            raise write_error(home.root, error) from None
        if is_damage_error(error):
            raise LakeUnavailable(fault_of_lake(home, error)) from None
        raise


def is_of_object_store(error):
    """Whether an error of DuckDB comes from a file system that Python serves; its text is a trace,
    which is not shown."""
    return type(error) is EngineError and str(error).startswith("Traceback (most recent call last)")


def fault_of_lake(home, error):
    """What is wrong with a home's lake, for people, where reading or writing it ended with an
    error."""
    is_missing = "FileNotFoundError" in str(error)
    if home.lake_url and not is_missing and not isinstance(error, OperationalError):
        return (
            f"The lake at {home.lake_url} cannot be reached, or refuses these credentials. Check"
            " B12_LAKE_URL, the variables AWS_… and the object store, then type the command again;"
            " it continues where it stopped."
        )
    return (
        f"A file of the lake under {home.lake_name}, or of a run under {home.runs}, is missing or"
        " damaged; b12 doctor names it. Restore it from the backup (b12 restore), or replay the"
        " archive: b12 reingest."
    )


def write_error(folder, error):
    """The StorageError of a DuckDB that found no memory, no room or no right for what it writes
    below a folder."""
    if _is_memory_error(error):
        return OutOfMemory(
            f"Not enough memory: DuckDB may use {in_megabytes(memory_in_bytes())} (B12_MEMORY)."
            " Raise that limit, screen fewer patients together (B12_BUCKET_PATIENTS) or close other"
            " programs, then type the command again; it continues where it stopped."
        )
    return StorageError(
        f"Files under {folder} cannot be written ({type(error).__name__}). Check that the disk is"
        " writable and not full, then type the command again; it continues where it stopped."
    )


def rows_of(con, select, values=()):
    """The rows of a SELECT as dicts by column."""
    cursor = con.execute(select, list(values))
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def quoted_text(value):
    """A text or path as a literal: for CREATE VIEW, which takes no parameter; elsewhere bind it."""
    return "'" + str(value).replace("'", "''") + "'"


def scan_of_parquet(paths):
    """The call that reads these Parquet files, in order, for the FROM of a SELECT."""
    return f"read_parquet([{', '.join(map(quoted_text, paths))}])"


def quoted_identifier(name):
    """A column's name, of any characters, as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
