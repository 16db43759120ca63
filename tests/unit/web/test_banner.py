"Who the patient of a page is: from the run, from the list where the run knows nothing, and what is not recorded."

from datetime import date
from types import SimpleNamespace

import pytest

from pipeline.web.banner import banner_of
from pipeline.web.render import templates
from pipeline.worklist import Actor, item, keep_contacts
from tests.stores import fill
from tests.unit.worklist.test_contacts import row as contact_row

ANN = {"born_on": date(1950, 1, 31), "born_latest_on": date(1950, 1, 31), "sex": "female", "site": "North"}  # fmt: skip
DEAD = {"died_on": date(2020, 3, 1), "is_dead_undated": False}


def banner(store, *, person=None, pregnancy="no", merged=()):
    key = fill(store, [{"patient_id": "ann"}])["ann"]
    facts = [{"fact": "pregnancy", "answer": pregnancy}]
    explanation = {"person": person, "also_known_as": merged, "facts": facts} if person else None
    request = SimpleNamespace(state=SimpleNamespace(store=store))
    return banner_of(request, item(store, key), explanation)


@pytest.mark.parametrize(
    ("person", "age", "born", "deceased"),
    [
        (ANN | {"died_on": None, "is_dead_undated": False}, None, "1950-01-31", None),
        (ANN | DEAD, "70", "1950-01-31", "2020-03-01"),
        (ANN | {"died_on": None, "is_dead_undated": True}, None, "1950-01-31", "yes"),
        (ANN | DEAD | {"born_latest_on": date(1950, 2, 28), "born_on": date(1950, 2, 1)}, "70", "1950-02", "2020-03-01"),
        (ANN | DEAD | {"born_latest_on": date(1950, 12, 31), "born_on": date(1950, 1, 1)}, "69 or 70", "1950", "2020-03-01"),
    ],
)  # fmt: skip
def test_birth_age_and_death(store, person, age, born, deceased):
    found = banner(store, person=person)
    assert (found.born, found.deceased) == (born, deceased)
    assert age is None or found.age == age


def test_a_patient_of_whom_nothing_is_known(store):
    found = banner(store)
    assert (found.age, found.sex, found.site, found.deceased, found.pregnant) == (None,) * 5
    text = (
        templates().get_template("banner.html").render(banner=found, actor=Actor("vic", "viewer"))
    )
    assert text.count("not recorded") == 11
    assert "B12_PATIENT_URL" not in text
    for_steward = templates().get_template("banner.html")
    assert "B12_PATIENT_URL" in for_steward.render(banner=found, actor=Actor("sam", "steward"))


def test_contact_of_merged_ids_and_the_link(store, monkeypatch):
    monkeypatch.setenv("B12_PATIENT_URL", "https://record.example/{system}/{patient_id}")
    keep_contacts(store, [contact_row("old", 1, "emis", phone="1-23", preferred_language="de")])
    found = banner(store, person=ANN | DEAD | {"source": "epic"}, merged=["old"], pregnancy="yes")
    assert (found.contact.phone, found.language, found.merged) == ("1-23", "German", ("old",))
    assert (found.url, found.pregnant) == ("https://record.example/epic/ann", "yes")
