"""Maintains a home once a week: merges small lake files, then removes what is past its retention.

The settings `$B12_KEEP_RUNS_DAYS`, `$B12_KEEP_ARCHIVE_DAYS`, `$B12_KEEP_REFUSED_DAYS`,
`$B12_KEEP_LAKE_VERSIONS_DAYS` and `$B12_KEEP_AUDIT_DAYS` say how long runs, delivered files,
refused files, past versions of the lake and the audit are kept.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from b12_airflow.notifier import FailureNotifier


@dag(
    schedule="0 4 * * 0",
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
def maintain_lake():
    @task(show_return_value_in_logs=False)
    def compact():
        from pipeline import run
        from pipeline.core import config

        return run.compact_lake(config.Home.from_environment())

    @task(show_return_value_in_logs=False)
    def tidy():
        from pipeline.core import config
        from pipeline.operations import retention

        return retention.apply_retention(config.Home.from_environment())

    compact() >> tidy()


maintain_lake()
