"The last usable result of each test, as a clinician sees them first"

from datetime import date

from pipeline.web.key_values import age_in_words, key_results


def piece(value, reported, *, what="total_b12", on="2026-01-05", line=1, standing="usable"):
    return {
        "what": what, "standing": standing, "on_day": date.fromisoformat(on), "value": value, "reported": reported,
        "reference_low": None, "reference_high": None, "file": "l.csv", "line": line,
    }  # fmt: skip


def shown(rows, **assessment):
    decided = {"b12_source": None, "mma_on": None, "mma_reported": None, **assessment}
    explanation = {
        "as_of": "2026-02-01", "facts": [{"evidence": rows}], "other_evidence": [], "assessment": decided,
    }  # fmt: skip
    return {one["name"]: one["shown"] and one["shown"].value for one in key_results(explanation)}


def test_the_newest_usable_result_is_shown():
    rows = [
        piece(400.0, "400 pg/mL", on="2025-01-05"), piece(150.0, "150 pg/mL"),
        piece(900.0, "900 pg/mL", on="2026-01-20", standing="retracted"),
    ]  # fmt: skip
    assert shown(rows)["B12"] == "150 pg/mL" and shown(rows)["MMA"] is None


def test_of_several_of_one_day_the_one_that_decides_is_shown():
    rows = [piece(150.0, "150 pg/mL", line=7), piece(400.0, "400 pg/mL", line=8)]
    assert shown(rows, b12_source="l.csv:8")["B12"] == "400 pg/mL", "it was taken later that day"
    assert shown(rows[::-1], b12_source="l.csv:7")["B12"] == "150 pg/mL"


def test_where_none_decides_a_doubt_is_never_shown_as_normal():
    "The lower B12 and the higher MMA, in whatever order they come"
    for order in (1, -1):
        rows = [
            piece(150.0, "150 pg/mL"), piece(400.0, "400 pg/mL"),
            piece(90.0, "90 nmol/L", what="mma"), piece(600.0, "600 nmol/L", what="mma"),
            piece(12.0, "12 pmol/L", what="active_b12"), piece(80.0, "80 pmol/L", what="active_b12"),
        ][::order]  # fmt: skip
        found = shown(rows)
        assert (found["B12"], found["MMA"], found["Active B12"]) == (
            "150 pg/mL", "600 nmol/L", "12 pmol/L",
        )  # fmt: skip


def test_ages_as_people_say_them():
    said = [age_in_words(days) for days in (0, 1, 59, 183, 729, 730, 1826, -1)]
    assert said == [
        "0 days ago", "1 day ago", "59 days ago", "6 months ago", "24 months ago", "2 years ago",
        "5 years ago", "after the run",
    ]  # fmt: skip
