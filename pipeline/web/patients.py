"""The patient page: the recommendation and its reasons, the history, and possible actions."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from pipeline import worklist
from pipeline.core import UsageError, settings
from pipeline.protocol import facts_read, meanings_read
from pipeline.web import filters
from pipeline.web.access import Viewer, store_of
from pipeline.web.banner import banner_of
from pipeline.web.explained import explained
from pipeline.web.key_values import key_results, taken
from pipeline.web.letters import again_of
from pipeline.web.numbers import Count
from pipeline.web.people import people
from pipeline.web.recorded import record
from pipeline.web.render import page
from pipeline.web.timeline import timeline

router = APIRouter()
SHOWN_EVIDENCE = 3
OF_A_NOTE = {"headache", "migraine"}  # as in sql/clinical/judged_finding.sql


@router.get("/patients/{key}")
def patient(
    request: Request,
    key: str,
    actor: Viewer,
    did: Annotated[str, Query(max_length=16)] = "",
    undone: Count = None,
):
    """The page of one item; every view of it is on record. did: the act that was just saved;
    undone: whether one was just taken back, 0 or 1."""
    return show(request, actor, key, did=did, undone=undone)


def show(
    request, actor, key, *, status=200, problem=None, stale=None, typed=None, did="", undone=None
):
    """The page, perhaps with a problem on top and with what the reader had typed. Raises
    HTTPException 404."""
    store, row = store_of(request), found_item(request, key)
    explanation, events = explained_or_none(request, row), worklist.events(store, key)
    record(request, actor, "patient", items=[row["id"]])
    return page(
        request, "patient.html", status=status, row=row, problem=problem, stale=stale,
        typed=typed or {}, events=events, undone=undone, notes=worklist.notes(store, key),
        did=[one for one in events if did and one["act"] == did and one["who"] == actor.name],
        banner=banner_of(request, row, explanation), again=again_of(request, row, events, actor),
        **_explained(explanation, worklist.followed_pack(request.app.state.home, store)),
        **_offered(store),
    )  # fmt: skip


def _explained(explanation, pack):
    return {
        "found": explanation,
        "chart": timeline(explanation, pack) if explanation else None,
        "results": key_results(explanation) if explanation else [],
        "taken": taken(explanation) if explanation else [],
        "alerts": explanation["alerts"] if explanation else [],
        "decides": _fitting(explanation, "next_step"),
        "near": explanation["near_misses"] if explanation else [],
        "would_change": explanation["would_change"] if explanation else [],
        "rests": _rests_upon(explanation, pack),
        "sources": pack.raw["sources"],
        "counts_headache": _counts_headache(pack),
        "SHOWN": SHOWN_EVIDENCE,
    }


def _counts_headache(pack):
    "Whether a fact of the pack reads what a note takes away, by what codes mean to the pack"
    return not OF_A_NOTE.isdisjoint(meanings_read(pack))


def _offered(store):
    "What the forms of the page offer to choose from"
    return {
        "SETTABLE": worklist.SET_BY_PEOPLE, "CHANNELS": worklist.CHANNELS,
        "OUTCOMES": worklist.OUTCOMES, "TRIES": worklist.TRIES,
        "NEXT_DAYS": settings().next_attempt_days,
        "people": people(store, filters.choices(store)["assignee"]),
    }  # fmt: skip


HIDDEN = {
    "opted_out": "This patient has opted out of screening, so only data stewards see their data.",
    "other_site": (
        "This patient does not belong to your sites. If you are involved in their care, search for"
        " the patient ID on the worklist page and open the patient with a reason."
    ),
}


def found_item(request, key):
    """The item of a key. Raises HTTPException 404 for none, and where its patient was erased; 403
    for a patient whom the reader does not see."""
    row = worklist.item(store_of(request), key)
    if row:
        return row
    why = worklist.why_hidden(store_of(request), key)
    raise HTTPException(403, HIDDEN[why]) if why else HTTPException(404)


def explained_or_none(request, row):
    """What the run that the worklist follows says of an item's patient; None when the lake has no
    row of them any more."""
    try:
        return explained(request, row["patient_id"])
    except UsageError:
        return None


def _fitting(explanation, name):
    "The lines of a decision that decide; an alert is shown once, with the reason of its first line"
    lines = [rule for rule in explanation["rules"][name] if rule["decides"]] if explanation else []
    return list({rule["outcome"]: rule for rule in reversed(lines)}.values())[::-1]


def _rests_upon(explanation, pack):
    """The facts that the recommendation and the alerts rest upon; what is derived from others, with
    those"""
    if not explanation:
        return set()
    fitting = [rule for name in ("next_step", "safety") for rule in _fitting(explanation, name)]
    return facts_read(pack, [fact for rule in fitting for fact in rule["holds"]])
