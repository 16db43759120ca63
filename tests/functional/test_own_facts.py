"A pack by path that asks questions of its own: from the delivered files to the worklist, the explanation and the what-if."

import pytest

from pipeline.core.config import PROTOCOL
from tests.command import AS_OF, b12, deliver, run

TEXT = (PROTOCOL / "praxis-2026.yaml").read_text(encoding="utf-8")
FACTS = """  risk_medicine:
    asks: whether a medicine that lowers B12 is taken
    answers:
      - {answer: long_term, medication: [nice_risk_drug], longer_than_months: 6}
      - {answer: shorter, medication: [nice_risk_drug]}
    otherwise: none
    not_loaded: not_loaded
  mma_lab:
    answers:
      - {answer: elevated, lab: mma, limit: above, within_months: 24}
    otherwise: other
    not_loaded: not_loaded
  older:
    answers:
      - {answer: "yes", age_from: 75, evidence: "75 or older"}
    otherwise: "no"
    not_loaded: not_known
"""
RULES = """  - {id: N90, when: {risk_medicine: [long_term], older: ["yes"]}, outcome: ORDER_B12, priority: 4, cites: [OURS],
     because: "A medicine that lowers B12 ({risk_medicine.since}) in an older patient."}
  - {id: N91, when: {mma_lab: [elevated], b12: [never]}, outcome: ORDER_B12, priority: 3, cites: [OURS], because: "MMA {mma.value} of {mma.date} is above the laboratory's limit."}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    text = TEXT.replace("pack: praxis-2026", "pack: own-questions")
    text = text.replace("\nderived:  ", f"{FACTS}\nderived:  ", 1).replace(
        "  - {id: N28,", f"{RULES}  - {{id: N28,", 1
    )
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    deliver(folder / "in", patient=[
        {"patient_id": "ANN", "birth_date": "1940-02-03", "sex": "female"},
        {"patient_id": "BOB", "birth_date": "1990-02-03", "sex": "male"},
        {"patient_id": "CID", "birth_date": "1985-01-01", "sex": "female"},
    ], medication=[
        {"patient_id": name, "medication_id": name, "code": "", "code_system": "NAME", "name": "pregabalin 75 mg",
         "start_on": "2025-01-01", "status": "active"} for name in ("ANN", "BOB")
    ], condition=[{"patient_id": "ANN", "condition_id": "c", "code": "K14.0", "code_system": "ICD10CM", "name": "Glossitis", "onset_on": "2020-01-01"}],
       lab_result=[
        {"patient_id": "CID", "result_id": "r", "code": "13964-2", "value": "0.26", "unit": "umol/L", "collected_at": "2025-12-01T08:00:00+00:00",
         "reference_high": "0.25"},
    ])  # fmt: skip
    run(folder / "home", folder / "in")
    done = b12(folder / "home", "screen", "--protocol", folder / "own.yaml", "--as-of", AS_OF)
    assert done.code == 0, done.err
    return folder / "home"


def test_the_worklist_has_the_answers_in_its_reason_and_evidence(home):
    rows = {row["patient_id"]: row for row in b12(home, "worklist", "--format", "json").json}
    assert rows.keys() == {"ANN", "CID"}
    assert (rows["ANN"]["rule"], rows["ANN"]["priority"]) == ("N90", 4)
    assert rows["ANN"]["reason"].startswith("A medicine that lowers B12 (2025-01-01) in an older")
    assert rows["ANN"]["waiting_since"] == "2025-01-01"
    assert "risk medicine since 2025-01" in rows["ANN"]["evidence"]
    assert "75 or older" in rows["ANN"]["evidence"]
    assert rows["CID"]["reason"].startswith("MMA 0.26 umol/L of 2025-12-01 is above the lab")
    assert "above the laboratory's own limits" in rows["CID"]["evidence"]


def test_the_explanation_has_each_question_with_its_rows(home):
    facts = {
        row["fact"]: row for row in b12(home, "explain", "ANN", "--format", "json").json["facts"]
    }
    assert {name: facts[name]["answer"] for name in ("risk_medicine", "mma_lab", "older")} == {
        "risk_medicine": "long_term", "mma_lab": "other", "older": "yes",
    }  # fmt: skip
    assert [row["file"] for row in facts["risk_medicine"]["evidence"] if row["file"]] == [
        "medication.csv"
    ]
    text = b12(home, "explain", "BOB").out
    assert "Risk medicine: long term" in text
    assert "Older: no" in text


def test_the_what_if_asks_under_the_pack_of_the_run(home):
    answer = b12(home, "simulate", "--set", "settings.headache_days=10", "--format", "json").json
    assert answer["protocol"].startswith("own-questions")
    assert answer["now"]["worklist"] == answer["then"]["worklist"] == 2
