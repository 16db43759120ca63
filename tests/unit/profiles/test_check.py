"What an author of a profile is told: every mistake, where it stands, in a sentence."

import pytest

from pipeline.core import InvalidProtocol
from pipeline.profiles import read_profile
from pipeline.readers.mapping import with_default


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
        ("columns: {patient: {required: {patient_id: NO}}}", "patient_id: write a column's name"),
        (
            "columns: {patient: {required: {patient_id: [a, 3]}}}",
            "patient_id: write a column's name",
        ),
        ("files: {no: [a]}", "a name in files is not a text: put it in quotation marks"),
        ("files: {people: [p.csv]}", "columns.people is missing, which files names"),
        ("decimal_mark: ','\nthousands_mark: ','", "decimal_mark and thousands_mark are the same"),
        ("columns: {patient: {date_order: dym}}", "columns.patient.date_order is 'dym'; known: "),
        ("files: {patient: p.csv}", "files.patient is not a list"),
        ("thousands_mark: '-'", "thousands_mark is '-'; known: '.', ',', ' ' or \"'\"."),
        ("decimal_mark: ';'", "decimal_mark is ';'; known: '.' or ','"),
        ("dialect: {delimiter: ';;'}", "dialect.delimiter is not one character"),
        ("dialect: {encoding: klingon}", "dialect.encoding: there is no such encoding"),
        ("snapshot: 'labs_\\d+'", "snapshot: write a regular expression with the day in one pair"),
        ("snapshot: 'labs_('", "snapshot: this is not a regular expression"),
        ("snapshot: 'a{99999999999999999999999}'", "snapshot: this is not a regular expression"),
        (
            "columns: {patient: {optional: {sex: {first: [A]}}}}",
            "write a column's name, a list of names, or {first_of: [names]}",
        ),
        (
            "columns: {patient: {optional: {sex: {first_of: []}}}}",
            "write a column's name, a list of names, or {first_of: [names]}",
        ),
        (
            "columns: {lab_result: {code_pattern: '('}}",
            "code_pattern: this is not a regular expression",
        ),
        (
            "columns: {lab_result: {code_pattern: '(?=a)(b)'}}",
            "code_pattern: this is not a regular expression of RE2",
        ),
        (
            "columns: {lab_result: {code_pattern: '(a)(b)'}}",
            "code_pattern: write the code in round brackets",
        ),
        (
            "columns: {lab_result: {value_pattern: '(?P<unit>a)'}}",
            "value_pattern: write the value in round brackets",
        ),
        (
            "columns: {lab_result: {value_pattern: '(?P<value>a)(?P<sex>b)'}}",
            "value_pattern: write the value in round brackets",
        ),
        (
            "columns: {lab_result: {wide: {B12: {code: 2132-9}}}}",
            "columns.lab_result.wide.B12.unit is missing",
        ),
        (
            "columns: {lab_result: {wide: {B12: {unit: pg/mL}}}}",
            "columns.lab_result.wide.B12.code is missing",
        ),
        (
            "columns: {lab_result: {wide: {B12: {code: a, unit: b, patient_id: '7'}}}}",
            "patient_id is never assumed",
        ),
        (
            "columns: {lab_result: {wide: {B12: {code: a, unit: b, colour: c}}}}",
            "colour is not a column of lab_result",
        ),
        (
            "columns: {condition: {wide: {CROHN: {unit: b}}}}",
            "columns.condition.wide.CROHN.code is missing",
        ),
        (
            "columns: {lab_result: {split: {condition: {}}}}",
            "columns.lab_result has split, so columns, wide and when belong under",
        ),
        ("files: {e: [e.csv]}\ncolumns: {e: {split: {results: {}}}}", "results is not an entity"),
        (
            "files: {e: [e.csv]}\ncolumns: {e: {split: {condition: {required: {code: A}}}}}",
            "no column is named for the patient_id of condition",
        ),
        (
            "columns: {condition: {date_from: {onset_on: day}}}",
            "lookup is missing, which date_from needs",
        ),
        (
            "columns: {condition: {date_from: {started: day}}}",
            "started is not a column of condition",
        ),
        ("lookup: {key: a, patient_id: b}", "reference is missing"),
        ("align_last_event_on: 2026-01-31", "lookup.last_event is missing"),
        ("code_systems: {Dx: ICD11}", "ICD11 is not a code system of the protocol"),
        ("patient_id: {width: 0}", "patient_id.width is too small"),
        ("patient_id: {digits: true}", "patient_id.digits is not a key"),
        ("columns: {patient: {sql: {patient: none.sql}}}", "none.sql cannot be read"),
        ("selects: /etc", "selects: this is not the name of a shipped profile"),
        ("time_zone: Nowhere/At", "time_zone: Nowhere/At is not a time zone"),
        ("format: word", "format is 'word'; known: table, meds, hl7v2, fhir"),
        ("title: TODO", "answer every TODO first"),
        ("maps: [none.csv]", "none.csv does not exist"),
        ("maps: map.csv", "maps: write a list of file names, such as [map.csv]"),
        ("maps: ['.']", "cannot be read: it is not a file"),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path, text, says):
    assert says in told(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("collected_from: []", "collected_from is empty"),
        ("trailers: ignore", "trailers is 'ignore'; known: 'refuse' or 'reject'"),
        ("encoding: undefined", "encoding: there is no such encoding"),
        ("date_order: dmy", "date_order has no effect where SELECTs make the rows"),
    ],
)
def test_also_in_the_keys_of_one_format(tmp_path, text, says):
    assert says in told(tmp_path, text, base="hl7v2")


def test_every_mistake_is_named_at_once(tmp_path):
    text = "date_order: dym\ntimezone: UTC\nmaps: [none.csv]\nwords: {sexe: {m: male}}"
    said = told(tmp_path, text + "\ndefaults: {lab_result: {unit: x}}")
    assert sorted(said.strip(": .").split("; ")) == sorted([
        "date_order is 'dym'", "known: 'iso', 'ymd', 'dmy' or 'mdy'", "timezone is not a key of a profile of the format table",
        f"maps: none.csv cannot be read: the file {tmp_path / 'none.csv'} does not exist", "words: sexe is not a column", "defaults: unit is never assumed (protocol §1)",
    ])  # fmt: skip


def test_a_key_without_a_value_sets_no_default_and_a_title_may_be_anything(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: canonical\nprofile: mine\ntitle: 2026\n"
        "defaults: {lab_result: {specimen: , status: final, code_system: yes}}\n"
    )
    defaults = read_profile(str(path)).defaults["lab_result"]
    assert defaults == {"specimen": None, "status": "final", "code_system": "true"}
    assert with_default("specimen", defaults["specimen"]) == "specimen"


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
