"""What if a threshold changed: the worklist and the staff hours, today and with the change."""

from contextlib import contextmanager
from threading import Lock

from fastapi import APIRouter, HTTPException, Request

from pipeline.analysis import MINUTES, Simulation
from pipeline.core import UsageError
from pipeline.runs import latest_folder
from pipeline.web.access import Viewer
from pipeline.web.render import page

router = APIRouter()
SETTING, FLOWS = "settings.", 20
_kept, _lock = {}, Lock()


@router.get("/population/what-if")
def what_if(request: Request, actor: Viewer):
    """The form with today's thresholds; with others in the address, also what they would change.
    Raises HTTPException 403 for a user of some sites: it counts patients of all."""
    if actor.sites is not None:
        raise HTTPException(
            403, "This page counts patients of every site, and your account is limited to some."
        )
    with _simulating(request.app.state.home) as simulation:
        return _answered(request, simulation)


def _answered(request, simulation):
    names, query = simulation.movable(), request.query_params
    asked = {name: query[name].strip() for name in names if query.get(name, "").strip()}
    changes = {name: value for name, value in asked.items() if not _is_same(value, names[name][0])}
    answer, problem = None, None
    try:
        minutes = {
            way: _minutes(query.get(f"minutes_{way}"), usual) for way, usual in MINUTES.items()
        }
        answer = simulation.what_if(changes, minutes=minutes)
    except UsageError as wrong:
        minutes, problem = dict(MINUTES), str(wrong)
    return page(
        request,
        "whatif.html",
        names=names,
        asked=asked,
        changes=changes,
        answer=answer,
        problem=problem,
        minutes=minutes,
        FLOWS=FLOWS,
        bands={name: value for name, value in names.items() if not name.startswith(SETTING)},
        settings={name: value for name, value in names.items() if name.startswith(SETTING)},
    )


@contextmanager
def _simulating(home):
    "The simulation of the newest run, kept in memory; not closed while in use"
    newest = (str(home.root), latest_folder(home).resolve().name)
    with _lock:
        if newest not in _kept:
            for old in _kept.values():
                old.close()
            _kept.clear()
            _kept[newest] = Simulation(home)
        yield _kept[newest]


def _is_same(text, now):
    try:
        return float(text) == float(now)
    except ValueError:
        return text == str(now)


def _minutes(text, usual):
    try:
        minutes = float(text) if text else usual
    except ValueError:
        raise UsageError("Enter the minutes as a number.") from None
    if not 0 <= minutes <= 480:
        raise UsageError("Enter minutes between 0 and 480.")
    return minutes
