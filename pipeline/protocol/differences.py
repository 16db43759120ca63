"""What differs between two packs, in words: rules, bands, settings, facts, concepts, actions."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from pipeline.protocol.concepts import concepts_of
from pipeline.protocol.facts import answers_of, is_declared, line_in_words
from pipeline.protocol.local_bands import GENERAL, asked_in_words, judging_rows
from pipeline.protocol.pack import band_rows
from pipeline.protocol.show import range_in_words, when_in_words

TABLES = ("next_step", "safety", "cause", "flags", "cohorts")
OF_A_RULE = ("when", "outcome", "priority", "because", "cites", "evidence")
SECTIONS = (
    "bands", "settings", "monitoring_checks", "facts", "derived", "concepts", *TABLES, "actions",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that differs. section: of SECTIONS. name: of the rule, band, … what: added,
    removed, changed or moved. of: which part of it. before, after: in words; None where it is not
    there. means: of a setting, what the number is."""

    section: str
    name: str
    what: str
    of: str | None = None
    before: str | None = None
    after: str | None = None
    means: str | None = None


def differences(old, new):
    """Every Difference between two Packs that passed their check, by SECTIONS. What they inherit
    counts as what they say themselves; head, sources and examples are not compared."""
    found = [
        *_by_name("bands", _bands(old.raw), _bands(new.raw)),
        *_by_name("settings", _settings(old.raw), _settings(new.raw)),
        *_by_name("monitoring_checks", _checks(old.raw), _checks(new.raw)),
        *_by_name("facts", _facts(old.raw), _facts(new.raw)),
        *_by_name("derived", _derived(old.raw), _derived(new.raw)),
        *_by_name("concepts", _concepts(old), _concepts(new)),
        *(each for name in TABLES for each in _rules(name, old.raw[name], new.raw[name])),
        *_by_name("actions", _actions(old.raw), _actions(new.raw)),
    ]
    return sorted(found, key=lambda each: SECTIONS.index(each.section))  # stable


def _by_name(section, old, new):
    "Of {name: {part: words}}"
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new:
            yield _only_one(section, name, old.get(name), new.get(name))
            continue
        yield from _parts(section, name, old[name], new[name])


def _parts(section, name, old, new):
    for part in dict.fromkeys((*old, *new)):
        before, after = old.get(part), new.get(part)
        if isinstance(before or after, list):
            yield from _lines(section, name, part, before or [], after or [])
        elif before != after:
            means = new.get("means") if part == "value" else None
            yield Difference(section, name, "changed", part, before, after, means)


def _lines(section, name, part, old, new):
    "Those that are the same are left out, the others paired in order"
    left, right = _others(old, new), _others(new, old)
    for before, after in zip_longest(left, right):
        yield Difference(section, name, "changed", part, before, after)
    if not left and not right and old != new:
        yield Difference(section, name, "moved", f"order of each {part}")


def _others(lines, known):
    "The lines that are not among those known, each as often as it is there more often"
    left, waiting = [], list(known)
    for line in lines:
        if line in waiting:
            waiting.remove(line)
        else:
            left.append(line)
    return left


def _only_one(section, name, old, new):
    words = "; ".join(f"{part} {_joined(said)}" for part, said in (old or new).items() if said)
    if new is None:
        return Difference(section, name, "removed", before=words)
    return Difference(section, name, "added", after=words)


def _joined(said):
    return " / ".join(said) if isinstance(said, list) else said


def _bands(raw):
    return {
        fact if band_id == GENERAL else f"{fact}@{band_id}": _band(row, band["unit"], band_id)
        for fact, band in raw["bands"].items()
        for band_id, row in judging_rows(band)
    }


def _band(row, unit, band_id):
    asked = {} if band_id == GENERAL else {"for": asked_in_words(row)}
    ranges = {}
    for part, _, each in band_rows(row):
        name = each["answer"] if part == "tiles" else f"{each['answer']}, censored"
        words = range_in_words(each)
        said = f"{words} {unit}" if words else "any other"
        ranges[name] = f"{ranges[name]}, or {said}" if name in ranges else said
    return {**asked, **ranges, "cites": ", ".join(row["cites"])}


def _settings(raw):
    return {
        name: {"value": str(entry["value"]), "means": entry["means"],
               "cites": ", ".join(entry["cites"])}
        for name, entry in raw["settings"].items()
    }  # fmt: skip


def _checks(raw):
    return {
        row["answer"]: {name: str(value) for name, value in row.items() if name != "answer"}
        for row in raw["monitoring_checks"]
    }


def _facts(raw):
    return {name: _fact(entry) for name, entry in raw["facts"].items()}


def _fact(entry):
    answers = {"answers": ", ".join(answers_of(entry))}
    if not is_declared(entry):
        return answers
    lines = [f"{line['answer']}: {line_in_words(line)}" for line in entry["answers"]]
    ends = {name: entry[name] for name in ("otherwise", "not_loaded") if name in entry}
    return {**answers, "line": lines, **ends}


def _derived(raw):
    return {
        name: {"yes when": [when_in_words(when) for when in entry["yes_when"]]}
        for name, entry in raw["derived"].items()
    }


def _concepts(pack):
    return {
        concept: {"meaning": f"{fact}/{means or ''}", "wording": wording}
        for concept, fact, means, wording in concepts_of(pack.concepts)
    }


def _actions(raw):
    return {
        name: {"text": text} | ({"label": raw["labels"][name]} if name in raw["labels"] else {})
        for name, text in raw["actions"].items()
    }


def _rules(section, old, new):
    """Of an id with several lines, those that are the same are left out, the others paired in
    order: a line put in front of them is one that was added, and no change of them all."""
    before, after, pairs = _lines_of(old), _lines_of(new), {}
    for name in dict.fromkeys((*before, *after)):
        lines, others = before.get(name, []), after.get(name, [])
        left, right = _others(lines, others), _others(others, lines)
        pairs[name] = list(zip(left, right, strict=False))
        for one, other in pairs[name]:
            yield from _parts(section, name, one, other)
        yield from (_only_one(section, name, line, None) for line in left[len(pairs[name]) :])
        yield from (_only_one(section, name, None, line) for line in right[len(pairs[name]) :])
    yield from _moved(section, old, new, pairs)


def _lines_of(rows):
    lines = {}
    for row in rows:
        lines.setdefault(row["id"], []).append(_line(row))
    return lines


def _line(row):
    words = {name: row[name] for name in OF_A_RULE if name in row}
    if "when" in words:
        words["when"] = when_in_words(words["when"])
    if "cites" in words:
        words["cites"] = ", ".join(words["cites"])
    if "outcome" not in words:
        words["outcome"] = row["id"]
    return {name: str(said) for name, said in words.items()}


def _moved(section, old, new, pairs):
    "A line that fits first decides, so its place among the others is part of what a table says"
    known = [(row["id"], str(_line(row))) for row in new]
    changed = {
        (name, str(line)): (name, str(other)) for name in pairs for line, other in pairs[name]
    }
    lines = [(row["id"], str(_line(row))) for row in old]
    lines = [changed.get(line, line) for line in lines]
    both = [line for line in lines if line in known], [line for line in known if line in lines]
    blocks = SequenceMatcher(None, *both, autojunk=False).get_matching_blocks()
    stayed = {block.a + place for block in blocks for place in range(block.size)}
    moved = [name for place, (name, _) in enumerate(both[0]) if place not in stayed]
    for name in dict.fromkeys(moved):
        yield Difference(section, name, "moved", "to another place in the order")
