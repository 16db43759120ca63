"""Shadow protocols: whom others would list beside the one that decides, as each run counted it, and
over the last runs."""

from functools import lru_cache

from fastapi import APIRouter, HTTPException, Request

from pipeline.analysis import CITES, MINUTES, staff_hours
from pipeline.runs import FORMER_LEFT, SHADOW_LEFT, altered, change_by, known_manifest, read_counts
from pipeline.web.access import Viewer
from pipeline.web.effects import priority_matrix
from pipeline.web.packs import offered, watched
from pipeline.web.render import page
from pipeline.web.run_sync import published

router = APIRouter()
NIGHTS, FLOWS, KEPT = 30, 20, 256
FILE = "shadows.json"
LEFT_OUT = (f"{SHADOW_LEFT} ", f"{FORMER_LEFT},")


@router.get("/population/shadows")
def shadows(request: Request, actor: Viewer, run: str | None = None):
    """What the shadows of a published run would list, and its course over the runs before it.
    Raises HTTPException 403 for a user of some sites: it counts patients of all."""
    if actor.sites is not None:
        raise HTTPException(
            403, "This page counts patients of every site, and your account is limited to some."
        )
    home, runs = request.app.state.home, published(request)
    counted = [row for row in runs if shadows_of(home, row["run_id"])]
    chosen = next((row for row in runs if row["run_id"] == run), runs[0] if runs else None)
    before = [row for row in counted if chosen and row["run_id"] <= chosen["run_id"]][:NIGHTS]
    counts, packs = shadows_of(home, chosen["run_id"]) if chosen else (), offered()
    labels = {code: said for pack in packs.values() for code, said in pack.labels.items()}
    return page(
        request, "shadows.html", runs=counted, chosen=chosen, watched=watched(), FLOWS=FLOWS,
        left=left_out(home, chosen["run_id"]) if chosen else (), labels=labels,
        offered={pack.sha256: name for name, pack in packs.items()},
        found=[_shown(home, shadow, chosen, before) for shadow in counts],
    )  # fmt: skip


def _shown(home, shadow, run, before):
    answer, manifest = _answer(shadow, run), _manifest(home, run["run_id"])
    former = manifest.protocol_before if manifest else None
    return {
        "change": former and change_by(shadow, former.sha256),
        "sha256": shadow["protocol"]["sha256"], "answer": answer, "matrix": priority_matrix(answer),
        "course": _course(home, shadow, before),
    }  # fmt: skip


def shadows_of(home, run_id):
    """What a run says in `shadows.json`; nothing where it has none. Raises StorageError."""
    path = home.runs / run_id / FILE
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return ()


def left_out(home, run_id):
    """A sentence for each shadow that a run left out; nothing of a run whose folder is gone."""
    manifest = _manifest(home, run_id)
    return tuple(text for text in manifest.warned if text.startswith(LEFT_OUT)) if manifest else ()


def _manifest(home, run_id):
    try:
        return known_manifest(home.runs / run_id)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=KEPT)
def _read(path, _):
    return tuple(read_counts(path))


def _answer(shadow, run):
    "As `Simulation.what_if` answers"
    sides = {side: _side(shadow[side]) for side in ("now", "then")}
    return {
        "protocol": named(shadow), "protocol_now": run["protocol"], "minutes": dict(MINUTES),
        "cites": CITES, "moved": shadow["moved"], "flows": shadow["flows"], **sides,
    }  # fmt: skip


def _side(counts):
    priorities = {int(number): patients for number, patients in counts["priority"].items()}
    return counts | {"priority": priorities} | staff_hours(counts)


def named(shadow):
    """The name and version of a shadow."""
    return f"{shadow['protocol']['pack']} {shadow['protocol']['version']}"


def _course(home, shadow, runs):
    "Of the runs that counted this pack, oldest first: how many it would list, and who moves"
    same = [(row, _same(shadow, shadows_of(home, row["run_id"]))) for row in runs]
    return [_night(row, other) for row, other in reversed(same) if other]


def _same(shadow, others):
    "Of the shadows of a run the same text, else the one of this name"
    named = [each for each in others if each["protocol"]["pack"] == shadow["protocol"]["pack"]]
    exact = [each for each in named if each["protocol"] == shadow["protocol"]]
    return next(iter(exact or named), None)


def _night(run, shadow):
    return {
        "as_of": run["as_of"], "protocol": run["protocol"], "shadow": named(shadow),
        "now": shadow["now"]["worklist"], "then": shadow["then"]["worklist"],
        "come": shadow["moved"]["come"], "leave": shadow["moved"]["leave"],
        "changed": altered(shadow),
    }  # fmt: skip
