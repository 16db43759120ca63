"""Explain one patient: every fact with its evidence, every rule with why it fits or not, near
misses."""

from contextlib import closing
from functools import partial

from pipeline.analysis.considered import considered_rules, near_misses, would_change
from pipeline.analysis.prepared import EXPLANATION, prepared_row
from pipeline.core import UsageError
from pipeline.engine import build, connect, relation_names, rows_of, with_dependencies
from pipeline.lake import Ids, ids_of_patient, is_readable_as
from pipeline.protocol import (
    answers_in,
    collect,
    decide,
    deciding_pack,
    derive,
    first_action,
    labels,
    pack_of_run,
    with_values,
)
from pipeline.runs import known_manifest, manifests
from pipeline.screening import BUILDERS, MERGES, register_inputs

WHO_IT_IS = ("IDENTITY_CONFLICT", "MERGE_CIRCLE")  # flags that come before any recommendation
AS_PUBLISHED = "data of the last published run"
NOT_WORDS = ("priority", "rule", "next_step", "cause", "monitoring", "safety", "flags", "cohorts")


def explain_latest(home, *, patient_id, as_of=None, pack=None):
    """What the last published run says of one patient: its day, its pack, its versions of the lake.

    as_of: another day, over the lake as it is now. pack: another protocol. Raises UsageError.
    """
    last = next(iter(manifests(home)), None)
    day = as_of or (last.as_of if last else None)
    if day is None:
        raise UsageError(
            "No run has been published yet. Give --as-of YYYY-MM-DD to use the current data."
        )
    return explain(
        home,
        patient_id=patient_id,
        pack=deciding_pack(pack) if pack or not last else _pack_of(home, last),
        as_of=day,
        inputs=last.inputs if last and as_of is None else None,
    )


def explain_run(home, *, patient_id, run_id=None):
    """What one published run says of a patient, else the last: its day, its pack, its versions of
    the lake. What the run prepared is read, and else computed. Raises UsageError."""
    run = _published_run(home, run_id)
    if run is None:
        raise UsageError(
            "No run has been published yet."
            if run_id is None
            else f"The run {run_id} no longer exists. b12 runs lists those that do."
        )
    pack = _pack_of(home, run)
    if row := prepared_row(home, run, pack, patient_id):
        return explanation_of(pack, row, asked_for=patient_id, as_of=run.as_of, lake=AS_PUBLISHED)
    return explain(home, patient_id=patient_id, pack=pack, as_of=run.as_of, inputs=run.inputs)


def _pack_of(home, run):
    return pack_of_run(home.runs / run.run_id, run.protocol)


def _published_run(home, run_id):
    if run_id is None:
        return next(iter(manifests(home)), None)
    path = home.runs / run_id / "manifest.json"
    run = known_manifest(path.parent) if path.exists() else None
    return run if run and run.published else None


def explain(home, *, patient_id, pack, as_of, inputs=None):
    """What the screening says of one patient and why, as a dict: the same SELECTs over their rows.

    inputs: what a published run read of the lake; else, and where that is gone, the lake as it is.
    Raises UsageError.
    """
    versions = inputs.tables if inputs and is_readable_as(home, inputs) else None
    with closing(connect()) as con:
        surviving, ids = ids_of_patient(con, home, patient_id, versions=versions)
        register_inputs(con, home, pack=pack, as_of=as_of, versions=versions, within=Ids(ids))
        # the merges are known of everyone: of a circle the rows of one patient show only a part
        wanted = {*relation_names("clinical"), *relation_names("screening")} - {*MERGES}
        build(con, wanted, builders=BUILDERS)
        build(con, with_dependencies(con, [EXPLANATION]))
        rows = rows_of(
            con, f"from {EXPLANATION} order by patient_id <> $1, patient_id", [surviving]
        )
    if not rows:
        raise UsageError(
            f"No accepted row has this patient ID (as of {as_of}). Check its spelling, and the"
            " rejected rows: b12 rejects."
        )
    lake = "current data" if versions is None else AS_PUBLISHED
    return explanation_of(pack, rows[0], asked_for=patient_id, as_of=as_of, lake=lake)


def explanation_of(pack, row, *, asked_for, as_of, lake):
    """A row of `explaining.explanation` as a dict for people. asked_for: the patient ID that was
    given. lake: which data they are."""
    evidence = sorted(row["evidence"], key=_shown_in_order)
    flag_rows = sorted(row["flag_rows"], key=lambda row: (row["flag"], *_newest_first(row)))
    facts = _words(pack, row)
    return {
        "patient_id": row["patient_id"],
        "asked_for": asked_for,
        "also_known_as": row["also_known_as"],
        "as_of": str(as_of),
        "person": row["person"],
        "lake": lake,
        **_reasons(pack, row, facts, evidence, flag_rows),
    }


def _shown_in_order(row):
    "By fact, eras before their records; what one line says always in the same order"
    whole = str(list(row.values()))
    return (row["fact"], row["standing"] != "era", *_newest_first(row), row["what"] or "", whole)


def _newest_first(row):
    day, places = row["on_day"], (row["file"], row["line"], row["reported"])
    known = [(value is None, value) if value is not None else (True,) for value in places]
    return (day is None, -day.toordinal() if day else 0, *known)


def _reasons(pack, row, facts, evidence, flag_rows):
    "The assessment with what it is based on, and every rule that was considered"
    assessment = row["assessment"]
    tell = partial(with_values, values=row.get("text_values"))
    behind = partial(_rows_behind, pack, facts, row["deciding"], evidence)
    flags = _flags(pack, assessment, facts, behind, flag_rows, tell)
    judged = _judged_by(row["deciding"], evidence)
    considered = {
        name: [line | {"because": tell(line["because"])} for line in lines]
        for name, lines in considered_rules(pack, facts, assessment, judged).items()
    }
    alerts = _alerts(pack, facts, behind, tell)
    first = first_action(pack, assessment)
    return {
        "protocol": pack.versioned_name,
        "notice": pack.raw["notice"],
        "assessment": assessment,
        "first_action": first,
        "asked": _asked(pack, first),
        "action": _action(pack, assessment, first, alerts, flags),
        "facts": [_fact(fact, answer, pack, evidence) for fact, answer in facts.items()],
        "other_evidence": [row for row in evidence if row["fact"] not in facts],
        "alerts": alerts,
        "rules": considered,
        "flags": flags,
        "near_misses": near_misses(considered),
        "would_change": would_change(considered),
        "identity_flags": [flag for flag in flags if flag["flag"] in WHO_IT_IS],
    }


def _asked(pack, action):
    "An action as it is called"
    with labels.named(pack.labels):
        return labels.asked(action)


def _alerts(pack, facts, behind, tell):
    return [
        {
            "rule": rule.id, "outcome": rule.outcome, "because": tell(rule.because),
            "cites": list(rule.cites), "rows": behind(rule.when),
        }
        for rule in collect(pack.decision("safety").rules, facts)
    ]  # fmt: skip


def _action(pack, assessment, first, alerts, flags):
    """What the first action means; where it is an alert or a flag, its own words, and those of a
    next step beside it that asks for something"""
    step = assessment["next_step"]
    if first == step:
        return pack.raw["actions"][step]
    said = {alert["outcome"]: alert["because"] for alert in alerts}
    said |= {flag["flag"]: flag["means"] for flag in flags}
    beside = "" if step == "NO_ACTION" else f" {pack.raw['actions'][step]}"
    return f"{said[first]}{beside}"


EVIDENCE_OF = {  # facts that rest on another fact's evidence
    "neuro_300": "b12", "b12_500": "b12", "tested": "b12", "b12_timing": "b12",
    "mma_timing": "mma", "monitoring": "b12_therapy", "loading": "b12_therapy",
    "b12_supply": "b12_therapy", "therapy_began": "b12_therapy", "cyanocobalamin": "b12_therapy",
    "resection_length": "malabsorption", "absorption_lost": "malabsorption",
    "neuro_timing": "neuro",
}  # fmt: skip
ABSENT = ("never", "none", "no", "not_loaded", "unknown", "other", "none_known")


def _words(pack, row):
    """Every fact with its answer: the base facts, those derived from them, and those that were
    decided"""
    assessment, answers = row["assessment"], row["answers"]
    facts = derive(pack, answers_in(pack, answers))
    return facts | {
        "rule": assessment["rule"],
        "next_step": assessment["next_step"],
        "cause": assessment["cause"],
    }


def _fact(fact, answer, pack, evidence):
    kind = (
        "derived"
        if fact in pack.raw["derived"]
        else "decided"
        if fact in ("rule", "next_step", "cause")
        else "base"
    )
    rests_on = EVIDENCE_OF.get(fact)
    shown = [one for one in evidence if one["fact"] == fact] if rests_on is None else []
    return {"fact": fact, "answer": answer, "kind": kind, "rests_on": rests_on, "evidence": shown}


def _flags(pack, assessment, facts, behind, flag_rows, tell):
    "Each flag with the text of the line that raised it, and the delivered rows behind it"
    lines = {rule.outcome: rule for rule in collect(pack.decision("flags").rules, facts)}
    texts = {row["id"]: row["because"] for row in reversed(pack.raw["flags"])}
    return [
        {
            "flag": flag,
            "means": tell(lines[flag].because if flag in lines else texts[flag]),
            "rows": behind(lines[flag].when)
            if flag in lines
            else [row for row in flag_rows if row["flag"] == flag],
        }
        for flag in texts
        if flag in assessment["flags"]
    ]


def _rows_behind(pack, facts, deciding, evidence, when):
    """The delivered rows on which each fact rests that a line reads, directly or through derived
    facts; an answer without a row of its own has none.

    deciding: fact, file and line of each row on which a fact rests.
    """
    rows = {}
    for fact in dict.fromkeys(_base_facts(pack, facts, when)):
        if facts[fact] not in ABSENT:
            for row in _rows_of(fact, deciding, evidence):
                rows.setdefault((row["file"], row["line"]), row)
    return list(rows.values())


def _rows_of(fact, deciding, evidence):
    "The newest row on which a fact rests; of a loading course, every one"
    known = {fact} if any(one["fact"] == fact for one in deciding) else {EVIDENCE_OF.get(fact)}
    places = {(one["file"], one["line"]) for one in deciding if one["fact"] in known}
    rows = [row for row in evidence if (row["file"], row["line"]) in places]
    own = [row for row in rows if row["fact"] in (fact, EVIDENCE_OF.get(fact))] or rows
    own.sort(key=lambda row: str(row["on_day"]), reverse=True)
    return own if fact == "loading" else own[:1]


def _judged_by(deciding, evidence):
    "By band, the id of the local row that judged the result on which its fact rests"
    places = {(one["fact"], one["file"], one["line"]) for one in deciding}
    rows = [row for row in evidence if (row["fact"], row["file"], row["line"]) in places]
    names = [name for row in rows for name in row.get("judged_by") or ()]
    return dict(name.split("@") for name in names)


def _base_facts(pack, facts, when):
    for fact in when:
        if fact in pack.raw["derived"]:
            yield from _base_facts(pack, facts, decide(pack.decision(fact).rules, facts).when)
        elif fact in ("rule", "cause"):
            name = {"rule": "next_step"}.get(fact, fact)
            yield from _base_facts(pack, facts, decide(pack.decision(name).rules, facts).when)
        elif fact != "scope":
            yield fact
