"""The whole public sets of sample messages and resources go in; what does not is named here, with the reason."""

from collections import Counter
from functools import cache

from pipeline.core import SOURCES, Refused, read_yaml
from pipeline.engine.connection import connect
from pipeline.profiles.check import checked_profile
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers.landed import read
from tests.command import DATA


@cache
def connection():
    con = connect()
    register_vocabulary(con)
    return con


def report_counts(path, source, folder, **options):
    "Rows by entity, broken and other of one file, and the rows it accounts for"
    con, profile = (
        connection(),
        checked_profile(read_yaml(SOURCES / f"{source}.yaml") | options, source),
    )
    con.execute("drop schema if exists landing cascade; create schema landing")
    kind = profile.kind_of_file(path.name)
    landed = read(con, path, profile=profile, kind=kind, folder=folder)
    counts = {
        entity: con.execute(f"select count(*) from landing.{entity}").fetchone()[0]
        for entity in landed.entities
    }
    broken = con.execute("select count(*) from landing.ragged").fetchone()[0]
    assert sum(counts.values()) + broken + landed.other == landed.rows
    return Counter(counts) + Counter(broken=broken, other=landed.other, files=1)


def test_389_files_of_hl7_messages(tmp_path):
    total, refused = Counter(), {}
    for path in sorted((DATA / "hl7v2_oru").glob("*.hl7")):
        try:
            total += report_counts(path, "hl7v2", tmp_path)
        except Refused as refusal:
            refused[path.name] = str(refusal)
    assert refused.keys() == {next(name for name in refused if "test-0001-input-covid-19" in name)}
    assert all(
        "trailer says 25 messages, but there are 20" in message for message in refused.values()
    )
    assert total == {"files": 388, "patient": 353, "lab_result": 1060, "other": 59}


def test_the_file_whose_trailer_counts_wrong_goes_in_where_the_profile_says_so(tmp_path):
    [path] = (DATA / "hl7v2_oru").glob("*test-0001-input-covid-19.hl7")
    assert report_counts(path, "hl7v2", tmp_path, trailers="reject") == {
        "files": 1,
        "patient": 20,
        "lab_result": 200,
        "broken": 1,
    }
