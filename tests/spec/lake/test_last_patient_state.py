"lake.last_patient_state: the rows that a delivered row must not merely repeat"

from pipeline.engine import create
from tests.clinic import clinic, insert, shows

DAYS = {"a": "2026-01-01", "b": "2026-01-02", "c": "2026-01-03", "x": "2026-01-04"}


def held(rows, refused=()):
    "Rows of the lake whose sha256 is a, b, c or x, the file that is read now; received in this order"
    con = clinic(loaded=None)
    con.execute("create schema landing")
    con.execute(
        "create table landing.file as select 'canonical' as source, null::varchar as snapshot"
    )
    con.execute("create table landing.batch_file as select 0 as number, 'x' as sha256")
    for source in ("canonical", "other"):
        for sha, day in DAYS.items():
            why = "broken" if sha in refused else None
            row = {"source": source, "sha256": sha, "received_at": day, "refused": why}
            insert(con, "lake.delivery", [row])
    insert(con, "lake.patient", rows)
    con.execute("alter table lake.patient alter row_key type varchar using sha256 || patient_id")
    create(con, "lake.last_patient_state")
    return con


def test_of_rows_without_a_time_the_one_that_was_received_last():
    con = held("patient_id | sha256 | is_deceased\nann | a | true\nann | b | false\nbob | a | true")
    shows(con, "lake.last_patient_state", "row_key\nabob\nbann")


def test_every_row_that_has_a_time():
    con = held(
        "patient_id | sha256 | is_deceased | recorded_at\n"
        "ann | a | true | 2026-01-01\nann | b | false | 2026-01-02"
    )
    shows(con, "lake.last_patient_state", "row_key\naann\nbann")


def test_every_row_that_says_nothing_of_death_opting_out_and_merging():
    con = held("patient_id | sha256 | is_deceased\nann | a | \nann | b | \nann | c | true")
    shows(con, "lake.last_patient_state", "row_key\naann\nbann\ncann")


def test_neither_the_file_itself_nor_one_that_was_refused():
    con = held(
        "patient_id | sha256 | is_deceased\nann | a | true\nbob | b | true\ncat | x | true", "b"
    )
    shows(con, "lake.last_patient_state", "row_key\naann")


def test_only_rows_of_the_same_source():
    con = held("patient_id | sha256 | is_deceased | source\nann | a | true | other")
    shows(con, "lake.last_patient_state", "row_key")
