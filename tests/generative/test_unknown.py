"""More loaded data never turns "unknown" into "no" by itself: over every pair of sources of a patient, by what each delivered of medications and
of conditions, and whether it is understood. Protocol §2, loaded."""

from itertools import product

from tests.clinic import build, clinic, insert, pack, select

STATES = ("not_loaded", "not_understood", "loaded")  # of an entity of a source
UNDERSTOOD = {"not_understood": 4, "loaded": 5}  # of 10 rows
OF_MEDICATIONS = ("metformin", "acid_suppressant", "b12_therapy", "folic_acid")
OF_CONDITIONS = ("neuro", "malabsorption", "absorption_lost", "diet", "pregnancy")
NO = {"none", "no", "none_known"}


def test_no_is_said_only_where_a_source_of_the_patient_is_understood():
    con, sources = clinic("2026-01-31", loaded=None), list(product(STATES, STATES))
    for medications, conditions in sources:
        _deliver(
            con, f"{medications}/{conditions}", {"medication": medications, "condition": conditions}
        )
    pairs = {f"p{number}": pair for number, pair in enumerate(product(sources, sources))}
    insert(con, "lake.lab_result", [
        {"patient_id": patient, "source": "/".join(source), "analyte": "folate", "value": "5", "collected_on": "2026-01-05"}
        for patient, pair in pairs.items() for source in pair
    ])  # fmt: skip
    build(con, "clinical.patient_fact")
    found = {row["patient_id"]: row for row in select(con, "clinical.patient_fact")}
    assert len(found) == len(pairs)
    for patient, pair in pairs.items():
        for place, (entity, facts) in enumerate(
            (("medications", OF_MEDICATIONS), ("conditions", OF_CONDITIONS))
        ):
            best = max((source[place] for source in pair), key=STATES.index)
            assert found[patient][entity] == best
            for fact in facts:
                assert (found[patient][fact] in NO) is (best == "loaded"), (fact, pair)
                assert (found[patient][fact] == "not_loaded") is (best != "loaded"), (fact, pair)


def _deliver(con, source, states):
    entities = [entity for entity, state in states.items() if state != "not_loaded"]
    insert(
        con, "lake.delivery", [{"source": source, "entities": "|".join(["lab_result", *entities])}]
    )
    insert(con, "lake.code_system_count", [
        {"source": source, "entity": entity, "code_system": "X", "rows": 10, "rows_understood": UNDERSTOOD[states[entity]]} for entity in entities
    ])  # fmt: skip


def test_every_fact_with_an_unknown_answer_is_tried():
    unknown = {fact for fact, answers in pack().facts.items() if "not_loaded" in answers}
    assert unknown == {*OF_MEDICATIONS, *OF_CONDITIONS, "patient_row", "medications", "conditions"}
