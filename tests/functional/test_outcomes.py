"Outcomes: what followed the identification of a patient, from night to night, in the store and in the file for analysts"

from contextlib import closing
from datetime import date
from importlib import import_module

import pytest
from pyarrow import parquet
from sqlalchemy import select

from pipeline import worklist
from pipeline.core.config import Home
from pipeline.worklist.tables import episode
from tests.command import b12, deliver
from tests.homes import LOW, copied, without_gates
from tests.stores import KIM

PEOPLE = [f"id-{number}" for number in range(1, 4)]
LATER = {
    "lab_result": [{"patient_id": "id-1", **LOW, "value": "500", "collected_at": "2026-02-20", "result_id": "r2"}],
    "medication": [{"patient_id": "id-1", "code": "hydroxocobalamin", "code_system": "NAME", "start_on": "2026-02-03", "days_supply": 90, "route": "im"}],
}  # fmt: skip


def outcomes(home):
    "The rows for analysts, by patient"
    rows = parquet.read_table(home / "outcomes" / "outcome.parquet").to_pylist()
    return {row["patient_id"]: row for row in rows}


def night(home, folder, day, **files):
    with without_gates():
        answer = b12(home, "run", deliver(folder, **files), "--source", "canonical", "--as-of", day)
    assert answer.code == 0, answer.err


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outcomes")
    patients = [{"patient_id": one, "birth_date": "1950-01-01", "sex": "female", "site": "North"} for one in PEOPLE]  # fmt: skip
    night(folder / "home", folder / "in", "2026-02-01", patient=patients, lab_result=[{"patient_id": one, **LOW} for one in PEOPLE])  # fmt: skip
    return folder / "home"


@pytest.fixture
def home(first, tmp_path):
    return copied(first, tmp_path / "home")


def test_what_followed_is_told_once_the_next_run_is_followed(home, tmp_path):
    assert {row["identified_on"] for row in outcomes(home).values()} == {date(2026, 2, 1)}
    with closing(worklist.open_store(Home(home))) as store:
        key = worklist.key_of_patient(store, "id-1")
        worklist.act(store, key, actor=KIM, version=1, to="contacted", today=date(2026, 2, 2))
    night(home, tmp_path / "in", "2026-03-01", **LATER)
    rows = outcomes(home)
    told = rows["id-1"]
    assert told["contacted_on"] and (told["tested_on"], told["treated_on"], told["normalised_on"]) == (
        date(2026, 2, 20), date(2026, 2, 3), date(2026, 2, 20),
    )  # fmt: skip
    assert (told["site"], told["sex"], told["age_band"], told["priority"]) == ("North", "female", "65 to 79", rows["id-2"]["priority"])  # fmt: skip
    assert not rows["id-2"]["contacted_on"] and rows["id-2"]["as_of"] == date(2026, 3, 1)
    with closing(worklist.open_store(Home(home))) as store, store.reading() as con:
        kept = con.execute(select(episode.c.identified_on, episode.c.treated_on)).all()
    assert sorted(map(str, kept)) == sorted(
        str((row["identified_on"], row["treated_on"])) for row in rows.values()
    )


def test_a_night_that_was_killed_is_followed_again_and_tells_the_same(home, tmp_path, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(
            import_module("pipeline.worklist.follow"), "update", killed
        )  # after the outcomes, before the commit
        with pytest.raises(KeyboardInterrupt):
            night(home, tmp_path / "in", "2026-03-01", **LATER)
    with closing(worklist.open_store(Home(home))) as store:
        assert worklist.follow(Home(home), store)["opened"] == 0
    assert outcomes(home)["id-1"]["treated_on"] == date(2026, 2, 3)


def test_a_forgotten_patient_is_in_neither(home):
    assert b12(home, "erase", "id-1", "--yes").code == 0
    assert set(outcomes(home)) == {"id-2", "id-3"}
    with closing(worklist.open_store(Home(home))) as store, store.reading() as con:
        assert len(con.execute(select(episode.c.id)).all()) == 2
