"What a delivered code stands for. Protocol §6. That every code of protocol/codes is known: tests/unit/protocol/test_codes.py."

import pytest

from tests.clinic import clinic, judges, landed, select

DATES = {"medication": "start_on", "condition": "onset_on", "procedure": "performed_on"}


def codes(entity, rows):
    judges(entity, rows, given=f"patient_id | {DATES[entity]}\nann | 2026-01-05")


def test_icd_codes_with_and_without_dot_in_any_case_with_trailing_x():
    codes("condition", """
        code_system | code     | => concepts                                | => matched_by
        ------------+----------+--------------------------------------------+--------------
        ICD10CM     | N18.30   | ckd_stage3_5                               | code
        ICD10CM     | N1830    | ckd_stage3_5                               | code
        icd10cm     | n18.30   | ckd_stage3_5                               | code
        ICD-10-CM   | N18.30X  | ckd_stage3_5                               | code
        ICD10CM     | D51.0XXX | b12_deficiency_anaemia¦pernicious_anaemia  | code
        ICD9CM      | 281.0    | pernicious_anaemia                         | code
        ICD9CM      | 2810     | pernicious_anaemia                         | code
        READ2       | D010.00  | b12_deficiency_uk_read¦pernicious_anaemia  | code
        SNOMEDCT    | 84027009 | pernicious_anaemia                         | code
        SCT         | 84027009 | pernicious_anaemia                         | code
        ICD10CM     | 84027009 |                                            |
        FHIR-DIET   | Vegan    | diet                                       | code
    """)  # fmt: skip


def test_a_code_that_ends_in_a_star_stands_for_all_that_begin_so():
    codes("condition", """
        code_system | code                         | => concepts
        ------------+------------------------------+--------------------------------
        ICD9CM      | 346.90                       | headache_tierB_migraine_optional
        ICD9CM      | 34690                        | headache_tierB_migraine_optional
        ICD9CM      | 346                          | headache_tierB_migraine_optional
        ICD9CM      | 347.90                       |
        LOCAL       | ileal_resection_length_cm:25 | ileal_resection_length
    """)  # fmt: skip


def test_icd10_of_who_is_read_by_way_of_icd10cm_and_said_so():
    codes("condition", """
        code_system | code   | => concepts                      | => matched_by
        ------------+--------+----------------------------------+--------------
        ICD10       | G43    | headache_tierB_migraine_optional | code
        ICD10       | E53.8  | b12_deficiency_nonspecific       | parent
        ICD10       | N18.5  | ckd_stage3_5                     | parent
        ICD10       | D52    | folate_deficiency_anaemia        | parent
        ICD10       | G99    | neuro_definite_myelopathy        | parent
        ICD10       | K14    | glossitis                        | parent
        ICD10       | G4     |                                  |
    """)  # fmt: skip


def test_a_code_without_a_system_counts_when_all_systems_that_know_it_agree():
    "With and without the dot; a diabetic neuropathy of ICD-9-CM begins with 250.6, a longer number that does is something else"
    codes("condition", """
        code_system | code     | => concepts                               | => outcome
        ------------+----------+-------------------------------------------+--------------
                    | 84027009 | pernicious_anaemia                        | accepted
                    | D51.0    | b12_deficiency_anaemia¦pernicious_anaemia | accepted
                    | d510     | b12_deficiency_anaemia¦pernicious_anaemia | accepted
                    | D010.00  | b12_deficiency_uk_read¦pernicious_anaemia | accepted
                    | G62.9    | neuro_peripheral_neuropathy               | accepted
                    | N18.4    | ckd_stage3_5                              | accepted
                    | 281.0    | pernicious_anaemia                        | accepted
                    | 250.60   | neuropathy_diabetic                       | accepted
                    | 25060    | neuropathy_diabetic                       | accepted
                    | E11.42   | neuropathy_diabetic                       | accepted
                    | vegan    | diet                                      | accepted
                    | strict_vegetarian            | strict_vegetarian     | accepted
                    | ileal_resection_length_cm:25 | ileal_resection_length | accepted
                    | 25060099 |                                           | unmapped_code
                    | 22298006 |                                           | unmapped_code
        NONSENSE    | 84027009 |                                           | unmapped_code
    """)  # fmt: skip
    codes("procedure", """
        code_system | code  | => concepts | => outcome
        ------------+-------+-------------+--------------
                    | 34690 |             | unmapped_code
    """)  # fmt: skip


def test_medications_by_code_then_by_whole_words_of_the_name():
    codes("medication", """
        code_system | code    | name                                    | => concepts                        | => matched_by
        ------------+---------+-----------------------------------------+------------------------------------+--------------
        RXNORM      | 6809    |                                         | metformin                          | code
        RXNORM      | 6809    | omeprazole                              | metformin                          | code
        ATC         | B03BA03 |                                         | b12_hydroxocobalamin               | code
        RXNORM      | 999     | METFORMIN hydrochloride 500 MG tablet   | metformin                          | name
        NAME        | Omeprazole 20mg |                                 | ppi                                | name
        NAME        | metformin/sitagliptin |                           | metformin                          | name
        NAME        | metforminoid |                                    |                                    |
        NAME        | folic acid + cyanocobalamin |                     | b12_cyanocobalamin¦folic_acid      | name
        NAME        | Vitamin B-12 1000 mcg |                           | b12_form_unknown                   | name
        NAME        | Vitamin B12 (hydroxycobalamin) |                  | b12_hydroxocobalamin               | name
        NAME        | Methylcobalamin lozenge |                         | b12_mecobalamin                    | name
        NAME        | Multivitamin with B12 and folic acid |            | b12_form_unknown¦folic_acid¦multivitamin | name
        NAME        | Leucovorin |                                      |                                    |
        NAME        | cyanocobalamin Co-57 |                            | EXCLUDE_radiolabelled              | name
                    |         | famotidine 20 mg                        | h2_blocker                         | name
    """)  # fmt: skip


def test_rxnorm_11248_alone_means_only_vitamin_b12():
    codes("medication", """
        code_system | code  | name                          | => concepts          | => matched_by
        ------------+-------+-------------------------------+----------------------+--------------
        RXNORM      | 11248 |                               | b12_form_unknown     | code
        RXNORM      | 11248 | vitamin B12                   | b12_form_unknown     | code
        RXNORM      | 11248 | cyanocobalamin 1 mg/mL        | b12_cyanocobalamin   | code
        RXNORM      | 11248 | methylcobalamin 1 mg          | b12_mecobalamin      | code
        UNII        | P6YC3EG204 |                          | b12_cyanocobalamin   | code
        HCPCS       | J3420 |                               | b12_injection_claim  | code
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "analyte", "basis"),
    [("2132-9", "total_b12", "mass"), ("14685-2", "total_b12", "molar"), ("72160-5", "active_b12", "molar"),
     ("16695-9", "whole_blood_b12", None), ("13964-2", "mma", "molar"), ("48767-8", "comment", None), ("2093-3", None, None)],
)  # fmt: skip
def test_a_lab_code_without_a_system_is_loinc_and_names_its_analyte(code, analyte, basis):
    con = landed(clinic(), "lab_result", [{"patient_id": "ann", "code": code}])
    [found] = select(con, "staging.delivered_code")
    assert (found["spelled_system"], found["analyte"]) == ("LOINC", analyte)
    assert basis is None or found["basis"] == basis


def test_a_code_that_the_sites_map_answers_for_is_looked_up_as_the_map_says():
    con = clinic()
    con.execute("create schema landing")
    con.execute(
        "create table landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"
    )
    con.execute(
        "insert into landing.local_code values ('lab_result', null, 'B12S', 'LOINC', '2132-9'), ('lab_result', 'LAB A', 'CHOL', 'LN', '2093-3')"
    )
    judges("lab_result", """
        patient_id | code_system | code | value | unit  | collected_at | => analyte | => code | => outcome
        ann        | LOCAL       | b12s | 165   | pg/mL | 2026-01-05   | total_b12  | b12s    | accepted
        ann        | Lab A       | CHOL | 165   | mg/dL | 2026-01-05   |            | CHOL    | other_analyte
        ann        | Lab B       | CHOL | 165   | mg/dL | 2026-01-05   |            | CHOL    | unmapped_code
    """, con=con)  # fmt: skip
    con.execute(
        "insert into landing.local_code values ('medication', null, 'METFORMINA 850 MG', 'RXNORM', '6809')"
    )
    judges("medication", """
        patient_id | code_system | code | name              | start_on   | => concepts | => outcome
        ann        | ATC         |      | Metformina 850 mg | 2026-01-05 | metformin   | accepted
        ann        | ATC         |      | Otra cosa         | 2026-01-05 |             | unmapped_code
    """, con=con)  # fmt: skip
