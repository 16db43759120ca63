"Where a connection spills what does not fit into its memory: never into a folder of others"

import pytest

from pipeline.engine import OutOfMemoryException, connect

LARGE = "create table large as select md5(i::varchar) as a, md5((i + 1)::varchar) as b from range({}) t(i)"
ROWS = 700_000


def test_in_memory_without_a_folder_nothing_is_spilled(tmp_path, monkeypatch):
    "DuckDB's own choice is .tmp in the current folder"
    monkeypatch.chdir(tmp_path)
    with connect(memory="40MB") as con, pytest.raises(OutOfMemoryException):
        try:
            con.execute(LARGE.format(ROWS))
        finally:
            assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("is_file", [True, False])
def test_it_spills_beside_its_file_or_into_the_folder_that_is_named(tmp_path, monkeypatch, is_file):
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")
    work = tmp_path / "work"
    work.mkdir()
    named = {"path": work / "ingest.duckdb"} if is_file else {"spill": work / "spill"}
    with connect(memory="40MB", **named) as con:
        con.execute(LARGE.format(ROWS).replace("create", "create temp"))
        spilled = [path for path in work.rglob("duckdb_temp*") if path.is_file()]
        assert spilled and list((tmp_path / "current").iterdir()) == []
