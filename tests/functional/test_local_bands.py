"A pack with limits of its own for two laboratories: screened, explained, on the patient's page and its chart, and in a what-if"

import json
import shutil
from contextlib import closing
from html import unescape

import pytest

from pipeline import worklist
from pipeline.analysis.simulation import Simulation
from pipeline.core.config import PROTOCOL, Home
from pipeline.web.server import standalone
from tests.command import AS_OF, assessments, b12, deliver
from tests.functional.web_client import local
from tests.local_bands import written

RESULT = {"code": "2132-9", "unit": "pg/mL", "method": "ECLIA"}
RESULTS = [  # patient, value, laboratory, day
    ("before", "205", "North Hospital", "2025-06-30"),
    ("after", "195", "North Hospital", "2025-07-01"),
    ("east", "255", "East lab", "2026-01-05"),
    ("other", "195", "West lab", "2026-01-05"),
    ("two", "160", "North Hospital", "2025-06-01"),
    ("two", "195", "North Hospital", "2026-01-05"),
    ("near", "405", "North Hospital", "2026-01-05"),
    ("late", "250", "East lab", "2024-07-01"),
]


@pytest.fixture(scope="module", autouse=True)
def packs(tmp_path_factory):
    "The packs of an installation, with one more"
    folder = tmp_path_factory.mktemp("installed") / "protocol"
    shutil.copytree(PROTOCOL, folder)
    written(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.protocol.pack.PROTOCOL", folder)
        yield


@pytest.fixture(scope="module")
def home(packs, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    rows = [
        {"patient_id": who, **RESULT, "value": value, "performing_lab": lab, "collected_at": day}
        for who, value, lab, day in RESULTS
    ]
    rows.append({**rows[1], "patient_id": "unsure", "method": "CLIA"})
    born = {"birth_date": "1980-01-01"}
    people = [{"patient_id": who, **born} for who in {row["patient_id"] for row in rows}]
    folder = deliver(tmp_path_factory.mktemp("in"), patient=people, lab_result=rows)
    answer = b12(
        home.root, "run", folder, "--source", "canonical", "--as-of", AS_OF, "--protocol", "local"
    )
    assert answer.code == 0, answer.err
    return home


def test_each_laboratory_has_its_limits_and_others_the_general_ones(home):
    found = {who: row["b12"] for who, row in assessments(home.root).items()}
    assert found == {
        "before": "borderline", "after": "low", "east": "borderline", "other": "low_molar_only", "two": "low", "near": "above",
        "late": "borderline", "unsure": "low_molar_only",
    }  # fmt: skip


def test_explain_names_the_limits_that_judged_a_result(home):
    text = b12(home.root, "explain", "after").out
    assert "2025-07-01  195 pg/mL  [limits north-2025]" in text.replace("[B12,", "[total B12,")
    assert "limits" not in b12(home.root, "explain", "other").out
    assert (
        "limits east, limits east (neurological symptoms)" in b12(home.root, "explain", "east").out
    )
    evidence = explained(home, "after")["evidence"]
    assert [row["judged_by"] for row in evidence] == [["b12@north-2025"]]
    assert [row["judged_by"] for row in explained(home, "other")["evidence"]] == [[]]
    assert [row["judged_by"] for row in explained(home, "east")["evidence"]] == [["b12@east", "neuro_300@east"]]  # fmt: skip


def explained(home, patient_id):
    "The fact b12 of a patient with its evidence"
    answer = b12(home.root, "explain", patient_id, "--format", "json").json
    return next(fact for fact in answer["facts"] if fact["fact"] == "b12")


def test_a_near_miss_counts_from_the_limits_that_judged(home):
    before = b12(home.root, "explain", "near", "--format", "json").json
    said = {rule["distance"] for rules in before["rules"].values() for rule in rules}
    assert "405 pg/mL: 5 above borderline, limits north-2025" in said
    assert not any(text and "350" in text for text in said)


def test_a_result_of_another_date_is_said_with_its_row(home):
    answer = b12(home.root, "explain", "unsure")
    assert "Flag BAND_OF_OTHER_DATE" in answer.out
    flag = next(
        flag for flag in b12(home.root, "explain", "unsure", "--format", "json").json["flags"]
        if flag["flag"] == "BAND_OF_OTHER_DATE"
    )  # fmt: skip
    assert [(row["reported"], str(row["on_day"])) for row in flag["rows"]] == [("195 pg/mL", "2025-07-01")]  # fmt: skip
    assert "BAND_OF_OTHER_DATE" not in b12(home.root, "explain", "after").out


def page_of(home, patient_id):
    with closing(worklist.open_store(home)) as store:
        key = worklist.item_of_patient(store, patient_id)["key"]
    return unescape(local(standalone(home)).get(f"/patients/{key}").text)


def test_the_page_says_by_which_limits_and_its_chart_has_those_of_the_latest_result(home):
    page = page_of(home, "two")
    assert "limits north-2025" in page and "limits north-old" in page
    assert "B12 is shaded by the limits north-2025, which judged its latest result." in page
    [panel] = drawn(page)["panels"]
    assert panel["limits"] == "north-2025"
    assert [(band["answer"], band["from"], band["to"]) for band in panel["bands"]] == [
        ("low", None, 200), ("borderline", 200, 400), ("above", 400, None),
    ]  # fmt: skip
    general = page_of(home, "other")
    assert "is shaded by" not in general and drawn(general)["panels"][0]["limits"] is None


def drawn(page):
    return json.loads(page.split('data-chart="timeline" data-values="')[1].split('"></div>')[0])


def test_what_if_a_local_edge_moved(home):
    with closing(Simulation(home)) as simulation:
        assert simulation.movable()["b12@north-2025.low"] == ("200", "pg/mL")
        found = simulation.what_if({"b12@north-2025.low": "195"})
        assert found["changed"] == {
            "b12@north-2025.low": {"now": "200", "then": "195", "of": "pg/mL"}
        }
        flows = [(flow["from"], flow["to"], flow["patients"]) for flow in found["flows"]]
        assert len(flows) == 1 and flows[0][2] == 2 and flows[0][0].startswith("TREAT")
        general = simulation.what_if({"b12.low": "196"})
        assert sum(flow["patients"] for flow in general["flows"]) == 2  # other and unsure


def test_the_pack_for_clinicians_shows_its_limits(home):
    shown = b12(home.root, "protocol", "show", "local").out
    assert "Limits north-2025: laboratory North*; method ECLIA; collected from 2025-07-01 (OURS)" in shown  # fmt: skip
    assert "Limits own-source: source canonical; aged below 18 (OURS)" in shown
    assert b12(home.root, "protocol", "check", "local").code == 0
