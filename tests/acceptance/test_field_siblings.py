"""Siblings of the field cases that were misread when first tried: each in its own format, screened together."""

import pytest

from tests.command import adds_up, assessments, b12, deliver
from tests.homes import without_gates

AS_OF = "2026-11-22"
LOINC, RXNORM = "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"


def screened(home, folder, source):
    with without_gates():
        answer = b12(home, "ingest", folder, "--source", source, "--format", "json")
        assert answer.code == 0 and all(adds_up(account) for account in answer.json), answer.err
        assert b12(home, "screen", "--as-of", AS_OF).code == 0
    return assessments(home)


def low(patient, **cells):
    return {
        "patient_id": patient,
        "result_id": patient,
        "code": "2132-9",
        "value": "150",
        "unit": "pg/mL",
        "collected_at": "2026-08-01",
        **cells,
    }


@pytest.fixture(scope="module")
def canonical(tmp_path_factory):
    folder = deliver(
        tmp_path_factory.mktemp("in"),
        patient=[
            {"patient_id": "same_year", "birth_date": "1960-03-01", "deceased_on": "1960"},
        ],
        lab_result=[
            low("retracted_word"), low("same_year"), low("dotted"), low("lower_case"), low("floating"), low("claimed"),
            low("final_words", status="Final results; results stored and verified"),
            low("by_accession", result_id="", accession_id="A6"),
            low("by_accession", result_id="", accession_id="A6", status="entered-in-error", collected_at=""),
        ],
        condition=[
            {"patient_id": "dotted", "condition_id": "c1", "code": code, "code_system": "ICD10CM", "onset_on": "2020-01-01", "status": status}
            for code, status in (("D51.0", "active"), ("d510", "entered-in-error"))
        ],
        medication=[
            {"patient_id": "floating", "medication_id": "m1", "code": code, "code_system": "RXNORM", "start_on": "2026-09-01", "route": "im", "status": status}
            for code, status in (("5514", "active"), ("5514.0", "entered-in-error"))
        ],
        procedure=[
            {"patient_id": "lower_case", "procedure_id": "p1", "code": code, "code_system": "HCPCS", "performed_on": "2026-10-20", "status": status}
            for code, status in (("J3420", "completed"), ("j3420", "not done"))
        ] + [{"patient_id": "claimed", "procedure_id": "p2", "code": "J3420", "code_system": "HCPCS", "performed_on": "2026-10-20", "status": "completed"}],
    )  # fmt: skip
    return screened(tmp_path_factory.mktemp("home"), folder, "canonical")


def test_a_retraction_takes_back_its_code_however_it_is_spelled(canonical):
    assert canonical["dotted"]["malabsorption"] == "none"
    assert canonical["floating"]["b12_therapy"] == "none"
    assert canonical["lower_case"]["b12_therapy"] == "none"
    assert canonical["claimed"]["b12_therapy"] == "im"
    assert "DATE_PARTIAL" not in canonical["claimed"]["flags"]


def test_a_retraction_by_accession_needs_no_day(canonical):
    assert canonical["by_accession"]["b12"] == "never"


def test_the_sentences_of_the_status_tables_are_known(canonical):
    assert (
        canonical["final_words"]["b12"],
        canonical["final_words"]["flags"].count("STATUS_UNKNOWN"),
    ) == ("low", 0)


def test_a_death_known_as_the_year_of_birth_is_not_before_it(canonical):
    assert canonical["same_year"]["next_step"] == "EXCLUDED"


def test_in_fhir_an_empty_word_is_not_a_state(tmp_path):
    def one(kind, patient, **elements):
        return {
            "resourceType": kind,
            "id": f"{kind}{patient}",
            "subject": {"reference": f"Patient/{patient}"},
            **elements,
        }

    import json

    b12_150 = {
        "code": {"coding": [{"system": LOINC, "code": "2132-9"}]},
        "effectiveDateTime": "2026-08-01",
        "valueQuantity": {"value": 150, "unit": "pg/mL"},
    }
    resources = [
        one("Observation", "held", status="NULL", **b12_150),
        one("Observation", "unsaid", status="final", **b12_150),
        one("MedicationRequest", "unsaid", status="N/A", intent="order", authoredOn="2026-09-01",
            medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "5514"}]}),
        one("Condition", "anaemia", verificationStatus={"coding": [{"code": "NULL"}]}, onsetDateTime="2015-01-01",
            code={"coding": [{"system": "http://snomed.info/sct", "code": "84027009"}]}),
        {**one("MedicationRequest", "lost", status="active", intent="order", authoredOn="2026-09-01",
               medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "5514"}]}), "id": "1.09E15"},
        one("Observation", "lost", status="final", **b12_150),
    ]  # fmt: skip
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ndjson").write_text(
        "".join(json.dumps(each) + "\n" for each in resources)
    )
    found = screened(tmp_path / "home", tmp_path / "in", "fhir_r4")
    assert found["held"]["b12"] == "never"
    assert found["unsaid"]["next_step"] == "TREAT_IM_STANDARD"
    assert found["anaemia"]["malabsorption"] == "pernicious_anaemia"
    assert found["lost"]["b12_therapy"] == "none"


def test_in_fhir_and_omop_an_id_is_cleaned_before_its_kind_stands_before_it(tmp_path):
    from json import dumps

    injection = {"coding": [{"system": RXNORM, "code": "5514"}]}
    statements = [
        {"resourceType": "MedicationStatement", "id": identity, "subject": {"reference": f"Patient/{patient}"}, "status": status,
         "medicationCodeableConcept": injection, "effectivePeriod": {"start": "2026-09-01"}}
        for patient, identity, status in (
            ("taken_back", "m1", "active"), ("taken_back", '="m1"', "entered-in-error"),
            ("taken", "NULL", "active"), ("taken", "NULL", "entered-in-error"),
        )
    ]  # fmt: skip
    component = {"code": {"coding": [{"system": LOINC, "code": "2132-9"}]}, "valueQuantity": {"value": 150, "unit": "pg/mL"}}  # fmt: skip
    panels = [
        {"resourceType": "Observation", "id": identity, "subject": {"reference": "Patient/panel"}, "status": status,
         "effectiveDateTime": "2026-08-01", "component": [component]}
        for identity, status in (("'o1", "final"), ("o1", "entered-in-error"))
    ]  # fmt: skip
    (tmp_path / "fhir").mkdir()
    lines = "".join(dumps(each) + "\n" for each in (*statements, *panels))
    (tmp_path / "fhir" / "a.ndjson").write_text(lines)
    found = screened(tmp_path / "home", tmp_path / "fhir", "fhir_r4")
    assert (found["taken_back"]["b12_therapy"], found["taken"]["b12_therapy"]) == (
        "none",
        "route_unknown",
    )
    assert found["panel"]["b12"] == "never"
    (tmp_path / "omop").mkdir()
    (tmp_path / "omop" / "observation.csv").write_text(
        "observation_id,person_id,observation_concept_id,observation_date\n"
        + "".join(f"{identity},1,4125493,2026-01-10\n" for identity in ("'7", "7.0"))
    )
    [account] = b12(tmp_path / "home", "ingest", tmp_path / "omop", "--source", "omop_cdm", "--format", "json").json  # fmt: skip
    assert (account["accepted"], account["duplicates"]) == (1, 1)


HEAD = "MSH|^~\\&|LAB|NORTH|EHR|NORTH|20261016080000||ORU^R01|1|P|2.5.1\r"


def message(
    patient,
    obr3,
    value,
    status,
    collected="20261015",
    reported="20261016",
    obr25="F",
    pid="PID|1||{}^^^N^MR",
):
    return (
        HEAD + pid.format(patient) + "\r"
        f"OBR|1||{obr3}|2132-9^Vitamin B12^LN|||{collected}090000|||||||||||||||{reported}070000|||{obr25}\r"
        f"OBX|1|{'NM' if value.isdigit() else 'ST'}|2132-9^B12^LN||{value}|pg/mL|||||{status}\r"
    )


def test_in_hl7_ids_and_states_are_cleaned_before_they_are_put_together(tmp_path):
    text = "".join([
        message("held", "h1", "150", "NULL", obr25="P"),
        message("orders", "NULL", "150", "F", collected="20250115"), message("orders", "NULL", "", "X"),
        message("floating", "900", "600", "F"), message("floating", "900.0", "see note", "C", reported="20261017"),
        message("second", "s1", "150", "F", pid="PID|1|{}|NULL"),
        message("wrapped", "w1", "150", "F"), message("wrapped", "w1", "see note", "C", reported="20261017").replace("2132-9", "'2132-9"),
    ])  # fmt: skip
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.hl7").write_text(text)
    found = screened(tmp_path / "home", tmp_path / "in", "hl7v2")
    assert found["held"]["b12"] == "never"
    assert found["orders"]["b12"] == "low"
    assert found["floating"]["b12"] == "never"
    assert found["second"]["b12"] == "low"
    assert found["wrapped"]["b12"] == "never"


def test_in_omop_a_birth_is_as_exact_as_it_can_be_read_and_a_value_is_kept_whole(tmp_path):
    births = {
        "day": "2014,2,30,",
        "zero": "2014,0,0,",
        "time": "2014,,,bad",
        "sentinel": "2014,3,1,1900-01-01 00:00:00",
    }
    values = {
        "below": ("400", "BELOW 400"),
        "second": ("400", "400^150"),
        "odd": ("400", "~400"),
        "unit": ("150", "150 pmol/L"),
    }
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "person.csv").write_text(
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime\n"
        + "".join(f"{name},8532,{cells}\n" for name, cells in births.items())
    )
    (folder / "measurement.csv").write_text(
        "measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,unit_source_value,value_source_value\n"
        + "".join(
            f"{name},{name},3000593,2026-10-15,{number},8845,pg/mL,{said}\n"
            for name, (number, said) in values.items()
        )
        + "".join(f"{name},{name},3000593,2026-10-15,150,8845,pg/mL,\n" for name in births)
    )
    (folder / "drug_exposure.csv").write_text(
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date\n1,below,1503297,2025-01-01,9999-12-31\n"
    )
    found = screened(tmp_path / "home", folder, "omop_cdm")
    assert {found[name]["scope"] for name in births} == {"child"}
    assert found["below"]["b12"] == "uncertain"
    assert {name for name in values if name in found} == {"below"}
    assert found["below"]["metformin"] == "long_term"


def test_in_synthea_an_end_that_is_not_a_date_does_not_count(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "conditions.csv").write_text(
        "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION\n2020-01-01,9999-12-31,open,e,386033004,Neuropathy\n2020-01-01,bad,bad,e,386033004,Neuropathy\n"
        "2020-01-01,2021-01-01,over,e,386033004,Neuropathy\n"
    )
    (folder / "medications.csv").write_text(
        "START,STOP,PATIENT,CODE,DESCRIPTION\n2026-01-01,9999-12-31,open,5514,x\n2026-01-01,2025-01-01,bad,5514,x\n2026-01-01,2026-02-01,over,5514,x\n"
    )
    found = screened(tmp_path / "home", folder, "synthea_csv")
    assert [found[name]["neuro"] for name in ("open", "bad", "over")] == [
        "definite",
        "definite",
        "none",
    ]
    assert [found[name]["b12_therapy"] for name in ("open", "bad", "over")] == [
        "route_unknown",
        "route_unknown",
        "lapsed",
    ]
