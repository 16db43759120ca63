"""The outcome of a bucket's task."""

from airflow.sdk.exceptions import AirflowSkipException


def skip_unless_screened(patients):
    """End the task as skipped where no patient was screened, since the night was planned anew.

    patients: of the bucket, or None.
    """
    if patients is None:
        raise AirflowSkipException("The night was planned anew; `screen` screens this bucket.")
