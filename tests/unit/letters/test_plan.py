"Who is written to, in which language, and who is not and why"

from dataclasses import replace
from datetime import date

import pytest

from pipeline import letters, worklist
from pipeline.worklist import Actor, item
from tests.stores import TODAY, fill, opened
from tests.unit.letters.conftest import ANN, knows, planned


@pytest.fixture
def store(home):
    store = opened(home.root)
    yield store
    store.close()


def one(store, home, contact, name="recall-letter", **row):
    "The letter to a patient, or why there is none"
    [key] = fill(store, [{"patient_id": "A"} | row]).values()
    knows(store, "A", **contact)
    found = planned(home, store, name, [key], today=date(2026, 3, 4))
    return found.letters[0] if found.letters else found.left[0].why


def test_a_letter_says_what_its_template_does_and_nothing_clinical(home, store):
    letter = one(store, home, ANN, action="TREAT_IM_NEURO")
    assert (
        letter.text.startswith("Dear Ann Example,")
        and "Please call us in the next few days" in letter.text
    )
    assert letter.today == "4 March 2026" and letter.to == letter.name == "Ann Example"
    assert "recall-letter.en, SHA-256 " in letter.wording and "Ann" not in repr(letter)
    assert "B12" not in letter.text and "250" not in letter.text


@pytest.mark.parametrize(
    ("preferred", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("pl", "en"), (None, "en"), ("not a language", "en")],
)  # fmt: skip
def test_it_is_in_the_language_of_the_patient_else_of_the_site(home, store, preferred, language):
    letter = one(store, home, ANN | {"preferred_language": preferred})
    assert letter.language == language
    assert letter.text.startswith({"de": "Guten Tag Ann", "en": "Dear Ann"}[language])


def test_the_site_decides_the_language_of_all_others_and_of_clinicians(home, store, monkeypatch):
    monkeypatch.setenv("B12_LOCALE", "de_DE")
    assert one(store, home, ANN | {"preferred_language": "pl"}).language == "de"
    [key] = [row["key"] for row in worklist.listed(store, worklist.Filter(), today=TODAY)]
    [letter] = planned(home, store, "clinician-notice", [key]).letters
    assert letter.language == "de" and letter.to == "Dr Gray" and "Ann Example" in letter.text
    monkeypatch.setenv("B12_LOCALE", "fr_FR")
    [left] = planned(home, store, "recall-letter", [key]).left
    assert left.why == "no template in French"


@pytest.mark.parametrize(
    ("contact", "name", "why"),
    [
        ({"name": None}, "recall-letter", "no name is recorded"),
        ({"phone": None}, "recall-sms", "no phone number is recorded"),
        ({"phone": "ext. 5"}, "recall-sms", "the phone number cannot be used"),
        ({"phone": "020 7946 0773 / 020 7946 0774"}, "recall-sms", "two numbers in one field"),
        ({"phone": "=1+1"}, "recall-sms", "the phone number cannot be used"),
        ({"registered_clinician": None}, "clinician-notice", "no registered clinician is recorded"),
        ({}, "clinician-findings", "the template clinician-findings.en.txt cannot be used: it waits for its owner's signature"),
    ],
)  # fmt: skip
def test_who_has_not_what_is_needed_is_named_with_the_reason(home, store, contact, name, why):
    assert one(store, home, ANN | contact, name) == why


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"is_opted_out": True}, "opted out of screening"),
        ({"status": "excluded"}, "not screened: deceased, opted out, or no longer in the data"),
        ({"status": "declined"}, "closed: declined"), ({"status": "not_appropriate"}, "closed: not appropriate"),
        ({"status": "done"}, "closed: done"), ({"status": "off_list"}, "not on the worklist"),
    ],
)  # fmt: skip
def test_who_is_closed_dead_or_opted_out_is_not_written_to(home, store, row, why):
    assert one(store, home, ANN, **row) == why


@pytest.mark.parametrize("action", ["TREAT_IM_NEURO", "MANUAL_REVIEW", None])
def test_a_letter_that_asks_for_a_test_goes_to_who_is_to_have_one(home, store, action):
    unfit = "this letter does not fit what is asked"
    assert one(store, home, ANN, "blood-test-letter", action=action) == unfit


@pytest.mark.parametrize(
    "action",
    ["ORDER_B12", "ORDER_MMA", "CONSIDER_MMA", "MONITORING_DUE", "INVESTIGATE_CAUSE", "FOLATE_B12_UNKNOWN"],
)  # fmt: skip
def test_whatever_asks_for_a_test_is_fit_for_the_letter_about_it(home, store, action):
    assert one(store, home, ANN, "blood-test-letter", action=action).kind == "letter"


CHILD = "a child (under 16): this letter is not for children"


@pytest.mark.parametrize(
    ("born", "latest", "why"),
    [
        ("2010-03-05", None, CHILD), ("2010-03-04", None, None), (None, None, None), ("2010-01-01", "2010-12-31", f"perhaps {CHILD}"),
        ("2024-02-29", None, CHILD), ("2009-01-01", "2009-12-31", None),
    ],
)  # fmt: skip
def test_a_child_is_not_written_to_unless_the_template_is_for_children(
    home, store, written, born, latest, why
):
    head = "---\nkind: sms\ntitle: T\nowner: O\nchildren: true\n---\n"
    written("for-parents.en", "Please call.", head=head)
    days = {"born_on": born, "born_latest_on": latest}
    days = {name: day and date.fromisoformat(day) for name, day in days.items()}
    [key] = fill(store, [{"patient_id": "A"} | days]).values()
    knows(store, "A", **ANN)
    for name in ("recall-letter", "recall-sms"):
        left = planned(home, store, name, [key], today=date(2026, 3, 4)).left
        assert [one.why for one in left] == ([why] if why else [])
    for name in ("for-parents", "clinician-notice"):
        assert planned(home, store, name, [key], today=date(2026, 3, 4)).letters


def test_without_the_telephone_of_the_clinic_no_letter_asks_to_call(home, store, monkeypatch):
    monkeypatch.delenv("B12_CLINIC_PHONE")
    assert one(store, home, ANN) == "B12_CLINIC_PHONE is not set"


def test_a_signed_template_is_handed_what_is_clinical(home, store, written):
    written(
        "mine.en",
        "{{ name }}: {{ reason }} {{ result }}, {{ result_on }} {{ next_step }}. {{ evidence }}",
        may="true",
    )
    [signed] = [each for each in letters.usable(home, store) if each.template.name == "mine"]
    letters.sign(
        store,
        signed.template,
        name="dr  own",
        role="clinician",
        actor=Actor("o", "admin"),
        origin="test",
    )
    letter = one(
        store,
        home,
        ANN,
        "mine",
        deciding_test="mma",
        deciding_value=500.0,
        deciding_reported="500 nmol/L",
        deciding_on=TODAY,
        evidence="B12 250 pg/mL on 2026-01-10, MMA 2026-13-45",
    )
    said = "Ann Example: Borderline B12. MMA 500 nmol/L, 1 February 2026 Missing test: MMA."
    assert letter.text == f"{said} B12 250 pg/mL on 10 January 2026, MMA 2026-13-45"


def test_without_a_signature_no_clinical_value_is_handed_over_even_to_a_template_that_passed(
    home, store, written
):
    written("mine.en", "{{ name }}: {{ reason }}", may="true")
    [key] = fill(store, [{"patient_id": "A"}]).values()
    knows(store, "A", **ANN)
    shelf = letters.shelf(home, store)
    shelf.by_name["mine"]["en"] = replace(shelf.by_name["mine"]["en"], awaits=None)
    with pytest.raises(KeyError, match="reason"):
        letters.plan(store, shelf, "mine", [item(store, key)])
