"""What if another protocol decided: who would come onto the worklist, leave it or change, with
staff hours, what differs in words, and the patients. Calculated when asked for, once a run and
pack."""

from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pipeline import exports, worklist
from pipeline.analysis import MOVED_COLUMNS, Simulation, flow_of, flows_among
from pipeline.core import UsageError
from pipeline.runs import latest_folder
from pipeline.screening import moves
from pipeline.web.access import Coordinator, Viewer, store_of
from pipeline.web.cache import Kept
from pipeline.web.effects import priority_matrix
from pipeline.web.forms import Form, check, text
from pipeline.web.numbers import Count
from pipeline.web.packs import (
    chosen_pack,
    differences_in_words,
    is_sound,
    latest_pack,
    offered,
)
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of
from pipeline.web.run_sync import follow

router = APIRouter()
PATH = "/population/what-if/protocol"
SIZE, FLOWS = 50, 20
WAIT_SECONDS = 20  # for a calculation that another reader began
OF_EVERYONE = ("now", "then")
UNSOUND = (
    "The protocol {} has problems, so nothing can be calculated: b12 protocol check lists them."
)
_effects, _calculating = Kept(4), Lock()


@dataclass(frozen=True)
class Effect:
    """answer: of `Simulation.what_if` under another pack. moved: the rows of its `patients`."""

    answer: dict
    moved: tuple


@router.get(PATH)
def what_if(request: Request, actor: Viewer, pack: str = ""):
    """The packs to choose from; of a chosen one what differs, whether it is signed and, where it
    was calculated for the last published run, what it would change."""
    return _shown(request, actor, pack)


@router.post(PATH)
def calculate(request: Request, form: Form, actor: Viewer):
    """Calculate what a pack would change, or wait for who does so; then lead to the page. Raises
    HTTPException 404 for an unknown pack, and UsageError for one with problems."""
    check(request, form, actor.name)
    name = text(form, "pack", 100) or ""
    pack = chosen_pack(offered(), name)
    if not is_sound(pack):
        raise UsageError(UNSOUND.format(name))
    if _calculated(request.app.state.home, pack) is None:
        return _shown(request, actor, name, status=503, is_busy=True)
    return RedirectResponse(_address(request, "", name), 303)


def _address(request, part, name):
    return f"{root_of(request)}{PATH}{part}?{urlencode({'pack': name})}"


def _shown(request, actor, name, *, status=200, is_busy=False):
    follow(request)
    home, packs = request.app.state.home, offered()
    current = latest_pack(home)
    pack = chosen_pack(packs, name) if name else None
    effect = _effects.known(_key(home, pack)) if pack else None
    answer = _as_seen(request, actor, effect) if effect else None
    return page(
        request, "another_pack.html", status=status, packs=packs, name=name, pack=pack,
        labels=pack and pack.labels,
        current=current, standing_now=worklist.standing_of_pack(store_of(request), current),
        standing_then=worklist.standing_of_pack(store_of(request), pack) if pack else None,
        differing=_differing(current, pack), is_busy=is_busy, answer=answer, FLOWS=FLOWS,
        matrix=priority_matrix(answer) if answer and "now" in answer else None,
        problem=UNSOUND.format(name) if pack and not is_sound(pack) else None,
    )  # fmt: skip


def _differing(current, pack):
    return differences_in_words(current, pack) if pack and is_sound(pack) else {}


def _as_seen(request, actor, effect):
    "Of a reader of some sites, what becomes of the patients of these alone, without totals"
    if actor.sites is None:
        return effect.answer
    kept = {name: each for name, each in effect.answer.items() if name not in OF_EVERYONE}
    return kept | flows_among(_seen(request, effect.moved))


@router.get(f"{PATH}/patients")
def patients(request: Request, actor: Viewer, pack: str, way: str = "", number: Count = 1):
    """Who would come onto the worklist, leave it or change, a page of them: those whom the reader
    sees, each of whom is on record as seen."""
    effect = _effects.known(_key(request.app.state.home, chosen_pack(offered(), pack)))
    if effect is None:
        return RedirectResponse(_address(request, "", pack), 303)
    seen = _seen(request, effect.moved)
    chosen = _of_way(seen, way)
    pages = max(1, -(-len(chosen) // SIZE))
    number = min(max(number or 1, 1), pages)
    rows, items = _with_items(request, chosen[(number - 1) * SIZE : number * SIZE])
    record(request, actor, "what_if", rows=len(rows), items=items, detail=_told(pack, way))
    return page(
        request, "another_pack_patients.html", name=pack, answer=effect.answer, way=way, rows=rows,
        counts=flows_among(seen)["moved"], everyone=len(seen), total=len(chosen), number=number,
        pages=pages, WAYS=moves.WAYS, labels=offered()[pack].labels,
    )  # fmt: skip


@router.get(f"{PATH}/export")
def export(request: Request, actor: Coordinator, pack: str, way: str = ""):
    """The same patients as CSV, all of them, each on record."""
    effect = _effects.known(_key(request.app.state.home, chosen_pack(offered(), pack)))
    if effect is None:
        return RedirectResponse(_address(request, "", pack), 303)
    rows, items = _with_items(request, _of_way(_seen(request, effect.moved), way))
    record(request, actor, "export", rows=len(rows), items=items, detail=_told(pack, way))
    name = f"what-if-{pack}-{effect.answer['as_of']}.csv"
    return Response(
        exports.as_rows(rows, "csv", MOVED_COLUMNS) + "\n",
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _told(pack, way):
    return " ".join(("what_if", pack, *([way] if way in moves.WAYS else [])))


def _of_way(rows, way):
    "Those who change in one of the WAYS; for any other word, everyone"
    if way not in moves.WAYS:
        return rows
    return [row for row in rows if way in moves.ways_of(flow_of(row))]


def _seen(request, rows):
    "The rows of the patients whom the reader sees; an item is made of none"
    home, patients = request.app.state.home, [row["patient_id"] for row in rows]
    seen = worklist.seen_patients(store_of(request), patients, home=home)
    return [row for row in rows if row["patient_id"] in seen]


def _with_items(request, rows):
    "The rows with the keys of their patients, and the ids of the items"
    home, patients = request.app.state.home, [row["patient_id"] for row in rows]
    items = worklist.items_of_patients(store_of(request), patients, home=home)
    shown = [row | {"key": items[row["patient_id"]][1]} for row in rows]
    return shown, [items[row["patient_id"]][0] for row in rows]


def _calculated(home, pack):
    "The Effect of a pack on the last published run; None where another calculation still lasts"
    if not _calculating.acquire(timeout=WAIT_SECONDS):
        return None
    try:
        return _effects.get(_key(home, pack), lambda: _effect(home, pack))
    finally:
        _calculating.release()


def _effect(home, pack):
    with closing(Simulation(home, pack)) as simulation:
        return Effect(simulation.what_if({}), tuple(simulation.patients()))


def _key(home, pack):
    "It changes with the run, and where patients of it are erased"
    folder = latest_folder(home).resolve()
    return str(home.root), folder.name, folder.stat().st_mtime_ns, pack.sha256
