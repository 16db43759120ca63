"""Explain one patient: every fact with its evidence, every rule with why it fits or not, near
misses."""

from contextlib import closing
from functools import partial

from pipeline.analysis.considered import considered_rules, near_misses
from pipeline.core import DEFAULT_PACK, UsageError
from pipeline.engine import build, connect, relation_names, rows_of, with_dependencies
from pipeline.lake import Ids, ids_of_patient, is_readable_as
from pipeline.protocol import collect, decide, derive, first_action, load
from pipeline.runs import manifests
from pipeline.screening import BUILDERS, register_inputs

WHO_IT_IS = ("IDENTITY_CONFLICT", "MERGE_CIRCLE")  # flags that come before any recommendation
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
        pack=load(pack or (last.protocol.pack if last else DEFAULT_PACK)),
        as_of=day,
        inputs=last.inputs if last and as_of is None else None,
    )


def explain_run(home, *, patient_id, run_id=None):
    """What one published run says of a patient, else the last: its day, its pack, its versions of
    the lake. Raises UsageError."""
    run = next((one for one in manifests(home) if run_id in (None, one.run_id)), None)
    if run is None:
        raise UsageError(
            "No run has been published yet."
            if run_id is None
            else f"The run {run_id} no longer exists. b12 runs lists those that do."
        )
    return explain(
        home,
        patient_id=patient_id,
        pack=load(run.protocol.pack),
        as_of=run.as_of,
        inputs=run.inputs,
    )


def explain(home, *, patient_id, pack, as_of, inputs=None):
    """What the screening says of one patient and why, as a dict: the same SELECTs over their rows.

    inputs: what a published run read of the lake; else, and where that is gone, the lake as it is.
    Raises UsageError.
    """
    versions = inputs.tables if inputs and is_readable_as(home, inputs) else None
    is_as_published = versions is not None
    with closing(connect()) as con:
        surviving, ids = ids_of_patient(con, home, patient_id, versions=versions)
        register_inputs(con, home, pack=pack, as_of=as_of, versions=versions, within=Ids(ids))
        build(con, [*relation_names("clinical"), *relation_names("screening")], builders=BUILDERS)
        assessment = _row(con, "screening.assessment")
        if assessment is None:
            raise UsageError(
                f"No accepted row has this patient ID (as of {as_of}). Check its spelling, and the"
                " rejected rows: b12 rejects."
            )
        facts = _words(con, pack, assessment)
        build(con, with_dependencies(con, EXPLAINING))
        evidence, flag_rows, deciding, person = (rows_of(con, each) for each in EXPLAINED_BY)
    return {
        "patient_id": surviving,
        "asked_for": patient_id,
        "also_known_as": [known for known in ids if known != surviving],
        "as_of": str(as_of),
        "person": person[0] if person else None,
        "lake": "data of the last published run" if is_as_published else "current data",
        **_explained(pack, assessment, facts, evidence, flag_rows, deciding),
    }


def _explained(pack, assessment, facts, evidence, flag_rows, deciding):
    "The assessment with what it is based on, and every rule that was considered"
    behind = partial(_rows_behind, pack, facts, deciding, evidence)
    flags = _flags(pack, assessment, facts, behind, flag_rows)
    considered = considered_rules(pack, facts, assessment)
    alerts = [
        {
            "rule": rule.id,
            "outcome": rule.outcome,
            "because": rule.because,
            "cites": list(rule.cites),
            "rows": behind(rule.when),
        }
        for rule in collect(pack.decision("safety").rules, facts)
    ]
    first = first_action(pack, assessment)
    return {
        "protocol": f"{pack.name} {pack.raw['version']}",
        "notice": pack.raw["notice"],
        "assessment": assessment,
        "first_action": first,
        "action": _action(pack, assessment, first, alerts, flags),
        "facts": [_fact(fact, answer, pack, evidence) for fact, answer in facts.items()],
        "other_evidence": [row for row in evidence if row["fact"] not in facts],
        "alerts": alerts,
        "rules": considered,
        "flags": flags,
        "near_misses": near_misses(considered),
        "identity_flags": [flag for flag in flags if flag["flag"] in WHO_IT_IS],
    }


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


EXPLAINING = ["explaining.evidence", "explaining.flag_row", "explaining.fact_row"]
FACT_ROWS = "select fact, file, line from explaining.fact_row"
PERSON = """
select
    born_on, born_latest_on, sex, died_on, is_dead_undated, site, (
        select arg_max(source, row(delivered_id = patient_id, known_at, source))
        from clinical.delivered_patient
    ) as source
from clinical.demography
"""
EVIDENCE = """
select * from explaining.evidence
order by fact, standing = 'era' desc, on_day desc nulls last, file, line
"""
FLAG_ROWS = """
select flag, on_day, reported, file, line from explaining.flag_row
order by flag, on_day desc nulls last, file, line
"""
EXPLAINED_BY = (EVIDENCE, FLAG_ROWS, FACT_ROWS, PERSON)
EVIDENCE_OF = {  # facts that rest on another fact's evidence
    "neuro_300": "b12", "b12_500": "b12", "tested": "b12", "b12_timing": "b12",
    "mma_timing": "mma", "monitoring": "b12_therapy", "loading": "b12_therapy",
    "b12_supply": "b12_therapy", "therapy_began": "b12_therapy", "cyanocobalamin": "b12_therapy",
    "resection_length": "malabsorption", "absorption_lost": "malabsorption",
    "neuro_timing": "neuro",
}  # fmt: skip
ABSENT = ("never", "none", "no", "not_loaded", "unknown", "other", "none_known")


def _words(con, pack, assessment):
    """Every fact with its answer: the base facts, those derived from them, and those that were
    decided"""
    answers = _row(con, "clinical.patient_fact")
    assert answers is not None  # who has an assessment has facts
    facts = derive(pack, {fact: answers[fact] for fact in pack.raw["facts"]})
    return facts | {
        "rule": assessment["rule"],
        "next_step": assessment["next_step"],
        "cause": assessment["cause"],
    }


def _row(con, relation):
    rows = rows_of(con, f"select * from {relation}")
    return rows[0] if rows else None


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


def _flags(pack, assessment, facts, behind, flag_rows):
    "Each flag with the text of the line that raised it, and the delivered rows behind it"
    lines = {rule.outcome: rule for rule in collect(pack.decision("flags").rules, facts)}
    texts = {row["id"]: row["because"] for row in reversed(pack.raw["flags"])}
    return [
        {
            "flag": flag,
            "means": lines[flag].because if flag in lines else texts[flag],
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


def _base_facts(pack, facts, when):
    for fact in when:
        if fact in pack.raw["derived"]:
            yield from _base_facts(pack, facts, decide(pack.decision(fact).rules, facts).when)
        elif fact in ("rule", "cause"):
            name = {"rule": "next_step"}.get(fact, fact)
            yield from _base_facts(pack, facts, decide(pack.decision(name).rules, facts).when)
        elif fact != "scope":
            yield fact
