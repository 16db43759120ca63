"""Ingests every waiting delivery into the lake, one task per batch of files, and announces that the
lake has changed.

The landing folder is the queue. A trigger watches it and starts the DAG, which claims complete
files by renaming them, so no file is ingested twice. Small files of one source and kind are read
together; a large one is a batch of its own. The DAG also runs every ten minutes, in case a trigger
event is lost. A refused file is named in its account and moved to `refused/`. If the task of a
batch fails, the run fails; in both cases the other files are ingested. If nothing is waiting, all
tasks are skipped. Batches are ingested one after the other, so duplicates between them are found.
Files in an object store are fetched first; if it cannot be reached, local files are still ingested.
Tasks pass paths and counts to each other.
"""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    dag,
    task,
)

from b12_airflow.arrival import arrivals
from b12_airflow.notifier import FailureNotifier
from pipeline.core import ENTITIES, settings

LAKE = [Asset(f"b12://lake/{entity}") for entity in ENTITIES]
RETRIES = ExceptionRetryPolicy(
    rules=[RetryRule("pipeline.core.errors.InvalidProtocol", RetryAction.FAIL)]
)


@task(show_return_value_in_logs=False)
def fetch():
    from b12_airflow import object_store

    return object_store.fetch()


@task(show_return_value_in_logs=False, trigger_rule="all_done")
def claim():
    from pipeline import run
    from pipeline.core import Home

    batches = run.claim_batches(Home.from_environment(), at_most=500)
    return [[asdict(file) for file in batch] for batch in batches]


@task(show_return_value_in_logs=False, retry_policy=RETRIES, max_active_tis_per_dag=1)
def ingest(batch):
    from pipeline import run
    from pipeline.core import Home
    from pipeline.ingest import ClaimedFile

    claimed = [ClaimedFile(**file) for file in batch]
    accounts = run.ingest_claimed_batch(Home.from_environment(), claimed)
    return [asdict(account) for account in accounts]


@task(outlets=LAKE, trigger_rule="all_done_min_one_success")
def announce():
    "When every file is done with and at least one went in, what waits for the lake may start."


@task
def all_went_in():
    "Runs when no file's task failed; a run in which one did must not end as a success."


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=arrivals()
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "b12",
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "on_failure_callback": FailureNotifier(),
        "execution_timeout": timedelta(hours=3),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def ingest_extract():
    ingest.expand(batch=(claimed := claim())) >> [announce(), all_went_in()]
    if settings().landing_url:
        fetch() >> claimed


ingest_extract()
