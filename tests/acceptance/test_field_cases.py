"""Inputs that reproduce trouble reported of real feeds (tests/data/field_cases): each with what its patients must be."""

import json
import shutil

import pytest

from tests.command import DATA, adds_up, assessments, b12, run

FOLDER = DATA / "field_cases"
CASES = json.loads((FOLDER / "cases.json").read_text())
AS_OF = "2026-11-22"


def holds(check, patients):
    "Whether what a check says of a patient is so; of several alternatives, one"
    if "any" in check:
        return any(holds(one, patients) for one in check["any"])
    row = patients.get(check["patient"])
    if check.get("absent") or row is None:
        return bool(check.get("absent")) and row is None
    return (
        all(row[name] == value for name, value in check.get("is", {}).items())
        and all(row[name] != value for name, value in check.get("is_not", {}).items())
        and any(check.get("flag_like", "") in flag for flag in [*row["flags"], ""])
        and ("flag_like" not in check or any(check["flag_like"] in flag for flag in row["flags"]))
    )


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """The assessments after all cases of one profile were ingested together, by profile."""
    homes = {}

    def of(profile):
        if profile not in homes:
            home, delivery = (
                tmp_path_factory.mktemp(f"{profile}-{name}") for name in ("home", "in")
            )
            for case in CASES:
                if case["stage"] == "one" and case["profile"] == profile:
                    for file in case["files"]:
                        shutil.copy(FOLDER / file, delivery)
            run(home, delivery, source=profile, as_of=AS_OF)
            homes[profile] = assessments(home)
        return homes[profile]

    return of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_field_case_gives_what_it_must(case, screened, tmp_path):
    if case["stage"] == "one":
        patients = screened(case["profile"])
    else:
        for file in case["files"]:
            answer = b12(
                tmp_path, "ingest", FOLDER / file, "--source", case["profile"], "--format", "json"
            )
            assert all(adds_up(account) for account in answer.json)
        assert b12(tmp_path, "screen", "--as-of", AS_OF).code == 0
        patients = assessments(tmp_path)
    wrong = [check for check in case["checks"] if not holds(check, patients)]
    assert not wrong, [(check, patients.get(check.get("patient"))) for check in wrong]
