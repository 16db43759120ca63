"""Screens the population and publishes the worklist: every night, and whenever an ingest has
changed the lake.

If a gate closes, the task fails, nothing is published and the previous worklist stays in use; the
task is not retried, because the data have to change first. If a gate warns, or the protocol is not
signed where the site requires it, the run is held until a steward decides; without a decision in
time, nothing is published. Rerunning or clearing a DAG run does not publish it twice. The as-of
date is the parameter, otherwise the day the run was due, also when a past run is repeated. Tasks
pass the run ID and counts to each other.

With `$B12_SCREEN_QUEUE` set, the buckets of a large population are tasks of their own, for the
workers of that queue; `screen` then counts together what they found, and screens what they left.
"""

from dataclasses import asdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.hitl import HITLOperator
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

from b12_airflow.buckets import skip_unless_screened
from b12_airflow.notifier import ApprovalNotifier, FailureNotifier
from pipeline.core import ENTITIES, settings

SETTINGS = settings()
ZONE = SETTINGS.timezone or "UTC"
ANSWER_WITHIN = timedelta(hours=SETTINGS.answer_hours)
HOLDS = SETTINGS.hold_warned
QUEUE = SETTINGS.screen_queue
# A new installation waits for its first delivery or night: with a start_date, last night would be
# due at once, of an empty lake. An hour, not none: what is due is reckoned anew while a night that
# has come waits for the scheduler.
NIGHTLY = CronTriggerTimetable("0 2 * * *", timezone=ZONE, run_immediately=timedelta(hours=1))
LAKE = [Asset(f"b12://lake/{entity}") for entity in ENTITIES]
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(f"pipeline.core.errors.{name}", RetryAction.FAIL)
        for name in ("GateClosed", "InvalidProtocol", "UsageError")
    ]
)
ASKED = """Run {{ ti.xcom_pull('screen')['run_id'] }}:
patients on its worklist: {{ ti.xcom_pull('screen')['worklist'] }}
of {{ ti.xcom_pull('screen')['patients'] }}.
{% for text in ti.xcom_pull('screen')['warned'] %}
- {{ text }}{% endfor %}

Without a decision in time, it is not published and the previous worklist stays in use."""
ANSWERS = {
    "options": ["Publish", "Discard"],
    "defaults": ["Discard"],
    "response_timeout": ANSWER_WITHIN,
    "params": {
        "because": Param(
            "", type="string", description="Reason, for the audit trail. Do not name a patient."
        )
    },
    "notifiers": [ApprovalNotifier()],
}


def day_of(params, dag_run):
    return params["as_of"] or dag_run.run_after.astimezone(ZoneInfo(ZONE)).date().isoformat()


@task(show_return_value_in_logs=False, retry_policy=RETRIES, max_active_tis_per_dag=1)
def plan(params, dag_run):
    from pipeline import run
    from pipeline.core import Home

    asked = day_of(params, dag_run), params["pack"]
    return run.plan_buckets(Home.from_environment(), *asked, asked_by=dag_run.run_id)


# A lost worker is no reason to wait: another takes its bucket, and in the end `screen` does.
@task(show_return_value_in_logs=False, retry_policy=RETRIES, retry_delay=timedelta(seconds=10))
def screen_bucket(number, params, dag_run):
    from pipeline import run
    from pipeline.core import Home

    asked = day_of(params, dag_run), params["pack"]
    home = Home.from_environment()
    skip_unless_screened(run.screen_planned(home, number, *asked, asked_by=dag_run.run_id))


@task(
    show_return_value_in_logs=False,
    retry_policy=RETRIES,
    max_active_tis_per_dag=1,
    trigger_rule="all_done",
)
def screen(params, dag_run):
    from pipeline import run
    from pipeline.core import Home

    outcome = run.screen_population(
        Home.from_environment(),
        day_of(params, dag_run),
        params["pack"],
        asked_by=dag_run.run_id,
        hold_warned=HOLDS,
        is_unattended=dag_run.run_type != "manual",
    )
    return asdict(outcome)


@task.short_circuit
def is_held(screened):
    return screened["state"] == "held"


@task(show_return_value_in_logs=False, retry_policy=RETRIES)
def decide(screened, answer=None):
    from b12_airflow.answers import as_decision
    from pipeline import run
    from pipeline.core import Home

    return asdict(run.decide(Home.from_environment(), screened["run_id"], **as_decision(answer)))


@dag(
    schedule=AssetOrTimeSchedule(timetable=NIGHTLY, assets=AssetAny(*LAKE)),
    catchup=False,
    max_active_runs=200,  # a run that waits for a steward does not block other runs
    default_args={
        "owner": "b12",
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
        "on_failure_callback": FailureNotifier(),
        "execution_timeout": timedelta(hours=3),
    },
    params={
        "as_of": Param(
            None, type=["null", "string"], format="date", description="Screen as of this day"
        ),
        "pack": Param(
            None,
            type=["null", "string"],
            pattern="^[A-Za-z0-9_-]+$",
            description="Protocol pack (default: that of B12_PROTOCOL, else praxis-2026)",
        ),
    },
    doc_md=__doc__,
    tags=["b12"],
)
def screen_population():
    approve = HITLOperator(
        task_id="approve",
        subject="This run has warnings: publish its worklist?",
        body=ASKED,
        **ANSWERS,
    )

    screened = screen()
    if QUEUE:
        screen_bucket.override(queue=QUEUE).expand(number=plan()) >> screened
    is_held(screened) >> approve >> decide(screened, approve.output)


screen_population()
