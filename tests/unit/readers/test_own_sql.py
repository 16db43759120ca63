"A site's own SELECT reads the delivered table and no other thing, and puts no patient's row on another."

import json

import pytest

from pipeline.core.errors import InvalidProtocol
from pipeline.engine import connect_to_file
from pipeline.profiles import read_profile
from tests.command import b12

PROFILE = """profile: own
format: table
time_zone: UTC
other_columns: ignored
dialect: {delimiter: ",", quote: '"', encoding: utf-8}
files: {visit: ["visit*.csv"]}
columns: {visit: {required: [PATIENT, DAY, B12], sql: {lab_result: own.sql}}}
patient_columns: {visit: PATIENT}
"""
SOUND = "select line, patient as patient_id, '2132-9' as code, b12 as value, 'pg/mL' as unit, day as collected_at from delivered"
PATIENT_NUMBER = "PAT-7731"


@pytest.fixture
def ingest(tmp_path):
    (tmp_path / "own.yaml").write_text(PROFILE)
    (tmp_path / "visit.csv").write_text(
        f"PATIENT,DAY,B12\n{PATIENT_NUMBER},2026-01-10,165\nP2,2026-01-11,x\n"
    )

    def with_select(select):
        (tmp_path / "own.sql").write_text(select)
        return b12(
            tmp_path / "home", "ingest", tmp_path / "visit.csv", "--source", tmp_path / "own.yaml", "--format", "json"
        )  # fmt: skip

    return with_select


def test_a_select_makes_the_rows(ingest):
    [account] = ingest(SOUND).json
    assert (account["rows"], account["accepted"], account["rejected"]) == (
        2,
        1,
        {"not_a_number": 1},
    )


def test_what_it_cuts_out_of_a_cell_is_cleaned_as_a_cell_is(ingest):
    "A word that stands for nothing is empty, white space around a cell is not part of it; a value keeps its words"
    cut = "split_part('NULL| N/A |165 |final ', '|', {})"
    [account] = ingest(
        f"select line, patient as patient_id, '2132-9' as code, {cut.format(3)} as value, {cut.format(1)} as unit,"
        f" day as collected_at, {cut.format(2)} as reported_at, {cut.format(4)} as status from delivered"
    ).json
    assert (account["rejected"], account["blanked"]) == ({"missing_unit": 2}, {})


@pytest.mark.parametrize(
    "relation",
    [
        "read_text('/etc/hostname')", "read_csv('/etc/hostname', header = false, columns = {'patient': 'varchar'})", "glob('/tmp/*')",
        "read_parquet('https://example.org/x.parquet')", "query('select * from read_text(''/etc/hostname'')')", "sniff_csv('/etc/hostname')",
        "landing.delivered", "lake.patient", "'/etc/hostname'",
    ],
)  # fmt: skip
def test_it_reads_no_other_file_and_no_table(ingest, relation):
    answer = ingest(f"select 2 as line, content as patient_id from {relation}")
    assert answer.code == 12 and "The profile's SELECT of lab_result failed" in answer.err, (
        answer.err
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drop table delivered", "own.sql is not a SELECT"), ("select 1; select 2", "own.sql is not one SELECT"), ("", "own.sql is not one SELECT"),
        ("copy (select 1) to '/tmp/x'", "own.sql is not a SELECT"), ("attach '/tmp/x'", "own.sql is not a SELECT"),
        ("set memory_limit = '90GB'", "own.sql is not a SELECT"), ("select from from", "own.sql is not a SELECT"),
    ],
)  # fmt: skip
def test_it_is_one_select(ingest, text, says):
    answer = ingest(text)
    assert answer.code == 12 and says in answer.err, answer.err


@pytest.mark.parametrize(
    ("select", "says"),
    [
        ("select line, 'P9' as patient_id from delivered", "gives 2 rows that are not of a line's own patient"),
        ("select line + 1 as line, patient as patient_id from delivered", "gives 2 rows that are not of a line's own patient"),
        ("select null as line, patient as patient_id from delivered", "gives 2 rows that are not of a line's own patient"),
        ("select patient as patient_id from delivered", "does not give both line and patient_id"),
        ("select nothing from delivered", "failed with BinderException"),
        ("select line, patient as patient_id, cast(patient as integer) as value from delivered", "failed with ConversionException."),
    ],
)  # fmt: skip
def test_a_row_is_of_its_line_and_no_message_tells_a_value(ingest, select, says):
    answer = ingest(select)
    assert answer.code == 12 and says in answer.err and PATIENT_NUMBER not in answer.err, answer.err


def test_the_locked_connection_cannot_be_unlocked(tmp_path):
    import duckdb

    duckdb.sql("select 1 as a").write_parquet(str(tmp_path / "t.parquet"))
    con = connect_to_file(tmp_path / "t.parquet", view="delivered")
    assert con.execute("from delivered").fetchall() == [(1,)]
    for statement in (
        "set enable_external_access = true", "set lock_configuration = false", "set allowed_directories = ['/']",
        f"copy (select 1) to '{tmp_path}/x.csv'", f"attach '{tmp_path}/x.duckdb'", "install httpfs", "load httpfs",
    ):  # fmt: skip
        with pytest.raises(duckdb.Error):
            con.execute(statement)
    con.close()


def test_the_column_of_the_patient_is_named(tmp_path):
    (tmp_path / "own.sql").write_text(SOUND)
    for wrong in ("", "patient_columns: {visit: MRN}\n"):
        (tmp_path / "own.yaml").write_text(
            PROFILE.replace("patient_columns: {visit: PATIENT}\n", wrong)
        )
        with pytest.raises(InvalidProtocol, match=r"patient_columns\.visit is not one of"):
            read_profile(str(tmp_path / "own.yaml"))


def test_it_is_kept_with_the_profile_and_replayed(ingest, tmp_path):
    assert ingest(SOUND).code == 0
    (tmp_path / "own.sql").unlink()
    assert b12(tmp_path / "home", "reingest").code == 0
    [account] = json.loads(
        b12(tmp_path / "home", "ingest", tmp_path / "visit.csv", "--source", "own", "--format", "json").out
    )  # fmt: skip
    assert account["duplicates"] == 2
