"""The worklist follows a published run; what pages read of the run before goes."""

from pipeline import worklist
from pipeline.runs import drop_explanations


def follow(home, store):
    """As `worklist.follow`; then the runs before the one that the worklist follows lose what they
    prepared for the pages of patients.

    Called while other screenings, erasures, backups and the retention are kept out: these count and
    copy the files of runs.
    """
    worklist.follow(home, store)
    if followed := worklist.followed_run(store):
        drop_explanations(home, before=followed["run_id"])
