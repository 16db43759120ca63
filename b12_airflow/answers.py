"""The decision of a steward in Airflow, in the form that `approval.decide` takes."""

from pipeline.core import UsageError, settings


def as_decision(answer):
    """`{"is_approved", "by", "because"}`. No answer, and one that came from the clock and not from
    a person, is a no.

    Raises UsageError for a person who is not named in `$B12_STEWARDS`, where that is set: the run
    stays held, and the task can be asked again.
    """
    user = (answer or {}).get("responded_by_user")
    if not user:
        return {"is_approved": False, "by": "deadline", "because": "no answer in time"}
    stewards = [name.strip() for name in settings().stewards.split(",") if name.strip()]
    if stewards and user["name"] not in stewards:
        raise UsageError(
            "The user who decided is not listed in $B12_STEWARDS, so the run stays held. Clear the"
            " task approve, or use b12 decide."
        )
    given = (answer["params_input"] or {}).get("because")
    because = given["value"] if isinstance(given, dict) else given
    return {
        "is_approved": answer["chosen_options"] == ["Publish"],
        "by": user["name"] or user["id"],
        "because": because or "no reason given",
    }
