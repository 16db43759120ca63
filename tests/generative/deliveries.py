"""Small deliveries in canonical CSV, full of what goes wrong: corrections, retractions, ties, merges, bad units, later days."""

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from pipeline.ingest.ingest import ingest_file
from pipeline.profiles.files import read_profile

RECEIVED_AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAYS = (
    "2022-05-01",
    "2024-01-30",
    "2025-03-01",
    "2025-09-20",
    "2025-12-01",
    "2026-01-05",
    "2026-01-20",
    "2026-02-10",
)
INSTANTS = ("2026-01-06T08:00:00Z", "2026-01-07T08:00:00Z", "")
LABS = (  # code, unit, values
    ("2132-9", "pg/mL", ("110", "179.9", "180", "203", "250", "299.9", "300", "350", "350.1", "900", "<150", "<200", "<400", ">2000")),
    ("14685-2", "pmol/L", ("81", "132", "133", "149.9", "150", "221", "222", "258", "259")),
    ("2132-9", "ng/dL", ("165",)), ("2132-9", "", ("165",)), ("2132-9", "pg/mL", ("pending", "NaN", "", "150-200", "9999999")),
    ("13964-2", "nmol/L", ("200", "271", "271.1", "900", "<300", "0.4")), ("13964-2", "umol/L", ("0.2", "0.28", "0.9")),
    ("72160-5", "pmol/L", ("20", "25", "50", "80", "<30")), ("13965-9", "umol/L", ("8", "10", "20")),
    ("98979-8", "mL/min/1.73m2", ("40", "59.9", "60", "95", ">60")), ("31444-3", "", ("positive", "negative", "unclear")),
    ("2333-3", "pg/mL", ("90",)), ("718-7", "g/dL", ("9", "15")), ("787-2", "fL", ("88", "115")), ("2093-3", "mg/dL", ("180",)),
    ("48767-8", "", ("a comment",)),
)  # fmt: skip
STATUSES = (
    "final",
    "final",
    "final",
    "",
    "corrected",
    "preliminary",
    "U",
    "entered-in-error",
    "cancelled",
)
MEDICATIONS = (  # code, code_system, name, strength
    ("6809", "RXNORM", "metformin", ""), ("7646", "RXNORM", "omeprazole", ""), ("", "NAME", "famotidine 20 mg", ""),
    ("5514", "RXNORM", "hydroxocobalamin", ""), ("11248", "RXNORM", "cyanocobalamin", ""), ("11248", "RXNORM", "", ""),
    ("4511", "RXNORM", "folic acid", ""), ("", "NAME", "multivitamin", "0.1"), ("999", "RXNORM", "aspirin", ""),
)  # fmt: skip
CONDITIONS = (
    ("84027009", "SNOMEDCT"), ("25064002", "SNOMEDCT"), ("37796009", "SNOMEDCT"), ("E11.42", "ICD10CM"), ("G62.9", "ICD10CM"), ("R26.0", "ICD10CM"),
    ("N18.4", "ICD10CM"), ("709044004", "SNOMEDCT"), ("vegan", "LOCAL"), ("headache_unrelated_to_b12", "LOCAL"), ("190634004", "SNOMEDCT"),
    ("ileal_resection_length_cm:15", "LOCAL"), ("22298006", "SNOMEDCT"), ("8.4027E+07", "SNOMEDCT"),
)  # fmt: skip
PROCEDURES = (
    ("43644", "CPT4"),
    ("43770", "CPT4"),
    ("43774", "CPT4"),
    ("44160", "CPT4"),
    ("J3420", "HCPCS"),
    ("82607", "CPT4"),
)
USUAL = {
    "labs": LABS, "days": DAYS, "instants": INSTANTS, "statuses": STATUSES, "medications": MEDICATIONS, "conditions": CONDITIONS,
}  # fmt: skip
CROWDED = {  # few values, days and ids, so that much falls on the same instant, id and accession
    "labs": (
        ("2132-9", "pg/mL", ("150", "250")), ("2132-9", "ng/L", ("150",)), ("13964-2", "nmol/L", ("200", "300")), ("31444-3", "", ("positive", "negative")),
    ),
    "days": ("2025-12-01", "2026-01-05"), "instants": ("2026-01-06T08:00:00Z", ""),
    "statuses": ("final", "final", "corrected", "preliminary", "U", "entered-in-error"),
    "medications": (("5514", "RXNORM", "hydroxocobalamin", ""), ("11248", "RXNORM", "cyanocobalamin", ""), ("", "NAME", "multivitamin", "0.1")),
    "conditions": (
        ("25064002", "SNOMEDCT"), ("E11.42", "ICD10CM"), ("vegan", "LOCAL"), ("headache_unrelated_to_b12", "LOCAL"),
        ("ileal_resection_length_cm:15", "LOCAL"), ("ileal_resection_length_cm:25", "LOCAL"),
    ),
}  # fmt: skip


def delivery(random, patients=20, pools=USUAL):
    """Rows by entity: of each patient some of everything; every fourth row is delivered twice."""
    made = {"patient": [], "lab_result": [], "medication": [], "condition": [], "procedure": []}
    for number in range(patients):
        patient = f"p{number:02}"
        made["patient"] += [_patient(random, patient, patients)] * random.choice((0, 1, 1, 1))
        for entity, make in (
            ("lab_result", _lab_result),
            ("medication", _medication),
            ("condition", _condition),
            ("procedure", _procedure),
        ):
            made[entity] += [
                make(random, patient, pools)
                for _ in range(
                    random.choice((0, 1, 2, 4) if entity != "lab_result" else (0, 2, 5, 9))
                )
            ]
    return {entity: rows + random.sample(rows, len(rows) // 4) for entity, rows in made.items()}


def _patient(random, patient, patients):
    return {
        "patient_id": patient, "birth_date": random.choice(("1950-03-02", "1980-06-07", "2014-05-05", "", "nonsense")),
        "deceased_on": random.choice(("",) * 9 + ("2025-01-01",)), "opted_out": random.choice(("false",) * 9 + ("true",)),
        "merged_into": random.choice(("",) * 6 + (f"p{random.randrange(patients):02}",)),
    }  # fmt: skip


def _lab_result(random, patient, pools):
    code, unit, values = random.choice(pools["labs"])
    return {
        "patient_id": random.choice((patient,) * 20 + ("",)), "code": code, "unit": unit, "value": random.choice(values),
        "result_id": random.choice(("", "", f"{patient}-r1", f"{patient}-r2")), "accession_id": random.choice(("", "", f"{patient}-a1")),
        "status": random.choice(pools["statuses"]), "specimen": random.choice(("", "Serum", "Serum", "Serum", "Urine")),
        "collected_at": random.choice(pools["days"]), "reported_at": random.choice(pools["instants"]), "reference_high": random.choice(("", "400")),
    }  # fmt: skip


def _medication(random, patient, pools):
    code, system, name, strength = random.choice(pools["medications"])
    return {
        "patient_id": patient, "code": code, "code_system": system, "name": name, "strength_mg": strength,
        "medication_id": random.choice(("", "", f"{patient}-m1")), "start_on": random.choice(pools["days"]), "end_on": random.choice(("", "", *pools["days"])),
        "days_supply": random.choice(("", "30", "90", "many")), "route": random.choice(("", "oral", "im")),
        "status": random.choice(("active", "active", "", "completed", "administered", "on-hold", "entered-in-error")),
    }  # fmt: skip


def _condition(random, patient, pools):
    code, system = random.choice(pools["conditions"])
    return {
        "patient_id": patient, "code": code, "code_system": system, "onset_on": random.choice(pools["days"]), "abated_on": random.choice(("", "", "", *pools["days"])),
        "condition_id": random.choice(("", "", f"{patient}-c1")), "status": random.choice(("active", "active", "", "resolved", "refuted", "entered-in-error")),
    }  # fmt: skip


def _procedure(random, patient, pools):
    code, system = random.choice(PROCEDURES)
    return {
        "patient_id": patient, "code": code, "code_system": system, "performed_on": random.choice(pools["days"]),
        "procedure_id": random.choice(("", "", f"{patient}-x1")), "status": random.choice(("completed", "completed", "", "not-done", "entered-in-error")),
    }  # fmt: skip


def written(entity, rows):
    """The rows as canonical CSV."""
    columns = read_profile("canonical").columns[entity]
    text = StringIO()
    writer = csv.DictWriter(text, list(columns.all), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def ingested(home, folder, entity, rows, name):
    """Write the rows as one file and ingest it; returns its account."""
    path = Path(folder) / f"{entity}-{name}.csv"
    path.write_text(written(entity, rows), encoding="utf-8")
    return ingest_file(home, path=path, source="canonical", name=path.name, received_at=RECEIVED_AT)
