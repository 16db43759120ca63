"""A population as OMOP CDM tables, with a CONCEPT table of its own.

OMOP says what is so, not how it came to be known: it has no status of a result, a condition or a procedure, no time of report, and no
merge. The site that fills it has corrected, withdrawn and merged before. So it is written from the rows that stand in the end.
"""

from tests.generative.decorations import NOTHING, decorated_id, in_parts, spelled
from tests.generative.population import CONDITIONS, LABS, MEDICATIONS, PROCEDURES
from tests.generative.table_forms import table

OPERATORS = {"<": "4171756", ">": "4172704", "<=": "4171754", ">=": "4171755", "": "4172703"}
VOCABULARIES = {
    "LOINC": "LOINC", "RXNORM": "RxNorm", "SNOMEDCT": "SNOMED", "ICD10CM": "ICD10CM", "CPT4": "CPT4", "HCPCS": "HCPCS", "UCUM": "UCUM",
}  # fmt: skip
CODES = list(dict.fromkeys([
    *(("LOINC", code, "a test") for code, _, _ in LABS),
    *(("UCUM", unit, unit) for _, unit, _ in LABS if unit),
    *(("RXNORM", code, name) for code, name in MEDICATIONS),
    *((system, code, "a code") for code, system in (*CONDITIONS, *PROCEDURES)),
    ("SNOMEDCT", "26643006", "oral"), ("SNOMEDCT", "78421000", "im"),
]))  # fmt: skip
CONCEPT = {
    (system, code): str(2_000_000_001 + number) for number, (system, code, _) in enumerate(CODES)
}
ROUTES = {"oral": CONCEPT["SNOMEDCT", "26643006"], "im": CONCEPT["SNOMEDCT", "78421000"]}


def as_omop(rows, random):
    concepts = [
        {"concept_id": CONCEPT[system, code], "concept_name": name, "vocabulary_id": VOCABULARIES[system], "concept_code": code}
        for system, code, name in CODES
    ]  # fmt: skip
    tables = {
        "concept": concepts,
        "person": [_person(random, row) for row in rows["patient"]],
        "death": [_death(random, row) for row in rows["patient"] if row["deceased_on"]],
        "measurement": [_measurement(random, row) for row in rows["lab_result"]],
        "drug_exposure": [_drug(random, row) for row in rows["medication"]],
        "condition_occurrence": [_coded(random, row, "condition_occurrence", "condition", "onset_on") for row in rows["condition"]],
        "procedure_occurrence": [_coded(random, row, "procedure_occurrence", "procedure", "performed_on") for row in rows["procedure"]],
    }  # fmt: skip
    return [("omop_cdm", f"{name}.csv", table(some[0], some)) for name, some in tables.items() if some]  # fmt: skip


def _person(random, row):
    year, month, day = [*row["birth_date"].split("-"), "", ""][:3]
    return {
        "person_id": decorated_id(random, row["patient_id"]), "gender_concept_id": {"male": "8507", "female": "8532"}[row["sex"]],
        "year_of_birth": year or random.choice(NOTHING), "month_of_birth": month or random.choice(NOTHING),
        "day_of_birth": day or random.choice(NOTHING), "birth_datetime": random.choice(NOTHING),
    }  # fmt: skip


def _death(random, row):
    return {"person_id": decorated_id(random, row["patient_id"]), "death_date": row["deceased_on"]}


def _measurement(random, row):
    sign, number = in_parts(row["value"])
    in_words = sign is None or random.random() < 0.5  # else in numbers
    day, time = row["collected_at"][:10], row["collected_at"][11:-1]
    return {
        "measurement_id": decorated_id(random, row["result_id"]), "person_id": decorated_id(random, row["patient_id"]),
        "measurement_concept_id": CONCEPT["LOINC", row["code"]], "measurement_date": day,
        "measurement_datetime": f"{day} {time}" if time else random.choice(NOTHING),
        "operator_concept_id": random.choice(NOTHING) if sign is None else OPERATORS[sign],
        "value_as_number": random.choice(NOTHING) if sign is None else number,
        "unit_concept_id": CONCEPT.get(("UCUM", row["unit"]), "0"), "unit_source_value": row["unit"] or random.choice(NOTHING),
        "value_source_value": spelled(random, row["value"]) if in_words else "",
    }  # fmt: skip


def _drug(random, row):
    end = (
        row["end_on"] or "9999-12-31"
    )  # an end that is not known is otherwise the start, or an assumed one
    return {
        "drug_exposure_id": decorated_id(random, row["medication_id"]), "person_id": decorated_id(random, row["patient_id"]),
        "drug_concept_id": CONCEPT["RXNORM", row["code"]], "drug_exposure_start_date": row["start_on"], "drug_exposure_end_date": end,
        "verbatim_end_date": random.choice(NOTHING), "days_supply": random.choice(NOTHING), "route_concept_id": ROUTES[row["route"]],
    }  # fmt: skip


def _coded(random, row, name, kind, day):
    return {
        f"{name}_id": decorated_id(random, row[f"{kind}_id"]), "person_id": decorated_id(random, row["patient_id"]),
        f"{kind}_concept_id": CONCEPT[row["code_system"], row["code"]],
        ("condition_start_date" if kind == "condition" else "procedure_date"): row[day],
        **({"condition_end_date": row["abated_on"] or random.choice(NOTHING)} if kind == "condition" else {}),
    }  # fmt: skip
