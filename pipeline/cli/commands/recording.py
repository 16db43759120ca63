"""What the command line puts on record: who saw which patients."""

from contextlib import closing

from pipeline import worklist
from pipeline.core import account
from pipeline.run import COMMAND_LINE


def record(home, what, *, rows=None, detail=None):
    """Keep that this account did something. Raises StorageError, and then nothing is shown."""
    with closing(worklist.open_store(home)) as store:
        record_in(store, what, rows=rows, detail=detail)


def record_patients(home, what, rows, *, detail=None):
    """Keep that this account sees the patients of rows, on the worklist or not, before they are
    shown. Raises StorageError, and then nothing is shown."""
    with closing(worklist.open_store(home)) as store:
        patients = (row["patient_id"] for row in rows)
        items = worklist.items_of_patients(store, patients, home=home)
        shown = [item_id for item_id, _ in items.values()]
        record_in(store, what, items=shown, rows=len(shown), detail=detail)


def record_in(store, what, **more):
    """As `record`, in a store that is open."""
    actor = worklist.Actor(account(), "admin")
    worklist.record_access(store, actor=actor, what=what, origin=COMMAND_LINE, **more)
