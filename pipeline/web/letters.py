"""Letters and texts to chosen patients: who can be written to, the record of it, and the file.

Writing logs an attempt of each patient, once. The file is made of what was logged, each time that
it is asked for; nothing that a letter says is kept.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.datastructures import QueryParams

from pipeline import letters, worklist
from pipeline.core import UsageError
from pipeline.profiles import language_name
from pipeline.web import filters
from pipeline.web.access import Coordinator, store_of
from pipeline.web.deep_link import asked_for
from pipeline.web.forms import Form, check, day_of, text
from pipeline.web.numbers import whole
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of

router = APIRouter()
MOST = 100  # patients of one act: a page of the worklist has fewer
ACT = 16  # characters
TOLD = ("attempt", "clinician_letter")  # kinds of events that tell of a letter
UNKNOWN = "select this patient again to see why"


class Written(BaseModel):
    """What the page after writing is asked for. name: of the template. left: of patients who
    were not written to, the key, or key:reason, one of worklist.WHY_LEFT. back: where the reader
    came from."""

    name: Annotated[str, Field(max_length=60)]
    form: Annotated[str, Field(max_length=10)] = "csv"
    left: Annotated[list[str], Field(max_length=MOST)] = []
    back: Annotated[str, Field(max_length=1000)] = "/worklist"


class AskedFile(BaseModel):
    """form: of the file. of: how many letters the page said that it has."""

    form: Annotated[str, Field(max_length=10)]
    of: Annotated[int, Field(ge=1, le=MOST)]


@router.post("/letters")
def choose(request: Request, form: Form, actor: Coordinator):
    """What can be written to the chosen patients, by template, and who is left out and why."""
    check(request, form, actor.name)
    chosen, back = _chosen(form), _back(form)
    if not chosen:
        raise HTTPException(400, "Select at least one patient, then choose “Letter or SMS”.")
    store = store_of(request)
    rows, shelf = _rows(store, chosen), _shelf(request)
    record(request, actor, "letters", items=[row["id"] for row in rows])
    plans = [letters.plan(store, shelf, name, rows) for name in letters.offered(shelf)]
    lately = worklist.letters_lately(store, [row["key"] for row in rows], days=letters.LATELY)
    offers = [_offer(plan, lately) for plan in plans]
    return page(
        request, "letters.html", offers=offers, chosen=chosen, back=back, days=letters.LATELY,
        gone=len(chosen) - len(rows), KINDS=letters.KINDS,
    )  # fmt: skip


def _offer(plan, lately):
    """A plan with the letters that only a CSV can hold, how many there are in each language, and
    when a patient had the same lately"""
    counts = {}
    had = {one.key: one.at for one in lately if one.wording.split(".")[0] == plan.name}
    for letter in plan.letters:
        name = language_name(letter.language)
        counts[name] = counts.get(name, 0) + 1
    is_paper = "pdf" in letters.FORMS_OF.get(plan.kind, ())
    return {
        "plan": plan, "act": worklist.new_act(), "languages": counts, "is_paper": is_paper,
        "undrawn": letters.undrawn(plan.letters) if is_paper else [],
        "again": [(one, had[one.key]) for one in plan.letters if one.key in had],
    }  # fmt: skip


@router.post("/letters/write")
def write(request: Request, form: Form, actor: Coordinator):
    """Log an attempt of each patient who can be written to, as the reader saw them: sent again, the
    form logs nothing more."""
    check(request, form, actor.name)
    chosen, back, act_id = _chosen(form), _back(form), text(form, "act", ACT)
    name, _, kind = (text(form, "write", 80) or "").partition("|")
    store = store_of(request)
    found = _plan(request, store, name, _rows(store, chosen))
    if kind not in letters.FORMS_OF.get(found.kind, ()):
        raise HTTPException(400, "There is no such file of these letters. Choose PDF or CSV.")
    ready = _as_seen(found, chosen, kind)
    changed = [one.key for one in found.letters if one.version != chosen[one.key]]
    why = {key: worklist.changed_by(store, key, actor) for key in changed}
    if ready and act_id:
        next_on = day_of(form, "next_on")
        why |= letters.log(store, ready, actor=actor, act_id=act_id, next_on=next_on).why
    written = {one.key for one in worklist.letters_logged(store, act_id, actor=actor)}
    if not written:
        raise HTTPException(
            409,
            "No letter was written: these patients were changed since you opened the page, perhaps"
            " by you. Go back to the worklist and select them again.",
        )
    left = [f"{key}:{why[key]}" if key in why else key for key in chosen if key not in written]
    here = filters.address(QueryParams(), name=name, form=kind, left=left, back=back)
    return RedirectResponse(f"{root_of(request)}/letters/{act_id}{here}", 303)


def _as_seen(found, chosen, kind):
    "The letters of a plan that the chosen form can hold, of items that the reader saw as they are"
    undrawn = {one.letter.key for one in letters.undrawn(found.letters)} if kind == "pdf" else ()
    return [
        letter
        for letter in found.letters
        if letter.key not in undrawn and letter.version == chosen[letter.key]
    ]


@router.get("/letters/{act_id}")
def written(request: Request, act_id: str, actor: Coordinator, asked: Annotated[Written, Query()]):
    """What was written in an act: the file to download, Undo, and who was left out and why."""
    store = store_of(request)
    again = letters.letters_again(store, _shelf(request), act_id, actor=actor)
    logged = {one.key for one in (*again.letters, *again.left)}
    reasons = {key: reason for key, _, reason in (one.partition(":") for one in asked.left)}
    wanted = [key for key in reasons if key not in logged]
    others = _rows(store, wanted)
    seen = [one.item_id for one in (*again.letters, *again.left)] + [row["id"] for row in others]
    record(request, actor, "letters", items=seen)
    found = _plan(request, store, asked.name, others)
    why = {key: worklist.WHY_LEFT.get(reason, UNKNOWN) for key, reason in reasons.items()}
    why |= {one.key: one.why for one in found.left}
    if asked.form == "pdf":
        why |= {one.letter.key: letters.no_glyphs(one) for one in letters.undrawn(found.letters)}
    return page(
        request, "letters_written.html", again=again, act=act_id, asked=asked, plan=found,
        left=[(row, why[row["key"]]) for row in others],
        gone=len(wanted) - len(others), back=asked_for(asked.back), KINDS=letters.KINDS,
        FORMS=[asked.form, *(f for f in letters.FORMS_OF.get(found.kind, ()) if f != asked.form)],
        TITLES=letters.FORMS,
    )  # fmt: skip


@router.get("/letters/{act_id}/file")
def file(request: Request, act_id: str, actor: Coordinator, asked: Annotated[AskedFile, Query()]):
    """The letters of an act as a file. Raises HTTPException 404 where there are none, 409 where
    they are not as many as the page said."""
    made = letters.letters_again(store_of(request), _shelf(request), act_id, actor=actor).letters
    if not made:
        raise HTTPException(404)
    if len(made) != asked.of:
        raise HTTPException(409, "Letters changed since this page was opened. Reload it first.")
    content = letters.file_of(made, asked.form)
    name, media_type = made[0].template, letters.FORMS[asked.form].media_type
    detail = f"{name}, {asked.form}"
    record(request, actor, "export", items=[one.item_id for one in made], detail=detail)
    headers = {"Content-Disposition": f'attachment; filename="b12-{name}.{asked.form}"'}
    return Response(content, media_type=media_type, headers=headers)


def again_of(request, row, events, actor):
    """The address of the page of each act in which the reader wrote about a patient, by act, for as
    long as its file can be downloaded again. events: of the patient."""
    if not actor.may("coordinator"):
        return {}
    told = [one for one in events if one["kind"] in TOLD and one["detail"] and one["act"]]
    acts = {one["act"] for one in told if one["who"] == actor.name}
    back, found = f"/patients/{row['key']}", {}
    for act in acts:
        for one in worklist.letters_logged(store_of(request), act, actor=actor):
            name = one.wording.split(".")[0]
            here = filters.address(QueryParams(), name=name, form="csv", back=back)
            found[act] = f"/letters/{act}{here}"
    return found


def _shelf(request):
    return letters.shelf(request.app.state.home, store_of(request))


def _plan(request, store, name, rows):
    "Raises HTTPException 400 for a template that is not there any more"
    shelf = _shelf(request)
    if name not in letters.offered(shelf):
        raise HTTPException(400, "This template does not exist any more. Choose another one.")
    return letters.plan(store, shelf, name, rows)


def _rows(store, keys):
    return [row for key in keys if (row := worklist.item(store, key))]


def _chosen(form):
    "The version that the reader saw of each chosen item, by key. Raises UsageError"
    found = {}
    if len(form.getlist("keys")) > MOST:
        raise UsageError(f"Select at most {MOST} patients.")
    for pair in form.getlist("keys"):
        key, _, number = str(pair).partition(":")
        version = whole(number)
        if version is None:
            raise UsageError("The form is incomplete. Reload the page and try again.")
        found[key] = version
    return found


def _back(form):
    "The page that the reader came from; the worklist sends its query alone"
    given = str(form.get("back", ""))[:1000]
    return asked_for(f"/worklist{given}" if given.startswith("?") else given)
