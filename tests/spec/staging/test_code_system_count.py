"How many rows of each entity and code system are understood. Protocol §1, Understood, not only delivered."

from tests.clinic import build, clinic, holds, landed

LOCAL_CODES = "create table landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"


def test_a_known_system_a_known_code_or_a_name_is_understood():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code      | name               | start_on
        ann        | RXNORM      | 999999    |                    | 2026-01-05
        ann        | PZN         | 01234567  |                    | 2026-01-05
        ann        | PZN         | 01234568  | Irgendwas 5 mg     | 2026-01-05
        ann        | NAME        | some drug |                    | 2026-01-05
        ann        |             | A02BC01   |                    | 2026-01-05
        ann        |             | 12345     |                    | 2026-01-05
        ann        | LOCAL       | 17        |                    | 2026-01-05
    """)  # fmt: skip
    build(con, "staging.code_system_count")
    holds(con, "staging.code_system_count", """
        entity     | code_system | rows | rows_understood
        medication | RXNORM      | 1    | 1
        medication | PZN         | 2    | 1
        medication | NAME        | 1    | 1
        medication | ""          | 2    | 1
        medication | LOCAL       | 1    | 0
    """)  # fmt: skip


def test_a_local_code_that_the_sites_map_answers_is_understood_also_when_it_is_not_ours():
    con = clinic()
    con.execute("create schema landing")
    con.execute(LOCAL_CODES)
    con.execute(
        "insert into landing.local_code values ('condition', null, 'PA', 'SNOMEDCT', '84027009'), ('condition', null, 'FX', null, null)"
    )
    con = landed(con, "condition", """
        patient_id | code_system | code | onset_on
        ann        | LOCAL       | PA   | 2026-01-05
        ann        | LOCAL       | fx   | 2026-01-05
        ann        | LOCAL       | XX   | 2026-01-05
    """)  # fmt: skip
    build(con, "staging.code_system_count")
    holds(con, "staging.code_system_count", """
        entity    | code_system | rows | rows_understood
        condition | LOCAL       | 3    | 2
    """)  # fmt: skip


def test_systems_have_aliases_and_are_understood_for_the_entities_they_have_codes_of():
    con = landed(clinic(), "condition", """
        patient_id | code_system                               | code   | onset_on
        ann        | http://fhir.de/CodeSystem/bfarm/icd-10-gm | I10.90 | 2026-01-05
        ann        | ICD-10-GM                                 | D51.0  | 2026-01-05
        ann        | ATC                                       | A10BA  | 2026-01-05
    """)  # fmt: skip
    build(con, "staging.code_system_count")
    holds(con, "staging.code_system_count", """
        entity    | code_system                               | rows | rows_understood
        condition | http://fhir.de/CodeSystem/bfarm/icd-10-gm | 1    | 1
        condition | ICD-10-GM                                 | 1    | 1
        condition | ATC                                       | 1    | 0
    """)  # fmt: skip


def test_drugs_without_names_are_understood_in_a_system_that_has_codes_of_every_class_of_drugs():
    "dm+d (as SNOMED CT) and BNF have; NDC has B12 injections alone: no metformin there says nothing"
    con = landed(clinic(), "medication", """
        patient_id | code_system         | code              | start_on
        ann        | https://dmd.nhs.uk  | 39113611000001102 | 2026-01-05
        ann        | BNF                 | 0212000B0AAAAAA   | 2026-01-05
        ann        | NDC                 | 00093-1048-01     | 2026-01-05
        ann        | NDC                 | 0517-0031-25      | 2026-01-05
        ann        | PZN                 | 01234567          | 2026-01-05
    """)  # fmt: skip
    build(con, "staging.code_system_count")
    holds(con, "staging.code_system_count", """
        entity     | code_system        | rows | rows_understood
        medication | https://dmd.nhs.uk | 1    | 1
        medication | BNF                | 1    | 1
        medication | NDC                | 2    | 1
        medication | PZN                | 1    | 0
    """)  # fmt: skip


def test_operations_are_not_understood_as_conditions():
    con = landed(clinic(), "condition", """
        patient_id | code_system | code  | onset_on
        ann        | OPCS4       | A01.1 | 2026-01-05
    """)  # fmt: skip
    build(con, "staging.code_system_count")
    holds(con, "staging.code_system_count", "entity | rows | rows_understood\ncondition | 1 | 0")
