"""What a steward answered in Airflow, as `release.decide` takes it."""


def as_decision(answer):
    """`{"is_approved", "by", "because"}`. No answer, and one that came from the clock and not from a person, is a no."""
    user = (answer or {}).get("responded_by_user")
    if not user:
        return {"is_approved": False, "by": "nobody", "because": "no answer in time"}
    given = (answer["params_input"] or {}).get("because")
    because = given["value"] if isinstance(given, dict) else given
    return {
        "is_approved": answer["chosen_options"] == ["Publish"],
        "by": user["name"] or user["id"],
        "because": because or "no reason given",
    }
