"staging.spelled_code: each delivered code once, spelled as the protocol's tables spell it"

from tests.clinic import clinic, holds, landed


def test_each_code_once_with_its_system_by_the_name_the_protocol_has_for_it():
    con = landed(clinic(), "condition", """
        patient_id | code_system | code    | onset_on
        ann        | icd-10-cm   | n18.30X | 2026-01-05
        ben        | icd-10-cm   | n18.30X | 2026-01-06
        ann        | SCT         | 84027009| 2026-01-05
        ann        | NONSENSE    | x1      | 2026-01-05
        ann        |             | D51.0   | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.spelled_code", """
        entity    | code_system | code     | spelled_system | code_key
        condition | icd-10-cm   | n18.30X  | ICD10CM        | N1830
        condition | SCT         | 84027009 | SNOMEDCT       | 84027009
        condition | NONSENSE    | x1       | NONSENSE       | X1
        condition |             | D51.0    |                | D51.0
    """)  # fmt: skip


def test_a_lab_code_without_a_system_is_of_loinc():
    con = landed(clinic(), "lab_result", "patient_id | code | value\nann | 2132-9 | 165")
    holds(con, "staging.spelled_code", """
        entity     | code_system | code   | spelled_system
        lab_result |             | 2132-9 | LOINC
    """)  # fmt: skip


def test_the_words_of_a_drug_stand_between_spaces_and_a_name_given_as_a_code_is_one():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code            | name              | start_on
        ann        | RXNORM      | 999             | Vitamin B-12, 1mg | 2026-01-05
        ann        | NAME        | Omeprazole 20mg |                   | 2026-01-05
    """)  # fmt: skip
    con.execute(
        "create table staging.shown as select code, '[' || words || ']' as words from staging.spelled_code"
    )
    holds(con, "staging.shown", """
        code            | words
        999             | [ vitamin b 12 1mg ]
        Omeprazole 20mg | [ omeprazole 20mg ]
    """)  # fmt: skip


def test_what_the_sites_map_answers_is_looked_up_in_its_place():
    con = clinic()
    con.execute("create schema landing")
    con.execute(
        "create table landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"
    )
    con.execute(
        "insert into landing.local_code values ('lab_result', null, 'B12S', 'LN', '2132-9')"
    )
    holds(landed(con, "lab_result", "patient_id | code_system | code | value\nann | LOCAL | b12s | 165"), "staging.spelled_code", """
        code_system | code | looked_up_code | spelled_system
        LOCAL       | b12s | 2132-9         | LOINC
    """)  # fmt: skip


def test_the_sites_map_answers_for_the_name_of_a_drug_without_a_code():
    con = clinic()
    con.execute("create schema landing")
    con.execute(
        "create table landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"
    )
    con.execute(
        "insert into landing.local_code values ('medication', null, 'BETWELF DEPOT', 'RXNORM', '5514')"
    )
    holds(landed(con, "medication", "patient_id | name | start_on\nann | Betwelf depot | 2026-01-05"), "staging.spelled_code", """
        code | name          | looked_up_code | spelled_system
             | Betwelf depot | 5514           | RXNORM
    """)  # fmt: skip
