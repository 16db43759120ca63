"""Lineage: OpenLineage events of each ingest and each screening, where the environment configures
the client of that name.

Of what came from where they name files, tables, columns and counts, never a patient.
"""

import logging
import os
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline import __version__
from pipeline.core import Failure
from pipeline.observability.datasets import (
    delivered,
    entities_of,
    guarded,
    lake_inputs,
    lake_outputs,
    published,
)

LOG = logging.getLogger("b12.lineage")
CONFIGURED_BY = ("OPENLINEAGE_CONFIG", "OPENLINEAGE_URL")
PATIENCE = 15  # seconds for a transport
PRODUCER = f"https://openlineage.io/b12-screening/{__version__}"


def is_on():
    """Whether a transport is configured; else the client is not even imported."""
    named = any(os.environ.get(name) for name in CONFIGURED_BY) or any(
        name.startswith("OPENLINEAGE__TRANSPORT") for name in os.environ
    )
    return named and os.environ.get("OPENLINEAGE_DISABLED", "").lower() != "true"


@contextmanager
def ingesting(home, source, name):
    """The events of one file's ingest, the job `ingest.<source>`; yields a function to call with
    its Account, or None."""
    accounts = []
    with _job(f"ingest.{source}", lambda: _of_account(home, source, name, *accounts)):
        yield accounts.append


def _of_account(home, source, name, *accounts):
    if not accounts:  # the ingest failed, or is under way
        return {"inputs": [delivered(source, name)], "outputs": []}
    [account] = accounts
    if account is None:  # another process has the file
        return None
    entities = entities_of(home, account) if account.refused is None else []
    return {
        "inputs": [delivered(source, name, account.rows)],
        "outputs": lake_outputs(home, account, entities),
    }


@contextmanager
def screening(folder_of):
    """The events of one screening, the job `screen`. folder_of: returns the folder that the run
    left, or None."""
    with _job("screen", lambda: _of_run(folder_of())):
        yield


def _of_run(folder):
    if folder is None:
        return {"inputs": [], "outputs": []}
    return {"inputs": [*lake_inputs(folder), *guarded(folder)], "outputs": published(folder)}


@contextmanager
def _job(name, datasets):
    "START before, COMPLETE, FAIL or ABORT after; the datasets are asked for when they are known"
    if not is_on():
        yield
        return
    run_id = str(uuid.uuid4())
    _emit("START", name, run_id, dict)
    try:
        yield
    finally:
        error = sys.exc_info()[1]
        _emit("FAIL" if error else "COMPLETE", name, run_id, datasets, error=error)


def _emit(kind, name, run_id, datasets, error=None):
    """In a thread, from which no exception and no endless wait comes back: a night never fails for
    its lineage"""
    worker = ThreadPoolExecutor(1)
    try:
        wrong = worker.submit(_send, kind, name, run_id, datasets, error).exception(PATIENCE)
    except TimeoutError as slow:
        wrong = slow
    worker.shutdown(wait=False)
    if wrong:
        LOG.error(
            "the lineage event %s of %s could not be sent: %s", kind, name, type(wrong).__name__
        )


def _send(kind, name, run_id, datasets, error):
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.generated.job_type_job import JobTypeJobFacet

    namespace, inputs_and_outputs = os.environ.get("OPENLINEAGE_NAMESPACE", "b12"), datasets()
    job = Job(
        namespace,
        name,
        {
            "jobType": JobTypeJobFacet(
                processingType="BATCH", integration="B12_SCREENING", jobType="JOB"
            )
        },
    )
    event = RunEvent(
        eventTime=datetime.now(UTC).isoformat(),
        eventType=RunState("ABORT" if inputs_and_outputs is None else kind),
        producer=PRODUCER,
        job=job,
        run=Run(run_id, _run_facets(error)),
        **(inputs_and_outputs or {}),
    )
    client = OpenLineageClient()
    client.emit(event)
    client.close(PATIENCE)


def _run_facets(error):
    from openlineage.client.generated.error_message_run import ErrorMessageRunFacet
    from openlineage.client.generated.parent_run import Job, ParentRunFacet, Run

    facets = {}
    if error is not None:
        said = str(error) if isinstance(error, Failure) else type(error).__name__
        facets["errorMessage"] = ErrorMessageRunFacet(message=said, programmingLanguage="Python")
    if parent := _parent():
        namespace, name, run_id = parent
        facets["parent"] = ParentRunFacet(run=Run(run_id), job=Job(namespace, name))
    return facets


def _parent():
    """By `$OPENLINEAGE_PARENT_ID` (namespace/job/run), else the Airflow task that runs this, by
    what Airflow tells of it"""
    if len(parent := os.environ.get("OPENLINEAGE_PARENT_ID", "").rsplit("/", 2)) == 3:
        return parent
    task = [
        os.environ.get(f"AIRFLOW_CTX_{part}")
        for part in ("DAG_ID", "TASK_ID", "DAG_RUN_ID", "TRY_NUMBER")
    ]
    if not all(task[:3]):
        return None
    return (
        "airflow",
        f"{task[0]}.{task[1]}",
        str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(part or "" for part in task))),
    )
