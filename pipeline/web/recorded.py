"""What the pages put on record: who saw which patients, from which address."""

from pipeline import worklist


def record(request, actor, what, *, rows=None, items=(), detail=None):
    """Keep an access before its page is shown. items: ids of the items that it shows; detail: never
    an id or a value of a patient. Raises StorageError, and then nothing is shown."""
    worklist.record_access(
        request.app.state.store,
        actor=actor,
        what=what,
        items=items,
        rows=rows,
        detail=detail,
        origin=origin_of(request),
    )


def origin_of(request):
    """The address that a request came from."""
    return request.client.host[:64] if request.client else None
