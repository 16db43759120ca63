"A row finds its day by the patient and the key in the reference files, and all days of a patient are moved alike."

import gzip

import pytest

from pipeline.core.errors import Refused
from pipeline.engine.connection import connect
from pipeline.profiles import read_profile
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers.landed import read

PROFILE = """profile: site
format: table
time_zone: UTC
date_order: dmy
other_columns: ignored
dialect: {delimiter: ",", quote: '"', encoding: utf-8}
reference: ["visit*.csv"]
lookup: {key: VISIT, patient_id: PAT, last_event: LEFT_ON}
files: {condition: ["dx*.csv"]}
columns:
  condition:
    required: {patient_id: PAT, code: CODE}
    optional: {onset_on: SINCE}
    date_from: {onset_on: LEFT_ON}
"""
VISITS = "PAT,VISIT,LEFT_ON\nann,1,05/03/2150\nann,2,07/03/2150\nben,3,01/02/2010\n"
ROWS = "PAT,VISIT,CODE,SINCE\nann,1,D51.0,\nann,2,D51.0,01/01/2149\nben,1,D51.0,\n ann ,2,D51.0,\nann,,D51.0,\ncyn,9,D51.0,\n"


@pytest.fixture
def onsets(tmp_path):
    "Of each line its onset and by how many days it was moved, from these reference files, newest first"

    def read_with(*references, more="", rows=ROWS):
        (tmp_path / "site.yaml").write_text(PROFILE + more)
        (tmp_path / "dx.csv").write_text(rows)
        paths = []
        for number, content in enumerate(references):
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        profile, con = read_profile(str(tmp_path / "site.yaml")), connect()
        register_vocabulary(con)
        con.execute("create schema landing")
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        read(
            con, tmp_path / "dx.csv", profile=profile, kind="condition", folder=folder, references=paths
        )  # fmt: skip
        return {
            line: (onset, days)
            for line, onset, days in con.execute(
                "select line, onset_on, shifted_days from landing.condition"
            ).fetchall()
        }

    return read_with


def test_a_row_has_the_day_of_its_own_patient_and_key_or_none(onsets):
    assert onsets(VISITS) == {
        2: ("2150-03-05", 0), 3: ("2149-01-01", 0), 4: (None, 0), 5: ("2150-03-07", 0), 6: (None, 0), 7: (None, 0),
    }  # fmt: skip


def test_a_key_is_cleaned_as_an_id_is(onsets):
    decorated = VISITS.replace("ann,1,", "ann,1.0,").replace("ann,2,", 'ann,"=""2""",')
    assert onsets(decorated) == onsets(VISITS)
    rows = ROWS.replace("ann,1,", "ann,'1,").replace("ann ,2,", "ann ,2\u200b,")
    assert onsets(VISITS, rows=rows) == onsets(VISITS)


def test_the_newer_file_counts_and_in_one_file_the_later_row(onsets):
    newer = "PAT,VISIT,LEFT_ON\nann,1,09/03/2150\nann,1,08/03/2150\n"
    found = onsets(newer, VISITS)
    assert (found[2], found[5]) == (("2150-03-08", 0), ("2150-03-07", 0))


@pytest.mark.parametrize(
    "other", ["a,b\n1,2\n", "", b"\x1f\x8bbroken", "PAT,VISIT,LEFT_ON,VISIT\nann,1,01/01/2001,2\n"]
)
def test_a_reference_file_without_the_columns_is_left_out(onsets, other):
    assert onsets(other, VISITS)[2] == ("2150-03-05", 0)
    with pytest.raises(Refused, match="no reference file with the columns visit, pat, left_on"):
        onsets(other)


def test_a_reference_file_may_be_compressed(onsets):
    assert onsets(gzip.compress(VISITS.encode()))[2] == ("2150-03-05", 0)


def test_all_days_of_a_patient_are_moved_by_the_same_days(onsets):
    moved = onsets(VISITS, more="align_last_event_on: 2026-01-31\n")
    assert moved[2] == ("2026-01-29", -45325) and moved[5] == ("2026-01-31", -45325)
    assert moved[3] == ("2024-11-27", -45325), "its own day, as far from the last one as before"
    assert moved[7] == (None, 0), "a patient without an event is not moved"


def test_a_part_of_a_day_cannot_be_moved_and_is_left_out(onsets):
    rows = "PAT,VISIT,CODE,SINCE\nann,,D51.0,2149\nann,,D51.0,2149-03\nann,,D51.0,2149-03-01 08:00\nann,,D51.0,soon\n"
    moved = onsets(VISITS, more="align_last_event_on: 2026-01-31\n", rows=rows)
    assert [moved[line][0] for line in (2, 3, 4, 5)] == [None, None, "2025-01-25 08:00", "soon"]
