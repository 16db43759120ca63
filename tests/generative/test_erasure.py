"""Whoever is erased is gone from every byte of a home, in every format and shape; whoever stays keeps every row, also after a replay."""

import gzip
import json
import zipfile

import duckdb
import pytest

from pipeline.core.config import Home
from pipeline.lake import query
from tests.command import b12
from tests.generative.marked_files import LABS, MRN, PEOPLE, files

TABLES = ("patient", "lab_result", "rejected_row", "blanked_cell")
OF_A_REPLAY = ("place", "row_key")  # places count what an erasure took out


@pytest.fixture(scope="module", params=[1])
def delivered(request, tmp_path_factory):
    "A home with one file of each shape, and who is erased"
    folder = tmp_path_factory.mktemp("marked")
    (folder / "labs.yaml").write_text(json.dumps(LABS))
    (folder / "mrn.yaml").write_text(
        json.dumps(
            {"extends": "fhir_r4", "profile": "mrn", "patient_id": {"identifier_system": MRN}}
        )
    )
    for source, contents in files(request.param).items():
        into = folder / "in" / source
        into.mkdir(parents=True)
        for name, content in contents.items():
            (into / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        profile = folder / f"{source}.yaml"
        answer = b12(
            folder / "home", "ingest", into, "--source", profile if profile.exists() else source
        )
        assert answer.code == (10 if source == "canonical" else 0), answer.err
    return folder / "home", PEOPLE[request.param % len(PEOPLE)]


def rows_of_others(home, gone, without=()):
    "All rows of the lake but those of the erased"
    found = {}
    for table in TABLES:
        rows = query(Home(home), f"from lake.{table}")
        rows = [
            {name: value for name, value in row.items() if name not in without}
            for row in rows
            if not is_of(row, gone)
        ]
        found[table] = sorted(map(str, rows))
    return found


def is_of(row, gone):
    "Of a row that could not be read nobody knows whose it is: those are compared apart"
    return (row["patient_id"] or "").startswith(gone) or row.get("rejected_because") == "ragged_row"


def unread(home):
    rows = query(Home(home), "from lake.rejected_row where rejected_because = 'ragged_row'")
    return {(row["file"], row["line"]) for row in rows}


def holding(home, mark):
    "Files that hold the mark: in their bytes, in what is packed in them, in any column"
    return sorted(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and mark.lower().encode() in everything(path).lower()
    )


def everything(path):
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content += gzip.decompress(content)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content += b"".join(map(archive.read, archive.namelist()))
    if content.startswith(b"\xff\xfe"):
        content += content.decode("utf-16").encode()
    if b"PAR1" in content[-4:]:
        at = content.rindex(b"PAR1", 0, -4)
        (whole := path.with_name("whole")).write_bytes(content[at:])
        content += str(duckdb.sql(f"from read_parquet('{whole}')").fetchall()).encode()
        whole.unlink()
    return content


def test_the_others_keep_every_row_and_of_the_erased_nothing_is_left(delivered):
    home, gone = delivered
    before, replayed = rows_of_others(home, gone), rows_of_others(home, gone, OF_A_REPLAY)
    broken = unread(home)
    assert {name.split("/")[0] for name in holding(home, gone)} - {"worklist.db-wal"} == {
        "archive", "lake", "refused", "worklist.db",
    }  # fmt: skip
    answer = b12(home, "erase", gone, "--yes")
    assert answer.code == 0, answer.err
    assert "still stands" not in answer.out, answer.out
    assert holding(home, gone) == []
    assert rows_of_others(home, gone) == before
    left = unread(home)
    assert left < broken
    answer = b12(home, "reingest")
    assert answer.code == 0, answer.err
    assert holding(home, gone) == []
    assert rows_of_others(home, gone, OF_A_REPLAY) == replayed
    assert unread(home) == left
