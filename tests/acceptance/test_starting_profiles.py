"""The starting profiles of real systems: a small delivery in each system's own layout, the exact
account of each file, and what was accepted.

Every row is invented. Each delivery has two patients: one is erased, one is kept.
"""

import json
from dataclasses import dataclass, field
from itertools import chain

import duckdb
import pytest

from tests.command import adds_up, b12

FORGOTTEN, KEPT = "7700000001", "7700000002"
SHOWN = {  # what a row of the lake is shown as: entity -> code system, value, unit, day
    "patient": "'', sex, coalesce(cast(birth_on as varchar), ''), deceased_on",
    "lab_result": "analyte, status, comparator || value_reported, unit_reported, collected_on",
    "medication": "code_system, concepts, status, start_on",
    "condition": "code_system, concepts, abated_on, onset_on",
    "procedure": "code_system, concepts, status, performed_on",
}


@dataclass(frozen=True)
class Delivery:
    """Files of one system. accounts: file -> (rows, accepted, why the others were not). rows: what
    the lake holds of KEPT, as by `rows_of`. site: the lines of a profile that extends the shipped
    one, for systems whose tests have local codes; map: the rows of its map."""

    files: dict
    accounts: dict
    rows: list
    site: str = ""
    map: list = field(default_factory=list)


def text(*lines, between=","):
    "Lines whose cells are written with bars between them, as the text of a file"
    return "\n".join(line.replace("|", between) for line in lines) + "\n"


MIMIC = Delivery(
    files={
        "patients.csv": text(
            "subject_id|gender|anchor_age|anchor_year|anchor_year_group|dod",
            f"{FORGOTTEN}|F|61|2150|2011 - 2013|",
            f"{KEPT}|M|70|2161|2014 - 2016|2163-02-01",
        ),
        "admissions.csv": text(
            "subject_id|hadm_id|admittime|dischtime|deathtime|admission_type",
            f"{FORGOTTEN}|20000001|2150-03-01 08:00:00|2150-03-05 12:00:00||URGENT",
            f"{KEPT}|20000002|2161-04-01 08:00:00|2161-04-09 12:00:00||URGENT",
        ),
        "labevents.csv": text(
            "labevent_id|subject_id|hadm_id|specimen_id|itemid|order_provider_id|charttime|storetime|value|valuenum|valueuom|ref_range_lower|ref_range_upper|flag|priority|comments",
            f"1|{FORGOTTEN}|20000001|501|51010||2150-03-02 06:00:00|2150-03-02 09:00:00|150|150|pg/mL|240|900|abnormal|ROUTINE|",
            f"2|{KEPT}|20000002|502|51010||2161-04-02 06:00:00|2161-04-02 09:00:00|165|165|pg/mL|240|900|abnormal|ROUTINE|",
            f"3|{KEPT}|20000002|502|51250||2161-04-02 06:00:00|2161-04-02 09:00:00|104|104|fL|82|98|abnormal|ROUTINE|",
            f"4|{KEPT}|20000002|502|50971||2161-04-02 06:00:00|2161-04-02 09:00:00|4.1|4.1|mEq/L|3.3|5.1||ROUTINE|",
            f"5|{KEPT}|20000002|503|51010||2161-04-03 06:00:00|2161-04-03 09:00:00|___||pg/mL|240|900||ROUTINE|GREATER THAN 2000",
        ),
        "d_labitems.csv": text("itemid|label|fluid|category", "51010|Vitamin B12|Blood|Chemistry"),
        "prescriptions.csv": text(
            "subject_id|hadm_id|pharmacy_id|poe_id|starttime|stoptime|drug_type|drug|ndc|route",
            f"{FORGOTTEN}|20000001|9|x-1|2150-03-02 08:00:00|2150-03-05 08:00:00|MAIN|MetFORMIN (Glucophage)|0|PO",
            f"{KEPT}|20000002|10|x-2|2161-04-02 08:00:00|2161-04-09 08:00:00|MAIN|Cyanocobalamin|0|IM",
            f"{KEPT}|20000002|10|x-2|2161-04-02 08:00:00|2161-04-09 08:00:00|BASE|0.9% Sodium Chloride|0|IM",
        ),
        "diagnoses_icd.csv": text(
            "subject_id|hadm_id|seq_num|icd_code|icd_version",
            f"{FORGOTTEN}|20000001|1|D510|10",
            f"{KEPT}|20000002|1|D510|10",
            f"{KEPT}|20000002|2|2810|9",
            f"{KEPT}|20000009|1|D510|10",
            f"{KEPT}|20000002|3|I10|10",
        ),
        "procedures_icd.csv": text(
            "subject_id|hadm_id|seq_num|chartdate|icd_code|icd_version",
            f"{KEPT}|20000002|1|2161-04-03|0D16079|10",
            f"{KEPT}|20000002|2|2161-04-03|4438|9",
            f"{KEPT}|20000002|3|2161-04-03|4513|9",
        ),
    },
    accounts={
        "diagnoses_icd.csv": (5, 3, {"missing_date": 1, "unmapped_code": 1}),
        "labevents.csv": (5, 3, {"empty_value": 1, "unmapped_code": 1}),
        "patients.csv": (2, 2, {}),
        "prescriptions.csv": (3, 2, {"unmapped_code": 1}),
        "procedures_icd.csv": (3, 2, {"unmapped_code": 1}),
    },
    rows=[
        "condition 2810 9 pernicious_anaemia 2026-01-31",
        "condition D510 10 b12_deficiency_anaemia|pernicious_anaemia 2026-01-31",
        "lab_result 51010 total_b12 final =165 pg/mL 2026-01-24",
        "lab_result 51250 mcv final =104 fL 2026-01-24",
        "medication Cyanocobalamin NAME b12_cyanocobalamin active 2026-01-24",
        "patient male",
        "procedure 0D16079 10 10 bariatric_procedure_or_gastric_bypass counted 2026-01-25",
        "procedure 4438 9 9 bariatric_procedure_or_gastric_bypass counted 2026-01-25",
    ],
)

EPIC = Delivery(
    files={
        "PATIENT.csv": text(
            "PAT_ID|PAT_NAME|BIRTH_DATE|SEX_C|DEATH_DATE",
            f"{FORGOTTEN}|A|1951-02-03 00:00:00|1|",
            f"{KEPT}|B|1944-05-06 00:00:00|2|",
        ),
        "ORDER_RESULTS.csv": text(
            "ORDER_PROC_ID|LINE|PAT_ID|COMPONENT_ID|COMPONENT_NAME|ORD_VALUE|ORD_NUM_VALUE|REFERENCE_UNIT|REFERENCE_LOW|REFERENCE_HIGH|RESULT_STATUS_C|RESULT_TIME|SPECIMN_TAKEN_TIME|COMP_OBS_INST_TM",
            f"900|1|{FORGOTTEN}|1534|VITAMIN B12|150|150|pg/mL|200|900|3|2026-01-05 14:00:00|2026-01-05 08:00:00|",
            f"901|1|{KEPT}|1534|VITAMIN B12|<150|9999999|pg/mL|200|900|3|2026-01-06 14:00:00||2026-01-06 08:00:00",
            f"902|1|{KEPT}|1534|VITAMIN B12|170|170|pg/mL|200|900|2|2026-01-07 14:00:00|2026-01-07 08:00:00|",
            f"902|2|{KEPT}|9|SODIUM|140|140|mmol/L|136|145|3|2026-01-07 14:00:00|2026-01-07 08:00:00|",
        ),
        "ORDER_MED.csv": text(
            "ORDER_MED_ID|PAT_ID|MEDICATION_ID|DISPLAY_NAME|START_DATE|END_DATE|DISCON_TIME|ORDER_STATUS_C",
            f"1|{KEPT}|77|METFORMIN 500 MG TABLET|2024-01-01 00:00:00|2026-06-01 00:00:00|2025-12-01 09:00:00|9",
            f"2|{KEPT}|78|OMEPRAZOLE 20 MG CAPSULE|2024-01-01 00:00:00|||2",
            f"3|{KEPT}|78|OMEPRAZOLE 20 MG CAPSULE|2024-01-01 00:00:00|||4",
            f"4|{FORGOTTEN}|77|METFORMIN 500 MG TABLET|2024-01-01 00:00:00|||2",
        ),
        "PROBLEM_LIST.csv": text(
            "PROBLEM_LIST_ID|PAT_ID|DX_ID|ICD10_CODE|NOTED_DATE|RESOLVED_DATE|PROBLEM_STATUS_C",
            f"31|{KEPT}|5|D51.0|2020-02-03 00:00:00||1",
            f"32|{KEPT}|6|K50.00|2019-02-03 00:00:00|2021-02-03 00:00:00|2",
            f"33|{KEPT}|6|K50.90|2019-02-03 00:00:00||3",
            f"34|{FORGOTTEN}|5|D51.0|2020-02-03 00:00:00||1",
        ),
        "PAT_ENC_DX.csv": text(
            "PAT_ID|PAT_ENC_CSN_ID|LINE|DX_ID|CONTACT_DATE|ICD10_CODE",
            f"{KEPT}|41|1|8|2025-11-02 00:00:00|G62.9",
        ),
        "ORDER_PROC.csv": text(
            "ORDER_PROC_ID|PAT_ID|PROC_CODE|DESCRIPTION|PROC_START_TIME|ORDER_STATUS_C",
            f"51|{KEPT}|43644|LAP GASTRIC BYPASS|2012-05-06 08:00:00|5",
            f"52|{KEPT}|43644|LAP GASTRIC BYPASS|2012-05-06 08:00:00|4",
        ),
    },
    accounts={
        "ORDER_MED.csv": (4, 3, {"other_message": 1}),
        "ORDER_PROC.csv": (2, 1, {"other_message": 1}),
        "ORDER_RESULTS.csv": (4, 3, {"unmapped_code": 1}),
        "PATIENT.csv": (2, 2, {}),
        "PAT_ENC_DX.csv": (1, 1, {}),
        "PROBLEM_LIST.csv": (4, 4, {}),
    },
    rows=[
        "condition D51.0 ICD10CM b12_deficiency_anaemia|pernicious_anaemia 2020-02-03",
        "condition G62.9 ICD10CM neuro_peripheral_neuropathy 2025-11-02",
        "condition K50.00 ICD10CM crohn_small_bowel 2021-02-03 2019-02-03",
        "condition K50.90 ICD10CM crohn_large_or_unspecified 2019-02-03",
        "lab_result 1534 total_b12 final <<150 pg/mL 2026-01-06",
        "lab_result 1534 total_b12 held =170 pg/mL 2026-01-07",
        "medication 77 LOCAL metformin active 2024-01-01",
        "medication 78 LOCAL ppi active 2024-01-01",
        "patient male 1944-05-06",
        "procedure 43644 CPT4 bariatric_procedure counted 2012-05-06",
    ],
    site="maps: [map.csv]",
    map=["lab_result,code,LOCAL,1534,LOINC,2132-9"],
)

TPP = Delivery(
    files={
        "Patient.csv": text(
            "Patient_ID|DateOfBirth|DateOfDeath|Sex",
            f"{FORGOTTEN}|1951-02-01|9999-12-31|F",
            f"{KEPT}|1944-05-01|9999-12-31|M",
        ),
        "CodedEvent_SNOMED.csv": text(
            "Patient_ID|CodedEvent_ID|ConceptId|NumericValue|ValueText|ConsultationDate|Consultation_ID",
            f"{FORGOTTEN}|1|84027009|0|0|2020-02-03T10:00:00|1",
            f"{KEPT}|2|1000000000000000|165|<165|2026-01-05T08:00:00|2",
            f"{KEPT}|3|84027009|0.0|0.0|2020-02-03T10:00:00|3",
            f"{KEPT}|4|84027009|0|0|9999-12-31T00:00:00|4",
        ),
        "CodedEvent.csv": text(
            "Patient_ID|CodedEvent_ID|CTV3Code|NumericValue|ValueText|ConsultationDate|Consultation_ID|Units",
            f"{FORGOTTEN}|5|XE2pf|140|140|2026-01-05T08:00:00|2|ng/L",
            f"{KEPT}|6|XE2pf|170|170|2026-01-07T08:00:00|2|ng/L",
            f"{KEPT}|7|XaB12|0|0|2021-01-07T08:00:00|2|",
            f"{KEPT}|8|22K..|27.4|27.4|2026-01-07T08:00:00|2|kg/m2",
        ),
        "MedicationIssue.csv": text(
            "Patient_ID|MedicationIssue_ID|MultilexDrug_ID|DMD_ID|FullName|StartDate|EndDate|MedicationStatus",
            f"{FORGOTTEN}|1|1;2|1|Metformin 500mg tablets|2025-12-01T00:00:00|2026-01-01T00:00:00|4",
            f"{KEPT}|2|1;2|1|Metformin 500mg tablets|2025-12-01T00:00:00|9999-12-31T00:00:00|4",
            f"{KEPT}|3|1;3|2|Paracetamol 500mg tablets|2025-12-01T00:00:00|2026-01-01T00:00:00|4",
        ),
    },
    accounts={
        "CodedEvent.csv": (4, 3, {"unmapped_code": 1}),
        "CodedEvent_SNOMED.csv": (4, 3, {"missing_date": 1}),
        "MedicationIssue.csv": (3, 2, {"unmapped_code": 1}),
        "Patient.csv": (2, 2, {}),
    },
    rows=[
        "condition 84027009 SNOMEDCT pernicious_anaemia 2020-02-03",
        "condition XaB12 LOCAL pernicious_anaemia 2021-01-07",
        "lab_result 1000000000000000 total_b12 final <<165 ng/L 2026-01-05",
        "lab_result XE2pf total_b12 final =170 ng/L 2026-01-07",
        "medication 1 SNOMEDCT metformin active 2025-12-01",
        "patient male 1944-05-01",
    ],
    site="maps: [map.csv]\n"
    'columns: {snomed_event: {split: {lab_result: {unit_of: {"1000000000000000": ng/L}}}}}',
    map=[
        "lab_result,code,SNOMEDCT,1000000000000000,LOINC,2132-9",
        "lab_result,code,LOCAL,XE2pf,LOINC,2132-9",
        "condition,code,LOCAL,XaB12,SNOMEDCT,84027009",
    ],
)

EMIS = Delivery(
    files={
        "Admin_Patient.csv": text(
            "PatientGuid|OrganisationGuid|Sex|DateOfBirth|DateOfDeath|Deleted",
            f"{FORGOTTEN}|G1|F|1951-02-03||false",
            f"{KEPT}|G1|M|1944-05-06||false",
        ),
        "CareRecord_Problem.csv": text(
            "ObservationGuid|PatientGuid|EndDate|ProblemStatusDescription",
            f"O3|{KEPT}|2021-05-06|Past Problem",
            f"O9|{FORGOTTEN}||Active Problem",
        ),
        "CareRecord_Observation.csv": text(
            "ObservationGuid|PatientGuid|EffectiveDate|CodeId|SnomedCTConceptId|Term|Value|NumericUnit|NumericRangeLow|NumericRangeHigh|Deleted",
            f"O1|{FORGOTTEN}|2026-01-05|11|1000000000000000|Serum vitamin B12|150|ng/L|180|900|false",
            f"O2|{KEPT}|2026-01-06|11|1000000000000000|Serum vitamin B12|165|ng/L|180|900|false",
            f"O3|{KEPT}|2020-02-03|12|34000006|Crohn's disease|||||false",
            f"O4|{KEPT}|2020-02-03|13|84027009|Pernicious anaemia|||||false",
            f"O5|{KEPT}|2026-01-07|11|1000000000000000|Serum vitamin B12|500|ng/L|180|900|true",
            f"O6|{KEPT}|2026-01-07|14|271649006|Systolic blood pressure|140|mmHg|||false",
        ),
        "Prescribing_IssueRecord.csv": text(
            "IssueRecordGuid|PatientGuid|EffectiveDate|CodeId|DmdProductCodeId|Term|CourseDurationInDays|Deleted",
            f"I1|{FORGOTTEN}|2025-12-01|1|1|Metformin 500mg tablets|28|false",
            f"I2|{KEPT}|2025-12-01|1|1|Metformin 500mg tablets|28|false",
        ),
    },
    accounts={
        "Admin_Patient.csv": (2, 2, {}),
        "CareRecord_Observation.csv": (6, 5, {"unmapped_code": 1}),
        "Prescribing_IssueRecord.csv": (2, 2, {}),
    },
    rows=[
        "condition 34000006 SNOMEDCT crohn_any 2021-05-06 2020-02-03",
        "condition 84027009 SNOMEDCT pernicious_anaemia 2020-02-03",
        "lab_result 1000000000000000 total_b12 final =165 ng/L 2026-01-06",
        "lab_result 1000000000000000 total_b12 retracted =500 ng/L 2026-01-07",
        "medication 1 SNOMEDCT metformin active 2025-12-01",
        "patient male 1944-05-06",
    ],
    site="maps: [map.csv]",
    map=["lab_result,code,SNOMEDCT,1000000000000000,LOINC,2132-9"],
)

SMART = Delivery(
    files={
        "patients.txt": text(
            "city|dob|GENDER|PID|RACE|gender|lname",
            f"Tulsa|1951-02-03|F|{FORGOTTEN}||female|A",
            f"Tulsa|1944-05-06|M|{KEPT}||male|B",
            between="\t",
        ),
        "labs.txt": text(
            "ID|PID|DATE|LOINC|SCALE|NAME|VALUE|LOW|HIGH|UNITS",
            f"1|{FORGOTTEN}|2026-01-05|2132-9|Qn|Vit B12 SerPl-mCnc|150|200|900|pg/mL",
            f"2|{KEPT}|2026-01-06|2132-9|Qn|Vit B12 SerPl-mCnc|165|200|900|pg/mL",
            f"3|{KEPT}|2026-01-06|2085-9|Qn|HDLc SerPl-mCnc|53|40|199|mg/dL",
            between="\t",
        ),
        "meds.txt": text(
            "ID|PID|START_DATE|END_DATE|RxNorm|Name|SIG|Q|DAYS|REFILLS",
            f"1|{KEPT}|2025-01-05||860975|24 HR Metformin 500 MG Tablet|1 daily|90|90|3",
            f"2|{FORGOTTEN}|2025-01-05||860975|24 HR Metformin 500 MG Tablet|1 daily|90|90|3",
            between="\t",
        ),
        "refills.txt": text(
            "ID|PID|DATE|RXN|DAYS|Q", f"1|{KEPT}|2025-04-05|860975|90|90", between="\t"
        ),
        "problems.txt": text(
            "ID|PID|START_DATE|END_DATE|SNOMED|NAME",
            f"1|{KEPT}|2020-02-03|2021-02-03|34000006|Crohn's disease",
            f"2|{FORGOTTEN}|2020-02-03||84027009|Pernicious anemia",
            between="\t",
        ),
        "procedures.txt": text(
            "ID|PID|DATE|SNOMED|NAME|NOTES",
            f"1|{KEPT}|2012-02-03|442338001|Bypass of stomach|",
            between="\t",
        ),
    },
    accounts={
        "labs.txt": (3, 2, {"other_analyte": 1}),
        "meds.txt": (2, 2, {}),
        "patients.txt": (2, 2, {}),
        "problems.txt": (2, 2, {}),
        "procedures.txt": (1, 1, {}),
        "refills.txt": (1, 1, {}),
    },
    rows=[
        "condition 34000006 SNOMEDCT crohn_any 2021-02-03 2020-02-03",
        "lab_result 2132-9 total_b12 final =165 pg/mL 2026-01-06",
        "medication 860975 RXNORM metformin_product active 2025-01-05",
        "medication 860975 RXNORM metformin_product active 2025-04-05",
        "patient unknown 1944-05-06",
        "procedure 442338001 SNOMEDCT bariatric_procedure counted 2012-02-03",
    ],
)

I2B2 = Delivery(
    files={
        "patient_dimension.csv": text(
            "patient_num|vital_status_cd|birth_date|death_date|sex_cd|age_in_years_num",
            f"{FORGOTTEN}|N|1951-02-03 00:00:00||F|74",
            f"{KEPT}|N|1944-05-06 00:00:00||M|81",
        ),
        "observation_fact.csv": text(
            "encounter_num|patient_num|concept_cd|provider_id|start_date|modifier_cd|instance_num|valtype_cd|tval_char|nval_num|units_cd|end_date",
            f"1|{FORGOTTEN}|LOINC:2132-9|@|2026-01-05 08:00:00|@|1|N|E|150.00000|pg/mL|",
            f"2|{KEPT}|LOINC:2132-9|@|2026-01-06 08:00:00|@|1|N|E|165.00000|pg/mL|",
            f"3|{KEPT}|LOINC:2132-9|@|2026-01-07 08:00:00|@|1|N|L|150.00000|pg/mL|",
            f"3|{KEPT}|LOINC:2132-9|@|2026-01-08 08:00:00|@|1|T|<150||pg/mL|",
            f"4|{KEPT}|ICD10CM:D51.0|@|2020-02-03 00:00:00|@|1||||@|",
            f"4|{KEPT}|ICD10:K50.90|@|2020-02-03 00:00:00|@|1||||@|",
            f"4|{KEPT}|CPT4:43644|@|2012-02-03 00:00:00|@|1||||@|",
            f"4|{KEPT}|RXNORM:860975|@|2025-02-03 00:00:00|@|1||||@|2025-05-04 00:00:00",
            f"4|{KEPT}|RXNORM:860975|@|2025-02-03 00:00:00|MED:DOSE|1|N|E|500|mg|",
            f"4|{KEPT}|ZIP:02139|@|2025-02-03 00:00:00|@|1||||@|",
        ),
    },
    accounts={
        "observation_fact.csv": (10, 7, {"not_a_number": 1, "other_message": 2}),
        "patient_dimension.csv": (2, 2, {}),
    },
    rows=[
        "condition D51.0 ICD10CM b12_deficiency_anaemia|pernicious_anaemia 2020-02-03",
        "condition K50.90 ICD10 crohn_large_or_unspecified 2020-02-03",
        "lab_result 2132-9 total_b12 final <<150 pg/mL 2026-01-08",
        "lab_result 2132-9 total_b12 final =165.00000 pg/mL 2026-01-06",
        "medication 860975 RXNORM metformin_product active 2025-02-03",
        "patient male 1944-05-06",
        "procedure 43644 CPT4 bariatric_procedure counted 2012-02-03",
    ],
)


def message(number, value, *, at, in_field_2=""):
    return (
        f"MSH|^~\\&|Reports|CML|||{at}||ORU^R01|{number}{at}|P|2.3\r"
        f"PID|1|{in_field_2}||{number}^HC^ON|TEST^CASE||19510203|F\r"
        "OBR|1|Z1||345^VITAMIN B12||20260105|20260105\r"
        f"OBX|1|ST|4035^VITAMIN B12|RIA^^|{value}|PMOL/L|>131||||F\r"
    )


OSCAR = Delivery(
    files={
        "report.hl7": message(FORGOTTEN, "110", at="202601051041-500", in_field_2="L44")
        + message(KEPT, "120", at="202601061041-500")
        + message("", "130", at="202601061041-500", in_field_2="L45")
        + "FTS|1\r",
    },
    accounts={
        "report.hl7": (6, 4, {"missing_patient_id": 2}),
    },
    rows=[
        "lab_result 4035 total_b12 final =120 PMOL/L 2026-01-05",
        "patient female 1951-02-03",
    ],
    site="maps: [map.csv]",
    map=["lab_result,code,LOCAL,4035,LOINC,14685-2"],
)


def resource(kind, patient, **more):
    return {
        "resourceType": kind,
        "id": f"{kind}-{patient}",
        "subject": {"reference": f"Patient/{patient}"},
        **more,
    }


def coding(system, code):
    return {"coding": [{"system": system, "code": code}]}


MII = Delivery(
    files={
        "kds.ndjson": "".join(
            json.dumps(one) + "\n"
            for one in chain(
                (
                    {"resourceType": "Patient", "id": patient, "birthDate": "1951-02-03", "gender": "female"}
                    for patient in (FORGOTTEN, KEPT)
                ),
                (
                    resource("Observation", patient, status="final", code=coding("http://loinc.org", "2132-9"), effectiveDateTime="2026-01-05T23:30:00+01:00",
                             valueQuantity={"value": 165, "unit": "pg/ml", "system": "http://unitsofmeasure.org", "code": "pg/mL"})
                    for patient in (FORGOTTEN, KEPT)
                ),
                [
                    resource("Condition", KEPT, code=coding("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "D51.0"), recordedDate="2020-02-03"),
                    resource("MedicationStatement", KEPT, status="active", medicationCodeableConcept=coding("http://fhir.de/CodeSystem/bfarm/atc", "A10BA02"),
                             effectivePeriod={"start": "2025-02-03"}),
                    resource("Procedure", KEPT, status="completed", code=coding("http://fhir.de/CodeSystem/bfarm/ops", "5-434.0"), performedDateTime="2012-02-03"),
                ],
            )
        ),
    },
    accounts={
        "kds.ndjson": (7, 6, {"unmapped_code": 1}),
    },
    rows=[
        "condition D51.0 http://fhir.de/CodeSystem/bfarm/icd-10-gm b12_deficiency_anaemia|pernicious_anaemia 2020-02-03",
        "lab_result 2132-9 total_b12 final =165 pg/mL 2026-01-05",
        "medication A10BA02 http://fhir.de/CodeSystem/bfarm/atc metformin active 2025-02-03",
        "patient female 1951-02-03",
    ],
)  # fmt: skip

DELIVERIES = {
    "mimic_iv": MIMIC, "epic_clarity": EPIC, "tpp_systmone": TPP, "emis": EMIS, "smart_tsv": SMART, "i2b2": I2B2,
    "oscar_hl7": OSCAR, "fhir_mii": MII,
}  # fmt: skip


def ingested(tmp_path, name, delivery):
    "A home with the delivery, and its accounts by file"
    home, folder, source = tmp_path / "home", tmp_path / "in", name
    folder.mkdir()
    for file, content in delivery.files.items():
        (folder / file).write_text(content, encoding="utf-8", newline="")
    if delivery.site:
        source = tmp_path / "site.yaml"
        source.write_text(f"extends: {name}\nprofile: site\n{delivery.site}\n")
        head = "entity,kind,code_system,delivered,map_to_system,map_to"
        (tmp_path / "map.csv").write_text("\n".join([head, *delivery.map]) + "\n")
    answer = b12(home, "ingest", folder, "--source", source, "--format", "json")
    assert answer.code == 0, answer.err
    assert all(adds_up(account) for account in answer.json)
    found = {}
    for account in answer.json:
        why = {**account["rejected"], **account["skipped"]}
        found[account["file"]] = (account["rows"], account["accepted"], why)
    return home, found


def rows_of(home, patient):
    "What the lake holds of a patient: entity, code, and what SHOWN says of it"
    found = []
    for entity, shown in SHOWN.items():
        if not list((home / "lake" / entity).glob("*.parquet")):
            continue
        code = "''" if entity == "patient" else "code"
        select = (
            f"select {code}, {shown} from read_parquet('{home}/lake/{entity}/*.parquet')"
            f" where patient_id = '{patient}'"
        )
        found += [
            " ".join([entity, *(str(cell) for cell in row if cell not in (None, ""))])
            for row in duckdb.sql(select).fetchall()
        ]
    return sorted(found)


def kept_text(home):
    "All files as they are kept, archived and reference, as text"
    kept = [*(home / "archive").rglob("*"), *(home / "reference").rglob("*")]
    return "".join(path.read_text("utf-8") for path in kept if path.is_file())


@pytest.mark.parametrize("name", DELIVERIES)
def test_a_small_delivery_in_the_layout_of_the_system(tmp_path, name):
    delivery = DELIVERIES[name]
    home, accounts = ingested(tmp_path, name, delivery)
    assert accounts == delivery.accounts
    assert rows_of(home, KEPT) == delivery.rows
    assert rows_of(home, FORGOTTEN)
    assert b12(home, "erase", FORGOTTEN, "--yes").code == 0
    assert rows_of(home, FORGOTTEN) == [] and rows_of(home, KEPT) == delivery.rows
    assert KEPT in kept_text(home) and FORGOTTEN not in kept_text(home)
