"""Which delivered row raised which flag: the flags of an assessment are those that its rows raised, and no row is named that was taken back or
replaced, or that is not used, unless the flag says so."""

from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.core.config import ENTITIES
from tests.clinic import accept, build, clinic, landed, pack, select
from tests.generative.population import population

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
UNKNOWN = "wobbly"  # a status that no list knows
FLAGS = {line["id"] for line in pack().raw["flags"] if line.get("evidence")}


def screened(people):
    "A connection in which everyone is assessed; `file` is the entity, so that a file and a line name a row"
    con = clinic("2026-01-31")
    for entity in ENTITIES:
        rows = [{name: cell or None for name, cell in row.items()} for row in people.rows[entity]]
        accept(landed(con, entity, rows), entity)
        con.execute(f"update lake.{entity} set file = '{entity}'")
    build(con, "screening.assessment", "explaining.flag_row")
    return con


def with_unknown_statuses(people, random):
    """Some rows of a known status, which take nothing back, get an unknown one; returns the rows that stood before it.

    What stands is said by the population, not by the SQL.
    """
    into = {row["patient_id"]: row["merged_into"] for row in people.rows["patient"]}
    stood = set()
    for entity in ("lab_result", "medication", "condition", "procedure"):
        for place, row in enumerate(people.rows[entity]):
            if row | {"patient_id": into[row["patient_id"]]} in people.standing[entity]:
                stood.add((entity, place + 2))
        for place, row in enumerate(people.rows[entity]):
            if row["status"] in ("final", "active", "completed") and random.random() < 0.1:
                people.rows[entity][place] = row | {"status": UNKNOWN}
    return stood


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
@given(seed=SEEDS)
def test_a_flag_is_raised_by_the_rows_that_are_named_and_by_no_row_that_was_taken_back(seed):
    people = population(seed, patients=150)
    stood = with_unknown_statuses(people, Random(seed))
    con = screened(people)
    named = select(con, "explaining.flag_row")
    _are_the_flags_of_the_assessment(con, named)
    assert {"STATUS_UNKNOWN", "CENSORED_ACROSS_EDGE", "DATE_PARTIAL"} <= {
        row["flag"] for row in named
    }
    for row in named:
        assert (row["file"], row["line"]) in stood, row
        is_unknown = people.rows[row["file"]][row["line"] - 2]["status"] == UNKNOWN
        if row["flag"] == "STATUS_UNKNOWN":
            assert is_unknown, row
        elif row["file"] == "lab_result":
            assert not is_unknown, f"a result that is held raised {row}"


def _are_the_flags_of_the_assessment(con, named):
    raised = {(row["patient_id"], row["flag"]) for row in named}
    who = {(row["patient_id"], row["flag"]) for row in select(con, "clinical.identity_flag")}
    assert raised | who == {
        (row["patient_id"], flag)
        for row in select(con, "screening.assessment")
        for flag in row["flags"]
        if flag in FLAGS
    }
    assert len(named) == len({tuple(row.values()) for row in named})
