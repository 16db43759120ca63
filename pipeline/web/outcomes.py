"""The outcomes page: of the patients identified each month, how many were contacted, tested,
treated, and of how many a value became normal."""

from functools import lru_cache
from time import monotonic

from fastapi import APIRouter, Request

from pipeline import worklist
from pipeline.web import filters
from pipeline.web.access import Viewer, store_of
from pipeline.web.render import page
from pipeline.web.run_sync import follow

router = APIRouter()
FRESH_SECONDS = 60
NONE = worklist.Funnel({}, {}, dict.fromkeys(worklist.STAGES, 0), {})
LABELS = {
    "site": "Site", "sex": "Sex", "age_band": "Age at identification", "ethnicity": "Ethnicity",
}  # fmt: skip


@router.get("/population/outcomes")
def outcomes(request: Request, actor: Viewer):
    """The funnel of the episodes that the filters choose, as of the run that the items follow."""
    follow(request)
    store, chosen = store_of(request), filters.counted(request.query_params)
    followed = worklist.followed_run(store)
    found = _counted(store, chosen, followed["run_id"], followed["as_of"]) if followed else NONE
    return page(
        request, "outcomes.html", followed=followed, found=found, chosen=chosen,
        choices=_choices(store, int(monotonic() // FRESH_SECONDS)), LABELS=LABELS,
        STAGES=worklist.STAGES, WITHIN=worklist.WITHIN, LEAST=worklist.LEAST,
        EARLIER=worklist.EARLIER, query=request.query_params, address=filters.address,
        may_open=actor.may("coordinator"), bars=_bars(found), shares=_shares(found),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _counted(store, chosen, _run_id, as_of):
    "Once for each run, as the night alone changes it"
    return worklist.funnel(store, chosen, as_of=as_of)


@lru_cache(maxsize=64)
def _choices(store, _):
    "Asked of the database only now and then, as the night alone changes it"
    return worklist.groups(store)


def _bars(found):
    values = [found.total[stage] for stage in worklist.STAGES]
    names = [stage.capitalize() for stage in worklist.STAGES]
    return {"names": names, "series": [{"name": "Episodes", "values": values}]}


def _shares(found):
    "By month of identification, oldest first, the share of each stage; None where not shown"
    months = {name: cells for name, cells in found.months.items() if name != worklist.EARLIER}
    months = dict(reversed(months.items()))
    series = [
        {"name": stage.capitalize(), "values": [share(cells, stage) for cells in months.values()]}
        for stage in worklist.STAGES[1:]
    ]
    return {"days": list(months), "series": series, "percent": True}


def share(cells, stage, of="identified"):
    """The share of a stage among those of another; None where one of them is not shown or none."""
    if cells[stage] is None or not cells[of]:
        return None
    return cells[stage] / cells[of]
