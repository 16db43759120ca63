"""A delivery in which everything about a patient is marked: accepted, rejected, unmapped and refused, and what the marks look like."""

import secrets

from pipeline.core.config import CONTACT, ENTITIES
from pipeline.profiles.files import read_profile
from tests.command import deliver

TAG = f"QZ{secrets.token_hex(5)}"
VALUE = f"773.{secrets.randbelow(9000) + 1000}1"
BORN = "1931-07-17"
CONTACT_TAG = (
    f"QC{secrets.token_hex(5)}"  # of what is for display alone, which not even the lake holds
)
OURS = (
    TAG,
    VALUE,
    CONTACT_TAG,
)  # of this run alone: a copy of this file in a temporary folder holds none of them
MARKS = (*OURS, BORN)
DEMO = "DEMO00"  # how the demonstration's ids begin
SOUND = {
    "patient": {
        "birth_date": BORN,
        "sex": "female",
        "phone": f"020 7946 0773 {CONTACT_TAG}",
        "email": f"{CONTACT_TAG}@example.org",
    }
    | {
        name: f"{CONTACT_TAG}-{name}"
        for name in ("name", "preferred_language", "registered_clinician", "ethnicity")
    },
    "lab_result": {"code": "2132-9", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-01-10"},
    "medication": {"code": "metformin", "code_system": "NAME", "start_on": "2025-01-01"},
    "condition": {"code": "vegan", "code_system": "LOCAL", "onset_on": "2025-01-01"},
    "procedure": {"code": "J3420", "code_system": "HCPCS", "performed_on": "2020-01-01"},
}
FREE = (
    "result_id",
    "accession_id",
    "name",
    "comment",
    "performing_lab",
    "site",
    "medication_id",
    "condition_id",
    "procedure_id",
    "recorded_by",
)
REFUSED = {
    "canonical": {
        "lab_result-headless.csv": f"{TAG}-a,2132-9,{VALUE},pg/mL,{TAG}\n{TAG}-b,2132-9,{VALUE},pg/mL,{TAG}\n".encode(),
        "lab_result-bytes.csv": f"patient_id,code,value,unit,collected_at\n{TAG},2132-9,{VALUE},pg/mL,".encode()
        + b"\xff\xfe\x00\n",
        "lab_result-torn.parquet": b"PAR1" + f"{TAG} {VALUE}".encode() + b"PAR1",
        "patient-torn.csv": f'patient_id,birth_date\n"{TAG}","{BORN}\n'.encode(),
    },
    "fhir_r4": {
        "torn.ndjson": f'{{"resourceType":"Patient","id":"{TAG}","birthDate":"{BORN}","name":[{{"family":"{TAG}"\n'.encode()
    },
    "hl7v2": {
        "torn.hl7": f"MSH|^~\\&|{TAG}|{TAG}\rPID|1||{TAG}^^^{TAG}||{TAG}||{BORN.replace('-', '')}\rOBX|1|NM|{TAG}\r".encode()
    },
}


def write(folder):
    """Folders to be landed as they are, one for each source: `folder/<source>/…`."""
    deliver(folder / "canonical", **{entity: rows(entity) for entity in ENTITIES})
    for source, files in REFUSED.items():
        (folder / source).mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / source / name).write_bytes(content)
    return folder


def rows(entity):
    """Forty sound rows with marks wherever text is free; then for each column one row that is marked there alone, and rows that name
    no patient, and one marked all over: between them rejected, unmapped or accepted, and enough for a gate to warn."""
    columns = list(read_profile("canonical").columns[entity].all)
    of_display = (
        CONTACT if entity == "patient" else ()
    )  # `name` is that of a test or drug elsewhere
    sound = {name: f"{TAG}-{name}" for name in FREE if name in columns} | SOUND[entity]
    yet = [{"patient_id": f"{TAG}-{number}"} | sound for number in range(40)]
    if entity == "lab_result":
        yet = [
            row | {"result_id": f"{TAG}-r{number}", "value": 200 + 9 * number if number else VALUE}
            for number, row in enumerate(yet)
        ]
    each = [
        {"patient_id": f"{TAG}-of-{name}"} | sound | {name: f"{TAG}-{name}"}
        for name in columns
        if name not in of_display
    ]
    lost = [
        {"patient_id": ""} | sound | dict.fromkeys(columns[3:], f"{TAG}-{number}")
        for number in range(6)
    ]
    all_over = {name: CONTACT_TAG if name in of_display else TAG for name in columns}
    return [*yet, *each, *lost, all_over]
