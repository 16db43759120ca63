"""The local codes and units that nothing maps yet: what could matter first."""

from collections import defaultdict

from pipeline.core import InvalidProtocol
from pipeline.profiles import answered, read_profile
from pipeline.protocol import in_units, proposals, rank

SHOWN = 4  # of the names and units that one code has


def unanswered(home, rows):
    """The rows of reporting.unmapped that no map of their source's profile answers: those whose
    name resembles a name of the protocol first, before all what decides, the most alike first; then
    the most frequent.

    Instead of `names` a row has `other_names`, text, where one code has several; `units` is text
    too; and with a resemblance it has `resembles` (a name of the protocol), `likeness` (86 to 100),
    `proposed_system` and `proposed` (a code, as a map answers); None without.
    """
    told = {source: _answered(home, source) for source in {row["source"] for row in rows}}
    left = [row for row in rows if not _keys(row) & told[row["source"]]]
    proposed = _proposed(left)
    best = [(row, _best(row, proposed[row["entity"]])) for row in left]
    best.sort(key=lambda pair: rank(pair[1]))
    return [_with_proposal(row, proposal) for row, proposal in best]


def _answered(home, source):
    try:
        maps = read_profile(source, home).maps
    except InvalidProtocol:  # the profile is gone; its rows are still there
        return set()
    return {answered(row) for row in maps}


def _keys(row):
    "An answer may be for the code under its system, or under any"
    return (
        {answered(row), answered({**row, "code_system": None})}
        if row["kind"] != "status"
        else set()
    )


def _proposed(rows):
    "By entity, the proposals for all names"
    names = defaultdict(set)
    for row in rows:
        if row["kind"] == "code":
            names[row["entity"]].update([row["delivered"], *row["names"]])
    return defaultdict(dict, {entity: proposals(entity, all_) for entity, all_ in names.items()})


def _best(row, proposed):
    names = [row["delivered"], *row["names"]] if row["kind"] == "code" else []
    best = min((proposed[name] for name in names if name in proposed), default=None, key=rank)
    return best and in_units(best, row["units"])


def _with_proposal(row, best):
    shown = {name: value for name, value in row.items() if name not in ("names", "units")}
    return {
        **shown,
        "other_names": _listed(row["names"][1:]),
        "units": _listed(row["units"]),
        "resembles": best and best.name,
        "likeness": best and best.likeness,
        "proposed_system": best and best.code_system,
        "proposed": best and best.code,
    }


def _listed(words):
    more = len(words) - SHOWN
    shown = words[:SHOWN] + ([f"{more} more"] if more > 0 else [])
    return "; ".join(shown) or None
