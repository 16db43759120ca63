"""Local rows of bands in plain Python from the text, against the SQL, over generated rows and time lines: the facts, the band that judged
each result, and what raised BAND_OF_OTHER_DATE."""

from random import Random

from hypothesis import Phase, given, settings

from tests.clinic import select
from tests.generative.local_timelines import local_rows, local_timeline
from tests.generative.oracle.bands import BANDS_OF, edge_of_300, local_row, word
from tests.generative.oracle.facts import FLAGS, OF_OTHER_DATE, facts_of, flags_of
from tests.generative.test_timelines import SEEDS, named_rows, screened


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
@given(seed=SEEDS)
def test_what_local_rows_decide_is_what_the_text_says(seed):
    random = Random(seed)
    local = local_rows(random)
    people = {f"p{number:04}": local_timeline(random, local) for number in range(500)}
    con = screened(people)
    for row in select(con, "clinical.patient_fact"):
        wanted = facts_of(people[row["patient_id"]])
        assert {fact: row[fact] for fact in wanted} == wanted, people[row["patient_id"]]
    _judges_each_result(con, people)
    raised = {(patient, *flag) for patient, line in people.items() for flag in flags_of(line)}
    assert named_rows(con, people, {*FLAGS, OF_OTHER_DATE}) == raised


def _judges_each_result(con, people):
    delivered = [(line, one) for line in people.values() for one in line.results]
    judged = select(con, "clinical.result", "line, word, band_id, neuro_300_band_id")
    assert len(judged) == len(delivered)
    for row in judged:
        line, one = delivered[row["line"]]
        band, *others = BANDS_OF.get(one.analyte, [one.analyte])
        ids = [_id(local_row(line, one, fact)) for fact in (band, *others)]
        assert (row["word"], row["band_id"]) == (word(line, one), ids[0]), (line.local, one)
        assert not others or row["neuro_300_band_id"] == ids[1], (line.local, one)


def _id(row):
    return row["id"] if row else "general"


def test_the_generated_rows_and_time_lines_hold_every_case():
    "What the test above must meet: each way of asking, a local edge of 300, results of another date, and every kind of word"
    seen = set()
    for seed in range(12):
        random = Random(seed)
        local = local_rows(random)
        for line in (local_timeline(random, local) for _ in range(120)):
            seen |= {flag for flag, _ in flags_of(line)}
            for one in line.results:
                row = local_row(line, one, BANDS_OF.get(one.analyte, [one.analyte])[0])
                seen |= {("asks", key) for key in row or ()} | {(bool(row), word(line, one))}
                seen |= {"edge"} if edge_of_300(line, one) != 300 else set()
    wanted = (
        "laboratory",
        "method",
        "source",
        "valid_from",
        "valid_to",
        "age",
        "pregnant",
        "censored",
    )
    assert {("asks", key) for key in wanted} <= seen
    assert {
        "edge",
        OF_OTHER_DATE,
        "CENSORED_ACROSS_EDGE",
        (True, None),
        (True, "uncertain"),
    } <= seen
    assert {(True, "low"), (True, "uncertain_low"), (True, "raised"), (True, "below_60")} <= seen
