"""A patient's results and what happened meanwhile, as the data of one drawing and of the table
beside it."""

import math

from pipeline.protocol import judging_row, labels, load, local_rows, shown_unit

PANELS = (
    ("b12", "total_b12", "B12"),
    ("active_b12", "active_b12", "Active B12"),
    ("mma", "mma", "MMA"),
    ("homocysteine", "homocysteine", "Homocysteine"),
)
LANES = {
    "b12_therapy": "B12 treatment", "folic_acid": "Folic acid", "metformin": "Metformin",
    "acid_suppressant": "Acid suppressant", "malabsorption": "Surgery, absorption",
    "neuro": "Neurological", "renal": "Kidney", "pregnancy": "Pregnancy", "diet": "Diet",
    "deficiency_before": "Deficiency before", "note": "Notes",
}  # fmt: skip
COUNTS = (
    "era",
    "usable",
    "counted",
    "abated",
    "active",
    "ended",
    "administered",
)  # of what stands in a lane
NOTE = "a clinician's note:"  # the wording of notes in protocol/concepts.csv


def timeline(explanation, pack):
    """`{"as_of", "panels": [{name, unit, bands, limits, points}], "lanes": [{name, spans}]}` from
    the dict of `explain`.

    A span is `{from, to, label, standing (in words), counts}`; what does not count is there, and
    says so. Points and bands are in the unit of the site and keep the value as reported; a span
    without an end lasts until the as-of date when it is an era, and is a single day else. Panels
    and lanes without anything are left out. The bands of a panel are those that judged its latest
    result; limits: the id of their local row, None for the general one.
    """
    evidence = [row for fact in explanation["facts"] for row in fact["evidence"]]
    panels = [
        _panel(
            name,
            (band, pack.raw["bands"][band]),
            [row for row in evidence if row["what"].startswith(analyte)],
            shown_unit(analyte),
        )
        for band, analyte, name in PANELS
    ]
    lanes = [{"name": name, "spans": _spans(evidence, fact)} for fact, name in _lanes(pack)]
    return {
        "as_of": explanation["as_of"],
        "panels": [panel for panel in panels if panel["points"]],
        "lanes": [lane for lane in lanes if lane["spans"]],
    }


def _lanes(pack):
    "The facts that are drawn as lanes: those of every pack, and what this pack alone asks"
    shipped = load().raw["facts"]
    own = {fact: labels.word(fact) for fact in pack.raw["facts"] if fact not in shipped}
    return (LANES | own).items()


def _panel(name, named_band, rows, unit_and_factor):
    (unit, factor), (band_name, band) = unit_and_factor, named_band
    limits = _limits_of_latest(band_name, band, rows)
    points = [
        {
            "on": str(row["on_day"]),
            "value": row["value"] / factor,
            "reported": row["reported"],
            "standing": row["standing"],
        }
        for row in rows
        if row["value"] is not None and row["on_day"] and math.isfinite(row["value"])
    ]
    tiles = [
        {
            "answer": tile["answer"],
            "from": _edge(tile.get("from", tile.get("above")), factor),
            "to": _edge(tile.get("to", tile.get("below")), factor),
        }
        for tile in judging_row(band, limits)["tiles"]
    ]
    return {
        "name": name, "unit": labels.unit(unit), "bands": tiles, "limits": limits,
        "points": sorted(points, key=lambda point: point["on"]),
    }  # fmt: skip


def _limits_of_latest(name, band, rows):
    "The id of the local row that judged the latest usable result, if the band has it"
    usable = [row for row in rows if row["standing"] == "usable" and row["on_day"]]
    latest = max(usable, key=lambda row: str(row["on_day"]), default={})
    found = dict(each.split("@") for each in latest.get("judged_by") or ()).get(name)
    return found if any(row["id"] == found for row in local_rows(band)) else None


def _edge(edge, factor):
    return None if edge is None else edge / factor


def _spans(evidence, fact):
    "Eras where there are some: the records that they are made of would only cover them"
    rows = [
        row for row in evidence if _lane(row) == fact and row["on_day"] and row["value"] is None
    ]
    counting = [row for row in rows if row["standing"] in COUNTS]
    shown = [row for row in counting if row["standing"] == "era"] or counting
    return sorted(
        (_span(row) for row in rows if row in shown or row not in counting),
        key=lambda row: row["from"],
    )


def _lane(row):
    return "note" if NOTE in row["what"] else row["fact"]


def _span(row):
    counts, standing = row["standing"] in COUNTS, labels.low(row["standing"])
    if not counts and row["standing"] != "not_counted":
        standing = f"{standing}, does not count"
    return {
        "from": str(row["on_day"]),
        "to": str(row["until_on"] or row["on_day"]),
        "label": row["what"] if row["standing"] == "era" else row["reported"],
        "counts": counts,
        "standing": standing,
    }
