"staging.concept_by_code: what a code stands for, by protocol/codes/*.csv"

from tests.clinic import clinic, holds, landed


def test_a_code_stands_for_every_concept_that_lists_it():
    con = landed(clinic(), "condition", """
        patient_id | code_system | code     | onset_on
        ann        | ICD10CM     | D51.0XXX | 2026-01-05
        ann        | ICD9CM      | 34690    | 2026-01-05
        ann        | ICD9CM      | 347.90   | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_code", """
        code_system | code     | concept                          | in_system | is_agreed
        ICD10CM     | D51.0XXX | b12_deficiency_anaemia           | ICD10CM   | yes
        ICD10CM     | D51.0XXX | pernicious_anaemia               | ICD10CM   | yes
        ICD9CM      | 34690    | headache_tierB_migraine_optional | ICD9CM    | yes
    """)  # fmt: skip


def test_without_a_system_the_systems_that_know_it_must_agree_and_the_first_of_them_counts():
    con = landed(clinic(), "condition", """
        patient_id | code     | onset_on
        ann        | N18.4    | 2026-01-05
        ann        | 25060099 | 2026-01-05
    """)  # fmt: skip
    holds(con, "(select distinct code, concept, is_agreed from staging.concept_by_code where is_agreed)", """
        code  | concept      | is_agreed
        N18.4 | ckd_stage3_5 | yes
    """)  # fmt: skip


def test_systems_that_disagree_say_nothing():
    con = clinic()
    con.execute("insert into protocol.code (concept, code_system, code, code_key, is_prefix) values "
                "('pernicious_anaemia', 'SNOMEDCT', 'Q1', 'Q1', false), ('gastrectomy', 'READ2', 'Q1', 'Q1', false)")  # fmt: skip
    con = landed(con, "condition", "patient_id | code | onset_on\nann | Q1 | 2026-01-05")
    holds(con, "staging.concept_by_code", """
        code | concept            | in_system | is_agreed
        Q1   | pernicious_anaemia | SNOMEDCT  | no
        Q1   | gastrectomy        | READ2     | no
    """)  # fmt: skip


def test_diagnoses_alone_have_codes_of_diagnoses():
    con = landed(
        clinic(), "procedure", "patient_id | code | performed_on\nann | 34690 | 2026-01-05"
    )
    holds(con, "staging.concept_by_code", "code | concept")
