"""Writes the outcomes report of all sites, and of each site, on the second day of every month.

They are CSV and PDF files below `reports/YYYY-MM` of the home, without small counts. The same as
`b12 outcomes --site SITE --out FILE`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from b12_airflow.notifier import FailureNotifier


@dag(
    schedule="0 6 2 * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "b12",
        "retries": 1,
        "retry_delay": timedelta(minutes=30),
        "on_failure_callback": FailureNotifier(),
        "execution_timeout": timedelta(hours=3),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def report_outcomes():
    @task(show_return_value_in_logs=False)
    def report():
        from pipeline import run
        from pipeline.core import config

        return run.report_outcomes(config.Home.from_environment())

    report()


report_outcomes()
