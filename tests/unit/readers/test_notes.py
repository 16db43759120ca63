"What was not read of a table is said: columns without a name, and optional columns of a site's own profile that are not there."

import pytest

from pipeline.profiles import read_profile
from pipeline.readers.notes import notes_on
from pipeline.readers.table import TableHeader

SITE = """
profile: {name}
extends: {extends}
format: table
time_zone: UTC
dialect: {{delimiter: ",", quote: '"', encoding: utf-8}}
files: {{lab_result: ["lab*.csv"]}}
columns:
  lab_result:
    required: {{patient_id: MRN, code: CODE, value: RESULT, unit: UNITS, collected_at: [DAY, TIME]}}
    optional: {{status: STATUS, reported_at: [Reported, TIME], name: NAME}}
"""
NAMES = ["mrn", "code", "result", "units", "day", "time", "name"]


def site(tmp_path, name="mine", extends="null"):
    text = SITE.format(name=name, extends=extends).replace("extends: null\n", "")
    (tmp_path / "mine.yaml").write_text(text)
    return read_profile(str(tmp_path / "mine.yaml"))


def test_a_file_that_has_everything_needs_no_note(tmp_path):
    header = TableHeader([*NAMES, "status", "reported", "other"])
    assert notes_on(header, site(tmp_path), "lab_result") == ()


@pytest.mark.parametrize(
    ("nameless", "said"),
    [(1, "1 column without a name was not read"), (2, "2 columns without a name were not read")],
)
def test_columns_without_a_name_are_counted(nameless, said):
    header = TableHeader(["patient_id"], nameless)
    assert notes_on(header, read_profile("canonical"), "patient") == (said,)


def test_optional_columns_that_are_not_there_are_named_once(tmp_path):
    said = ("optional columns that the file does not have: STATUS, Reported",)
    assert notes_on(TableHeader(NAMES), site(tmp_path), "lab_result") == said


@pytest.mark.parametrize("own", [{"extends": "canonical"}, {"name": "canonical"}])
def test_a_shipped_profile_names_more_than_a_file_has(tmp_path, own):
    assert notes_on(TableHeader(NAMES), site(tmp_path, **own), "lab_result") == ()
