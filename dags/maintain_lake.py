"""Keeps the lake's tables in good order, once a week: joins small files, then removes files no longer referred to."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task


@dag(
    schedule="0 4 * * 0",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "b12", "retries": 1, "retry_delay": timedelta(minutes=30)},
    doc_md=__doc__,
    tags=["b12"],
)
def maintain_lake():
    @task(show_return_value_in_logs=False)
    def compact():
        from pipeline import config, run

        return run.compact_lake(config.Home.from_environment())

    @task(show_return_value_in_logs=False)
    def vacuum():
        from pipeline import config, run

        return run.vacuum_lake(config.Home.from_environment())

    compact() >> vacuum()


maintain_lake()
