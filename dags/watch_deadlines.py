"""Tells people, every quarter of an hour, what is overdue: a worklist, a delivery, a file that
nobody takes.

What is expected by when stands in `$B12_HOME/deadlines.yaml`; each alert is told once, and once
more when it is over. Should Airflow itself stand still, `b12 overdue --tell` does the same from the
computer's own cron.
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
