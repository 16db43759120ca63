"""The list of runs, and the comparison of two."""

from collections import Counter
from itertools import pairwise

from fastapi import APIRouter, Request

from pipeline import worklist
from pipeline.analysis import diff
from pipeline.runs import PROTOCOL_CHANGED, held_manifests
from pipeline.web.access import Operator, Viewer, store_of
from pipeline.web.cache import Kept, state_of
from pipeline.web.numbers import Count
from pipeline.web.packs import watched
from pipeline.web.recorded import record
from pipeline.web.render import page
from pipeline.web.run_sync import follow, published
from pipeline.web.shadows import named, shadows_of
from pipeline.web.switches import switch_of, switches

router = APIRouter()
KINDS, SIZE = ("new", "changed", "resolved"), 100
_differences = Kept(4)


@router.get("/runs")
def runs(request: Request, actor: Operator):
    """The newest runs, and a form to compare two."""
    follow(request)
    runs = worklist.runs(store_of(request), limit=200)
    home = request.app.state.home
    counted = {row["run_id"]: found for row in runs if (found := shadows_of(home, row["run_id"]))}
    return page(
        request, "runs.html", runs=runs, held=held_manifests(home), counted=counted,
        watched=watched(), named=named, switches=switches(home, runs),
    )  # fmt: skip


@router.get("/runs/compare")
def compare(
    request: Request,
    actor: Viewer,
    before: str = "previous",
    after: str = "latest",
    change: str = "",
    number: Count = 1,
):
    """New, changed and resolved rows between two published runs, with why. Raises UsageError for an
    unknown run."""
    known = published(request)
    names: dict[str, str] = dict(
        zip(("latest", "previous"), (one["run_id"] for one in known), strict=False)
    )
    before, after = names.get(before, before), names.get(after, after)
    rows = _difference(request.app.state.home, before, after) if len(known) > 1 else []
    items = _items(request, rows)
    rows = [row for row in rows if row["patient_id"] in items]
    chosen = [row for row in rows if change not in KINDS or row["change"] == change]
    pages = max(1, -(-len(chosen) // SIZE))
    number = min(max(number or 1, 1), pages)
    shown = _shown(request, actor, items, chosen[(number - 1) * SIZE : number * SIZE])
    return page(
        request, "compare.html", runs=known, before=before, after=after, change=change, rows=shown,
        total=len(chosen), number=number, pages=pages,
        counts=Counter(row["change"] for row in rows), KINDS=KINDS,
        reasons=Counter(_reason(row) for row in rows).most_common(8),
        protocols={one["run_id"]: one["protocol"] for one in known},
        switch=_switch_between(request.app.state.home, known, before, after),
    )  # fmt: skip


def _switch_between(home, runs, before, after):
    "The Switch of a published run, where it is compared with the one before it"
    pairs = [(old["run_id"], new["run_id"]) for new, old in pairwise(runs)]
    return switch_of(home, runs, after) if (before, after) in pairs else None


def _items(request, rows):
    "The items of the patients whom the reader sees"
    patients, home = [row["patient_id"] for row in rows], request.app.state.home
    return worklist.items_of_patients(store_of(request), patients, home=home)


def _shown(request, actor, items, rows):
    "The rows with the keys of their patients, who are on record as seen"
    shown = [row | {"key": items[row["patient_id"]][1]} for row in rows]
    seen = [items[row["patient_id"]][0] for row in rows]
    record(request, actor, "compare", rows=len(shown), items=seen)
    return shown


def _difference(home, before, after):
    return _differences.get(state_of(home, before, after), lambda: diff(home, before, after))


def _reason(row):
    "The first of the reasons, without the answers: which fact changed, else the protocol alone"
    reasons = [each.split(":")[0].strip() for each in (row["because"] or "").split(";")]
    return (
        next((each for each in reasons if each != PROTOCOL_CHANGED), reasons[0]) or "the same facts"
    )
