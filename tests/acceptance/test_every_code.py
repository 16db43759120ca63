"""Every code and name of protocol/ goes in by each format that can carry it, and is recognised as its own concept; a trap is named as
one and never counted."""

import pytest

from pipeline import lake
from pipeline.core import Home
from pipeline.protocol.tables import vocabulary
from tests.acceptance import every_code
from tests.command import b12

FORMATS = {  # profile: (how the delivery is written, which rows it can carry)
    "canonical": (every_code.as_canonical, lambda row: True),
    "fhir_r4": (every_code.as_fhir, lambda row: True),
    "hl7v2": (every_code.as_hl7v2, lambda row: row.entity == "lab_result"),
    "omop_cdm": (every_code.as_omop, lambda row: row.system in (*every_code.OMOP, "NAME")),
    "meds": (every_code.as_meds, lambda row: row.system in every_code.MEDS),
}
FORMS = {"RXNORM 11248": "b12_form_unknown"}  # alone it means only "vitamin B12"
HELD = """
select patient_id, concepts from lake.medication union all select patient_id, concepts from lake.condition
union all select patient_id, concepts from lake.procedure union all select patient_id, analyte from lake.lab_result
"""
COUNTED = ("total_b12", "active_b12", "mma", "homocysteine", "folate", "haemoglobin", "mcv", "creatinine", "egfr",
           "intrinsic_factor_antibody", "parietal_cell_antibody", "gastrin")  # fmt: skip


def fate(row, facts):
    "What has to become of a row: its concept or analyte, or why it is skipped or rejected"
    if row.analyte in COUNTED:
        return row.analyte
    if row.analyte:
        return row.analyte if row.analyte in ("comment", "order_code") else "wrong_specimen"
    if row.entity == "lab_result":
        return "other_analyte" if facts[row.concept] == "trap" else "?"
    return FORMS.get(f"{row.system} {row.code}", row.concept)


@pytest.mark.parametrize("profile", FORMATS)
def test_every_row_is_recognised_as_its_own_concept(tmp_path, profile):
    write, carries = FORMATS[profile]
    answer = b12(
        tmp_path / "home",
        "ingest",
        write(tmp_path / "extracts"),
        "--source",
        profile,
        "--format",
        "json",
    )
    assert answer.code == 0, answer.err
    facts = {row["concept"]: row["fact"] for row in vocabulary("concept")}
    wanted = [(row, fate(row, facts)) for row in every_code.rows() if carries(row)]
    found = {
        row["patient_id"]: row["concepts"].split("|")
        for row in lake.query(Home(tmp_path / "home"), HELD)
    }
    refusals = {"comment": 0, "order_code": 0, "other_analyte": 0, "wrong_specimen": 0}
    missed = []
    for row, becomes in wanted:
        if becomes in refusals:
            refusals[becomes] += 1
            assert row.patient not in found, row
        elif becomes not in found.get(row.patient, ()):
            missed.append((row, found.get(row.patient)))
    assert missed == []
    said = [account["skipped"] | account["rejected"] for account in answer.json]
    assert {reason: sum(each.get(reason, 0) for each in said) for reason in refusals} == refusals
    assert sum(each.get("unmapped_code", 0) for each in said) == 0
