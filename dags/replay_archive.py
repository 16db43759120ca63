"""Replays the archive: every delivered file is read anew by the current profiles, maps, codes and
units, after which the population is screened. Started by hand, when a map or a profile was changed.

The same as `b12 reingest`: the new lake is made beside the old one and takes its place at the end,
so that a failed run leaves the old one. Deliveries that arrive meanwhile wait.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

from b12_airflow.notifier import FailureNotifier
from pipeline.core import ENTITIES

LAKE = [Asset(f"b12://lake/{entity}") for entity in ENTITIES]
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(f"pipeline.core.errors.{name}", RetryAction.FAIL)
        for name in ("InvalidProtocol", "UsageError")
    ]
)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "b12",
        "retries": 1,
        "retry_delay": timedelta(minutes=5),
        "on_failure_callback": FailureNotifier(),
        "execution_timeout": timedelta(hours=24),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def replay_archive():
    @task(show_return_value_in_logs=False, outlets=LAKE, retry_policy=RETRIES)
    def replay():
        from pipeline import run
        from pipeline.core import config

        return run.replay_archive(config.Home.from_environment())

    replay()


replay_archive()
