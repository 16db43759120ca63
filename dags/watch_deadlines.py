"""Checks every 15 minutes what is overdue (a worklist, a delivery, a waiting file) and sends
notifications.

Deadlines are set in `$B12_HOME/deadlines.yaml`. Each alert is sent once, and once more when it is
resolved. In case Airflow itself stops, run `b12 overdue --tell` as a cron job of the computer.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from b12_airflow.notifier import FailureNotifier


@dag(
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "b12",
        "retries": 1,
        "retry_delay": timedelta(minutes=1),
        "on_failure_callback": FailureNotifier(),
        "execution_timeout": timedelta(minutes=10),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def watch_deadlines():
    @task(show_return_value_in_logs=False)
    def watch():
        from pipeline.core import config
        from pipeline.operations import alerts

        return alerts.watch(config.Home.from_environment())

    watch()


watch_deadlines()
