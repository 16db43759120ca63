"HL7 v2: what PID, PD1 and PV1 say of a patient for display alone."

import pytest

from pipeline.core.config import CONTACT
from tests.unit.readers.test_hl7v2 import NM, OBR, message, read

FULL = (
    "PID|1||p1^^^GOODHOSP^MR||Example^Ann^Mary^Jr^Ms^^L||19600131|F|||1 High St^^Town^^SW1A 1AA^GB^H"
    "||020 7946 0001^PRN^PH~^NET^Internet^ann@example.org|020 7946 0002^WPN^PH|en^English^ISO639"
    "|||||||H^Hispanic or Latino^HL70189"
)


def said(tmp_path, pid, *more):
    "The columns that are not empty"
    [patient] = read(tmp_path, message(pid, *more, OBR, NM)).patients
    return {name: patient[name] for name in CONTACT if patient[name] is not None}


def test_all_that_a_message_says(tmp_path):
    assert said(tmp_path, FULL, r"PD1||||77^Demo^Dora^^^Dr\T\Prof", "PV1|1|O|||||99^Other^Olga") == {
        "name": "Ms Ann Mary Example Jr", "phone": "020 7946 0001", "email": "ann@example.org",
        "preferred_language": "en", "postcode_area": "SW1A 1AA", "registered_clinician": "Dr&Prof Dora Demo",
        "ethnicity": "Hispanic or Latino",
    }  # fmt: skip


def test_a_message_without_them_says_nothing_and_its_notes_stay_where_they_are(tmp_path):
    assert said(tmp_path, "PID|1||p1") == {}
    found = read(tmp_path, message("PID|1||p1", OBR, NM, "PV1|1|O", "NTE|1||haemolysed"))
    assert found.results[0]["comment"] == "haemolysed"


@pytest.mark.parametrize(
    ("field", "column", "value"),
    [
        ("5|Maiden^Ann^^^^^M~Example^Ann^^^^^L", "name", "Ann Example"),
        ("5|Alias^A^^^^^A", "name", None),
        ("5|Display^Ann^^^^^D~Legal^Ann^^^^^L", "name", "Ann Legal"),
        ("5|van Example&van&Example^Zo\\XC3AB\\", "name", "Zoë van Example"),
        ('5|""', "name", None),
        ("11|^^^^99999^^BA~^^^^10115^^H", "postcode_area", "10115"),
        ("13|^PRN^FX^^^^1~^PRN^PH^^49^30^555123", "phone", "+49 30 555123"),
        ("13|^^CP^^^^^^^^^+491701", "phone", "+491701"),
        ("13|ann@example.org", "email", "ann@example.org"),
        ("13|ann@example.org", "phone", None),
        ("14|555-0100^WPN", "phone", "555-0100"),
        ("15|7^Deutsch^L", "preferred_language", "Deutsch"),
        ("15|deu", "preferred_language", "deu"),
        ("22|H^^HL70189", "ethnicity", "Hispanic or Latino"),
        ("22|H^^L", "ethnicity", "H"),
        ("22|A^White - British^NHS", "ethnicity", "White - British"),
    ],
)
def test_repetitions_types_and_parts(tmp_path, field, column, value):
    number, text = field.split("|", 1)
    fields = ["PID", "1", "", "p1", *[""] * 26]
    fields[int(number)] = text
    assert said(tmp_path, "|".join(fields)).get(column) == value


@pytest.mark.parametrize(
    ("segments", "clinician"),
    [
        (["PD1||||1^A^Ann", "PV1|1|O|||||2^B^Bob|3^C^Cid"], "Ann A"),
        (["PV1|1|O|||||2^B^Bob|3^C^Cid"], "Cid C"),
        (["PV1|1|O|||||2^B^Bob"], "Bob B"),
        (["PD1||||17"], None),
    ],
)
def test_the_clinician_of_a_patient(tmp_path, segments, clinician):
    assert said(tmp_path, "PID|1||p1", *segments).get("registered_clinician") == clinician


def test_each_patient_of_a_message_has_their_own(tmp_path):
    second = "PID|2||p2^^^GOODHOSP^MR||Other^Bob"
    found = read(tmp_path, message(FULL, "PD1||||1^A^Ann", OBR, NM, second, OBR, NM)).patients
    assert [(row["name"], row["registered_clinician"]) for row in found] == [
        ("Ms Ann Mary Example Jr", "Ann A"),
        ("Bob Other", None),
    ]
