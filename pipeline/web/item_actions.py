"""What people record on a patient's page. No change is lost: an outdated page is answered
with what happened since."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from pipeline import worklist
from pipeline.core import UsageError, clock, settings
from pipeline.web.access import Coordinator, store_of
from pipeline.web.deep_link import asked_for
from pipeline.web.forms import Form, check, day_of, text
from pipeline.web.numbers import Id, whole
from pipeline.web.patients import found_item, show
from pipeline.web.people import assignee_of
from pipeline.web.render import root_of

router = APIRouter()


@router.post("/patients/{key}/act")
def act(request: Request, key: str, form: Form, actor: Coordinator):
    """Change status, assignee, or add a comment; 409 when another user changed the item since the
    page was made."""
    check(request, form, actor.name)
    row = found_item(request, key)

    def asked():
        assignee = assignee_of(request, form, row["assignee"])
        is_changed = "assignee" in form and assignee != row["assignee"]
        return {
            "comment": text(form, "comment"), **_status(form, row),
            "assignee": assignee if is_changed else worklist.UNCHANGED,
        }  # fmt: skip

    return _saved(request, actor, key, form, asked)


def _status(form, row):
    """The status asked for; the one that the item has, too, with another reason or day, and what is
    left empty then stays"""
    to, reason, until = text(form, "to", 40), text(form, "reason"), day_of(form, "until")
    if to != row["status"]:
        return {"to": to, "reason": reason, "until": until}
    reason, until = reason or row["status_reason"], until or row["snoozed_until"]
    is_other = (reason, until) != (row["status_reason"], row["snoozed_until"])
    return {"to": to, "reason": reason, "until": until} if is_other else {}


@router.post("/patients/{key}/attempt")
def attempt(request: Request, key: str, form: Form, actor: Coordinator):
    """Log an attempt to reach the patient, by phone where nothing else is chosen; who was not
    reached is due again some days later where no day is given."""
    check(request, form, actor.name)
    found_item(request, key)

    def asked():
        return {"attempt": _attempt(form), "comment": text(form, "comment")}

    return _saved(request, actor, key, form, asked)


def _attempt(form):
    outcome, next_on = text(form, "outcome", 20), day_of(form, "next_on")
    if next_on is None and outcome in worklist.FAILED:
        next_on = clock.today() + timedelta(days=settings().next_attempt_days)
    return worklist.Attempt(text(form, "channel", 20) or "phone", outcome or "", next_on)


@router.post("/patients/{key}/mine")
def mine(request: Request, key: str, form: Form, actor: Coordinator):
    """Assign the item to the reader."""
    check(request, form, actor.name)
    found_item(request, key)
    return _saved(request, actor, key, form, lambda: {"assignee": actor.name})


@router.post("/patients/{key}/headache")
def headache(request: Request, key: str, form: Form, actor: Coordinator):
    """Record that the headache is unrelated to B12; the next run reads it."""
    check(request, form, actor.name)
    found_item(request, key)

    def change(store):
        noted_on = day_of(form, "noted_on") or clock.today()
        worklist.note_headache_unrelated(store, key, actor=actor, noted_on=noted_on)

    return _done(request, actor, key, form, change)


@router.post("/patients/{key}/notes/{note_id}/withdraw")
def withdraw(request: Request, key: str, note_id: Id, form: Form, actor: Coordinator):
    """Take back a note."""
    check(request, form, actor.name)
    found_item(request, key)
    return _done(
        request,
        actor,
        key,
        form,
        lambda store: worklist.withdraw_note(store, key, note_id, actor=actor),
    )


def _saved(request, actor, key, form, asked):
    "Change the item as `asked()` says, in an act that can be undone"
    act_id = worklist.new_act()

    def change(store):
        version = version_of(form)
        worklist.act(store, key, actor=actor, version=version, act_id=act_id, **asked())

    return _done(request, actor, key, form, change, f"?did={act_id}")


def _done(request, actor, key, form, change, query=""):
    "Back to the page; or the page as it is now, with what went wrong and what was typed"
    typed = {name: str(value) for name, value in form.items() if name not in ("csrf", "version")}
    try:
        change(store_of(request))
    except worklist.StaleItem as stale:
        return show(request, actor, key, status=409, stale=stale, typed=typed)
    except UsageError as wrong:
        return show(request, actor, key, status=400, problem=str(wrong), typed=typed)
    return RedirectResponse(f"{root_of(request)}/patients/{key}{query or '#status'}", 303)


def version_of(form):
    """The version of the item that the reader saw. Raises UsageError."""
    version = whole(str(form.get("version", "")))
    if version is None:
        raise UsageError("The form is incomplete. Reload the page and try again.")
    return version


@router.post("/undo")
def undo(request: Request, form: Form, actor: Coordinator):
    """Take back what the reader did last, to one patient or to many."""
    check(request, form, actor.name)
    found = worklist.undo(store_of(request), text(form, "act", 16), actor=actor)
    back = asked_for(text(form, "back", 1000))
    page = back if back != "/" else "/worklist"
    mark = "&" if "?" in page else "?"
    return RedirectResponse(
        f"{root_of(request)}{page}{mark}undone={found.done}&stale={len(found.left)}", 303
    )
