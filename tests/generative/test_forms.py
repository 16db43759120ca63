"One population delivered as CSV, as HL7 v2 and as FHIR gives one assessment; so do the same deliveries shuffled, repeated and split."

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.config import Home
from tests.generative.forms import as_csv, as_fhir, as_hl7, ingested, populations
from tests.generative.test_invariants import assessed


def assessment(folder, name, deliveries):
    home = Home(Path(folder) / name)
    for account in ingested(home, folder, deliveries):
        assert account.refused is None
        assert account.adds_up()
    return assessed(home)[0]


@settings(max_examples=6)
@given(population=populations())
def test_three_forms_of_one_population_give_one_assessment(population):
    with TemporaryDirectory() as folder:
        by_csv = assessment(folder, "csv", as_csv(population))
        assert assessment(folder, "hl7", as_hl7(population)) == by_csv
        assert assessment(folder, "fhir", as_fhir(population)) == by_csv


@settings(max_examples=3)
@given(population=populations(), shuffled=st.randoms(use_true_random=False))
def test_shuffled_repeated_and_split_deliveries_of_each_form_change_nothing(population, shuffled):
    with TemporaryDirectory() as folder:
        for form in (as_hl7, as_fhir):
            whole = assessment(folder, f"{form.__name__}-whole", form(population))
            rows = {entity: shuffled.sample(rows, len(rows)) for entity, rows in population.items()}
            cut = {entity: shuffled.randint(0, len(some)) for entity, some in rows.items()}
            halves = [
                {entity: some[: cut[entity]] for entity, some in rows.items()},
                {entity: some[cut[entity] :] for entity, some in rows.items()},
            ]
            parts = [(source, f"{number}-{name}" if source != "canonical" else name, text)
                     for number, half in enumerate([*halves, shuffled.choice(halves)]) for source, name, text in form(half) if text]  # fmt: skip
            shuffled.shuffle(parts)
            assert assessment(folder, f"{form.__name__}-parts", parts) == whole
