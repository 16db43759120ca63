"""A night whose buckets are tasks of Spark, on a cluster of two executors of this machine."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from operator import itemgetter

import psutil
import pytest

from pipeline import exports
from pipeline.core.config import Home
from pipeline.core.locks import exclusive_lock
from pipeline.runs import parquet_files
from tests.command import AS_OF, b12
from tests.homes import copied
from tests.programs import ROOT

IS_THERE = bool(importlib.util.find_spec("pyspark") and shutil.which("java"))
CLUSTER = "--master local-cluster[2,1,1024] --conf spark.ui.enabled=false pyspark-shell"


@pytest.fixture
def home(tmp_path, demonstration, monkeypatch):
    "A home with 300 patients, of which a bucket holds 80"
    monkeypatch.setenv("B12_BUCKET_PATIENTS", "80")
    return Home(copied(demonstration / "home", tmp_path / "home"))


@pytest.mark.parametrize(
    ("package", "java", "word"),
    [(None, "java", "pip install '.[spark]'"), ("pyspark", None, "needs Java 17")],
    ids=["pyspark", "java"],
)
def test_without_spark_the_command_says_what_to_install(tmp_path, monkeypatch, package, java, word):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: package)
    monkeypatch.setattr("shutil.which", lambda name: java)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    answer = b12(tmp_path, "screen", "--on", "spark")
    assert answer.code == 2
    assert word in answer.err


def test_a_past_run_is_not_screened_again_on_spark(tmp_path):
    answer = b12(tmp_path, "screen", "--snapshot", "latest", "--on", "spark")
    assert (answer.code, "leave out --on" in answer.err) == (2, True)


needs_spark = pytest.mark.skipif(
    not IS_THERE, reason="PySpark (pip install '.[spark]') or Java is not there"
)


@pytest.mark.slow
@needs_spark
def test_without_a_cluster_the_night_is_screened_here(home):
    process = started(home, "--master nowhere pyspark-shell")
    _, err = process.communicate(timeout=300)
    assert (process.returncode, "Spark gave up" in err) == (0, True), err
    assert len(parquet_files(home.runs / "latest", "assessment")) > 2


@pytest.mark.slow
@needs_spark
def test_a_killed_executor_loses_nothing_and_the_outputs_are_those_of_one_piece(home, tmp_path):
    alone = copied(home.root, tmp_path / "alone")
    process = started(home)
    assert until(lambda: list(home.work.glob("night-*/night.json")), process)
    with exclusive_lock(home, "buckets"):  # the buckets wait
        assert until(lambda: len(waiting(process, home)) == 2, process)
        executors = java(process)
        assert len(executors) == 2
        executors[0].kill()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "Lost executor" in err and "gave up" not in err
    assert outputs(home.root) == in_one_piece(alone)
    parts = len(parquet_files(home.runs / "latest", "assessment"))
    assert out.count("Bucket ") == parts > 2
    assert list(home.work.glob("night-*")) == []


def started(home, arguments=CLUSTER):
    settings = {
        "GX_ANALYTICS_ENABLED": "false",
        "PYSPARK_SUBMIT_ARGS": arguments,
        "PYTHONPATH": str(ROOT),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    command = [sys.executable, "-m", "pipeline", "screen", "--on", "spark", "--as-of", AS_OF]
    return subprocess.Popen(
        [*command, "--home", home.root], env=os.environ | settings, cwd=home.root.parent, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def until(is_so, process):
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.1)
    process.kill()
    raise AssertionError(process.communicate()[1])


def descendants(process):
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def java(process):
    "The executors"
    return [
        p for p in descendants(process) if "CoarseGrainedExecutorBackend" in " ".join(cmdline(p))
    ]


def cmdline(process):
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def waiting(process, home):
    "The processes of executors that wait for the lock of the buckets"
    lock = str(home.root / "locks" / "buckets")
    return [p for p in descendants(process) if lock in opened(p)]


def opened(process):
    with suppress(psutil.NoSuchProcess):
        return {file.path for file in process.open_files()}
    return set()


def in_one_piece(home):
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("B12_BUCKET_PATIENTS")
        answer = b12(home, "screen", "--as-of", AS_OF)
    assert answer.code == 0, answer.err
    return outputs(home)


def outputs(home):
    latest = home / "runs" / "latest"
    assessed = sorted(exports.published(latest, everyone=True), key=itemgetter("patient_id"))
    return (latest / "worklist.csv").read_bytes(), assessed
