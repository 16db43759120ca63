"Check digits; and every code of protocol/codes is recognised as its own concept, however it is spelled."

import csv

import pytest

from pipeline.core.config import PROTOCOL
from pipeline.protocol.check_digits import check_digit_is_wrong, loinc_is_valid, snomed_is_valid
from tests.clinic import build, clinic, landed, select

ENTITY = {
    "OPCS4": "procedure", "BNF": "medication", "NDC": "medication",
    "LOINC": "lab_result", "RXNORM": "medication", "ATC": "medication", "UNII": "medication", "HCPCS": "procedure", "CPT4": "procedure",
    "ICD10PCS": "procedure", "ICD9PROC": "procedure", "SNOMEDCT": "condition", "ICD10CM": "condition", "ICD10": "condition",
    "ICD9CM": "condition", "READ2": "condition", "FHIR-DIET": "condition", "LOCAL": "condition",
}  # fmt: skip
TRAPS = (
    "do_not_use",
    "not_",
    "exclude",
    "_hint",
    "trap",
    "wrong_scale",
    "antidote",
    "order_code",
    "comment_only",
)


def _rows():
    for path in sorted((PROTOCOL / "codes").glob("*.csv")):
        if path.name != "drug_names.csv":
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)


ROWS = list(_rows())


@pytest.mark.parametrize(
    "code", ["2132-9", "14685-2", "13964-2", "72160-5", "98979-8", "31444-3", "718-7", "787-2"]
)
def test_loinc_mod_10(code):
    body, digit = code.split("-")
    assert loinc_is_valid(code)
    assert [number for number in range(10) if loinc_is_valid(f"{body}-{number}")] == [int(digit)]


@pytest.mark.parametrize("code", ["2132", "-9", "2132-", "2132-99", "abc-1", ""])
def test_what_is_not_loinc(code):
    assert not loinc_is_valid(code)


@pytest.mark.parametrize(
    "code", ["84027009", "25064002", "190634004", "709044004", "22298006", "900000000000207008"]
)
def test_snomed_verhoeff(code):
    assert snomed_is_valid(code)
    assert [digit for digit in "0123456789" if snomed_is_valid(code[:-1] + digit)] == [code[-1]]


@pytest.mark.parametrize(
    "code", ["84027090", "48027009", "84072009", "8402709", "12345", "abc", ""]
)
def test_what_is_not_a_snomed_id(code):
    assert not snomed_is_valid(code)


def test_only_systems_with_a_check_digit_are_checked():
    assert check_digit_is_wrong("LOINC", "2132-8") == "LOINC 2132-8: wrong check digit (mod 10)"
    assert "Verhoeff" in check_digit_is_wrong("SNOMEDCT", "84027008")
    assert check_digit_is_wrong("ICD10CM", "D51.0") is None


def found_of(spelled):
    "The concepts that each (system, code) is recognised as, all at once"
    con = clinic()
    for entity in set(ENTITY.values()):
        rows = [
            {"patient_id": "ann", "code": code, "code_system": system}
            for system, code in spelled
            if ENTITY[system] == entity
        ]
        landed(con, entity, rows)
        con.execute(f"create or replace temp table known_{entity} as from staging.delivered_code")
    every = " union all ".join(f"from known_{entity}" for entity in set(ENTITY.values()))
    return {
        (row["code_system"], row["code"]): set((row["concepts"] or "").split("|"))
        for row in select(con, f"({every})")
    }


def spellings():
    for row in ROWS:
        system, code = row["code_system"], row["code"]
        code = code.removesuffix("*") + ("1" if code.endswith("*") else "")
        yield row["concept"], system, code
        if system != "READ2":  # the case tells Read codes apart
            yield row["concept"], system, code.lower()
        if system in ("ICD10CM", "ICD10", "ICD9CM", "ICD9PROC", "OPCS4"):
            yield row["concept"], system, code.replace(".", "")
            yield row["concept"], system, code.replace(".", "").lower()
        if system in ("ICD10CM", "ICD10"):
            yield row["concept"], system, f"{code}X"


@pytest.mark.slow
def test_every_code_is_recognised_as_its_own_concept_in_every_spelling():
    wanted = list(spellings())
    found = found_of([(system, code) for _, system, code in wanted])
    allowed = {
        "b12_cyanocobalamin": "b12_form_unknown"
    }  # RxNorm 11248 alone means only "vitamin B12"
    missed = [
        (concept, system, code) for concept, system, code in wanted
        if concept not in found[(system, code)] and not (code == "11248" and allowed[concept] in found[(system, code)])
    ]  # fmt: skip
    assert missed == []
    assert len(ROWS) > 3200


@pytest.mark.slow
def test_every_code_is_recognised_without_its_system_too_unless_another_system_means_something_else_by_it():
    wanted = [
        (concept, system, code)
        for concept, system, code in spellings()
        if ENTITY[system] != "lab_result"
    ]
    con, found = clinic(), {}
    for entity in {ENTITY[system] for _, system, _ in wanted}:
        codes = sorted({code for _, system, code in wanted if ENTITY[system] == entity})
        landed(con, entity, [{"patient_id": "ann", "code": code} for code in codes])
        found |= {
            (entity, row["code"]): row["concepts"] or ""
            for row in select(con, "staging.delivered_code")
        }
    con = clinic()
    means = {row["concept"]: (row["fact"], row["means"]) for row in select(con, "protocol.concept")}
    missed = {
        (system, code) for concept, system, code in wanted
        if means[concept] not in [means.get(one) for one in found[(ENTITY[system], code)].split("|")]
    }  # fmt: skip
    assert missed == {("RXNORM", "11248")}  # alone it means only "vitamin B12"


def test_every_concept_is_known_and_a_trap_counts_for_no_fact():
    con = clinic()
    known = {row["concept"]: row for row in select(con, "protocol.concept")}
    assert {row["concept"] for row in ROWS} <= set(known)
    facts = {
        "malabsorption",
        "diet",
        "renal",
        "deficiency_before",
        "folic_acid",
        "acid_suppressant",
        "b12_therapy",
        "metformin",
        "neuro",
        "pregnancy",
    }
    traps = [
        row
        for concept, row in known.items()
        if any(word in concept.lower() for word in TRAPS) or "short_course" in concept
    ]
    assert len(traps) > 10
    assert [row["concept"] for row in traps if row["fact"] in facts] == []


def test_a_trap_beside_a_drug_class_rules_it_out():
    con = clinic()
    con.execute(
        "insert into lake.medication (concepts) select distinct concept from protocol.concept where fact = 'trap'"
    )
    con.execute(
        "insert into lake.medication (concepts) values ('EXCLUDE_radiolabelled|b12_cyanocobalamin')"
    )
    build(con, "clinical.medication_class")
    assert select(con, "clinical.medication_class") == []


@pytest.mark.parametrize(
    ("system", "code", "key"),
    [
        ("READ2", "c26a.", "c26a."), ("READ2", "C26A.", "C26A."), ("OPCS4", "G30.1", "G301"), ("ICD9PROC", "44.31", "4431"),
        ("NDC", "0517-0031-25", "00517003125"), ("NDC", "50090-123-45", "50090012345"), ("NDC", "50090-1234-5", "50090123405"),
        ("NDC", "00517003125", "00517003125"),
    ],
)  # fmt: skip
def test_read_codes_keep_their_case_and_an_ndc_is_padded(system, code, key):
    assert clinic().execute("select code_key($1, $2)", [system, code]).fetchone() == (key,)
