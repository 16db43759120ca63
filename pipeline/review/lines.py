"""The lines of a pack that a clinician reviews, section by section, in a clinician's words."""

import hashlib
import json
from dataclasses import dataclass

from pipeline.protocol import (
    GENERAL,
    answer_meaning,
    asked_in_words,
    band_rows,
    edges,
    fact_meaning,
    is_declared,
    judging_rows,
    labels,
    line_in_words,
    local_rows,
    numbered,
)
from pipeline.review.conditions import conditions
from pipeline.review.examples import Example, Examples

OURS = "OURS"
TABLES = ("next_step", "safety", "cause", "flags", "cohorts")
HEAD = (
    "pack", "version", "title", "author", "checker", "reviewed", "next_review", "notice", "sources",
    "based_on",
)  # fmt: skip
ORDER = ("bands", "settings", "facts", "derived", "next_step", "actions", "safety", "cause",
         "flags", "cohorts")  # fmt: skip
HIDDEN = ("id", "answer", "cites")
CENSORED = "for a result reported only as below or above a limit"


@dataclass(frozen=True)
class Line:
    """One line to agree or object to. key: its name in a review, such as `next_step.N05`, or
    `next_step.N13.2` for the second of an id; digest: of its content, to see that it changed."""

    key: str
    digest: str
    code: str
    heading: str
    when: tuple = ()
    details: tuple = ()  # (label, text)
    table: tuple = ()  # (word, meaning)
    cites: tuple = ()  # (citation, its source in full)
    is_ours: bool = False
    has_examples: bool = False
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Section:
    """The lines of one part of the pack."""

    name: str
    lines: tuple[Line, ...]


def sections(pack, *, with_examples=False):
    """Every part of the pack with its lines. with_examples: find the example patients, too."""
    examples = Examples(pack) if with_examples else None
    others = [name for name in pack.raw if name not in (*HEAD, *ORDER)]
    found = []
    for name in (*ORDER, *others):
        entries = _entries(name, pack.raw.get(name) or {})
        keys = numbered(name, (code for code, _ in entries))
        made = (
            _line(pack, name, key, entry, examples, position)
            for position, (key, entry) in enumerate(zip(keys, entries, strict=True))
        )
        found.append(Section(name, tuple(made)))
    return [section for section in found if section.lines]


def _entries(name, part):
    "The (code, content) of each line of a part, which is a table by name or a list of rows"
    if name == "derived":
        return [(fact, when) for fact, one in part.items() for when in one["yes_when"]]
    if isinstance(part, dict):
        return list(part.items())
    if not isinstance(part, list):
        return [("value", part)]
    rows = [row if isinstance(row, dict) else {"value": row} for row in part]
    return [
        (str(row.get("id") or row.get("answer") or place), row)
        for place, row in enumerate(rows, start=1)
    ]


def _line(pack, name, key, entry, examples, position):
    code, content = entry
    number = key.removeprefix(f"{name}.{code}").strip(".")
    writers = {"bands": _band, "settings": _setting, "facts": _fact, "derived": _derived,
               "actions": _action}  # fmt: skip
    writer = writers.get(name) or (_rule if name in TABLES else _other)
    made = writer(pack, code, content, section=name)
    cited = content.get("cites", ()) if isinstance(content, dict) and name != "derived" else ()
    shown = [str(text) for _, text in made.get("details", ())]
    has_examples = name == "derived" or (name in TABLES and "when" in content)
    return Line(
        key=key,
        digest=_digest(name, code, content, made.get("table", ()) if name == "facts" else ()),
        code=f"{code} ({number})" if number else code,
        cites=_cites(pack, cited),
        is_ours=OURS in cited or any(f"[{OURS}]" in text for text in shown),
        has_examples=has_examples,
        examples=_examples(pack, name, code, position, examples) if has_examples else (),
        **made,
    )


def _examples(pack, name, code, position, examples):
    if examples is None:
        return ()
    if name == "derived":
        before = list(pack.raw[name])[: list(pack.raw[name]).index(code)]
        before = sum(len(pack.raw[name][fact]["yes_when"]) for fact in before)
        return tuple(examples.of_line(pack.decision(code), position - before))
    rows = [place for place, row in enumerate(pack.raw[name]) if "when" in row]
    return tuple(examples.of_line(pack.decision(name), rows.index(position)))


def _digest(*content):
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _cites(pack, cited):
    "Each source once, with all its sections: (`SEED §B, §C`, its name in full)"
    found = {}
    for cite in cited:
        name, sign, part = str(cite).partition(" §")
        found.setdefault(name, []).append(f"§{part}" if sign else "")
    sources = pack.raw["sources"]
    return tuple(
        (f"{name} {', '.join(parts)}".strip(), sources.get(name, "not listed in the sources"))
        for name, parts in found.items()
    )


def _band(pack, code, content, *, section):
    table = tuple(
        (
            labels.word(row["answer"]) + ("" if band_id == GENERAL else f", limits {band_id}"),
            (edges(row, content["unit"]) or "anything else")
            + ("" if part == "tiles" else f", {CENSORED}"),
        )
        for band_id, band in judging_rows(content)
        for part, _, row in band_rows(band)
    )
    measured = f"{labels.word(content['analyte'])} in {labels.unit(content['unit'])}"
    limits = (
        (f"Limits {row['id']}", f"{asked_in_words(row)} ({', '.join(row['cites'])})")
        for row in local_rows(content)
    )
    return {"heading": labels.word(code), "table": table,
            "details": (("Measured", measured), *limits)}  # fmt: skip


def _setting(pack, code, content, *, section):
    return {"heading": f"{labels.word(code)}: {content['value']}",
            "details": (("Means", content["means"]),)}  # fmt: skip


def _fact(pack, code, content, *, section):
    meanings = [(answer, answer_meaning(pack, code, answer)) for answer in pack.facts[code]]
    lines = [("Line", f"{labels.word(line['answer'])}: {line_in_words(line)}")
             for line in (content["answers"] if is_declared(content) else ())]  # fmt: skip
    return {
        "heading": labels.word(code),
        "table": tuple((labels.word(answer), meaning) for answer, meaning in meanings),
        "details": (("Question", fact_meaning(pack, code)), *lines),
    }


def _derived(pack, code, content, *, section):
    return {"heading": f"{labels.word(code)}: yes", "when": tuple(conditions(pack, content))}


def _action(pack, code, content, *, section):
    return {"heading": labels.word(code), "details": (("Text shown", content),)}


def _rule(pack, code, content, *, section):
    outcome = content.get("outcome", code)
    when = conditions(pack, content["when"]) if "when" in content else [
        "found while the data are read; it comes with the evidence"
    ]  # fmt: skip
    details = []
    if section == "next_step":
        details.append(("Text shown", pack.raw["actions"].get(outcome, outcome)))
    if "priority" in content:
        urgency = labels.PRIORITIES.get(content["priority"], "none by itself")
        number = f"{content['priority']}, " if content["priority"] else ""
        details.append(("Priority", f"{number}{urgency.lower()}"))
    if content.get("because"):
        details.append(("Reason", content["because"]))
    return {"heading": labels.word(outcome), "when": tuple(when or ["anything else"]),
            "details": tuple(details)}  # fmt: skip


def _other(pack, code, content, *, section):
    cells = content.items() if isinstance(content, dict) else [("value", content)]
    details = tuple((labels.word(name), str(value)) for name, value in cells if name not in HIDDEN)
    return {"heading": labels.word(code), "details": details}
