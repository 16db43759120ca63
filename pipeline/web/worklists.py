"""The worklist page: filtered, sorted, paged; search by patient id; assignment of many; exports."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from starlette.datastructures import QueryParams

from pipeline import exports, worklist
from pipeline.core import clock, settings
from pipeline.profiles import clean_id
from pipeline.web import filters
from pipeline.web.access import Coordinator, Viewer, store_of
from pipeline.web.forms import Form, check, day_of, text
from pipeline.web.numbers import Count, whole
from pipeline.web.people import assignee_of, people
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of
from pipeline.web.run_sync import follow
from pipeline.web.switches import CHANGES_SHOWN, standing_switch

router = APIRouter()
SIZE, MANY_FOUND = 50, 50


class Told(BaseModel):
    """What a change of many items did, in the address of the page after it. done, stale, undone:
    how many items it changed, did not change, and took back. to: the assignee; set: the status.
    did: what the change is undone by."""

    done: Count = None
    stale: Count = None
    undone: Count = None
    to: Annotated[str, Field(max_length=100)] = ""
    set: Annotated[str, Field(max_length=40)] = ""
    did: Annotated[str, Field(max_length=16)] = ""


@router.get("/worklist")
def listing(request: Request, actor: Viewer, told: Annotated[Told, Query()]):
    """A page of the worklist."""
    store, query, today = store_of(request), request.query_params, clock.today()
    follow(request)
    switch = standing_switch(request)
    chosen, since = filters.asked(store, query, actor.name, today=today, switch=switch)
    sort, descending = filters.order(query)
    listed = worklist.page(
        store, chosen, today=today, sort=sort, descending=descending,
        number=filters.number(query), size=SIZE,
    )  # fmt: skip
    record(request, actor, "list", rows=len(listed.rows), items=[row["id"] for row in listed.rows])
    return page(
        request, "worklist.html", found=listed, chosen=chosen, sort=sort, descending=descending,
        query=query, told=told, counts=listed.counts, since=since, switch=switch,
        reopened=_reopened(store, switch, today),
        changes_from=min(since or today, today - CHANGES_SHOWN),
        contacts=worklist.contacts(store, [row["key"] for row in listed.rows]),
        saved=worklist.saved_filters(store, actor.name), **_offered(store),
    )  # fmt: skip


def _reopened(store, switch, today):
    "How many of the patients whom the reader sees a change of protocol opened again"
    if switch is None:
        return 0
    chosen = worklist.Filter(protocol_since=switch.as_of, reopened_by=switch.run_id)
    return worklist.page(store, chosen, today=today, size=1).total


def _offered(store):
    "What the page offers to choose from, and the run that it shows"
    followed, newer = _runs(store)
    choices = filters.choices(store)
    return {
        "choices": choices, "filters": filters, "people": people(store, choices["assignee"]),
        "STATUSES": worklist.STATUSES, "ACTIVE": worklist.ACTIVE, "FORMATS": exports.FORMATS,
        "SETTABLE": [one for one in worklist.SET_BY_PEOPLE if one != "assigned"],
        "followed": followed, "newer": newer,
    }  # fmt: skip


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


@router.post("/worklist/act")
def act(request: Request, form: Form, actor: Coordinator):
    """Change every chosen item: assign it, or set a status; those that were changed meanwhile are
    left, and counted."""
    check(request, form, actor.name)
    chosen = dict(_key_and_version(str(key)) for key in form.getlist("keys"))
    asked = _asked(request, form, actor)
    found = worklist.act_on_many(store_of(request), chosen, actor=actor, **asked)
    back = QueryParams(str(form.get("back", "")).lstrip("?"))
    told = {
        "done": found.done, "stale": len(found.left) or None, "did": found.act_id,
        "to": asked.get("assignee"), "set": asked.get("to"),
    }  # fmt: skip
    here = filters.address(back, page=back.get("page"), **told)
    return RedirectResponse(f"{root_of(request)}/worklist{here}", 303)


def _asked(request, form, actor):
    "What a form asks for. Raises UsageError and HTTPException 400"
    if form.get("to") == "me":
        return {"assignee": actor.name}
    wanted = text(form, "do", 40) or "assign"
    if wanted == "assign":
        assignee = assignee_of(request, form)
        if not assignee:
            raise HTTPException(400, "Choose an assignee.")
        return {"assignee": assignee}
    return {"to": wanted, "reason": text(form, "reason"), "until": day_of(form, "until")}


def _key_and_version(pair):
    key, _, text = pair.partition(":")
    version = whole(text)
    if version is None:
        raise HTTPException(400, "The form is incomplete. Reload the page and try again.")
    return key, version


@router.post("/worklist/saved")
def save_filter(request: Request, form: Form, actor: Viewer):
    """Keep the filters of the page under a name, or remove those of a name."""
    check(request, form, actor.name)
    store, name = store_of(request), text(form, "name", 60)
    if form.get("remove"):
        worklist.remove_filter(store, actor.name, str(form.get("remove")))
        return RedirectResponse(f"{root_of(request)}/worklist", 303)
    query = filters.address(QueryParams(str(form.get("back", ""))[:1000].lstrip("?")))
    worklist.save_filter(store, actor.name, name=name or "", query=query)
    return RedirectResponse(f"{root_of(request)}/worklist{query}", 303)
