"""The worklist page: filtered, sorted, paged; search by patient id; assignment of many; exports."""

from datetime import date
from functools import lru_cache
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from pipeline import exports, worklist
from pipeline.core import clock, settings
from pipeline.profiles import clean_id
from pipeline.web import filters
from pipeline.web.access import Coordinator, Viewer, store_of
from pipeline.web.forms import Form, check, text
from pipeline.web.numbers import Count, whole
from pipeline.web.people import assignee_of, people
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of
from pipeline.web.run_sync import follow

router = APIRouter()
SIZE, MANY_FOUND, FRESH_SECONDS = 50, 50, 20


@router.get("/worklist")
def listing(
    request: Request,
    actor: Viewer,
    done: Count = None,
    stale: Count = None,
    to: Annotated[str, Query(max_length=100)] = "",
):
    """A page of the worklist. done, stale: how many items a bulk assignment changed and did not
    change. to: the assignee, at most 100 characters."""
    store, query, today = store_of(request), request.query_params, clock.today()
    follow(request)
    since = worklist.changes_since_visit(store, actor.name, today=today)
    # of a user who saw the last run, nothing is new
    chosen = filters.chosen(query, since or date.max)
    sort, descending = filters.order(query)
    followed, newer = _runs(store)
    choices = _choices(store, int(monotonic() // FRESH_SECONDS))
    listed = worklist.page(
        store,
        chosen,
        today=today,
        sort=sort,
        descending=descending,
        number=filters.number(query),
        size=SIZE,
    )
    record(request, actor, "list", rows=len(listed.rows), items=[row["id"] for row in listed.rows])
    return page(
        request, "worklist.html", found=listed, chosen=chosen, sort=sort, descending=descending,
        query=query, done=done, stale=stale, to=to, counts=listed.counts, choices=choices,
        filters=filters, people=people(store, choices["assignee"]), STATUSES=worklist.STATUSES,
        ACTIVE=worklist.ACTIVE, FORMATS=exports.FORMATS, followed=followed, newer=newer,
        since=since,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _choices(store, _):
    """What the filters offer; asked of the database only now and then, as the night alone changes
    most of it"""
    return worklist.choices(store)


def _runs(store):
    "The run that the items follow; and the newest published one, where that is another"
    followed, runs = worklist.followed_run(store), worklist.runs(store, limit=30)
    is_behind = followed and not followed["is_newest"]
    return followed, next((run for run in runs if run["is_published"]), None) if is_behind else None


@router.post("/worklist/search")
def search(request: Request, form: Form, actor: Viewer):
    """Find patients by the beginning of their id, sent in a form so that it is in no address and no
    log."""
    check(request, form, actor.name)
    begins = clean_id(text(form, "patient", 200) or "")
    exact, others = _found(request, begins) if begins else (None, [])
    rows = [*filter(None, [exact]), *others]
    record(request, actor, "search", rows=len(rows), items=[row["id"] for row in rows])
    if exact and exact["patient_id"] == begins:
        return RedirectResponse(f"{root_of(request)}/patients/{exact['key']}", 303)
    return page(
        request,
        "found.html",
        found=rows,
        begins=begins or "",
        exact=exact,
        is_cut=len(others) == MANY_FOUND,
        most=MANY_FOUND,
        is_limited=actor.sites is not None,
        REASONS=worklist.REASONS,
        hours=settings().break_glass_hours,
    )


def _found(request, begins):
    """The patient of exactly this id, listed or only in the run that is followed, else None; and
    the others whose id begins so"""
    store, home = store_of(request), request.app.state.home
    rows = worklist.find_patients(store, begins, limit=MANY_FOUND)
    exact = next((row for row in rows if row["patient_id"] == begins), None)
    exact = exact or worklist.find_exactly(store, begins, home=home)
    return exact, [row for row in rows if not exact or row["key"] != exact["key"]]


@router.post("/worklist/assign")
def assign(request: Request, form: Form, actor: Coordinator):
    """Assign every chosen item; those that were changed meanwhile are left, and counted."""
    check(request, form, actor.name)
    chosen = dict(_key_and_version(str(key)) for key in form.getlist("keys"))
    assignee = actor.name if form.get("to") == "me" else assignee_of(request, form)
    if not assignee:
        raise HTTPException(400, "Choose an assignee.")
    done, stale = worklist.assign(store_of(request), chosen, actor=actor, assignee=assignee)
    back = QueryParams(str(form.get("back", "")).lstrip("?"))
    here = filters.address(
        back, page=back.get("page"), done=done, stale=len(stale) or None, to=assignee
    )
    return RedirectResponse(f"{root_of(request)}/worklist{here}", 303)


def _key_and_version(pair):
    key, _, text = pair.partition(":")
    version = whole(text)
    if version is None:
        raise HTTPException(400, "The form is incomplete. Reload the page and try again.")
    return key, version
