"What tables of every profile say of a patient for display alone: landed apart, and only what the profile keeps."

import pytest

from pipeline.core.config import CONTACT
from pipeline.engine.connection import connect
from pipeline.profiles.files import read_profile
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers.landed import read

CASES = {
    "canonical": (
        "patient.csv",
        ",".join(["patient_id", *CONTACT]) + "\nann,Ann Example,1-23,a@b.c,en,SW1A 1AA,Dr Demo,White\n",
        ["Ann Example", "1-23", "a@b.c", "en", "SW1A 1AA", "Dr Demo", "White"],
    ),
    "synthea_csv": (
        "patients.csv",
        "Id,BIRTHDATE,PREFIX,FIRST,LAST,SUFFIX,RACE,ETHNICITY,ZIP\nann,1950-01-01,Ms.,Ann1,Example2,,white,nonhispanic,02139\n",
        ["Ms. Ann1 Example2", None, None, None, "02139", None, "white, nonhispanic"],
    ),
    "omop_cdm": (
        "person.csv",
        "person_id,gender_concept_id,year_of_birth,race_source_value,race_concept_id,ethnicity_concept_id,provider_name\n"
        "1,8532,1950,W,8527,0,Dr Demo\n",
        [None, None, None, None, None, "Dr Demo", "W"],
    ),
    "emis": (
        "Admin_Patient.csv",
        "PatientGuid,DateOfBirth,Sex,DateOfDeath,Deleted,Title,GivenName,Surname,HomePhone,MobilePhone,EmailAddress,Postcode,ExternalUsualGP\n"
        "ann,1950-01-01,F,,false,Ms,Ann,Example,1-23,,a@b.c,SW1A 1AA,Dr Demo\n",
        ["Ms Ann Example", "1-23", "a@b.c", None, "SW1A 1AA", "Dr Demo", None],
    ),
    "epic_clarity": (
        "PATIENT.csv",
        'PAT_ID,PAT_NAME,BIRTH_DATE,SEX_C,DEATH_DATE,ZIP\nann,"Example,Ann",1950-01-01,1,,02139\n',
        ["Example,Ann", None, None, None, "02139", None, None],
    ),
    "i2b2": (
        "patient_dimension.csv",
        "patient_num,birth_date,sex_cd,death_date,language_cd,race_cd,zip_cd\nann,1950-01-01,F,,english,white,02139\n",
        [None, None, None, "english", "02139", None, "white"],
    ),
    "smart_tsv": (
        "patients.txt",
        "PID\tdob\tfname\tlname\thome\tcell\temail\tpcode\tRACE\nann\t1950-01-01\tAnn\tExample\t1-23\t\ta@b.c\t74108\tAsian\n",
        ["Ann Example", "1-23", "a@b.c", None, "74108", None, "Asian"],
    ),
    "tpp_systmone": ("Patient.csv", "Patient_ID,DateOfBirth,Sex,DateOfDeath\nann,1950-01-01,F,\n", None),
    "mimic_iv": ("patients.csv", "subject_id,gender,dod\n1,F,\n", None),
}  # fmt: skip


@pytest.fixture
def con():
    con = connect()
    register_vocabulary(con)
    con.execute("create schema landing")
    return con


def contact(con, folder, profile, name, text):
    "The cells of each row, in the order of CONTACT"
    path = folder / name
    path.write_text(text, encoding="utf-8")
    kind = profile.kind_of_file(name)
    read(con, path, profile=profile.for_kind(kind), kind=kind, folder=folder)
    assert not {*CONTACT} & {row[0] for row in con.sql("describe landing.patient").fetchall()}
    return [
        list(row)
        for row in con.sql(
            f"select {', '.join(CONTACT)} from landing.contact order by line"
        ).fetchall()
    ]


@pytest.mark.parametrize("source", CASES)
def test_what_a_table_says(con, tmp_path, source):
    name, text, wanted = CASES[source]
    without = {"lookup": None, "align_last_event_on": None}  # they need a reference file
    found = contact(con, tmp_path, read_profile(source).model_copy(update=without), name, text)
    assert found == ([wanted] if wanted else [])


@pytest.mark.parametrize("kept", [(), ("name", "ethnicity")])
def test_a_profile_keeps_some_of_them_or_none(con, tmp_path, kept):
    name, text, wanted = CASES["canonical"]
    profile = read_profile("canonical").model_copy(update={"contact": frozenset(kept)})
    cells = [cell if column in kept else None for column, cell in zip(CONTACT, wanted, strict=True)]
    assert contact(con, tmp_path, profile, name, text) == ([cells] if kept else [])


def test_rows_that_say_nothing_are_left_out(con, tmp_path):
    text = "patient_id,phone\nann,\nbob,1-23\ncid,NULL\n"
    found = contact(con, tmp_path, read_profile("canonical"), "patient.csv", text)
    assert found == [[None, "1-23", *[None] * 5]]
