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
        ICD10       | E53.8  | b12_deficiency_nonspecific       | code
        ICD10       | N18.5  | ckd_stage3_5                     | code
        ICD10       | E09.42 | neuropathy_diabetic              | parent
        ICD10       | O99.84 | bariatric_status¦pregnancy       | parent
        ICD10       | Z98.8  |                                  |
        ICD10       | O99.8  |                                  |
        ICD10       | Z99    |                                  |
        ICD10       | K91    |                                  |
        ICD10       | G99    |                                  |
        ICD10       | G4     |                                  |
    """)  # fmt: skip


def test_an_operation_of_opcs_4_is_one_for_procedures_alone():
    "G32.0 is a disease in ICD-10; G32.1 is an operation, delivered with and without its dot"
    codes("procedure", """
        code_system | code  | => concepts
        ------------+-------+--------------------------------------
        OPCS4       | G32.1 | bariatric_procedure_or_gastric_bypass
        OPCS-4      | g321  | bariatric_procedure_or_gastric_bypass
                    | G30.1 | bariatric_procedure
                    | G301  | bariatric_procedure
        ICD10       | G32.1 |
        ICD9PROC    | 4431  | bariatric_procedure_or_gastric_bypass
        ICD9PROC    | 44.31 | bariatric_procedure_or_gastric_bypass
                    | 4431  | bariatric_procedure_or_gastric_bypass
    """)  # fmt: skip
    codes("condition", """
        code_system | code  | => concepts
        ------------+-------+--------------------------------
        OPCS4       | G32.1 |
                    | G32.1 |
        ICD10CM     | G32.0 | subacute_combined_degeneration
                    | G32.0 | subacute_combined_degeneration
                    | 4431  |
                    | 43820 |
                    | 4511  |
                    | 2132-9 |
    """)  # fmt: skip


def test_read_codes_that_differ_in_case_alone_are_different_codes():
    con = clinic()
    con.execute("insert into protocol.code (concept, code_system, code, code_key, is_prefix) values "
                "('coeliac', 'READ2', 'Q1a..00', code_key('READ2', 'Q1a..00'), false), ('diet', 'READ2', 'Q1A..00', code_key('READ2', 'Q1A..00'), false)")  # fmt: skip
    judges("condition", """
        patient_id | code_system | code    | onset_on   | => concepts
        ann        | READ2       | Q1a..00 | 2026-01-05 | coeliac
        ann        | READ2       | Q1A..00 | 2026-01-05 | diet
        ann        | READ2       | q1a..00 | 2026-01-05 |
        ann        | Read v2     | Eu00.00 | 2026-01-05 | neuro_cognitive
        ann        | READ2       | EU00.00 | 2026-01-05 |
        ann        |             | eu00.00 | 2026-01-05 |
        ann        | icd10cm     | d51.0   | 2026-01-05 | b12_deficiency_anaemia¦pernicious_anaemia
    """, con=con)  # fmt: skip


def test_an_ndc_is_known_in_each_of_its_forms():
    "4-4-2, 5-3-2, 5-4-1 and 5-4-2 with dashes, eleven digits without; ten without dashes say nothing of their parts"
    codes("medication", """
        code_system                      | code          | => concepts
        ---------------------------------+---------------+------------------------------
        NDC                              | 0591-2888-30  | b12_hydroxocobalamin_product
        NDC                              | 00591288830   | b12_hydroxocobalamin_product
        NDC                              | 00591-2888-30 | b12_hydroxocobalamin_product
        http://hl7.org/fhir/sid/ndc      | 63323-044-01  | b12_cyanocobalamin_injection
        2.16.840.1.113883.6.69           | 63323004401   | b12_cyanocobalamin_injection
        NDC                              | 70710-1663-1  | b12_cyanocobalamin_injection
        NDC                              | 63323-044     | b12_cyanocobalamin_injection
        NDC                              | 0591288830    |
                                         | 0591-2888-30  | b12_hydroxocobalamin_product
                                         | 00591288830   | b12_hydroxocobalamin_product
        NDC                              | 00093-1048-01 |
    """)  # fmt: skip


def test_systems_of_britain():
    codes("medication", """
        code_system | code              | => concepts
        ------------+-------------------+---------------------
        BNF         | 0601022B0AAABAB   | metformin
        bnf         | 0601022b0aaabab   | metformin
                    | 0601022B0AAABAB   | metformin
        dm+d        | 30010009          | b12_cyanocobalamin
        DM+D        | 24056711000001100 | metformin
        BNF         | 0601023A0AAAAAA   |
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
        NAME        | Leucovorin |                                      | leucovorin_rescue_NOT_FOLIC_ACID   | name
        NAME        | cyanocobalamin Co-57 |                            | EXCLUDE_radiolabelled              | name
                    |         | famotidine 20 mg                        | h2_blocker                         | name
    """)  # fmt: skip


def test_a_b12_that_is_known_in_general_and_exactly_is_known_exactly():
    codes("medication", """
        code_system | code            | name                           | => concepts
        BNF         | 0901020D0AAAZAZ |                                | b12_cyanocobalamin
        BNF         | 0901020D0AAADAD |                                | b12_cyanocobalamin_injection
        NAME        | a               | Nascobal (cyanocobalamin)      | b12_cyanocobalamin_nasal
        NAME        | a               | Cyanokit (hydroxocobalamin)    | b12_hydroxocobalamin_ANTIDOTE_not_replacement
        NAME        | a               | Nascobal and hydroxocobalamin  | b12_cyanocobalamin_nasal¦b12_hydroxocobalamin
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
