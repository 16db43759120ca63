"""How much memory this process may use, by the settings and by what the machine has."""

import os
from contextlib import suppress
from pathlib import Path

from pydantic import ByteSize, TypeAdapter

from pipeline.core.environment import settings
from pipeline.core.errors import UsageError

LEAST = 10_000_000  # bytes with which DuckDB can do anything
SHARE = 25  # per cent: a machine may run two tasks, each with Python beside DuckDB
CONTAINER = (  # the files in which Linux says what a container may use
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def memory_in_bytes():
    """What one DuckDB connection may use: `$B12_MEMORY`, else a quarter of what there is. Raises
    UsageError."""
    memory = (settings().memory or f"{SHARE}%").strip()
    with suppress(ValueError, OverflowError):
        if memory.endswith("%"):
            size = int(machine_memory() * float(memory.removesuffix("%")) / 100)
        else:
            size = int(TypeAdapter(ByteSize).validate_python(memory))
        if size >= LEAST:
            return size
    raise UsageError(f"Invalid settings: $B12_MEMORY is {memory}. Write it as 3GB or 80%.")


def machine_memory():
    """The bytes of memory that the machine has or, if that is less, its container."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *_limits()])


def _limits():
    for path in CONTAINER:
        with suppress(OSError, ValueError):  # without a limit the file says: max
            yield int(path.read_text(encoding="ascii"))


def memory_of_a_file():
    """The bytes that the ingest of one file may use: `$B12_FILE_MEMORY`, else twice what one DuckDB
    connection may use, and 1 GB. Raises UsageError."""
    return int(settings().file_memory or 2 * memory_in_bytes() + 1_000_000_000)


def memory_of_its_database():
    """What DuckDB may use of it, as DuckDB takes it: no more than half, so that its own limit, of
    which it can tell, comes first. Raises UsageError."""
    return in_megabytes(min(memory_of_a_file() // 2, memory_in_bytes()))


def in_megabytes(size):
    """Bytes as DuckDB and people read them, such as 3000MB."""
    return f"{size // 1_000_000}MB"
