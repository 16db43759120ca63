"""DuckDB connections as this project uses them: bounded, closed to the network, in UTC."""

from contextlib import contextmanager

import duckdb

from pipeline.core import LakeUnavailable, memory_limit


def connect(path=":memory:", *, spill=None, read_only=False):
    """A connection that uses no more memory than allowed, spills beside its file or into `spill`, and loads no extension."""
    config = {
        "memory_limit": memory_limit(), "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    }  # fmt: skip
    if spill:
        config["temp_directory"] = str(spill)
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    return con


OUR_DISK = ("Could not write", "Async write", "No space left", "Failed to commit", "offload", "Read-only", "Input/output error")


def is_disk_or_memory_error(error):
    """Whether an error of DuckDB comes from where it works, the disk or the memory, and not from what it reads."""
    return isinstance(error, duckdb.OutOfMemoryException) or (
        isinstance(error, duckdb.OperationalError) and any(words in str(error) for words in OUR_DISK)
    )


def is_damage_error(error):
    """Whether an error of DuckDB, or of what it handed out, comes from a file that is damaged, and not from the question."""
    kinds = (duckdb.OperationalError, duckdb.InvalidInputException, UnicodeDecodeError)
    return isinstance(error, kinds) or type(error) is duckdb.Error


@contextmanager
def reading(home):
    """Raises LakeUnavailable where a file of the lake turns out to be unreadable, or the disk to be full."""
    try:
        yield
    except (duckdb.Error, UnicodeDecodeError) as error:
        if is_disk_or_memory_error(error):
            raise write_error(home.root, error) from None
        if is_damage_error(error):
            raise LakeUnavailable(
                f"A file of the lake under {home.lake} cannot be read ({type(error).__name__}). "
                "Restore the lake from the backup (b12 restore), or replay the archive with b12 reingest."
            ) from None
        raise


def write_error(folder, error):
    """The LakeUnavailable of a DuckDB that found no room, or no right, for what it writes below a folder."""
    return LakeUnavailable(
        f"What is worked with under {folder} cannot be written ({type(error).__name__}). "
        "Look whether the disk is full and can be written; then type the command again: what was begun is taken up."
    )


def rows_of(con, select, values=()):
    """The rows of a SELECT as dicts, by column."""
    cursor = con.execute(select, list(values))
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
