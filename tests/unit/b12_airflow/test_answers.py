"""What a steward answered in Airflow, as the pipeline takes it: no answer is a no."""

import pytest

from b12_airflow.answers import as_decision
from pipeline.core.errors import UsageError

SAM = {"id": "7", "name": "sam"}


def answer(chosen, user=SAM, because="looked at it"):
    return {
        "chosen_options": [chosen],
        "params_input": {"because": because},
        "responded_by_user": user,
    }


def test_a_person_publishes_or_discards():
    assert as_decision(answer("Publish")) == {
        "is_approved": True,
        "by": "sam",
        "because": "looked at it",
    }
    assert as_decision(answer("Discard"))["is_approved"] is False


@pytest.mark.parametrize(
    "given", [None, {}, answer("Publish", user=None), answer("Discard", user=None)]
)
def test_the_clock_publishes_nothing(given):
    assert as_decision(given) == {
        "is_approved": False,
        "by": "deadline",
        "because": "no answer in time",
    }


def test_a_form_that_was_left_empty_says_so_and_a_user_without_a_name_has_an_id():
    assert as_decision(answer("Publish", because=""))["because"] == "no reason given"
    assert (
        as_decision(answer("Publish", because={"value": "as a form sends it"}))["because"]
        == "as a form sends it"
    )
    assert as_decision(answer("Publish", user={"id": "7", "name": ""}))["by"] == "7"


def test_a_user_who_is_not_a_steward_decides_nothing(monkeypatch):
    monkeypatch.setenv("B12_STEWARDS", "ann, sam")
    assert as_decision(answer("Publish"))["is_approved"]
    with pytest.raises(UsageError, match="stays held"):
        as_decision(answer("Discard", user={"id": "3", "name": "kim"}))
    assert as_decision(None)["by"] == "deadline"
