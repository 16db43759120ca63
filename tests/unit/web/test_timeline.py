"A patient's explanation as a drawing: canonical values, eras in lanes, nothing where nothing is"

import csv
import io

import pytest

from pipeline.core.config import PROTOCOL
from pipeline.protocol.labels import low
from pipeline.protocol.pack import load
from pipeline.web.timeline import timeline
from tests.local_bands import pack_with

CONCEPTS = PROTOCOL / "concepts.csv"
PACK = load("praxis-2026")


def piece(**more):
    return {
        "fact": "b12",
        "on_day": "2026-01-05",
        "reported": "110 pmol/L",
        "what": "total_b12",
        "standing": "usable",
        "value": 149.1,
        "until_on": None,
        **more,
    }


def explained(*evidence, fact="b12"):
    return {
        "as_of": "2026-01-31",
        "protocol": "praxis-2026 1.0.0",
        "facts": [{"fact": fact, "evidence": list(evidence)}],
    }


def test_points_are_in_the_unit_of_the_bands_and_keep_what_was_reported():
    drawn = timeline(explained(piece(on_day="2026-01-09"), piece()), PACK)
    [panel] = drawn["panels"]
    assert (panel["name"], panel["unit"]) == ("B12", "pg/mL")
    assert [point["on"] for point in panel["points"]] == ["2026-01-05", "2026-01-09"]
    assert panel["points"][0]["value"] == 149.1 and panel["points"][0]["reported"] == "110 pmol/L"
    assert panel["bands"][0] == {"answer": "low", "from": None, "to": 180}
    assert panel["bands"][-1] == {"answer": "above", "from": 350, "to": None}


def test_a_result_without_number_or_day_is_not_drawn():
    assert (
        timeline(explained(piece(value=None), piece(on_day=None), piece(value=float("nan"))), PACK)[
            "panels"
        ]
        == []
    )


def test_an_era_covers_the_records_it_is_made_of():
    era = piece(
        fact="metformin",
        value=None,
        standing="era",
        what="era of 2 records",
        on_day="2025-01-01",
        until_on="2025-12-01",
    )
    record = piece(
        fact="metformin", value=None, standing="active", reported="Metformin", on_day="2025-01-01"
    )
    [lane] = timeline(explained(era, record, fact="metformin"), PACK)["lanes"]
    drawn = {
        "from": "2025-01-01",
        "to": "2025-12-01",
        "label": "era of 2 records",
        "standing": "era",
        "counts": True,
    }
    assert lane == {"name": "Metformin", "spans": [drawn]}


def test_a_finding_without_an_end_is_a_day():
    finding = piece(
        fact="neuro",
        value=None,
        standing="counted",
        what="ICD10CM G62.9",
        reported="Polyneuropathy",
    )
    [lane] = timeline(explained(finding, fact="neuro"), PACK)["lanes"]
    [span] = lane["spans"]
    assert (span["from"], span["to"], span["label"], span["counts"]) == (
        "2026-01-05",
        "2026-01-05",
        "Polyneuropathy",
        True,
    )


@pytest.mark.parametrize(
    "standing",
    ["retracted", "refuted", "not_counted", "withdrawn", "superseded", "held", "after_as_of"],
)
def test_what_does_not_count_is_in_its_lane_and_says_so(standing):
    counted = piece(
        fact="diet", value=None, standing="counted", reported="vegan diet", on_day="2025-01-01"
    )
    [lane] = timeline(
        explained(counted, piece(fact="diet", value=None, standing=standing), fact="diet"), PACK
    )["lanes"]
    assert [
        (span["counts"], span["standing"].startswith(low(standing))) for span in lane["spans"]
    ] == [(True, False), (False, True)]
    assert "not count" in lane["spans"][1]["standing"]


def test_a_record_that_does_not_count_is_not_hidden_by_an_era():
    era = piece(
        fact="metformin",
        value=None,
        standing="era",
        what="era of 1 record",
        on_day="2025-01-01",
        until_on="2025-12-01",
    )
    record = piece(
        fact="metformin",
        value=None,
        standing="retracted",
        reported="Metformin",
        on_day="2025-06-01",
    )
    [lane] = timeline(explained(era, record, fact="metformin"), PACK)["lanes"]
    assert [span["counts"] for span in lane["spans"]] == [True, False]


def test_a_note_that_a_headache_is_unrelated_is_not_a_neurological_finding():
    wording = next(
        row["wording"]
        for row in csv.DictReader(io.StringIO(CONCEPTS.read_text(encoding="utf-8")))
        if row["means"] == "headache_unrelated"
    )
    note = piece(
        fact="neuro",
        value=None,
        standing="counted",
        what=f"LOCAL headache_unrelated_to_b12, {wording}",
        reported="judged unrelated",
    )
    [lane] = timeline(explained(note, fact="neuro"), PACK)["lanes"]
    assert (lane["name"], lane["spans"][0]["label"]) == ("Notes", "judged unrelated")


def test_b12_is_drawn_in_the_unit_of_the_site(monkeypatch):
    monkeypatch.setenv("B12_DISPLAY_UNITS", "pmol/L")
    drawn = timeline(explained(piece(value=149.0907), piece(what="mma", value=410.0)), PACK)
    b12, mma = drawn["panels"]
    assert b12["unit"] == "pmol/L" and b12["points"][0]["value"] == pytest.approx(110)
    edges = [band["to"] for band in b12["bands"][:-1]]
    assert edges == pytest.approx([132.8, 150, 258.2], abs=0.1)
    assert mma["unit"] == "nmol/L" and mma["points"][0]["value"] == 410


def test_the_bands_are_those_that_judged_the_latest_usable_result():
    old = piece(on_day="2025-06-30", judged_by=["b12@north-old"])
    new = piece(on_day="2026-01-05", judged_by=["neuro_300@east", "b12@east"])
    held = piece(on_day="2026-01-06", standing="held", judged_by=["b12@north-old"])
    [panel] = timeline(explained(held, new, old), pack_with())["panels"]
    assert (panel["limits"], panel["bands"][0]["to"]) == ("east", 160)
    [panel] = timeline(explained(held, piece(on_day="2026-01-07"), old), pack_with())["panels"]
    assert (panel["limits"], panel["bands"][0]["to"]) == (None, 180)
    [panel] = timeline(explained(held), pack_with())["panels"]
    assert panel["limits"] is None
    [panel] = timeline(explained(piece(judged_by=["b12@gone"])), pack_with())["panels"]
    assert (panel["limits"], panel["bands"][0]["to"]) == (None, 180)  # the pack no longer has it


def test_active_b12_has_a_panel_of_its_own():
    active = piece(fact="active_b12", what="active_b12", value=42.0, reported="42 pmol/L")
    names = [panel["name"] for panel in timeline(explained(active, piece()), PACK)["panels"]]
    assert names == ["B12", "Active B12"]
    [panel] = timeline(explained(active), PACK)["panels"]
    assert panel["unit"] == "pmol/L" and panel["points"][0]["value"] == 42.0
    assert [band["answer"] for band in panel["bands"]] == ["low", "indeterminate", "above"]


def test_what_a_pack_alone_asks_has_lanes_under_its_own_name():
    sign = piece(
        fact="other_sign", value=None, standing="counted", what="glossitis", reported="Glossitis"
    )
    [lane] = timeline(explained(sign, fact="other_sign"), load("nice-ng239"))["lanes"]
    assert lane["name"] == "Other sign" and lane["spans"][0]["label"] == "Glossitis"
    assert timeline(explained(sign, fact="other_sign"), PACK)["lanes"] == []
