"""Unmapped codes and units: the list, what one stands for, and what an answer would change. A
steward's answer is written into the stewards' map of its source."""

import unicodedata
from threading import Lock

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from pipeline import analysis
from pipeline.core import InvalidProtocol, UsageError
from pipeline.profiles import STEWARD_MAP, read_profile
from pipeline.protocol import BANDS, labels
from pipeline.sources import suggested, suggested_unit, targets, unit_targets
from pipeline.web import filters
from pipeline.web.access import Steward
from pipeline.web.cache import Kept, state_of
from pipeline.web.forms import Form, check, text
from pipeline.web.recorded import origin_of
from pipeline.web.render import page, root_of

router = APIRouter()
SHOWN, LONGEST_SEARCH, FOUND = 50, 100, 30
FILTERS = ("source", "entity", "band")
_HELD, _KEPT = Kept(2), Kept(2)
_TRYING = Lock()  # a preview reads files of the archive: one at a time
PATIENCE = 3  # seconds that another one waits for it, so that pages never wait for previews
BUSY = "Another preview is being made. Reload the page in a moment."


@router.get("/quality/unmapped")
def unmapped(request: Request, actor: Steward):
    """Unmapped local codes and units, what could matter first; with `decided=yes` those with an
    answer."""
    every, query = _questions(request), request.query_params
    is_decided = query.get("decided") == "yes"
    asked = [one for one in every if bool(one.answer) == is_decided]
    chosen = [one for one in asked if _fits(one, query)]
    number = min(filters.number(query), max(1, -(-len(chosen) // SHOWN)))
    return page(
        request,
        "unmapped.html",
        rows=chosen[(number - 1) * SHOWN : number * SHOWN],
        total=len(chosen),
        number=number,
        pages=max(1, -(-len(chosen) // SHOWN)),
        is_decided=is_decided,
        decided=sum(bool(one.answer) for one in every),
        counts_patients=actor.sites is None,
        choices={name: sorted({getattr(one, name) for one in asked}) for name in FILTERS[:2]},
        bands=BANDS,
        query=query,
        waiting=[one for one in every if one.is_waiting],
        due=_due(request),
        target_of=analysis.target_of,
        named=named,
    )


def named(known):
    """A name of the protocol, which are in small letters, as it is written: vitamin B12."""
    return " ".join(labels.CAPITALS.get(word, word) for word in (known or "").split())


def _fits(one, query):
    if any(query.get(name) and getattr(one, name) != query.get(name) for name in FILTERS):
        return False
    words = _folded(query.get("q", "")[:LONGEST_SEARCH]).split()
    held = _folded(
        " ".join([one.delivered, one.code_system or "", one.resembles or "", *one.names])
    )
    return all(word in held for word in words)


def _folded(written):
    letters = unicodedata.normalize("NFKD", written.casefold())  # codespell:ignore normalize
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@router.get("/quality/unmapped/{key}")
def one_code(request: Request, key: str, actor: Steward):
    """One code or unit: what it may stand for; with `to` in the address, what that would change.
    Raises HTTPException 404."""
    return _shown(request, actor, _question(request, key), to=request.query_params.get("to"))


@router.post("/quality/unmapped/{key}/answer")
def answer(request: Request, key: str, form: Form, actor: Steward):
    """Write an answer into the stewards' map; 409 where someone else answered meanwhile. Raises
    HTTPException 403, 404, UsageError, StorageError."""
    check(request, form, actor.name)
    asked = _question(request, key)
    because, to = text(form, "because", analysis.LONGEST_REASON), text(form, "to", 200)
    if len(asked.names) > 1 and to != "none" and "checked" not in form:
        raise HTTPException(400, "Confirm that every name of this code is the same test or drug.")
    given = analysis.answer_to(asked, to, actor=actor, because=because)
    by = {"actor": actor, "origin": origin_of(request)}
    try:
        analysis.save_answer(request.app.state.home, asked, given, **by)
    except analysis.AnsweredMeanwhile as conflict:
        return _shown(request, actor, _question(request, key), status=409, problem=str(conflict))
    except InvalidProtocol as invalid:
        problem = f"Nothing was saved. {invalid}"
        return _shown(request, actor, asked, status=400, problem=problem)
    return RedirectResponse(f"{root_of(request)}/quality/unmapped/{key}?did=saved", 303)


@router.post("/quality/unmapped/{key}/undo")
def undo(request: Request, key: str, form: Form, actor: Steward):
    """Take an answer of the stewards' map back; 409 where it was changed meanwhile. Raises as
    `answer`."""
    check(request, form, actor.name)
    asked = _question(request, key)
    by = {"actor": actor, "origin": origin_of(request)}
    try:
        if not asked.is_ours:
            raise analysis.AnsweredMeanwhile("There is no answer here that could be taken back.")
        at = text(form, "answered_at", 40)
        analysis.take_back(request.app.state.home, asked, answered_at=at, **by)
    except analysis.AnsweredMeanwhile as conflict:
        return _shown(request, actor, _question(request, key), status=409, problem=str(conflict))
    is_left = any(one.key == key for one in _questions(request))
    return RedirectResponse(
        f"{root_of(request)}/quality/unmapped{f'/{key}' if is_left else ''}?did=undone", 303
    )


def _questions(request):
    home = request.app.state.home
    lake = state_of(home)
    # a key that changes with the site's profiles and their maps, too
    maps = tuple((str(path), _stamp(path)) for path in sorted(home.sources.glob("*/*")))

    def made():
        return analysis.questions(home, _HELD.get(lake, lambda: analysis.held_rows(home)))

    return _KEPT.get((lake, maps), made)


def _stamp(path):
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _question(request, key):
    found = next((one for one in _questions(request) if one.key == key), None)
    if found is None:
        raise HTTPException(404)
    return found


def _due(request):
    "The sources of which rows in the lake would be read otherwise, and those of which none knows"
    due = analysis.replays_due(request.app.state.home)
    return {source: is_due for source, is_due in due.items() if is_due is not False}


def _shown(request, actor, asked, *, to=None, status=200, problem=None):
    home, units, made = request.app.state.home, (), None
    try:
        profile = read_profile(asked.source, home)
        if asked.kind == "unit":
            units = unit_targets(analysis.analytes_of(profile, asked))
        if to and not asked.answer:
            made, problem = _preview(home, asked, to)
    except InvalidProtocol as invalid:
        problem = str(invalid)
    return page(
        request,
        "unmapped_code.html",
        status=status,
        asked=asked,
        to=to,
        preview=made,
        problem=problem,
        units=units,
        unit=suggested_unit(asked.delivered, units),
        is_writable=analysis.is_writable(home, asked.source),
        counts_patients=actor.sites is None,
        due=_due(request).get(asked.source, False),
        did=request.query_params.get("did"),
        target_of=analysis.target_of,
        named=named,
        MAP=f"{asked.source}/{STEWARD_MAP}",
        LONGEST_REASON=analysis.LONGEST_REASON,
        **_sought(asked, request.query_params.get("q", "")[:LONGEST_SEARCH]),
    )


def _sought(asked, sought):
    "What the search shows"
    found, is_suggested = _found(asked, sought)
    return {
        "sought": sought,
        "found": found[:FOUND],
        "more": len(found) - FOUND,
        "is_suggested": is_suggested,
        "every": targets(asked.entity) if asked.kind == "code" else (),
    }


def _preview(home, asked, to):
    "The Preview, and what is wrong with the answer"
    try:
        given = analysis.answer_to(asked, to)
        if not _TRYING.acquire(timeout=PATIENCE):
            return None, BUSY
        try:
            return analysis.preview(home, asked, given), None
        finally:
            _TRYING.release()
    except UsageError as wrong:
        return None, str(wrong)


def _found(asked, sought):
    "The Targets that fit what was typed, else of what it resembles; and whether they are such"
    if asked.kind != "code" or not sought.strip():
        return [], False
    found = targets(asked.entity, sought)
    return (found, False) if found else (suggested(asked.entity, sought), True)
