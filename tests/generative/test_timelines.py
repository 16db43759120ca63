"""The facts of protocol §2, §3 and §4, monitoring, and the rows that raise flags, in plain Python from the text, against
the SQL, over generated time lines whose days and values lie at and beside every edge."""

from datetime import UTC, datetime, time
from random import Random

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.protocol.tables import register_pack
from tests.clinic import build, clinic, pack, select
from tests.generative.oracle.facts import FLAGS, facts_of, flags_of
from tests.generative.timelines import AS_OF, timeline
from tests.local_bands import pack_with_rows

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
CONCEPT_OF = {
    "other_form": "b12_mecobalamin", "cyanocobalamin": "b12_cyanocobalamin", "form_unknown": "b12_form_unknown",
}  # fmt: skip


def _result(one):
    return {
        "analyte": one.analyte, "value": str(one.value), "comparator": one.comparator, "status": "final",
        "performing_lab": one.laboratory, "method": one.method,
        "value_reported": f"{one.comparator}{one.value}", "collected_on": one.day,
        "collected_at": datetime.combine(one.day, time(), UTC),
    }  # fmt: skip


def _record(one):
    return {
        "code": CONCEPT_OF[one.form], "concepts": CONCEPT_OF[one.form], "start_on": one.start, "end_on": one.end,
        "days_supply": one.supply, "status": one.status, "route": one.route,
    }  # fmt: skip


def _finding(one):
    return {
        "code": one.concept, "concepts": one.concept, "onset_on": one.onset, "onset_latest_on": one.last_onset,
        "abated_on": one.abated, "status": "abated" if one.is_abated else "counted",
    }  # fmt: skip


def _patient(line):
    first, last = line.birth or (None, None)
    return [{"birth_on": first, "birth_latest_on": last}]


def _fill(con, table, people, rows_of):
    filled = {"source": "canonical", "sha256": "x", "file": table, "place": 0}
    rows = [
        {**filled, "line": line, "patient_id": patient, **row}
        for line, (patient, row) in enumerate(
            (patient, row) for patient, each in people.items() for row in rows_of(each)
        )
    ]
    con.register("given", pa.Table.from_pylist(rows))
    con.execute(f"insert into lake.{table} by name from given")


def screened(people):
    "A connection in which the facts of everyone are known, and the rows that raised flags"
    con = clinic(str(AS_OF))
    local = next(iter(people.values())).local  # everyone is judged by one pack
    if local:
        register_pack(con, pack_with_rows(local))
    _fill(con, "patient", people, _patient)
    _fill(con, "lab_result", people, lambda line: map(_result, line.results))
    _fill(con, "medication", people, lambda line: map(_record, line.records))
    _fill(con, "condition", people, lambda line: map(_finding, line.findings))
    build(con, "clinical.patient_fact", "explaining.flag_row")
    return con


def named_rows(con, people, flags=frozenset(FLAGS)):
    "What the SQL says raised each of these flags: (patient, flag, result or finding)"
    delivered = {
        "lab_result": [one for line in people.values() for one in line.results],
        "condition": [one for line in people.values() for one in line.findings],
    }
    return {
        (row["patient_id"], row["flag"], delivered[row["file"]][row["line"]])
        for row in select(con, "explaining.flag_row")
        if row["flag"] in flags
    }


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
@given(seed=SEEDS)
def test_the_facts_and_flags_of_a_timeline_are_those_of_the_text(seed):
    random = Random(seed)
    people = {f"p{number:04}": timeline(random) for number in range(1500)}
    con = screened(people)
    answers = set()
    for row in select(con, "clinical.patient_fact"):
        wanted = facts_of(people[row["patient_id"]])
        assert {fact: row[fact] for fact in wanted} == wanted, people[row["patient_id"]]
        answers.update(wanted.items())
    raised = {(patient, *flag) for patient, line in people.items() for flag in flags_of(line)}
    assert named_rows(con, people) == raised
    assert {flag for _, flag, _ in raised} == FLAGS
    _has_every_answer(answers)


def _has_every_answer(answers):
    for fact in {fact for fact, _ in answers}:
        possible = {answer for answer in pack().facts[fact] if answer != "not_loaded"}
        assert possible == {answer for other, answer in answers if other == fact}
