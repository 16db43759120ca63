"""The local codes and units without a map: what could matter first."""

from collections import defaultdict

from pipeline.profiles import answerable_as, answered, read_profile_if_there
from pipeline.protocol import BANDS, best_of, likeness_band, proposals

SHOWN = 4  # of the names and units that one code has


def unanswered(home, rows):
    """The rows of reporting.unmapped that no map of their source's profile answers: by their band,
    then the most frequent first, then by source, entity, kind, system and code.

    Instead of `names` a row has `other_names`, text, where one code has several; `units` is text
    too; `band` is one of BANDS: of a code by its likeness, of a unit by whether a decision may
    depend on its rejected results; a status word is in the second. With a resemblance a row has
    `resembles` (a name of the protocol), `likeness` (86 to 100), `proposed_system` and `proposed`
    (a code, as a map answers); None without.
    """
    return likened(without_answer(home, rows))


def without_answer(home, rows):
    """Those of the rows, of reporting.unmapped or `likened`, that no map answers."""
    answers = {source: _answered(home, source) for source in {row["source"] for row in rows}}
    return [row for row in rows if not answerable_as(row) & answers[row["source"]]]


def likened(rows):
    """The rows of reporting.unmapped as of `unanswered`, with an answer or without."""
    proposed = _proposed(rows)
    shown = [_with_proposal(row, _best(row, proposed[row["entity"]])) for row in rows]
    return sorted(shown, key=_order)


def _order(row):
    frequent_first = (BANDS.index(row["band"]), -row["rows"])
    name = (row["source"], row["entity"], row["kind"], row["code_system"] or "", row["delivered"])
    return frequent_first + name


def _answered(home, source):
    profile = read_profile_if_there(source, home)
    return {answered(row) for row in profile.maps} if profile else set()


def _proposed(rows):
    "By entity, the proposals for all names"
    delivered = defaultdict(set)
    for row in rows:
        if row["kind"] == "code":
            delivered[row["entity"]].update([row["delivered"], *row["names"]])
    found = {entity: proposals(entity, names) for entity, names in delivered.items()}
    return defaultdict(dict, found)


def _best(row, proposed):
    names = [row["delivered"], *row["names"]] if row["kind"] == "code" else []
    return best_of(proposed, names, row["units"])


def _with_proposal(row, best):
    shown = {name: value for name, value in row.items() if name not in ("names", "units")}
    return {
        **shown,
        "band": _band(row, best),
        "other_names": _listed(row["names"][1:]),
        "units": _listed(row["units"]),
        "resembles": best and best.name,
        "likeness": best and best.likeness,
        "proposed_system": best and best.code_system,
        "proposed": best and best.code,
    }


def _band(row, best):
    if row["kind"] == "code":
        return likeness_band(best)
    return BANDS[0] if row.get("is_deciding") else BANDS[1]


def _listed(words):
    more = len(words) - SHOWN
    shown = words[:SHOWN] + ([f"{more} more"] if more > 0 else [])
    return "; ".join(shown) or None
