"""A new pack, begun: a small file based on another pack, sound as it is written."""

import re
from datetime import date
from os.path import relpath
from pathlib import Path

import yaml

from pipeline.core import LOADER, PROTOCOL, InvalidProtocol
from pipeline.protocol.inherited import BY_ENTRY
from pipeline.protocol.pack import NAME
from pipeline.protocol.pack_files import BASED_ON, CONCEPTS

SECTION = re.compile(r"^(\w+):.*?(?=^\w+:|\Z)", re.MULTILINE | re.DOTALL)
RULES = ("actions", "next_step", "safety", "cause", "cohorts")  # what no pack inherits
INHERITED = (*BY_ENTRY, "monitoring_checks")
MONTHS_TO_REVIEW = 6


HINTS = {  # by section
    "facts": """\
# A question of its own. Take the # away from the lines that you use; rules may then name it.
# facts:
#   nitrous_oxide:
#     asks: whether nitrous oxide was used
#     answers:         # the first line that something on file fits gives the answer
#       - {answer: recent, coded: [nitrous_oxide*], within_months: 12}
#       - {answer: earlier, coded: [nitrous_oxide*]}
#     otherwise: none
#     not_loaded: not_loaded""",
    "bands": """\
# Limits of one laboratory: give the whole band, as it is in the base, and its rows under local:
# bands:
#   b12:
#     analyte: total_b12
#     unit: pg/mL
#     cites: [OURS]
#     tiles:
#       - {answer: low, below: 180}
#       - {answer: low_molar_only, from: 180, below: 203.3055}
#       - {answer: borderline, from: 203.3055, to: 350}
#       - {answer: above, above: 350}
#     censored: [{answer: uncertain_low, below: 203.3055}, {answer: uncertain}]
#     local:
#       - {id: north-2026, laboratory: "North*", valid_from: 2026-07-01, cites: [OURS],
#          tiles: [{answer: low, below: 200}, {answer: borderline, from: 200, to: 400},
#                  {answer: above, above: 400}]}""",
}  # fmt: skip
EXAMPLES = """\
# Examples: one for each line of next_step and safety that is not the base's own, before the pack is
# signed. b12 protocol test tries them.
# examples:
#   - {title: "B12 110 pg/mL with a headache, untreated: neurological regimen",
#      records: [born 1960-05-01, total_b12 110 pg/mL on 2026-01-05, headache_tierB_primary],
#      expect: {next_step: TREAT_IM_NEURO, rule: N05, priority: 1}}"""


def drafted(name, base, *, folder, today):
    """The texts of a new pack that is based on another: of its file, and of its table of concepts
    where the other has one. folder: where they
    will be. today: the day of its head. Raises InvalidProtocol for a name that a pack cannot have.

    The rules, actions, cohorts and flags with a condition are those of the other pack, copied, as a
    pack inherits none of them. A pack that is itself based on one is copied with all of its own,
    on the same base.
    """
    if not re.fullmatch(NAME, name):
        raise InvalidProtocol(
            f"{name} cannot be the name of a pack: use letters, digits, dots, hyphens and"
            " underscores, at most 60, and begin with a letter or digit."
        )
    further = base.file(BASED_ON)
    place = further.path if further else base.path
    based_on = _named(place, folder)
    own = (*(INHERITED if further else ()), *RULES)
    sections = {found[1]: found[0] for found in SECTION.finditer(base.text)}
    parts = [
        _head(name, based_on, base, today),
        *(text for section, text in HINTS.items() if section not in own),
        *(_trimmed(sections[section]) for section in own if section in sections),
        _flags(base, is_whole=bool(further)),
        _trimmed(sections["examples"]) if further and "examples" in sections else EXAMPLES,
    ]
    text = "\n\n".join(parts) + "\n"
    table = base.file(CONCEPTS)
    return (text, table.text) if table else (text,)


def _named(place, folder):
    "A pack of protocol/ by its name, another by its way from the folder"
    if place.parent.resolve() == PROTOCOL.resolve():
        return place.stem
    return Path(relpath(place.resolve(), folder.resolve())).as_posix()


def _head(name, based_on, base, today):
    says = {
        "pack": name, "version": "0.1.0", "title": f"{name}: say what this protocol is for",
        "author": "to be filled in", "checker": "nobody yet", "reviewed": today,
        "next_review": _later(today), "notice": base.raw["notice"], "based_on": based_on,
    }  # fmt: skip
    text = yaml.safe_dump(says, sort_keys=False, allow_unicode=True, width=1000).rstrip()
    return (
        f"# Begun from {base.versioned_name}. Fill in title, author and checker; change"
        " what differs, delete what does not apply.\n"
        "# What this file does not give of settings, bands, facts and sources is inherited. How a"
        f" pack is written: protocol/README.md. Check it: b12 protocol check {name}.yaml\n{text}"
    )


def _later(today):
    years, month = divmod(today.month - 1 + MONTHS_TO_REVIEW, 12)
    return date(today.year + years, month + 1, min(today.day, 28))


def _trimmed(section):
    "Without the comments that stand before the next section"
    lines = section.rstrip().splitlines()
    while lines[-1].startswith("#") or not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def _flags(base, *, is_whole):
    "Those with a condition, and of a pack that is itself based on one all of its own, as written"
    root = yaml.compose(base.text, LOADER)
    rows = next((value.value for key, value in root.value if key.value == "flags"), [])
    own = base.own.get("flags") or []
    chosen = [
        f"{' ' * (node.start_mark.column - 2)}- {_source(base.text, node)}"
        for node, row in zip(rows, own, strict=True)
        if is_whole or "when" in row
    ]
    return "\n".join(["flags:", *chosen]) if chosen else "flags: []"


def _source(text, node):
    return text[node.start_mark.index : node.end_mark.index].rstrip()
