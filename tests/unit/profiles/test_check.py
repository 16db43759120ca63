"What an author of a profile is told: every mistake, where it stands, in a sentence."

import pytest

from pipeline.core import InvalidProtocol
from pipeline.profiles import read_profile


def told(folder, text, base="canonical"):
    path = folder / "mine.yaml"
    path.write_text(f"extends: {base}\nprofile: mine\n{text}\n")
    with pytest.raises(InvalidProtocol) as failure:
        read_profile(str(path))
    return str(failure.value).removeprefix(f"The source profile {path}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("timezone: Europe/Berlin", "timezone is not a key of a profile of the format table"),
        ("encoding: utf-8", "encoding is not a key of a profile of the format table"),
        ("columns: {patient: {reqired: {}}}", "columns.patient.reqired is not a key"),
        ("dialect: {seperator: x}", "dialect.seperator is not a key"),
        ("words: {sexe: {m: male}}", "words: sexe is not a column"),
        ("words: {sex: [m]}", "words.sex is not a list of names: values"),
        ("defaults: {lab_result: {specimn: x}}", "specimn is not a column of lab_result"),
        ("defaults: {lab_result: {unit: pg/mL}}", "unit is never assumed"),
        ("defaults: {results: {unit: x}}", "defaults.results: results is not an entity"),
        ("columns: {patient: {optional: {dead: X}}}", "dead is not a column of patient"),
        ("columns: {results: {required: {code: A}}}", "results is not an entity"),
        ("columns: 3", "columns is not a list of names: values"),
        ("columns: {patient: {required: {patient_id: 1}}}", "patient_id is not a text"),
        ("columns: {patient: {date_order: dym}}", "columns.patient.date_order is 'dym'; known: "),
        ("files: {patient: p.csv}", "files.patient is not a list"),
        ("decimal_mark: ';'", "decimal_mark is ';'; known: '.' or ','"),
        ("dialect: {delimiter: ';;'}", "dialect.delimiter is not one character"),
        ("dialect: {encoding: klingon}", "dialect.encoding: there is no such encoding"),
        ("snapshot: 'labs_\\d+'", "snapshot: write a regular expression with the day in one pair"),
        ("snapshot: 'labs_('", "snapshot: this is not a regular expression"),
        ("selects: /etc", "selects: this is not the name of a shipped profile"),
        ("time_zone: Nowhere/At", "time_zone: Nowhere/At is not a time zone"),
        ("format: word", "format is 'word'; known: table, meds, hl7v2, fhir"),
        ("title: TODO", "answer every TODO first"),
        ("maps: [none.csv]", "none.csv does not exist"),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path, text, says):
    assert says in told(tmp_path, text)


def test_every_mistake_is_named_at_once(tmp_path):
    assert told(tmp_path, "date_order: dym\ntimezone: UTC") == (
        ": date_order is 'dym'; known: 'iso', 'ymd', 'dmy' or 'mdy'; timezone is not a key of a"
        " profile of the format table."
    )


def test_a_profile_of_tables_says_its_whole_dialect(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("profile: mine\nformat: table\nfiles: {}\ndialect: {delimiter: ';'}\n")
    with pytest.raises(InvalidProtocol, match=r"dialect\.encoding is missing; dialect\.quote is"):
        read_profile(str(path))


def test_a_kind_of_file_overrides_what_it_says_itself_and_keeps_the_rest(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: example_site\nprofile: mine\nmaps: []\n"
        "columns: {lab_result: {date_order: ymd, dialect: {delimiter: '|'}}}\n"
    )
    own, others = (read_profile(str(path)).for_kind(kind) for kind in ("lab_result", "patient"))
    assert (own.date_order, own.decimal_mark) == ("ymd", ",")
    assert (own.dialect.delimiter, own.dialect.encoding) == ("|", "latin-1")
    assert (others.date_order, others.dialect.delimiter) == ("dmy", ";")
