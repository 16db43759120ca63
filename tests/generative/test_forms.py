"One population delivered in six forms gives one assessment; so do the same deliveries shuffled, repeated and split."

from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.generative.decorations import as_printed
from tests.generative.forms import FORMS, deliveries, ingested, new_home
from tests.generative.population import Population, population
from tests.generative.test_invariants import SEEDS, assessed

PRINTED = ("b12_reported", "mma_reported")
ONCE = [Phase.explicit, Phase.generate]  # a failure names its patients: nothing to shrink


def assessment(home, folder, delivered):
    """By patient, what is printed in one spelling, without the sentence that names records as each form does; every account adds up"""
    for account in ingested(home, folder, delivered):
        assert account.refused is None
        assert account.adds_up(), account.file
    return {
        row["patient_id"]: {name: cell for name, cell in row.items() if name != "evidence"}
        | {name: row[name] and as_printed(row[name]) for name in PRINTED}
        for row in assessed(home)[0]
    }


def differing(one, other):
    "Of each patient who is not assessed alike, the facts that differ, as pairs"
    none = dict.fromkeys(next(iter(one.values())))
    pairs = {patient: (one.get(patient, none), other.get(patient, none)) for patient in one | other}
    return {
        patient: {name: (here[name], there[name]) for name in here if here[name] != there[name]}
        for patient, (here, there) in pairs.items()
        if here != there
    }


@settings(max_examples=3, phases=ONCE)
@given(seed=SEEDS)
def test_six_forms_of_one_population_give_one_assessment(seed):
    people = population(seed)
    with TemporaryDirectory() as folder:
        found = {
            form: assessment(new_home(folder, form), folder, deliveries(form, people))
            for form in FORMS
        }
    for form in FORMS:
        assert differing(found["canonical"], found[form]) == {}, form


@settings(max_examples=1, phases=ONCE)
@given(seed=SEEDS, shuffled=st.randoms(use_true_random=False))
def test_shuffled_repeated_and_split_deliveries_change_nothing(seed, shuffled):
    people = population(seed)
    halves = split(people, shuffled)
    with TemporaryDirectory() as folder:
        whole = assessment(new_home(folder, "whole"), folder, deliveries("canonical", people))
        for form in ("hl7v2", "fhir_r4", "wide", "own_sql"):
            parts = [
                delivery
                for half in [*halves, shuffled.choice(halves)]
                for delivery in deliveries(form, half)
            ]
            shuffled.shuffle(parts)
            found = assessment(new_home(folder, form), folder, parts)
            assert differing(whole, found) == {}, form


def split(people, shuffled):
    "Two populations of half the rows each, decorated otherwise"
    halves = ({}, {}), ({}, {})
    for number, rows in enumerate((people.rows, people.standing)):
        for entity, some in rows.items():
            mixed = shuffled.sample(some, len(some))
            halves[0][number][entity], halves[1][number][entity] = mixed[::2], mixed[1::2]
    return [Population(*half, seed=people.seed + number) for number, half in enumerate(halves)]
