"""Tells people, by the channels of `b12 notify`, that a task failed or that an approval waits.

The channels are imported when something is told: reading the DAGs must load nothing heavy.
"""

from airflow.sdk import BaseNotifier

from pipeline.core import Failure


class FailureNotifier(BaseNotifier):
    """For `on_failure_callback`: which task of which run failed, and why as far as the reason names
    no patient."""

    def notify(self, context):
        """Only a Failure of this pipeline is quoted: its words are counts and file names. Of any
        other error, its kind alone."""
        from pipeline.operations import notify

        error = context.get("exception")
        kind = type(error).__name__ if isinstance(error, BaseException) else "not known"
        why = str(error) if isinstance(error, Failure) else f"{kind}; see the task's log"
        notify(f"B12 screening: {_of(context, 'dag_id')} failed", [*_where(context), f"Why: {why}"])


class ApprovalNotifier(BaseNotifier):
    """For the notifiers of an ApprovalOperator: a run waits for a decision."""

    def notify(self, context):
        """Says where to answer; what to decide about stands there."""
        from pipeline.operations import notify

        notify(
            f"B12 screening: {_of(context, 'dag_id')} waits for an approval",
            [
                *_where(context),
                (
                    "Decide in Airflow under Required Actions; b12 runs and the quality page show"
                    " the warnings."
                ),
            ],
        )


def _of(context, name):
    return getattr(context.get("task_instance") or context.get("ti"), name, "?")


def _where(context):
    names = {"Dag": "dag_id", "Task": "task_id", "Run": "run_id", "Attempt": "try_number"}
    return [f"{said}: {_of(context, name)}" for said, name in names.items()]
