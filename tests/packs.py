"""Packs of a test's own, based on the shipped one."""

import re

import yaml

from pipeline.core import DEFAULT_PACK, PROTOCOL

TEXT = (PROTOCOL / f"{DEFAULT_PACK}.yaml").read_text(encoding="utf-8")
OWN = ("actions", "next_step", "safety", "cause", "cohorts")  # what no pack inherits
SECTION = re.compile(r"^(\w+):.*?(?=^\w+:|\Z)", re.MULTILINE | re.DOTALL)


def small_text(name="mine", *, based_on=DEFAULT_PACK, more=""):
    """The text of a pack with the rules of the shipped one and nothing that it may inherit."""
    sections = {found[1]: found[0] for found in SECTION.finditer(TEXT)}
    rules = "".join(sections[section] for section in OWN)
    flags = [row for row in yaml.safe_load(TEXT)["flags"] if "when" in row]
    head = (
        f"pack: {name}\nversion: 1.0.0\ntitle: Ours\nauthor: us\nchecker: nobody yet\nreviewed: 2026-11-01\n"
        f"next_review: 2027-11-01\nnotice: For review.\nbased_on: {based_on}\n"
    )
    return f"{head}{rules}\n{yaml.safe_dump({'flags': flags}, sort_keys=False)}\n{more}"


def write_small(folder, name="mine", *, concepts=None, **text):
    """Write such a pack and its table of concepts into a folder; returns the pack's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(small_text(name, **text), encoding="utf-8")
    if concepts is not None:
        table = f"concept,fact,means,wording\n{concepts}"
        path.with_name(f"{name}.concepts.csv").write_text(table, encoding="utf-8")
    return path
