"""The store follows the runs: looked at with each page that lists something, done once for each
run."""

from pipeline import worklist
from pipeline.web.access import store_of


def follow(request):
    """Take new runs into the store when the newest run is another than the last time this app
    looked. Raises LakeUnavailable."""
    state = request.app.state
    newest = max(
        (path.name for path in state.home.runs.glob("[!.]*") if path.name != "latest"), default=None
    )
    if newest != getattr(state, "followed", None):
        worklist.follow(state.home, state.store)
        state.followed = newest


def published(request, limit=200):
    """The published runs that the store knows, newest first."""
    follow(request)
    return [one for one in worklist.runs(store_of(request), limit=limit) if one["is_published"]]
