"""Packs with local rows in their bands, for tests: two laboratories, one of which changed its method on 1 July 2025."""

from copy import deepcopy
from dataclasses import replace

import yaml

from pipeline.core import parse_yaml
from pipeline.protocol.tables import register_pack
from tests.clinic import clinic, pack

TWO_LABORATORIES = """
b12:
  - {id: north-2025, laboratory: "North*", method: ECLIA, valid_from: 2025-07-01, cites: [OURS],
     tiles: [{answer: low, below: 200}, {answer: borderline, from: 200, to: 400}, {answer: above, above: 400}],
     censored: [{answer: uncertain_low, below: 250}, {answer: uncertain}]}
  - {id: north-old, laboratory: "North*", valid_to: 2025-06-30, cites: [OURS],
     tiles: [{answer: low, to: 150}, {answer: borderline, above: 150, below: 300}, {answer: above, from: 300}]}
  - {id: east, laboratory: " EAST lab ", cites: [OURS],
     tiles: [{answer: low, below: 160}, {answer: low_molar_only, from: 160, below: 203.3055}, {answer: borderline, from: 203.3055, to: 350},
       {answer: above, above: 350}]}
  - {id: elderly, age: {from: 65}, cites: [OURS], tiles: [{answer: low, below: 220}, {answer: above, from: 220}]}
  - {id: pregnant, pregnant: true, cites: [OURS], tiles: [{answer: low, below: 120}, {answer: above, from: 120}]}
neuro_300:
  - {id: east, laboratory: "east lab", cites: [OURS], tiles: [{answer: "yes", below: 250}, {answer: "no", from: 250}]}
mma:
  - {id: own-source, source: canonical, age: {below: 18}, cites: [OURS], tiles: [{answer: not_raised, to: 400}, {answer: raised, above: 400}]}
"""


def pack_with(local=TWO_LABORATORIES, **others):
    """The default pack with these local rows, as YAML: band -> rows; others: as of `pack_with_rows`."""
    return pack_with_rows(parse_yaml(local), **others)


def pack_with_rows(rows_of, *, facts=None, settings=None):
    """The default pack with these local rows: band -> rows; and with these facts, and values of settings, in place of its own."""
    raw = deepcopy(pack().raw)
    for band, rows in rows_of.items():
        raw["bands"][band]["local"] = rows
    raw["facts"] |= facts or {}
    raw["settings"] |= {name: {"value": value} for name, value in (settings or {}).items()}
    return replace(pack(), raw=raw)


def local_clinic(local=TWO_LABORATORIES, as_of="2026-01-31", **others):
    """A clinic with the default pack and these local rows; others: as of `pack_with_rows`."""
    con = clinic(as_of)
    register_pack(con, pack_with(local, **others))
    return con


def written(folder, name="local", local=TWO_LABORATORIES):
    """The path of a pack of this name with these local rows, written into a folder as a site would write it."""
    raw = pack_with(local).raw | {"pack": name}
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
