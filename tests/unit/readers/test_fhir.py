"FHIR R4 resources as rows: which element becomes which column, whose patient it is, and that nothing is lost."

import gzip
import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from pipeline.core import CONTACT, SOURCES, InvalidProtocol, Refused, read_yaml
from pipeline.engine.connection import connect
from pipeline.profiles.check import checked_profile
from pipeline.protocol.pack import load
from pipeline.protocol.tables import register
from pipeline.readers.fhir import bundle as fhir_bundle
from pipeline.readers.fhir import text as fhir_text
from pipeline.readers.fhir.load import load_resources

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "data" / "fhir_r4"
SECRET = "s3cret-1950"
MRN = "urn:oid:1.2.36.146"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SCT = "http://snomed.info/sct"
B12 = {"coding": [{"system": LOINC, "code": "2132-9", "display": "Cobalamin"}]}
METFORMIN = {"coding": [{"system": RXNORM, "code": "6809", "display": "metformin"}]}


ENTITY = {
    "Patient": "patient",
    "Observation": "lab_result",
    "Condition": "condition",
    "Procedure": "procedure",
} | {
    f"Medication{kind}": "medication"
    for kind in ("Request", "Statement", "Dispense", "Administration")
}


@pytest.fixture(scope="module")
def con():
    con = connect()
    con.execute("create schema landing")
    register(con, load())
    return con


@pytest.fixture
def read(con, tmp_path):
    """Read a file's content: a dict is a document, a list NDJSON, text and bytes are as they are. Returns {entity: rows as dicts}.

    Beside the entities `broken`, the lines that are, and how many are of no entity (`other`) or `not_understood`; that all rows are
    accounted for is asserted.
    """

    def rows(content, **options):
        path = tmp_path / "delivered.json"
        path.write_bytes(as_bytes(content))
        shipped = read_yaml(SOURCES / "fhir_r4.yaml")
        loaded = load_resources(
            con,
            path,
            profile=checked_profile(shipped | options, "fhir_r4"),
            folder=tmp_path,
        )
        found = {
            entity: con.sql(f"from ({select}) order by all").to_arrow_table().to_pylist()
            for entity, select in loaded.selects.items()
        }
        broken = [
            line
            for (line,) in con.execute("select line from landing.ragged order by line").fetchall()
        ]
        assert isinstance(loaded.rows, int)
        told = {"other": loaded.other, "not_understood": loaded.not_understood}
        assert loaded.rows == len(broken) + sum(told.values()) + sum(map(len, found.values()))
        return {**found, "broken": broken, **told}

    return rows


@pytest.fixture
def one(read):
    "The one row that one resource gives"

    def row(resource, **options):
        [row] = each_row(read(resource, **options))
        return row

    return row


@pytest.fixture
def each(read):
    """Read the resources that `make` makes of the cases' elements, all in one file; assert what `seen` sees in the row of each."""

    def check(cases, make, seen):
        rows = each_row(read([make(**elements) for elements, _ in cases]))
        assert [row["line"] for row in rows] == list(range(1, len(cases) + 1))
        assert [
            (elements, seen(row)) for (elements, _), row in zip(cases, rows, strict=True)
        ] == cases

    return check


def each_row(found):
    "The rows of all entities by line"
    return sorted(
        (row for entity in ENTITY.values() for row in found.pop(entity, ())),
        key=lambda row: row["line"],
    )


def as_bytes(content):
    if isinstance(content, list):
        content = "".join(
            one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) + "\n"
            for one in content
        )
    if isinstance(content, dict):
        content = json.dumps(content, indent=2, ensure_ascii=False)
    return content if isinstance(content, bytes) else content.encode()


def resource(kind, own_id="1", **elements):
    whose = (
        {}
        if kind in ("Patient", "Specimen", "Medication")
        else {"subject": {"reference": "Patient/ann"}}
    )
    return {"resourceType": kind, "id": own_id, **whose, **elements}


def observation(own_id="1", **elements):
    return resource("Observation", own_id, **{"status": "final", "code": B12, **elements})


def quantity(value=165, unit="pg/mL", **elements):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **elements}


def bundle(*entries, kind="collection", **elements):
    return {"resourceType": "Bundle", "type": kind, **elements, "entry": list(entries)}


def entry(resource, full_url=None):
    return {
        "fullUrl": full_url or f"http://x.org/fhir/{resource['resourceType']}/{resource.get('id')}",
        "resource": resource,
    }


# Shapes -------------------------------------------------------------------------------------------------------------------------


def places(found):
    return [(row["line"], row["result_id"]) for row in found["lab_result"]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ndjson_with_the_lines_of_the_file_past_blank_ones(read, end, mark):
    lines = [
        "",
        json.dumps(observation("a")),
        "",
        " \t",
        json.dumps(observation("b")),
        json.dumps(observation("c")),
    ]
    found = read(mark + end.join(lines))
    assert places(found) == [(2, "a"), (5, "b"), (6, "c")]
    assert (found["broken"], found["other"]) == ([], 0)


BROKEN = [
    "no json", '{"resourceType": "Observation", "id": "a"', '{"resourceType": "Observation"} {}', "{}", "[]", '[{"resourceType": "Observation"}]', "5",
    '"Observation"', "null", '{"resourceType": 5.5e}', '{"resourceType": null}', '{"id": "x"}', '{"resourceType": "Observation", "id": "\\ud800"}', "\x00",
]  # fmt: skip


def test_a_line_that_is_not_a_resource_is_broken_and_its_neighbours_go_in(read):
    lines = [
        line
        for number, broken in enumerate(BROKEN)
        for line in (json.dumps(observation(f"{number:02}")), broken)
    ]
    found = read("\n".join(lines))
    assert found["broken"] == list(range(2, len(lines) + 1, 2))
    assert places(found) == [(2 * number + 1, f"{number:02}") for number in range(len(BROKEN))]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_may_be_the_first(read, broken):
    found = read("\n".join([broken, json.dumps(observation("a")), json.dumps(observation("b"))]))
    assert (found["broken"], places(found)) == ([1], [(2, "a"), (3, "b")])


def test_a_line_that_is_not_utf_8_is_broken(read):
    found = read(
        as_bytes([observation("a")])
        + b'{"resourceType": "Observation", "id": "\xe9"}\n'
        + as_bytes([observation("b")])
    )
    assert (found["broken"], places(found)) == ([2], [(1, "a"), (3, "b")])


def test_a_line_that_is_too_long_is_broken(read, monkeypatch):
    monkeypatch.setattr(fhir_text, "LARGEST_VALUE", 1 << 16)
    monkeypatch.setattr(fhir_text, "BLOCK", 1 << 12)
    found = read(
        [observation("a"), observation("b", note=[{"text": "x" * (1 << 18)}]), observation("c"), ""]
    )
    assert (found["broken"], places(found)) == ([2], [(1, "a"), (3, "c")])


def test_lines_are_right_across_blocks(read, monkeypatch):
    monkeypatch.setattr(fhir_text, "BLOCK", 1000)
    lines = [
        ["", "broken"][number % 2] + "\n" if number % 7 == 0 else observation(str(number + 1))
        for number in range(5000)
    ]
    found = read(lines)
    assert len(found["lab_result"]) == sum(not isinstance(line, str) for line in lines)
    assert all(str(row["line"]) == row["result_id"] for row in found["lab_result"])
    assert found["broken"] == [
        number for number, line in enumerate(lines, start=1) if line == "broken\n"
    ]


def test_text_is_unicode_and_the_first_of_a_key_given_twice_counts(read):
    found = read(
        '{"resourceType":"Observation","id":"ü😀","id":"b","valueString":"≤ 5 \\u00b5g\u2028"}\n'
        + json.dumps(observation("z"))
    )
    assert [(row["result_id"], row["value"]) for row in found["lab_result"]] == [
        ("ü😀", "≤ 5 µg\u2028"),
        ("z", None),
    ]


def test_a_record_that_is_nested_too_deeply_is_not_read(read):
    deep = (
        '{"resourceType":"Observation","id":"deep","extension":'
        + "[" * 100_000
        + "]" * 100_000
        + "}\n"
    )
    fits = observation("fits", note=json.loads("[" * 98 + "]" * 98))
    found = read([deep, fits, observation("a")])
    assert [name for _, name in places(found)] == ["fits", "a"]
    assert found["broken"] == [1]


def test_elements_of_another_type_than_they_should_be_are_not_there(read):
    odd = observation(
        "a",
        code="2132-9",
        subject="ann",
        valueQuantity="5",
        note=3,
        component=4,
        referenceRange={},
        performer="x",
        contained="y",
    )
    [row] = read([odd, resource("Encounter")])["lab_result"]
    assert (row["codings"], row["patient_id"], row["value"]) == (None, None, None)


@pytest.mark.parametrize("indent", [None, 4])
def test_a_single_resource_is_line_1(read, indent):
    assert places(read(json.dumps(observation("a"), indent=indent))) == [(1, "a")]


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "history", "batch"])
@pytest.mark.parametrize("indent", [None, 4])
def test_of_a_bundle_the_line_is_the_number_of_the_entry(read, indent, kind):
    found = read(
        json.dumps(
            bundle(
                entry(observation("a")),
                entry(resource("Encounter")),
                entry(observation("b")),
                kind=kind,
            ),
            indent=indent,
        )
    )
    assert (places(found), found["other"], found["broken"]) == ([(1, "a"), (3, "b")], 1, [])


def test_a_bundle_is_read_through_a_window_and_its_members_come_in_any_order(read, monkeypatch):
    monkeypatch.setattr(fhir_bundle, "BLOCK", 7)
    monkeypatch.setattr(fhir_text, "BLOCK", 1000)
    text = json.dumps(
        {
            "total": 120,
            "entry": [entry(observation(f"{n:03}")) for n in range(120)],
            "link": [{"url": "x"}],
            "resourceType": "Bundle",
        }
    )
    assert places(read(text)) == [(n + 1, f"{n:03}") for n in range(120)]


def test_entries_without_a_resource_are_other_and_what_is_not_an_entry_is_broken(read):
    found = read(
        bundle(
            {"response": {"status": "201"}},
            {"resource": None},
            5,
            None,
            {"resource": 7},
            {"resource": {"id": "x"}},
            entry(observation("a")),
        )
    )
    assert (found["other"], found["broken"], places(found)) == (2, [3, 4, 5, 6], [(7, "a")])


def test_a_bundle_without_entries_is_one_row_of_no_entity(read):
    assert read({"resourceType": "Bundle", "type": "searchset", "total": 0})["other"] == 1
    assert read([{"resourceType": "Bundle"}, bundle(), observation("a")])["other"] == 2


def test_bundles_in_lines_and_bundles_in_bundles(read):
    inner = bundle(entry(observation("b")), entry(observation("c")))
    found = read(
        [
            observation("a"),
            inner,
            {"resourceType": "Basic", "code": {"text": "Bundle"}},
            {"resourceType": "Bundle", "entry": "x"},
        ]
    )
    assert (places(found), found["other"], found["broken"]) == (
        [(1, "a"), (2, "b"), (2, "c")],
        1,
        [4],
    )
    assert places(read(bundle(entry(observation("a")), {"resource": inner}))) == [
        (1, "a"),
        (2, "b"),
        (2, "c"),
    ]


def test_a_document_with_a_whole_resource_in_one_of_its_lines_is_not_ndjson(read):
    text = '{"resourceType": "MedicationRequest", "id": "m", "contained": [\n{"resourceType": "Medication", "id": "1"}\n], "status": "active"}'
    assert [row["medication_id"] for row in read(text)["medication"]] == ["MedicationRequest/m"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"), ("\n \n", "neither NDJSON"), (f"{SECRET},1\nann,2\n", "neither NDJSON"), (f'{{"resourceType": "Patient", "id": "{SECRET}"', "neither NDJSON"),
        (f'{{"id": "{SECRET}"}}', "not a FHIR resource"), ("[]", "neither NDJSON"), ("5", "neither NDJSON"),
        (json.dumps(observation(SECRET)).encode("utf-16"), "neither NDJSON"), (json.dumps(bundle(entry(observation(SECRET))))[:-3], "invalid or incomplete"),
        (json.dumps(bundle(entry(observation(SECRET)))) + "x", "invalid or incomplete"), ('{"resourceType": "Bundle", "entry": [{"resource": {"a": tru}}]}', "invalid or incomplete"),
        ('{"resourceType": "Bundle", "entry": [' + "[" * 100_000, "invalid or incomplete"), (b'{"resourceType": "Bundle", "entry": ["\xff"]}', "neither NDJSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(read, content, said):
    with pytest.raises(Refused) as refused:
        read(content)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_value_of_a_document_that_is_too_large_is_refused(read, monkeypatch):
    monkeypatch.setattr(fhir_bundle, "LARGEST_VALUE", 1000)
    monkeypatch.setattr(fhir_bundle, "BLOCK", 100)
    with pytest.raises(Refused, match="contains a value of more than"):
        read(bundle(entry(observation("a", note=[{"text": "x" * 5000}]))))


def test_an_unknown_option_is_an_error_in_the_profile(read):
    with pytest.raises(InvalidProtocol, match="issued"):
        read(observation(), issued=True)


# Patients -----------------------------------------------------------------------------------------------------------------------


def patient(own_id="ann", **elements):
    return resource("Patient", own_id, **elements)


def test_a_patient_states_all_there_is(one):
    given = patient(
        meta={"lastUpdated": "2024-05-01T10:00:00.5+02:00"}, birthDate="1950-03", gender="female", active=False,
        managingOrganization={"reference": "Organization/7", "display": "North"},
    )  # fmt: skip
    assert one(given) == {
        "line": 1, "patient_id": "ann", "birth_date": "1950-03", "sex": "female", "deceased_on": None, "site": "North", "merged_into": "ann",
        "recorded_at": "2024-05-01T10:00:00.5+02:00", "status": "active",
    } | dict.fromkeys(CONTACT)  # fmt: skip
    assert (
        one(patient(managingOrganization={"reference": "Organization/7"}))["site"]
        == "Organization/7"
    )


def test_the_death_of_a_patient(each):
    cases = [
        ({"deceasedDateTime": "2024-02-01"}, "2024-02-01"), ({"deceasedBoolean": True}, "true"), ({"deceasedBoolean": False}, "false"), ({}, None),
    ]  # fmt: skip
    each(cases, patient, lambda row: row["deceased_on"])


def test_a_replaced_patient_is_merged_into_the_one_that_replaces_it(read):
    def link(other, kind="replaced-by"):
        return {
            "link": [
                {"type": "seealso", "other": {"reference": "Patient/x"}},
                {"type": kind, "other": other},
            ]
        }

    found = read([
        patient("a", **link({"reference": "Patient/b"})), patient("b", **link({"reference": "Patient/a"}, "replaces")),
        patient("c", **link({"identifier": {"system": MRN, "value": "77"}})), patient("d", identifier=[{"system": MRN, "value": "77"}]),
        patient("e", **link({"reference": "RelatedPerson/f"})),
    ])["patient"]  # fmt: skip
    assert {row["patient_id"]: row["merged_into"] for row in found} == {
        "a": "b",
        "b": "b",
        "c": "d",
        "d": "d",
        "e": None,
    }


def link(*others, kind="replaces"):
    return {"link": [{"type": kind, "other": other} for other in others]}


def to(own_id):
    return {"reference": f"Patient/{own_id}"}


@pytest.mark.parametrize(
    ("people", "merged"),
    [
        ([patient("p", **link(to("q")))], {("p", "p"), ("q", "p")}), ([patient("p", **link(to("q"), to("r")))], {("p", "p"), ("q", "p"), ("r", "p")}),
        ([patient("p", **link(to("q"))), patient("q")], {("p", "p"), ("q", "p")}),
        ([patient("q", **link(to("p"), kind="replaced-by")), patient("p", **link(to("q")))], {("p", "p"), ("q", "p")}),
        ([patient("q", **link(to("r"), kind="replaced-by")), patient("p", **link(to("q"))), patient("r")], {("p", "p"), ("q", "r"), ("r", "r"), ("q", "p")}),
        ([patient("p", **link(to("q"))), patient("q", **link(to("r")))], {("p", "p"), ("q", "p"), ("r", "q")}),
        *[([patient("p", **link(to("q"), kind=kind))], {("p", "p")}) for kind in ("refer", "seealso")],
        ([patient("p", **link({"reference": "RelatedPerson/q"}, {"display": "q"}))], {("p", "p")}), ([patient("p", **link({"reference": "https://b.example/Patient/q"}))], {("p", "p"), (None, "p")}),
        ([patient("p", **link({"identifier": {"system": MRN, "value": "77"}})), patient("q", identifier=[{"system": MRN, "value": "77"}])], {("p", "p"), ("q", "p")}),
        ([patient("p", **link({"identifier": {"system": MRN, "value": "78"}}))], {("p", "p"), (None, "p")}),
        ([patient("p", **link(to("p"), to("q")))], {("p", "p"), ("q", "p")}),
    ],
)  # fmt: skip
def test_a_patient_that_replaces_others_is_merged_with_them(read, people, merged):
    whole = {"meta": {"lastUpdated": "2024-05-01T10:00:00Z"}}
    found = read([*(person | whole for person in people), observation()])["patient"]
    assert {(row["patient_id"], row["merged_into"]) for row in found} == merged
    assert {row["recorded_at"] for row in found} == {"2024-05-01T10:00:00Z"}


def test_what_replaces_says_nothing_else_of_the_replaced(read):
    given = patient("p", birthDate="1950", gender="female", deceasedBoolean=True, **link(to("q")))
    [own, replaced] = read([patient("x"), given])["patient"][-2:]
    assert (own["patient_id"], own["line"], replaced["line"]) == ("p", 2, 2)
    said = ("birth_date", "sex", "deceased_on", "site")
    assert [replaced[name] for name in said] == [None] * 4


def test_a_replaced_patient_has_the_number_that_the_profile_names(read):
    def numbered(own_id, number, **elements):
        return patient(own_id, identifier=[{"system": MRN, "value": number}], **elements)

    people = [
        numbered("p", "1", **link(to("q"), to("r"), {"identifier": {"system": MRN, "value": "3"}})),
        numbered("q", "2"),
    ]
    found = read(
        bundle(*(entry(person) for person in people)), patient_id={"identifier_system": MRN}
    )
    assert {(row["patient_id"], row["merged_into"]) for row in found["patient"]} == {
        ("1", "1"),
        ("2", "1"),
        ("3", "1"),
        (None, "1"),
    }


def test_whose_result_it_is(each):
    cases = [
        ({"reference": "Patient/ann"}, "ann"), ({"reference": "Patient/ann/_history/2"}, "ann"), ({"reference": " Patient/ann "}, "ann"),
        ({"reference": "urn:uuid:c0ffee"}, "c0ffee"), ({"reference": "urn:oid:1.2.3"}, "1.2.3"),
        ({"identifier": {"system": MRN, "value": "77"}}, None), ({"identifier": {"value": "77"}}, None), ({"type": "Patient", "identifier": {"value": "77"}}, None),
        ({"reference": f"Patient?identifier={MRN}|77"}, None), ({"reference": "Patient?identifier=urn%3Aoid%3A1%7C77"}, None), ({"reference": "Patient?identifier=77"}, None),
        ({"reference": "Patient/ann", "identifier": {"value": "77"}}, "ann"),
        ({"reference": "Group/herd"}, None), ({"reference": "Device/1"}, None), ({"reference": "Location/1"}, None), ({"reference": "#ann"}, None),
        ({"type": "Group", "identifier": {"value": "77"}}, None), ({"reference": "Patient?name=ann"}, None), ({"reference": "ann"}, None),
        ({"display": "Ann"}, None), ({"reference": ""}, None), ({}, None), (None, None),
    ]  # fmt: skip
    each(
        [({"subject": subject}, whose) for subject, whose in cases],
        observation,
        lambda row: row["patient_id"],
    )


def at(base, own_id="ann"):
    return {"subject": {"reference": f"{base}Patient/{own_id}"}}


A, B, AS = "https://a.example/fhir/", "https://b.example/fhir/", "http://A.example/fhir/"


@pytest.mark.parametrize(
    ("content", "options", "whose"),
    [
        ([observation("1", **at(A)), observation("2", **at(AS))], {}, ["ann", "ann"]), ([observation("1", **at(A)), observation("2", **at(""))], {}, [None, "ann"]),
        ([observation("1", **at(A)), observation("2", **at(B))], {}, [None, None]), ([observation("1", **at(A, "ann/_history/1"))], {}, ["ann"]),
        ([observation("1", **at(A)), observation("2", **at(B))], {"base_url": A}, ["ann", None]), ([observation("1", **at(A)), observation("2", **at(""))], {"base_url": A[:-1]}, ["ann", "ann"]),
        ([observation("1", **at(A)), observation("2", **at(B)), observation("3", **at(""))], {"base_url": [A, B]}, ["ann"] * 3), ([observation("1", **at(A))], {"base_url": B}, [None]),
        (bundle(entry(resource("Patient", "ann"), f"{A}Patient/ann"), entry(observation("1", **at(A))), entry(observation("2", **at(B))), entry(observation("3", **at("")))), {}, ["ann", None, None]),
        (bundle(entry(resource("Patient", "ann"), f"{A}Patient/ann"), entry(observation("1", **at(A)), f"{A}Observation/1"), entry(observation("2", **at("")), f"{A}Observation/2")), {}, ["ann", "ann"]),
        (bundle(entry(observation("1", **at("")), f"{A}Observation/1"), entry(observation("2", **at(A)), "urn:uuid:2"), entry(observation("3", **at(B)), "urn:uuid:3")), {}, ["ann", "ann", None]),
        (bundle(entry(observation("1", **at(B)), f"{A}Observation/1")), {}, ["ann"]),
        (bundle(entry(resource("Patient", "ann"), f"{A}Patient/ann"), entry(resource("Patient", "ann"), f"{B}Patient/ann"), entry(observation("1", **at(A)), "urn:uuid:1")), {}, [None]),
    ],
)  # fmt: skip
def test_an_id_of_another_server_is_unknown(read, content, options, whose):
    found = read(content, patient_id=options)
    assert [row["patient_id"] for row in found["lab_result"]] == whose
    found = read(content, patient_id={**options, "identifier_system": MRN})
    assert {row["patient_id"] for row in found["lab_result"]} == {None}


def test_one_id_of_two_servers_is_unknown(read):
    people = [entry(patient("ann"), f"{base}Patient/ann") for base in (A, B)]
    assert {row["patient_id"] for row in read(bundle(*people))["patient"]} == {None}
    found = read(bundle(*people), patient_id={"base_url": A})["patient"]
    assert {(row["patient_id"], row["merged_into"]) for row in found} == {
        ("ann", "ann"),
        (None, None),
    }


@pytest.mark.parametrize(("base", "whose"), [(A, "77"), (B, None), ("", "77")])
def test_only_a_reference_to_this_server_leads_to_a_patient_of_the_file(read, base, whose):
    people = [entry(patient("ann", identifier=[{"system": MRN, "value": "77"}]), f"{A}Patient/ann")]
    results = [entry(observation("1", **at(base)), "urn:uuid:1")]
    found = read(bundle(*people, *results), patient_id={"identifier_system": MRN})
    assert [row["patient_id"] for row in found["lab_result"]] == [whose]


@pytest.mark.parametrize(
    "kind",
    [
        "Observation",
        "Condition",
        "Procedure",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
    ],
)
def test_every_entity_finds_its_patient_by_the_url_of_the_entry(read, kind):
    subject = {"subject": {"reference": "urn:uuid:1"}}
    found = read(
        bundle(
            entry(resource(kind, **subject)),
            entry(patient("ann"), "urn:uuid:1"),
            entry(patient("bob"), "urn:uuid:2"),
        )
    )
    [[row]] = [
        found[entity]
        for entity in ("lab_result", "medication", "condition", "procedure")
        if found[entity]
    ]
    assert row["patient_id"] == "ann"


def test_a_patient_without_an_id_has_that_of_its_entry(read):
    new = {"resourceType": "Patient"}
    found = read(
        bundle(
            entry(new, "urn:uuid:c0ffee"),
            entry(new, "http://x.org/Patient/bob"),
            entry(observation(subject={"reference": "urn:uuid:c0ffee"})),
        )
    )
    assert [row["patient_id"] for row in found["patient"]] == ["c0ffee", "bob"]
    assert [row["patient_id"] for row in found["lab_result"]] == ["c0ffee"]


def test_a_urn_of_none_or_of_two_patients_names_no_patient(read):
    found = read(bundle(
        entry(resource("Group"), "urn:uuid:1"), entry(patient("a"), "urn:uuid:2"), entry(patient("b"), "urn:uuid:2"),
        entry(observation("1", subject={"reference": "urn:uuid:1"})), entry(observation("2", subject={"reference": "urn:uuid:2"})),
    ))  # fmt: skip
    assert [row["patient_id"] for row in found["lab_result"]] == [None, None]


def test_a_patient_inside_the_resource_counts_by_its_identifier_and_never_by_its_id(read):
    def inside(identifier):
        return {
            "contained": [{"resourceType": "Patient", "id": "p", "identifier": identifier}],
            "subject": {"reference": "#p"},
        }

    found = read(
        [
            observation("1", **inside([{"value": "77"}])),
            observation("2", **inside([])),
            observation("3", **inside([{"system": "x", "value": "78"}])),
        ]
    )
    assert [row["patient_id"] for row in found["lab_result"]] == [None] * 3
    people = [
        patient("ann", identifier=[{"system": "y", "value": "77"}, {"system": "x", "value": "78"}]),
        patient("bob", identifier=[{"system": "x", "value": "79"}, {"system": "y", "value": "78"}]),
    ]
    both = [{"system": "x", "value": "78"}, {"system": "x", "value": "79"}]
    found = read(
        [
            *people,
            observation("1", **inside([{"value": "77"}])),
            observation("2", **inside([])),
            observation(
                "3", **inside([{"system": "x", "value": "78"}, {"system": "z", "value": "1"}])
            ),
            observation("4", **inside(both)),
            observation("5", **inside([{"value": "78"}])),
        ]
    )
    assert [row["patient_id"] for row in found["lab_result"]] == ["ann", None, "ann", None, None]


def test_an_identifier_leads_to_the_id_of_the_patient_that_has_it(read):
    ann = patient(
        "ann", identifier=[{"system": MRN, "value": "77"}, {"system": "other", "value": "78"}]
    )
    bob = patient("bob", identifier=[{"system": MRN, "value": "78"}])
    subjects = [
        {"identifier": {"system": MRN, "value": "77"}}, {"identifier": {"value": "77"}}, {"reference": f"Patient?identifier={MRN}|77"},
        {"reference": "Patient?identifier=77"}, {"identifier": {"system": MRN, "value": "78"}}, {"identifier": {"value": "78"}},
    ]  # fmt: skip
    found = read(
        [ann, bob, *(observation(str(n), subject=subject) for n, subject in enumerate(subjects))]
    )
    assert [row["patient_id"] for row in found["lab_result"]] == [
        "ann",
        "ann",
        "ann",
        "ann",
        "bob",
        None,
    ]


def test_the_profile_may_choose_an_identifier_and_then_nothing_else_is_a_number(read):
    people = [
        patient("ann", identifier=[{"system": "x", "value": "1"}, {"system": MRN, "value": "77"}]), patient("bob", identifier=[{"system": "x", "value": "2"}]),
        patient("cid", identifier=[{"system": MRN, "value": "79"}], link=[{"type": "replaced-by", "other": {"reference": "Patient/ann"}}]),
    ]  # fmt: skip
    inner = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "x", "value": "3"}, {"system": MRN, "value": "80"}],
    }
    subjects = [
        {"reference": "Patient/ann"}, {"reference": "http://x.org/fhir/Patient/ann/_history/1"}, {"reference": "urn:uuid:1"}, {"identifier": {"system": MRN, "value": "81"}},
        {"reference": f"Patient?identifier={MRN}|82"}, {"reference": "Patient/elsewhere", "identifier": {"system": MRN, "value": "83"}}, {"reference": "#p"},
        {"reference": "Patient/bob"}, {"reference": "Patient/elsewhere"}, {"identifier": {"system": "x", "value": "2"}}, {"identifier": {"value": "84"}},
        {"reference": "urn:uuid:2"}, {"reference": "Patient?identifier=x|2"},
    ]  # fmt: skip
    results = [
        entry(observation(f"{n:02}", subject=subject, contained=[inner]))
        for n, subject in enumerate(subjects)
    ]
    found = read(
        bundle(entry(people[0], "urn:uuid:1"), *map(entry, people[1:]), *results),
        patient_id={"identifier_system": MRN},
    )
    assert [(row["patient_id"], row["merged_into"]) for row in found["patient"]] == [
        ("77", "77"),
        (None, None),
        ("79", "77"),
    ]
    assert [row["patient_id"] for row in found["lab_result"]] == [
        "77",
        "77",
        "77",
        "81",
        "82",
        "83",
        "80",
    ] + [None] * 6


# Lab results --------------------------------------------------------------------------------------------------------------------


def test_a_lab_result(one):
    given = observation(
        "r1", status="corrected", meta={"lastUpdated": "2024-05-03T00:00:00Z"}, effectiveDateTime="2024-05-01T08:00:00+02:00", issued="2024-05-02T08:00:00.123Z",
        valueQuantity=quantity(), specimen={"reference": "Specimen/s7", "display": "Serum"}, note=[{"text": "haemolysed"}, {"text": "repeat"}],
        performer=[{"reference": "Practitioner/1", "display": "Dr No"}, {"reference": "Organization/2", "display": "Lab North"}],
        referenceRange=[{"low": {"value": 180}, "high": {"value": 900.5}}, {"low": {"value": 1}}],
    )  # fmt: skip
    assert one(given) == {
        "line": 1, "patient_id": "ann", "result_id": "r1", "accession_id": "s7", "codings": [{"system": LOINC, "code": "2132-9", "name": "Cobalamin"}],
        "value": "165", "unit": "pg/mL", "unit_printed": "pg/mL", "status": "corrected", "specimen": "Serum", "collected_at": "2024-05-01T08:00:00+02:00",
        "reported_at": "2024-05-03T00:00:00Z", "reference_low": "180", "reference_high": "900.5", "abnormal_flag": None, "performing_lab": "Lab North", "method": None, "comment": "haemolysed; repeat",
    }  # fmt: skip


def test_a_number_is_the_one_that_was_written(read):
    numbers = [
        "165",
        "6.10",
        "6.1",
        "0.40",
        "100",
        "1E-22",
        "1.0e2",
        "-5",
        "1000000000000000000000000",
        "66.899999999999991",
        "0",
        "0.30000000000000004",
    ]
    text = '{"resourceType":"Observation","valueQuantity":{"value" :\t%s,"unit":"x"},"referenceRange":[{"low":{"value":%s},"high":{"value":%s}}]}\n'
    rows = each_row(read("".join(text % (number, number, number) for number in numbers)))
    assert [(row["value"], row["reference_low"], row["reference_high"]) for row in rows] == [
        (number,) * 3 for number in numbers
    ]


def test_what_looks_like_a_number_inside_a_text_stays(one):
    assert (
        one(observation(valueString='"value": 6.10, see "value":7'))["value"]
        == '"value": 6.10, see "value":7'
    )


def test_every_kind_of_value(each):
    cases = [
        ({"valueQuantity": quantity()}, ("165", "pg/mL")),
        ({"valueQuantity": quantity(comparator="<")}, ("<165", "pg/mL")), ({"valueQuantity": quantity(comparator=">=")}, (">=165", "pg/mL")),
        ({"valueQuantity": quantity(comparator="ad")}, ("ad165", "pg/mL")), ({"valueQuantity": quantity("165")}, ("165", "pg/mL")),
        ({"valueQuantity": quantity(None, comparator="<")}, (None, "pg/mL")),
        ({"valueQuantity": {"value": 1, "unit": "printed", "system": UCUM, "code": "pmol/L"}}, ("1", "pmol/L")),
        ({"valueQuantity": {"value": 1, "unit": "printed", "system": "http://local", "code": "17"}}, ("1", "printed")),
        ({"valueQuantity": {"value": 1, "unit": "printed", "system": UCUM}}, ("1", "printed")), ({"valueQuantity": {"value": 1, "code": "pmol/L"}}, ("1", "pmol/L")),
        ({"valueQuantity": {"value": 1, "unit": " "}}, ("1", None)), ({"valueQuantity": {"value": 1}}, ("1", None)), ({"valueQuantity": {}}, (None, None)),
        ({"valueCodeableConcept": {"coding": [{"code": "10828004", "display": "Positive (qualifier value)"}], "text": "Positive"}}, ("Positive", None)),
        ({"valueCodeableConcept": {"coding": [{"code": "10828004", "display": "Positive (qualifier value)"}]}}, ("Positive (qualifier value)", None)),
        ({"valueCodeableConcept": {"coding": [{"code": "POS"}]}}, ("POS", None)),
        ({"valueString": " >2000 "}, (">2000", None)), ({"valueString": " "}, (None, None)), ({"valueInteger": 165}, ("165", None)),
        ({"valueBoolean": True}, ("true", None)), ({"valueBoolean": False}, ("false", None)),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, ("1:128", None)),
        ({"valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 8}}}, ("<1:8", None)), ({"valueRatio": {}}, ("?:?", None)),
        ({"valueRange": {"low": quantity(10), "high": quantity(20)}}, ("10-20", "pg/mL")), ({"valueRange": {"low": quantity(10)}}, ("10-?", "pg/mL")),
        ({"valueRange": {"high": quantity(20)}}, ("?-20", "pg/mL")), ({"valueDateTime": "2024-01-01"}, ("2024-01-01", None)), ({"valueTime": "12:30:00"}, ("12:30:00", None)),
        ({"valuePeriod": {"start": "2024-01-01", "end": "2024-02-01"}}, ("2024-01-01/2024-02-01", None)),
        ({"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "165"}}, ("sampled data", None)),
        ({}, (None, None)),
    ]  # fmt: skip
    each(cases, observation, lambda row: (row["value"], row["unit"]))


def test_a_printed_unit_stands_beside_the_code(each):
    cases = [
        ({"unit": "pmol/L", "system": UCUM, "code": "pg/mL"}, ("pg/mL", "pmol/L")), ({"unit": "pg/mL", "system": UCUM, "code": "pg/mL"}, ("pg/mL", "pg/mL")),
        ({"unit": "pmol/L", "code": "pg/mL"}, ("pmol/L", "pg/mL")), ({"unit": "pmol/L", "system": "http://local", "code": "pg/mL"}, ("pmol/L", "pg/mL")),
        ({"unit": "pg/mL"}, ("pg/mL", None)), ({"system": UCUM, "code": "pg/mL"}, ("pg/mL", None)), ({"code": "pg/mL"}, ("pg/mL", None)), ({"unit": " ", "system": UCUM, "code": "pg/mL"}, ("pg/mL", None)),
        ({"unit": "pg/mL", "system": UCUM, "code": " "}, ("pg/mL", None)), ({}, (None, None)),
    ]  # fmt: skip
    given = [({"valueQuantity": {"value": 1, **unit}}, said) for unit, said in cases]
    each(given, observation, lambda row: (row["unit"], row["unit_printed"]))
    given = [({"component": [elements]}, said) for elements, said in given]
    each(given, observation, lambda row: (row["unit"], row["unit_printed"]))


def test_a_comparator_is_never_dropped(each):
    cases = [
        *[(sign, f"{sign}165") for sign in ("<", "<=", ">=", ">", "ad", "≤", "≥")], *[(f"&{entity}", f"{sign}165") for entity, sign in (("lt;", "<"), ("gt;", ">"), ("lt;=", "<="), ("amp;gt;", ">"), ("#60;", "<"))],
        ("=", "165"), ("", "165"), (" ", "165"), (None, "165"), ("~", "~ 165"), ("approximately", "approximately 165"), ("1", "1 165"), ("+", "+ 165"), ("<>", "<> 165"), (" < ", "<165"),
    ]  # fmt: skip
    given = [({"valueQuantity": quantity(comparator=sign)}, said) for sign, said in cases]
    each(given, observation, lambda row: row["value"])
    given = [({"component": [elements]}, said) for elements, said in given]
    each(given, observation, lambda row: row["value"])


def test_entities_of_comparators_are_resolved_in_texts_too(each):
    cases = [
        ("&lt;150", "<150"), ("&amp;lt;150", "<150"), ("&GT;= 150", ">= 150"), ("&le;150", "≤150"), ("&#8805;150", "≥150"), ("&#x3c;150", "<150"), ("a&b;c", "a&b;c"), ("&amp;", "&amp;"),
    ]  # fmt: skip
    for element in ("valueString", "valueCodeableConcept"):
        given = [
            ({element: text if element == "valueString" else {"text": text}}, said)
            for text, said in cases
        ]
        each(given, observation, lambda row: row["value"])


def test_a_quantity_without_a_value_is_empty(each):
    cases = [
        ({"valueQuantity": {"value": None, "unit": "pg/mL"}}, None), ({"valueQuantity": {"unit": "pg/mL", "_value": {"extension": [{"url": "x", "valueCode": "masked"}]}}}, None),
        ({"valueQuantity": {"extension": [{"url": "x", "valueDecimal": 165}]}}, None), ({"valueQuantity": {"value": "", "comparator": "<"}}, None),
    ]  # fmt: skip
    each(cases, observation, lambda row: row["value"])


# Not understood -----------------------------------------------------------------------------------------------------------------

ODD = {"modifierExtension": [{"url": "http://example.org/negated", "valueBoolean": True}]}


@pytest.mark.parametrize(
    "form",
    [list, lambda made: bundle(*map(entry, made)), lambda made: bundle({"resource": bundle(*map(entry, made))}), lambda made: [bundle(*map(entry, made)), resource("Encounter")]],
)  # fmt: skip
def test_a_resource_with_a_modifier_extension_is_not_used(read, form):
    kinds = [*ENTITY, "Medication", "Specimen"]
    found = read(form([*(resource(kind, "odd", **ODD) for kind in kinds), observation("kept")]))
    found["other"] = 0
    assert count_of(found) == {"not_understood": len(kinds), "lab_result": 1}
    assert [row["result_id"] for row in found["lab_result"]] == ["kept"]


def test_a_document_with_a_modifier_extension_is_not_used(read):
    assert count_of(read(observation(**ODD))) == {"not_understood": 1}


@pytest.mark.parametrize(
    ("made", "rows"),
    [
        (observation(component=[{"code": B12, "valueInteger": 1, **ODD}, {"code": B12}], valueInteger=2), 3), (observation(component=[{"code": B12, **ODD}]), 1),
        (observation(referenceRange=[{"low": {"value": 1}, **ODD}]), 1), (observation(contained=[{"resourceType": "Specimen", "id": "s", **ODD}]), 1),
        (resource("MedicationRequest", dosageInstruction=[{"text": "x"}, ODD]), 1), (resource("MedicationStatement", dosage=[ODD]), 1), (resource("MedicationAdministration", dosage=ODD), 1),
        (resource("MedicationRequest", dispenseRequest=ODD), 1), (resource("MedicationRequest", contained=[{"resourceType": "Medication", "id": "m", **ODD}]), 1),
        (resource("Procedure", performer=[{"actor": {"display": "x"}, **ODD}]), 1), (resource("Patient", link=[{"type": "replaces", "other": {"reference": "Patient/q"}, **ODD}]), 2),
        ({"resourceType": "Patient", "id": "x", "modifierExtension": {"url": "x"}}, 1),
    ],
)  # fmt: skip
def test_a_modifier_extension_of_a_part_counts_for_the_whole(read, made, rows):
    assert count_of(read([made, observation("kept")])) == {"not_understood": rows, "lab_result": 1}


def test_an_entry_with_a_modifier_extension_is_not_used(read):
    assert count_of(read(bundle({**entry(observation()), **ODD}))) == {"not_understood": 1}


@pytest.mark.parametrize(
    "made",
    [
        observation(modifierExtension=[]), observation(modifierExtension=None), observation(extension=ODD["modifierExtension"]),
        observation(note=[{"text": 'see "modifierExtension": [{"url": "x"}]'}]),
    ],
)  # fmt: skip
def test_what_is_not_a_modifier_extension_changes_nothing(read, made):
    assert count_of(read([made, observation()])) == {"lab_result": 2}


def test_a_resource_of_another_type_stays_another_whatever_it_says(read):
    assert count_of(read([resource("Encounter", **ODD), observation()])) == {
        "other": 1,
        "lab_result": 1,
    }


def test_nothing_is_looked_up_in_what_is_not_understood(read):
    found = read([
        resource("Medication", "m", code=METFORMIN, **ODD), resource("Specimen", "s", type={"text": "Urine"}, collection={"collectedDateTime": "2024-01-01"}, **ODD),
        resource("MedicationRequest", medicationReference={"reference": "Medication/m"}), observation(specimen={"reference": "Specimen/s"}),
        patient("ann", identifier=[{"system": MRN, "value": "77"}], **ODD), observation("2", subject={"identifier": {"system": MRN, "value": "77"}}),
    ])  # fmt: skip
    assert found["not_understood"] == 3
    assert found["medication"][0]["codings"] is None
    assert [(row["specimen"], row["collected_at"]) for row in found["lab_result"]] == [
        (None, None)
    ] * 2
    assert [row["patient_id"] for row in found["lab_result"]] == ["ann", None]


KNOWN = ["confirmed", "CONFIRMED", "Entered in error", "entered-in-error", " refuted "]
UNKNOWN = ["doubtful", "maybe-not", "rule-in", "?"]


@pytest.mark.parametrize(
    "form",
    [
        lambda word: {"coding": [{"code": word}]}, lambda word: {"text": word}, lambda word: word, lambda word: {"coding": [{"display": word}]},
        lambda word: {"coding": [{"system": "local", "code": "x1"}, {"code": word}]}, lambda word: {"coding": [{"code": "x1"}], "text": word},
    ],
)  # fmt: skip
def test_a_condition_of_an_unknown_verification_is_not_understood(read, form):
    status = {"clinicalStatus": clinical("active")}
    found = read(
        [
            resource("Condition", word, verificationStatus=form(word), **status)
            for word in [*KNOWN, *UNKNOWN]
        ]
    )
    assert {row["condition_id"] for row in found["condition"]} == {word.strip() for word in KNOWN}
    assert found["not_understood"] == len(UNKNOWN)


@pytest.mark.parametrize(
    "status",
    [None, {}, {"coding": []}, {"coding": [{}]}, {"text": " "}, {"extension": [{"url": "x"}]}],
)
def test_a_condition_without_a_verification_counts(one, status):
    given = resource("Condition", verificationStatus=status, clinicalStatus=clinical("active"))
    assert one(given)["status"] == "active"


def test_a_missing_value_says_why_in_the_comment(one):
    reason = {"coding": [{"code": "not-performed"}], "text": "broken"}
    assert one(observation(dataAbsentReason=reason))["comment"] == "not-performed"
    assert (
        one(observation(dataAbsentReason={"text": "broken"}, note=[{"text": "sorry"}]))["comment"]
        == "broken; sorry"
    )
    assert one(observation(dataAbsentReason=reason))["value"] is None


def test_components_are_rows_of_their_own(read):
    parts = [
        {"code": {"text": "one"}, "valueQuantity": quantity(1.5), "referenceRange": [{"high": {"value": 2}}]},
        {"code": B12, "dataAbsentReason": {"coding": [{"code": "unknown"}]}}, None,
    ]  # fmt: skip
    shared = {
        "status": "amended",
        "effectiveDateTime": "2024-01-01",
        "issued": "2024-01-02T00:00:00Z",
        "specimen": {"reference": "Specimen/s", "display": "Plasma"},
    }
    found = read(
        [
            observation("a", component=parts, **shared),
            observation("b", component=parts, valueString="whole"),
            observation("c", component=[]),
        ]
    )["lab_result"]
    assert [(row["result_id"], row["value"], row["comment"]) for row in found] == [
        ("a#1", "1.5", None), ("a#2", None, "unknown"), ("a#3", None, None),
        ("b", "whole", None), ("b#1", "1.5", None), ("b#2", None, "unknown"), ("b#3", None, None), ("c", None, None),
    ]  # fmt: skip
    inherited = ("status", "collected_at", "reported_at", "accession_id", "specimen", "patient_id")
    assert {tuple(row[name] for name in inherited) for row in found[:3]} == {
        ("amended", "2024-01-01", "2024-01-02T00:00:00Z", "s", "Plasma", "ann")
    }
    assert (found[0]["codings"], found[0]["reference_high"], found[1]["codings"][0]["code"]) == (
        [{"system": None, "code": None, "name": "one"}],
        "2",
        "2132-9",
    )


def test_a_panel_whose_own_value_is_absent_counts_too(read):
    found = read(
        observation(
            "a", dataAbsentReason={"text": "x"}, component=[{"code": B12, "valueInteger": 1}]
        )
    )
    assert [row["result_id"] for row in found["lab_result"]] == ["a", "a#1"]


def test_the_codings_of_loinc_come_first_and_the_text_names_what_has_no_display(one):
    code = {
        "coding": [
            {"system": "urn:local", "code": "B12", "display": "Vit B12"},
            {"system": LOINC, "code": "2132-9"},
            {"code": ""},
        ],
        "text": "B12 total",
    }
    assert one(observation(code=code))["codings"] == [
        {"system": LOINC, "code": "2132-9", "name": "B12 total"}, {"system": "urn:local", "code": "B12", "name": "Vit B12"}, {"system": None, "code": None, "name": "B12 total"},
    ]  # fmt: skip
    assert one(observation(code={"text": "B12"}))["codings"] == [
        {"system": None, "code": None, "name": "B12"}
    ]
    assert one(observation(code={}))["codings"] is None


def test_a_status_is_told_as_it_is_and_without_one_it_is_unknown(each):
    told = [
        "registered",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
        "entered-in-error",
        "unknown",
    ]
    each(
        [*(({"status": status}, status) for status in told), ({"status": None}, "unknown")],
        observation,
        lambda row: row["status"],
    )


def test_when_it_was_collected(each):
    cases = [
        ({"effectiveDateTime": "2024-01-01T08:00:00Z"}, "2024-01-01T08:00:00Z"), ({"effectiveDateTime": "2024"}, "2024"),
        ({"effectiveInstant": "2024-01-01T08:00:00.5Z"}, "2024-01-01T08:00:00.5Z"), ({"effectivePeriod": {"start": "2024-01-01", "end": "2024-01-02"}}, "2024-01-01"),
        ({"effectivePeriod": {"end": "2024-01-02"}}, "2024-01-02"), ({"effectiveTiming": {"event": ["2024-01-03", "2024-01-04"]}}, "2024-01-03"),
        ({"effectiveTiming": {"repeat": {"count": 1}}}, None), ({"issued": "2024-01-05T00:00:00Z"}, None),
        ({"effectivePeriod": {"start": "2024", "end": "2024-01-02"}}, "2024-01-02"), ({"effectiveDateTime": "2024-05"}, "2024-05"),
        ({"effectiveDateTime": "2024", "contained": [{"resourceType": "Specimen", "id": "s", "collection": {"collectedDateTime": "2024-03-01"}}], "specimen": {"reference": "#s"}}, "2024-03-01"),
    ]  # fmt: skip
    each(cases, observation, lambda row: row["collected_at"])


def test_the_time_of_issue_is_a_time_of_collection_only_where_the_profile_says_so(one):
    assert (
        one(observation(issued="2024-01-05T00:00:00Z"), issued_as_collected=True)["collected_at"]
        == "2024-01-05T00:00:00Z"
    )
    assert (
        one(
            observation(issued="2024-01-05T00:00:00Z", effectiveDateTime="2024-01-04"),
            issued_as_collected=True,
        )["collected_at"]
        == "2024-01-04"
    )


def test_it_was_reported_when_it_was_issued_or_updated_whichever_is_later(each):
    cases = [
        ("2024-01-05T00:00:00Z", None, "2024-01-05T00:00:00Z"), (None, "2024-01-06T00:00:00Z", "2024-01-06T00:00:00Z"),
        ("2024-01-05T00:00:00Z", "2024-01-06T00:00:00Z", "2024-01-06T00:00:00Z"), ("2024-01-07T00:00:00Z", "2024-01-06T00:00:00Z", "2024-01-07T00:00:00Z"),
        ("2024-01-06T01:30:00+02:00", "2024-01-06T00:00:00Z", "2024-01-06T00:00:00Z"), (None, None, None), ("soon", None, "soon"),
    ]  # fmt: skip
    given = [
        ({"issued": issued, "meta": {"lastUpdated": updated}}, reported)
        for issued, updated, reported in cases
    ]
    each(given, observation, lambda row: row["reported_at"])


def specimen(own_id="s1", **elements):
    return resource("Specimen", own_id, **elements)


def test_a_specimen_of_the_same_file_says_what_it_is_and_when_it_was_collected(read):
    kind = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v2-0487",
                "code": "SER",
                "display": "Serum, from a tube",
            }
        ],
        "text": "red top",
    }
    when = {"collectedDateTime": "2024-01-01T07:00:00Z"}
    for whole in (
        bundle(
            entry(specimen(type=kind, collection=when), "urn:uuid:9"),
            entry(observation(specimen={"reference": "urn:uuid:9", "display": "Urine"})),
        ),
        [
            specimen(type=kind, collection=when),
            observation(specimen={"reference": "http://x.org/Specimen/s1"}),
        ],
        [
            observation(specimen={"reference": "Specimen/s1"}),
            specimen(type=kind, collection={"collectedPeriod": {"start": "2024-01-01T07:00:00Z"}}),
        ],
    ):
        found = read(whole)
        [row] = found["lab_result"]
        assert (row["specimen"], row["collected_at"], row["accession_id"], found["other"]) == (
            "SER",
            "2024-01-01T07:00:00Z",
            "s1",
            1,
        )


def test_the_effective_time_comes_before_that_of_the_specimen(read):
    found = read(
        [
            specimen(collection={"collectedDateTime": "2024-01-01"}),
            observation(effectiveDateTime="2024-01-02", specimen={"reference": "Specimen/s1"}),
        ]
    )
    assert found["lab_result"][0]["collected_at"] == "2024-01-02"


def test_the_id_of_a_specimen_inside_the_result_is_not_an_accession(read):
    def inside(**elements):
        return {
            "contained": [{"resourceType": "Specimen", "id": "s", **elements}],
            "specimen": {"reference": "#s"},
        }

    found = read([
        observation("1", **inside(accessionIdentifier={"value": "A7"}, identifier=[{"value": "I7"}], type={"text": "Venous blood"})),
        observation("2", **inside(identifier=[{"value": "I8"}], type={"coding": [{"display": "Serum specimen (specimen)"}]})),
        observation("3", **inside(type={"text": "Bone marrow"})),
    ])["lab_result"]  # fmt: skip
    assert [(row["accession_id"], row["specimen"]) for row in found] == [
        ("A7", "Venous blood"),
        ("I8", "serum"),
        (None, "Bone marrow"),
    ]


def test_a_specimen_that_is_not_delivered(each):
    cases = [
        ({"reference": "Specimen/s"}, ("s", None)), ({"reference": "urn:uuid:s"}, ("s", None)), ({"identifier": {"value": "A7"}}, ("A7", None)),
        ({"display": "Stool sample (specimen)"}, (None, "stool")), ({"display": "URINE"}, (None, "URINE")), ({"display": "Bone marrow"}, (None, "Bone marrow")),
        ({"display": "Specimen 2024-17"}, (None, None)),
    ]  # fmt: skip
    each(
        [({"specimen": given}, said) for given, said in cases],
        observation,
        lambda row: (row["accession_id"], row["specimen"]),
    )


def test_the_laboratory_is_an_organization_and_no_clinician(each):
    cases = [
        ([{"reference": "Organization/7"}], "7"), ([{"display": "Lab North"}], "Lab North"), ([{"reference": "Practitioner/1", "display": "Dr No"}], None),
        ([{"type": "Practitioner", "display": "Dr No"}], None), ([{"type": "Organization", "reference": "urn:uuid:1", "display": "Lab"}], "Lab"), ([], None),
    ]  # fmt: skip
    each(
        [({"performer": performer}, lab) for performer, lab in cases],
        observation,
        lambda row: row["performing_lab"],
    )


def test_the_method_is_that_of_the_result_else_the_device(each):
    cases = [
        ({"method": {"coding": [{"code": "E", "display": "ECLIA"}], "text": "Electrochemiluminescence"}}, "Electrochemiluminescence"),
        ({"method": {"coding": [{"code": "E", "display": "ECLIA"}]}, "device": {"display": "Analyser 7"}}, "ECLIA"),
        ({"method": {}, "device": {"reference": "Device/7", "display": "Analyser 7"}}, "Analyser 7"),
        ({"device": {"reference": "Device/7"}}, None),
    ]  # fmt: skip
    each(cases, observation, lambda row: row["method"])


# Medications --------------------------------------------------------------------------------------------------------------------


def test_a_request(one):
    given = resource(
        "MedicationRequest", "m1", meta={"lastUpdated": "2024-01-09T00:00:00Z"}, status="active", intent="order", medicationCodeableConcept=METFORMIN, authoredOn="2024-01-02",
        dispenseRequest={"expectedSupplyDuration": {"value": 30, "unit": "days", "system": UCUM, "code": "d"}, "numberOfRepeatsAllowed": 2,
            "validityPeriod": {"start": "2024-01-03", "end": "2025-01-03"}},
        dosageInstruction=[{"text": "daily"}, {"route": {"coding": [{"system": SCT, "code": "26643006", "display": "Oral route (qualifier value)"}]}}],
    )  # fmt: skip
    assert one(given) == {
        "line": 1, "patient_id": "ann", "medication_id": "MedicationRequest/m1", "codings": [{"system": RXNORM, "code": "6809", "name": "metformin"}],
        "start_on": "2024-01-03", "end_on": None, "days_supply": "90", "status": "active", "route": "26643006", "strength_mg": None, "recorded_at": "2024-01-09T00:00:00Z",
    }  # fmt: skip


def dosage(start=None, end=None):
    return {"timing": {"repeat": {"boundsPeriod": {"start": start, "end": end}}}}


def test_when_a_medication_starts_and_ends(each):
    cases = [
        ("Request", {"authoredOn": "2024-01-02"}, "2024-01-02", None),
        ("Request", {"authoredOn": "2024-01-02", "dispenseRequest": {"validityPeriod": {"start": "2024-01-03", "end": "2024-02-03"}}}, "2024-01-03", "2024-02-03"),
        ("Request", {"authoredOn": "2024-01-02", "dosageInstruction": [dosage("2024-01-04", "2024-01-09"), dosage("2024-01-09", "2024-01-12")]}, "2024-01-04", "2024-01-12"),
        ("Request", {"authoredOn": "2024-01-02", "dosageInstruction": [dosage("2024-01-04", "2024-01-09"), dosage("2024-01-09")]}, "2024-01-04", None),
        ("Statement", {"effectiveDateTime": "2024-01-05", "dateAsserted": "2024-02-01"}, "2024-01-05", None),
        ("Statement", {"effectivePeriod": {"start": "2024-01-05", "end": "2024-03-05"}}, "2024-01-05", "2024-03-05"),
        ("Statement", {"dateAsserted": "2024-02-01"}, "2024-02-01", None), ("Statement", {"dosage": [dosage("2024-01-06", "2024-01-07")]}, "2024-01-06", "2024-01-07"),
        ("Dispense", {"whenPrepared": "2024-01-02", "whenHandedOver": "2024-01-03"}, "2024-01-03", None), ("Dispense", {"whenPrepared": "2024-01-02"}, "2024-01-02", None),
        ("Administration", {"effectiveDateTime": "2024-01-02T10:00:00Z"}, "2024-01-02T10:00:00Z", None),
        ("Administration", {"effectivePeriod": {"start": "2024-01-02", "end": "2024-01-03"}}, "2024-01-02", "2024-01-03"),
    ]  # fmt: skip
    given = [
        ({"kind": f"Medication{kind}", **elements}, (start, end))
        for kind, elements, start, end in cases
    ]
    each(given, resource, lambda row: (row["start_on"], row["end_on"]))


def test_days_of_supply(each):
    cases = [
        ({"value": 30, "code": "d"}, "30"), ({"value": 30.0, "unit": "Days"}, "30"), ({"value": 4, "system": UCUM, "code": "wk"}, "28"), ({"value": 1.5, "unit": "weeks"}, "10.5"),
        ({"value": 1, "code": "mo"}, None), ({"value": "x", "code": "d"}, None), ({"unit": "d"}, None), (None, None),
    ]  # fmt: skip
    each(
        [({"daysSupply": supply}, days) for supply, days in cases],
        partial(resource, "MedicationDispense"),
        lambda row: row["days_supply"],
    )
    given = [
        ({"dispenseRequest": {"expectedSupplyDuration": supply}}, days) for supply, days in cases
    ]
    each(given, partial(resource, "MedicationRequest"), lambda row: row["days_supply"])


def test_for_how_long_it_is_to_be_taken_is_a_supply_where_there_is_one_dosage(each):
    month, week = (
        {"timing": {"repeat": {"boundsDuration": {"value": value, "unit": unit}}}}
        for value, unit in ((1, "mo"), (1, "wk"))
    )
    request = {
        "validityPeriod": {"end": "2025-01-01"},
        "expectedSupplyDuration": {"value": 30, "code": "d"},
    }
    cases = [
        ({"dosageInstruction": [week], "dispenseRequest": request}, ("7", None)), ({"dosageInstruction": [week, week], "dispenseRequest": request}, ("30", None)),
        ({"dosageInstruction": [week], "dispenseRequest": {"validityPeriod": {"end": "2025-01-01"}}}, ("7", None)),
        ({"dosageInstruction": [month], "dispenseRequest": {"validityPeriod": {"end": "2025-01-01"}}}, (None, "2025-01-01")),
    ]  # fmt: skip
    each(
        cases,
        partial(resource, "MedicationRequest"),
        lambda row: (row["days_supply"], row["end_on"]),
    )
    each(
        [({"dosage": [week]}, "7")],
        partial(resource, "MedicationStatement"),
        lambda row: row["days_supply"],
    )


def test_a_dispense_may_leave_out_that_its_supply_is_in_days_and_a_request_may_not(one):
    assert one(resource("MedicationDispense", daysSupply={"value": 30}))["days_supply"] == "30"
    assert (
        one(
            resource("MedicationRequest", dispenseRequest={"expectedSupplyDuration": {"value": 30}})
        )["days_supply"]
        is None
    )


def test_the_status_of_a_medication(each):
    cases = [
        ("Request", {"status": "active", "intent": "order"}, "active"), ("Request", {"status": "active", "intent": "plan"}, "proposed"),
        ("Request", {"status": "active", "intent": "proposal"}, "proposed"), ("Request", {"status": "active", "intent": "option"}, "proposed"),
        ("Request", {"status": "active", "doNotPerform": True}, "not-taken"), ("Request", {"status": "active", "doNotPerform": False}, "active"),
        ("Request", {"status": "entered-in-error", "intent": "plan", "doNotPerform": True}, "entered-in-error"), ("Request", {"status": "stopped"}, "stopped"),
        ("Statement", {"status": "not-taken"}, "not-taken"), ("Statement", {"status": "intended"}, "intended"), ("Statement", {}, "unknown"),
        ("Dispense", {"status": "completed"}, "dispensed"), ("Dispense", {"status": "in-progress"}, "preparation"),
        ("Dispense", {"status": "in-progress", "whenHandedOver": "2024-01-01"}, "dispensed"), ("Dispense", {"status": "declined"}, "declined"),
        ("Administration", {"status": "completed"}, "administered"), ("Administration", {"status": "in-progress"}, "in-progress"),
        ("Administration", {"status": "not-done"}, "not-done"),
    ]  # fmt: skip
    each(
        [({"kind": f"Medication{kind}", **elements}, status) for kind, elements, status in cases],
        resource,
        lambda row: row["status"],
    )


def test_a_route_is_given_in_the_words_that_are_known(each):
    cases = [
        ({"coding": [{"code": "IM", "display": "Injection, intramuscular"}]}, "IM"), ({"coding": [{"code": "x", "display": "Intramuscular route"}]}, "intramuscular"),
        ({"coding": [{"code": "20035000", "display": "Intramuscular use"}]}, "intramuscular"), ({"text": "by mouth"}, "by mouth"),
        ({"coding": [{"code": "6064005", "display": "Topical route"}]}, "Topical route"), ({"coding": [{"code": "6064005"}]}, "6064005"), ({}, None), (None, None),
    ]  # fmt: skip
    for kind, where in (
        ("MedicationRequest", lambda route: {"dosageInstruction": [{"route": route}]}),
        ("MedicationStatement", lambda route: {"dosage": [{"route": route}]}),
        ("MedicationAdministration", lambda route: {"dosage": {"route": route}}),
    ):
        each(
            [(where(route), said) for route, said in cases],
            partial(resource, kind),
            lambda row: row["route"],
        )


def ingredient(name, amount=None, unit="mg", per=1, **elements):
    strength = (
        {"numerator": {"value": amount, "unit": unit}, "denominator": {"value": per}}
        if amount
        else None
    )
    return {
        "itemCodeableConcept": {
            "coding": [{"system": RXNORM, "code": f"rx-{name}", "display": name}]
        },
        "strength": strength,
        **elements,
    }


def test_the_medication_inline_inside_and_elsewhere_in_the_file(read):
    kinds = [
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "MedicationAdministration",
    ]
    inner = {
        "contained": [{"resourceType": "Medication", "id": "m", "code": METFORMIN}],
        "medicationReference": {"reference": "#m", "display": "other"},
    }
    elsewhere = [
        resource(kind, medicationReference={"reference": f"{server}Medication/7"})
        for kind in kinds
        for server in ("", "http://x.org/")
    ]
    for whole in (
        [
            *(resource(kind, medicationCodeableConcept=METFORMIN) for kind in kinds),
            resource("Encounter"),
        ],
        [*(resource(kind, **inner) for kind in kinds), resource("Encounter")],
        [*elsewhere, resource("Medication", "7", code=METFORMIN)],
        bundle(
            entry(resource("Medication", "7", code=METFORMIN), "urn:uuid:7"),
            *(
                entry(resource(kind, medicationReference={"reference": "urn:uuid:7"}))
                for kind in kinds
            ),
        ),
    ):
        found = read(whole)
        assert (
            {row["codings"][0]["code"] for row in found["medication"]},
            len(found["medication"]) % 4,
            found["other"],
        ) == (
            {"6809"},
            0,
            1,
        )


def test_one_inner_medication_is_not_that_of_another_resource(read):
    def inside(code):
        return {
            "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": code}}],
            "medicationReference": {"reference": "#m"},
        }

    found = read(
        [
            resource("MedicationRequest", "1", **inside("one")),
            resource("MedicationRequest", "2", **inside("two")),
        ]
    )["medication"]
    assert [row["codings"][0]["name"] for row in found] == ["one", "two"]


def named(name):
    return [{"system": "NAME", "code": name, "name": name}]


def test_a_medicine_in_words_is_known_by_its_name(one):
    assert one(resource("MedicationRequest", medicationCodeableConcept={"text": "Metformin 500"}))[
        "codings"
    ] == named("Metformin 500")
    assert one(
        resource(
            "MedicationRequest",
            medicationReference={"reference": "Medication/elsewhere", "display": "Metformin"},
        )
    )["codings"] == named("Metformin")
    assert (
        one(
            resource("MedicationRequest", medicationReference={"reference": "Medication/elsewhere"})
        )["codings"]
        is None
    )
    assert one(resource("MedicationRequest"))["codings"] is None


def test_the_ingredients_of_a_medication(each):
    cases = [
        ({"code": METFORMIN, "ingredient": [ingredient("a", 500)]}, ["6809", "rx-a"], "500"), ({"ingredient": [ingredient("a", 1000, "ug")]}, ["rx-a"], "1"),
        ({"ingredient": [ingredient("a", 50, "µg")]}, ["rx-a"], "0.05"), ({"ingredient": [ingredient("a", 5, "mg", 2)]}, ["rx-a"], None),
        ({"ingredient": [ingredient("a", 5, "mL")]}, ["rx-a"], None), ({"ingredient": [ingredient("a", 1), ingredient("b", 2)]}, ["a, b"], None),
        ({"code": METFORMIN, "ingredient": [ingredient("a", 1), ingredient("b", 2)]}, ["6809"], None), ({"code": {"text": "Pill"}}, ["Pill"], None),
        ({"code": {}, "ingredient": []}, [], None),
    ]  # fmt: skip
    each(
        [({"contained": [{"resourceType": "Medication", "id": "m", **medication}], "medicationReference": {"reference": "#m"}}, (codes, strength))
            for medication, codes, strength in cases],
        partial(resource, "MedicationRequest"),
        lambda row: ([coding["code"] for coding in row["codings"] or []], row["strength_mg"]),
    )  # fmt: skip


# Conditions and procedures ------------------------------------------------------------------------------------------------------


def clinical(word):
    return {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": word}
        ]
    }


def test_a_condition(one):
    given = resource(
        "Condition", "c1", meta={"lastUpdated": "2024-01-09T00:00:00Z"}, clinicalStatus=clinical("active"), verificationStatus=clinical("confirmed"),
        code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "D51.0"}, {"system": SCT, "code": "84027009", "display": "PA"}], "text": "Pernicious anaemia"},
        onsetDateTime="2020-01-01", recordedDate="2021-01-01", recorder={"reference": "Practitioner/1", "display": "Dr No"}, asserter={"display": "Ann"},
    )  # fmt: skip
    assert one(given) == {
        "line": 1, "patient_id": "ann", "condition_id": "c1", "onset_on": "2020-01-01", "abated_on": None, "status": "active", "recorded_by": "Dr No",
        "codings": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "D51.0", "name": "Pernicious anaemia"}, {"system": SCT, "code": "84027009", "name": "PA"}],
        "recorded_at": "2024-01-09T00:00:00Z",
    }  # fmt: skip


def test_when_a_condition_began_and_ended(each):
    cases = [
        ({"onsetPeriod": {"start": "2020-02-01", "end": "2020-03-01"}}, "2020-02-01", None), ({"onsetAge": {"value": 40}, "recordedDate": "2021-01-01"}, "2021-01-01", None),
        ({"onsetString": "long ago"}, None, None), ({"abatementDateTime": "2022-01-01"}, None, "2022-01-01"),
        ({"abatementPeriod": {"start": "2022-01-01", "end": "2022-02-01"}}, None, "2022-02-01"), ({"abatementPeriod": {"start": "2022-01-01"}}, None, "2022-01-01"),
    ]  # fmt: skip
    given = [(elements, (onset, abated)) for elements, onset, abated in cases]
    each(given, partial(resource, "Condition"), lambda row: (row["onset_on"], row["abated_on"]))


def test_the_status_of_a_condition(each):
    cases = [
        ({}, "active"), ({"clinicalStatus": clinical("remission")}, "remission"), ({"clinicalStatus": clinical("recurrence"), "verificationStatus": clinical("confirmed")}, "recurrence"),
        *[({"clinicalStatus": clinical("active"), "verificationStatus": clinical(word)}, word.replace("-", " ")) for word in ("refuted", "entered-in-error", "provisional", "differential", "unconfirmed")],
        ({"verificationStatus": {"coding": [{"code": "local"}, {"code": "refuted"}]}}, "refuted"), ({"verificationStatus": {"text": "Refuted"}}, "refuted"),
        ({"verificationStatus": "refuted", "clinicalStatus": "active"}, "refuted"), ({"clinicalStatus": "resolved"}, "resolved"), ({"clinicalStatus": {"text": "Inactive"}}, "inactive"),
        ({"abatementAge": {"value": 50}}, "resolved"), ({"abatementString": "as a child"}, "resolved"), ({"abatementBoolean": True}, "resolved"), ({"abatementBoolean": False}, "active"),
        ({"abatementRange": {}, "clinicalStatus": clinical("inactive")}, "inactive"), ({"abatementString": "x", "verificationStatus": clinical("refuted")}, "refuted"),
    ]  # fmt: skip
    each(cases, partial(resource, "Condition"), lambda row: row["status"])


def test_a_procedure(one):
    given = resource(
        "Procedure",
        "p1",
        meta={"lastUpdated": "2024-01-09T00:00:00Z"},
        status="completed",
        code={"text": "Bypass"},
        performedDateTime="2023-05-05",
    )
    assert one(given) == {
        "line": 1, "patient_id": "ann", "procedure_id": "p1", "codings": [{"system": None, "code": None, "name": "Bypass"}], "performed_on": "2023-05-05",
        "status": "completed", "recorded_at": "2024-01-09T00:00:00Z",
    }  # fmt: skip


def test_when_a_procedure_was_performed(each):
    cases = [
        ({"performedPeriod": {"start": "2023-05-05", "end": "2023-05-06"}}, "2023-05-05"), ({"performedPeriod": {"end": "2023-05-06"}}, "2023-05-06"),
        ({"performedString": "in May"}, "in May"), ({"performedAge": {"value": 40}}, None),
    ]  # fmt: skip
    given = [(elements, (performed, "unknown")) for elements, performed in cases]
    each(given, partial(resource, "Procedure"), lambda row: (row["performed_on"], row["status"]))


# Deletions ----------------------------------------------------------------------------------------------------------------------


def deletion(url, **elements):
    return {"request": {"method": "DELETE", "url": url}, **elements}


def test_a_deleted_record_is_a_row_that_names_it_and_no_patient(read):
    deleted = [
        "Observation/o",
        "http://x.org/fhir/MedicationRequest/m",
        "Condition/c",
        "Procedure/p",
        "Patient/ann",
        "Encounter/e",
        "Observation?identifier=x|1",
        "oddity",
    ]
    found = read(
        [
            bundle(
                *map(deletion, deleted),
                kind="transaction",
                meta={"lastUpdated": "2024-02-01T00:00:00Z"},
            ),
            observation("kept"),
        ]
    )
    names = {"medication": "MedicationRequest/m", "condition": "c", "procedure": "p"}
    for entity, name in names.items():
        [row] = found[entity]
        assert (
            row[f"{entity}_id"],
            row["patient_id"],
            row["status"],
            row["recorded_at"],
            row["line"],
        ) == (
            name,
            None,
            "deleted",
            "2024-02-01T00:00:00Z",
            1,
        )
    assert [(row["result_id"], row["patient_id"], row["status"], row["reported_at"]) for row in found["lab_result"]] == [
        ("o", None, "deleted", "2024-02-01T00:00:00Z"), ("kept", "ann", "final", None),
    ]  # fmt: skip
    [patient] = found["patient"]
    assert (patient["patient_id"], patient["status"], patient["merged_into"]) == (
        "ann",
        "deleted",
        None,
    )
    assert found["other"] == 3


def test_a_deletion_tells_when_by_its_own_response_first_then_by_the_bundle(read):
    entries = [
        deletion("Observation/a", response={"lastModified": "2024-03-01T00:00:00Z"}),
        deletion("Observation/b"),
    ]
    assert [row["reported_at"] for row in read(bundle(*entries, kind="history", timestamp="2024-04-01T00:00:00Z"))["lab_result"]] == [
        "2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z",
    ]  # fmt: skip
    assert read(bundle(*entries))["lab_result"][1]["reported_at"] is None


# Files of others ----------------------------------------------------------------------------------------------------------------


def report_counts(resources):
    "The same count in plain Python"
    count = Counter()
    for one in resources:
        values = sum(name.startswith("value") or name == "dataAbsentReason" for name in one)
        count[ENTITY.get(one["resourceType"], "other")] += (
            max(1, values + len(one.get("component", [])))
            if one["resourceType"] == "Observation"
            else 1
        )
    return count


def count_of(found):
    return +Counter(
        {name: rows if isinstance(rows, int) else len(rows) for name, rows in found.items()}
    )


def test_the_official_examples_alone_as_ndjson_and_in_a_bundle(read):
    resources = [
        json.loads(path.read_bytes()) for path in sorted((DATA / "observations").glob("*.json"))
    ]
    assert len(resources) == 131
    for one in resources[::16]:
        assert count_of(read(one)) == report_counts([one])
    assert (
        count_of(read(resources))
        == count_of(read(bundle(*map(entry, resources))))
        == report_counts(resources)
    )


@pytest.mark.parametrize(
    "path", sorted((DATA / "bundles").glob("*.gz")), ids=lambda path: path.name[:12]
)
def test_synthea_bundles(read, path):
    content = gzip.decompress(path.read_bytes())
    resources = [entry["resource"] for entry in json.loads(content)["entry"]]
    found = read(content)
    assert count_of(found) == report_counts(resources)
    ids = {one["id"] for one in resources if one["resourceType"] == "Patient"}
    assert {row["patient_id"] for entity in set(ENTITY.values()) for row in found[entity]} == ids
