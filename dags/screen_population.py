"""Screens the population and publishes the worklist: every night, and whenever an ingest has changed the lake.

A closed gate fails the task, publishes nothing and leaves the last worklist standing; it is not tried again, for a gate
does not open by itself. The as-of date is the parameter, else the day the run was due: a past night that is run again
is screened as of its own day. Between the tasks travel the run's id and counts.
"""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import (
    Asset,
    AssetAny,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    task,
)

from pipeline.config import ENTITIES

ZONE = os.environ.get("B12_TIMEZONE", "UTC")
LAKE = [Asset(f"b12://lake/{entity}") for entity in ENTITIES]


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 2 * * *", timezone=ZONE), assets=AssetAny(*LAKE)),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "b12", "retries": 1, "retry_delay": timedelta(minutes=5)},
    params={
        "as_of": Param(None, type=["null", "string"], format="date", description="Screen as of this day"),
        "pack": Param(None, type=["null", "string"], description="Protocol pack, if not the default one"),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def screen_population():
    @task(
        show_return_value_in_logs=False,
        retry_policy=ExceptionRetryPolicy(rules=[RetryRule("pipeline.errors.GateClosed", RetryAction.FAIL)]),
    )
    def screen(params, dag_run):
        from pipeline import config, run

        as_of = params["as_of"] or dag_run.run_after.astimezone(ZoneInfo(ZONE)).date().isoformat()
        return run.screen_population(config.Home.from_environment(), as_of=as_of, pack=params["pack"])

    screen()


screen_population()
