"""The worklist as a file: every row that the page's filter chooses, streamed; it is on record who took how many."""

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from pipeline import exports, worklist
from pipeline.report import latest
from pipeline.web import filters
from pipeline.web.access import Coordinator

router = APIRouter()
PIECE = 1 << 16


@router.get("/worklist/export")
def export(request: Request, actor: Coordinator, form: Annotated[str, Query(alias="format")]):
    """The chosen rows in one of `exports.FORMATS`. Raises HTTPException 400, and UsageError before the first run."""
    if form not in exports.FORMATS:
        raise HTTPException(400, f"There is no such form; choose one of {', '.join(exports.FORMATS)}.")
    store, query = request.app.state.store, request.query_params
    sort, descending = filters.order(query)
    meta = exports.meta_of(json.loads((latest(request.app.state.home) / "manifest.json").read_text(encoding="utf-8")))
    rows = _Counted(worklist.listed(store, filters.chosen(query), today=date.today(), sort=sort, descending=descending))
    file = exports.as_file(form, rows, meta=meta)
    worklist.record_access(store, actor=actor, what="export", rows=rows.number, detail=form)
    return StreamingResponse(
        iter(lambda: file.read(PIECE), b""), media_type=exports.FORMATS[form].media_type, background=BackgroundTask(file.close),
        headers={"Content-Disposition": f'attachment; filename="{exports.file_name(form, meta)}"'},
    )  # fmt: skip


class _Counted:
    "Rows that are counted as they go by"

    def __init__(self, rows):
        self.rows, self.number = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.number += 1
            yield row
