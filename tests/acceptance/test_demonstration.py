"The demonstration population: each archetype meets the rule it is made for, and nothing of the protocol stays unreached"

from datetime import date

import duckdb
import pytest

from pipeline import demo
from pipeline.demo.archetypes import ARCHETYPES
from pipeline.protocol import load
from tests.command import b12

pytestmark = pytest.mark.slow

AS_OF, PATIENTS = date(2026, 1, 31), 2000


@pytest.fixture(scope="module")
def assessed(tmp_path_factory):
    "The assessment of the population and of the two small sources"
    folder = tmp_path_factory.mktemp("demonstration")
    for source in ("canonical", *demo.OTHER_SOURCES):
        size = ("--patients", PATIENTS if source == "canonical" else 8, "--as-of", AS_OF)
        assert (
            b12(folder / "home", "demo", "--source", source, *size, "--out", folder / source).code
            == 0
        )
        assert b12(folder / "home", "ingest", folder / source, "--source", source).code == 0
    assert b12(folder / "home", "screen", "--as-of", AS_OF).code == 0
    con = duckdb.connect()
    con.read_parquet(str(folder / "home/runs/latest/assessment.parquet")).to_table("assessment")
    return con


def column(con, select):
    return {value for (value,) in con.execute(select).fetchall()}


def test_each_archetype_meets_the_rules_it_is_made_for(assessed):
    step, alert_of = demo.archetype_step(PATIENTS), {}
    for line in load("praxis-2026").raw["safety"]:
        alert_of[line["id"]] = line["outcome"]
    rows = "select patient_id, rule, safety from assessment"
    met = {patient: {rule, *alerts} for patient, rule, alerts in assessed.execute(rows).fetchall()}
    missed = {}
    for number, (title, (rules, _, _)) in enumerate(ARCHETYPES.items(), 1):
        meant = {alert_of.get(rule, rule) for rule in rules.split()}
        if absent := meant - met[f"DEMO{number * step:07}"]:
            missed[title] = absent, met[f"DEMO{number * step:07}"]
    assert not missed


def test_every_rule_alert_and_flag_is_reached(assessed):
    pack = load("praxis-2026").raw
    reached = {
        "next_step": column(assessed, "select rule from assessment"),
        "safety": column(assessed, "select unnest(safety) from assessment"),
        "flags": column(assessed, "select unnest(flags) from assessment"),
    }
    assert {line["id"] for line in pack["next_step"]} == reached["next_step"]
    assert {line["outcome"] for line in pack["safety"]} == reached["safety"]
    of_local_rows = {"BAND_OF_OTHER_DATE"}  # which this pack has none of
    assert not any("local" in band for band in pack["bands"].values())
    assert {line["id"] for line in pack["flags"]} == reached["flags"] | of_local_rows
