"""The buckets of a night as tasks of Apache Spark: executors screen them in the home, which all
machines share, and counts come back."""

import importlib.util
import logging
import os
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from functools import partial

from pipeline.core import UsageError, settings
from pipeline.screening.nightly import plan_buckets, screen_planned, screen_population

LOG = logging.getLogger(__name__)
SCHEMA = "bucket int, patients long, seconds double, host string"


@dataclass(frozen=True)
class ScreenedBucket:
    """What an executor says of a bucket, which is counted from 0.

    patients: None where the night had gone, and is planned anew. host: the machine's name.
    """

    bucket: int
    patients: int | None
    seconds: float
    host: str


def screen_on_spark(home, as_of, pack=None, *, screened=lambda bucket: None, **options):
    """Screen everyone as `screen_population` does, the buckets on the cluster that Spark's own
    configuration names; returns the ScreeningOutcome.

    as_of: a day. screened: is told of each ScreenedBucket. options: as for `screen_population`.
    What Spark gave up on is screened here. Raises UsageError where Spark cannot be used.
    """
    check_spark()
    asked_by = f"spark-{os.urandom(8).hex()}"
    if numbers := plan_buckets(home, as_of, pack, asked_by=asked_by):
        pack = pack or settings().protocol  # an executor's environment may name another
        screen = partial(screen_planned, home, as_of=as_of, pack=pack, asked_by=asked_by)
        for bucket in _run(screen, len(numbers)):
            screened(bucket)
    return screen_population(home, as_of, pack, asked_by=asked_by, **options)


def check_spark():
    """Raises UsageError, with what to install, where Spark cannot be started."""
    if importlib.util.find_spec("pyspark") is None:
        raise UsageError("--on spark needs PySpark. Type: pip install '.[spark]'")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise UsageError("--on spark needs Java 17 or later: install it, or set JAVA_HOME.")


def on_executor(batches, screen):
    """Screen the buckets whose numbers are the column `id` of record batches, by a function that
    returns the patients of one; yields a record batch of SCHEMA for each."""
    import pyarrow as pa

    for batch in batches:
        for number in batch.column("id").to_pylist():
            began = time.monotonic()
            patients = screen(number)
            columns = {
                "bucket": pa.array([number], pa.int32()),
                "patients": pa.array([patients], pa.int64()),
                "seconds": pa.array([time.monotonic() - began]),
                "host": pa.array([socket.gethostname()]),
            }
            yield pa.RecordBatch.from_pydict(columns)


def _run(screen, buckets):
    "A ScreenedBucket for each task, when all have ended; none where Spark gave up on a task"
    from py4j.protocol import Py4JError  # pyright: ignore[reportMissingImports]
    from pyspark.errors import PySparkException  # pyright: ignore[reportMissingImports]
    from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    task = partial(on_executor, screen=screen)
    try:
        with SparkSession.builder.appName("b12 screen").getOrCreate() as spark:
            numbers = spark.range(0, buckets, 1, numPartitions=buckets)
            rows = numbers.mapInArrow(task, SCHEMA).collect()
    except (PySparkException, Py4JError) as error:  # its text quotes what ran
        LOG.warning(
            "Spark gave up (%s); what it left is screened on this machine", type(error).__name__
        )
        return []
    return [ScreenedBucket(**row.asDict()) for row in rows]
