"""Maps: a steward's answers, what the local codes and units of a source stand for."""

import csv
from functools import cache

from pipeline.config import PROTOCOL

MAP_HEADER = ("entity", "kind", "code_system", "delivered", "map_to_system", "map_to")


def filled(path):
    """The rows of a steward's map that have an answer, as dicts of MAP_HEADER. Raises ValueError for a map that contradicts itself."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if missing := [name for name in MAP_HEADER if name not in (reader.fieldnames or ())]:
        raise ValueError(f"{path.name} lacks the column {', '.join(missing)}")
    rows = [{name: (row[name] or "").strip() or None for name in MAP_HEADER} for row in rows if (row["map_to"] or "").strip()]
    answered = [(row["entity"], row["kind"], row["delivered"].upper()) for row in rows]
    if twice := sorted({f"{entity} {delivered}" for entity, kind, delivered in answered if answered.count((entity, kind, delivered)) > 1}):
        raise ValueError(f"{path.name} answers twice for {', '.join(twice)}")
    units = _units()
    if unknown := [row["map_to"] for row in rows if row["kind"] == "unit" and row["map_to"].lower().replace(" ", "") not in units]:
        raise ValueError(f"{path.name} answers with a unit that protocol/unit_aliases.csv does not know: {', '.join(unknown)}")
    return rows


@cache
def _units():
    with (PROTOCOL / "unit_aliases.csv").open(encoding="utf-8", newline="") as file:
        return {"none", *(row["spelling"] for row in csv.DictReader(file))}
