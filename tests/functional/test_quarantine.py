"""A file on which the ingest fails or is killed costs itself: tried so many times, then put into quarantine, while the files behind it go in."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from pipeline import run
from pipeline.core import REPOSITORY, Home, StorageError
from pipeline.ingest import attempts, claims
from pipeline.ingest.apart import WORKER
from pipeline.lake import query
from pipeline.operations import alerts, examine, in_quarantine
from pipeline.web import create_app
from tests.command import b12
from tests.functional.web_client import client

HEADER = "patient_id,code,value,unit,collected_at\n"
MARK = "ANNA7731"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("B12_SETTLE_SECONDS", "0")
    return Home(tmp_path / "home")


def drop(home, name, text):
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rows(first, number=1):
    return HEADER + "".join(
        f"P{patient},2132-9,110,pg/mL,2026-01-10\n" for patient in range(first, first + number)
    )


def take(home):
    return {account.file: account for account in run.ingest_waiting(home)}


@pytest.fixture
def hungry(home, monkeypatch):
    "A home with a sound file before and behind one that needs more memory than is allowed"
    monkeypatch.setenv("B12_FILE_MEMORY", "700MB")
    drop(home, "canonical/lab_result_1.csv", rows(0))
    # a member of a million numbers: what DuckDB and Python make of it is far more than it
    codings = ",".join('{"system":"%s","code":"x"}' % number for number in range(400_000))
    record = f'{{"resourceType":"Observation","id":"{MARK}","code":{{"coding":[{codings}]}}}}'
    drop(home, "fhir_r4/one.ndjson", f"{record}\n{record}\n")
    drop(home, "canonical/lab_result_2.csv", rows(1))
    return home


def test_out_of_memory_costs_the_file_alone_and_says_so(hungry):
    run.land(hungry, [], "fhir_r4")
    run.land(hungry, [], "canonical")
    accounts = take(hungry)
    assert [accounts[f"lab_result_{number}.csv"].accepted for number in (1, 2)] == [1, 1]
    assert "needs more memory than is allowed, 700 MB (B12_FILE_MEMORY)" in accounts["one.ndjson"].refused
    [file] = in_quarantine(hungry)
    assert file.file == "one.ndjson" and file.path.stat().st_mode & 0o777 == 0o600
    assert not [one for one in hungry.claimed.rglob("*") if one.is_file()]
    assert list(hungry.attempts.iterdir()) == [] and list(hungry.work.iterdir()) == []


def test_too_much_work_ends_at_the_first_try(home, monkeypatch):
    run.land(home, [], "canonical")
    monkeypatch.setenv("B12_FILE_SECONDS", "1")
    drop(home, "canonical/lab_result.csv", HEADER + '"P","2132-9","1\n' * 500_000)
    began = time.monotonic()
    account = take(home)["lab_result.csv"]
    assert "more than 1 seconds of the processor (B12_FILE_SECONDS)" in account.refused
    assert time.monotonic() - began < 30
