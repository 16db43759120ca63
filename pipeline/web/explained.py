"""The explanation of a patient, cached because pages are opened again."""

from pipeline import worklist
from pipeline.analysis import explain_run
from pipeline.web.cache import Kept, state_of

_pages = Kept(64)


def explained(request, patient_id):
    """The dict of `explain_run` for the run that the worklist follows. Raises UsageError."""
    home, followed = request.app.state.home, worklist.followed_run(request.app.state.store)
    run_id = followed["run_id"] if followed else None
    key = (*state_of(home, *filter(None, [run_id])), patient_id)
    return _pages.get(key, lambda: explain_run(home, patient_id=patient_id, run_id=run_id))
