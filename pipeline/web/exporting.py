"""The worklist as a file: every row that matches the filter, streamed; each export is recorded
with its user and number of rows."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from pipeline import exports, worklist
from pipeline.core import UsageError, clock
from pipeline.protocol import deciding_result
from pipeline.web import filters
from pipeline.web.access import Coordinator, store_of
from pipeline.web.recorded import record
from pipeline.web.switches import standing_switch

router = APIRouter()
PIECE = 1 << 16
RESULT = ("result", "result_test", "result_reported", "result_on", "result_range")


@router.get("/worklist/export")
def export(request: Request, actor: Coordinator, form: Annotated[str, Query(alias="format")]):
    """The chosen rows in one of `exports.FORMATS`. Raises HTTPException 400, and UsageError before
    the first run."""
    if form not in exports.FORMATS:
        raise HTTPException(
            400, f"This export format does not exist. Choose one of {', '.join(exports.FORMATS)}."
        )
    folder, meta = _followed(request.app.state)
    rows = _Noted(_rows(request, actor, form, folder))
    file = exports.as_file(form, rows, meta=meta)
    record(request, actor, "export", rows=len(rows.items), items=rows.items, detail=form)
    return StreamingResponse(
        iter(lambda: file.read(PIECE), b""),
        media_type=exports.FORMATS[form].media_type,
        background=BackgroundTask(file.close),
        headers={"Content-Disposition": f'attachment; filename="{exports.file_name(form, meta)}"'},
    )


def _followed(state):
    "The folder and the Meta of the run that the items follow"
    followed = worklist.followed_run(state.store)
    if followed is None:
        raise UsageError("No run has been published yet, so there is nothing to export.")
    folder = state.home.runs / followed["run_id"]
    return folder, exports.meta_in(folder)


def _rows(request, actor, form, folder):
    """The items that the filter chooses, each with its id; for OMOP what the run says of them,
    which has the days that cohorts begin on"""
    sort, descending = filters.order(request.query_params)
    store, today = store_of(request), clock.today()
    chosen, _ = filters.asked(
        store,
        request.query_params,
        actor.name,
        today=today,
        switch=standing_switch(request),
    )
    rows = worklist.listed(store, chosen, today=today, sort=sort, descending=descending)
    if form != "omop":
        return ((row["id"], _with_result(row)) for row in rows)
    items = {row["patient_id"]: row["id"] for row in rows}
    published = exports.published(folder, everyone=True)
    return ((items[row["patient_id"]], row) for row in published if row["patient_id"] in items)


def _with_result(row):
    "With the result that decides the row, in the unit of the site"
    shown = deciding_result(row)
    if shown is None:
        return row | dict.fromkeys(RESULT)
    values = (shown.value, shown.test, row["deciding_reported"], row["deciding_on"], shown.range)
    return row | dict(zip(RESULT, values, strict=True))


class _Noted:
    "Rows whose items are noted as they go by"

    def __init__(self, rows):
        self.rows, self.items = rows, []

    def __iter__(self):
        for item_id, row in self.rows:
            self.items.append(item_id)
            yield row
