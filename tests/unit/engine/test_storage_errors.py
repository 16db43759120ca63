"What is said when DuckDB runs out of memory, or out of disk"

from pathlib import Path

import pytest

from pipeline.core.config import Home
from pipeline.core.errors import OutOfMemory, StorageError
from pipeline.engine.connection import OutOfMemoryException, connect, storage_errors

# In DuckDB's words, on a full disk of 60 MB
OFFLOAD = (
    "Out of Memory Error: failed to offload data block of size 256.0 KiB (53.9 MiB/54.0 MiB used)."
)


def test_too_little_memory_is_told_with_what_may_be_set(monkeypatch):
    monkeypatch.setenv("B12_MEMORY", "30MB")
    rows = "select i, md5(i::varchar) as text from range(5_000_000) as t(i) order by text"
    with connect() as con, pytest.raises(OutOfMemory) as told, storage_errors(Home(Path("home"))):
        con.execute("set threads = 1")
        con.execute(f"create table sorted as {rows}")
    for said in ("30MB", "B12_MEMORY", "B12_BUCKET_PATIENTS"):
        assert said in str(told.value)


def test_a_disk_that_is_too_full_to_spill_onto_is_told_as_one():
    with pytest.raises(StorageError) as told, storage_errors(Home(Path("home"))):
        raise OutOfMemoryException(OFFLOAD)
    assert type(told.value) is StorageError
    assert "disk" in str(told.value) and "B12_MEMORY" not in str(told.value)
