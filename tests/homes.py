"""Homes that tests of several files start from. Each is built once per test run; a test that changes it copies it."""

import fcntl
import os
import shutil
from contextlib import contextmanager

import pytest

from tests.command import AS_OF, b12, deliver, run

LOW = {"code": "2132-9", "value": "110", "unit": "pg/mL", "collected_at": "2026-01-10"}
FORGOTTEN = (
    "AAA-first"  # the least id, which statistics of a Parquet file or of a table's log would name
)
ALIAS = "ZZZ-merged"
KEPT = ["kept-1", "kept-2"]


def built_once(tmp_path_factory, name, build):
    """The folder that `build(folder)` fills: in the first of the test run's processes that asks, while the others wait.

    It is built without the settings of a test, B12_…, that happens to be the first to ask.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    folder, built = shared / name, shared / f"{name}.built"
    with (shared / f"{name}.lock").open("w") as lock, pytest.MonkeyPatch.context() as environment:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            for setting in [setting for setting in os.environ if setting.startswith("B12_")]:
                environment.delenv(setting)
            shutil.rmtree(folder, ignore_errors=True)  # a build that failed
            folder.mkdir()
            build(folder)
            built.touch()
    return folder


@contextmanager
def without_gates():
    """Runs meanwhile have gates that find nothing."""
    with pytest.MonkeyPatch.context() as gates:
        gates.setattr("pipeline.quality.prepare", lambda: None)
        gates.setattr("pipeline.quality.run_suites", lambda con, **_: ([], []))
        yield


def copied(home, place):
    """A copy of a home, to be changed."""
    return shutil.copytree(home, place, symlinks=True)


def demonstration(folder):
    """`extracts` of 300 patients, and `home`, which ingested and screened them."""
    answer = b12(
        folder,
        "demo",
        "--patients",
        300,
        "--out",
        folder / "extracts",
        "--seed",
        1,
        "--as-of",
        AS_OF,
    )
    assert (answer.code, answer.err) == (0, "")
    run(folder / "home", folder / "extracts")


def two_nights(folder):
    """`home`, into which `in` was delivered the night before and `more` tonight: ALIAS was merged into FORGOTTEN."""
    more = [
        {"patient_id": one, **LOW, "collected_at": "2026-01-20", "value": "120"}
        for one in (FORGOTTEN, *KEPT)
    ]
    with without_gates():
        run(folder / "home", deliver(folder / "in", **first_night()), as_of="2026-01-30")
        run(folder / "home", deliver(folder / "more", lab_result=more))


def first_night():
    """A file of every entity, about FORGOTTEN, ALIAS and KEPT alike."""
    ids = [FORGOTTEN, *KEPT, ALIAS]
    return {
        "patient": [
            *(
                {
                    "patient_id": one,
                    "birth_date": "1950-01-01",
                    "merged_into": FORGOTTEN if one == ALIAS else "",
                }
                for one in ids
            ),
        ],
        "lab_result": [
            *(
                {"patient_id": one, **LOW, "result_id": f"R-{one}", "comment": f"note\nfor {one}"}
                for one in ids
            ),
            {"patient_id": FORGOTTEN, **LOW, "value": "pending"},
        ],
        "medication": [
            {
                "patient_id": one,
                "code": "metformin",
                "code_system": "NAME",
                "start_on": "2025-01-01",
            }
            for one in ids
        ],
        "condition": [
            {"patient_id": one, "code": "vegan", "code_system": "LOCAL", "onset_on": "2025-01-01"}
            for one in ids
        ],
        "procedure": [
            {
                "patient_id": one,
                "code": "J3420",
                "code_system": "HCPCS",
                "performed_on": "2020-01-01",
            }
            for one in ids
        ],
    }
