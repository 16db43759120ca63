"""Explain one patient: every fact with its evidence, every rule with why it fits or not, near
misses."""

from contextlib import closing
from datetime import timedelta
from functools import partial

from pipeline.analysis.considered import considered_rules, near_misses
from pipeline.core import DEFAULT_PACK, UsageError
from pipeline.engine import build, connect, relation_names, rows_of, with_dependencies
from pipeline.lake import ids_of_patient, is_readable_as
from pipeline.protocol import collect, decide, derive, load
from pipeline.runs import manifests
from pipeline.screening import BUILDERS, register_inputs

WHO_IT_IS = ("IDENTITY_CONFLICT", "MERGE_CIRCLE")  # flags that come before any recommendation
BESIDE = "No step is due beyond the alerts and flags below."
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
        register_inputs(con, home, pack=pack, as_of=as_of, versions=versions, patients=ids)
        build(con, [*relation_names("clinical"), *relation_names("screening")], builders=BUILDERS)
        assessment = _row(con, "screening.assessment")
        if assessment is None:
            raise UsageError(
                f"No accepted row has this patient ID (as of {as_of}). Check its spelling, and the"
                " rejected rows: b12 rejects."
            )
        facts = _words(con, pack, assessment)
        days = assessment | (_row(con, "clinical.patient_evidence") or {})
        build(con, with_dependencies(con, ["explaining.evidence", "explaining.flag_row"]))
        evidence, flag_rows = rows_of(con, EVIDENCE), rows_of(con, FLAG_ROWS)
    return {
        "patient_id": surviving,
        "asked_for": patient_id,
        "also_known_as": [known for known in ids if known != surviving],
        "as_of": str(as_of),
        "lake": "data of the last published run" if is_as_published else "current data",
        **_explained(pack, assessment, facts, evidence, flag_rows, days),
    }


def _explained(pack, assessment, facts, evidence, flag_rows, days):
    "The assessment with what it is based on, and every rule that was considered"
    behind = partial(_rows_behind, pack, facts, days, evidence)
    flags = _flags(pack, assessment, facts, behind, flag_rows)
    considered = considered_rules(pack, facts, assessment)
    return {
        "protocol": f"{pack.name} {pack.raw['version']}",
        "notice": pack.raw["notice"],
        "assessment": assessment,
        "action": _action(pack, assessment),
        "facts": [_fact(fact, answer, pack, evidence) for fact, answer in facts.items()],
        "other_evidence": [row for row in evidence if row["fact"] not in facts],
        "alerts": [
            {
                "rule": rule.id,
                "outcome": rule.outcome,
                "because": rule.because,
                "cites": list(rule.cites),
                "rows": behind(rule.when),
            }
            for rule in collect(pack.decision("safety").rules, facts)
        ],
        "rules": considered,
        "flags": flags,
        "near_misses": near_misses(considered),
        "identity_flags": [flag for flag in flags if flag["flag"] in WHO_IT_IS],
    }


def _action(pack, assessment):
    is_due_otherwise = assessment["next_step"] == "NO_ACTION" and assessment["priority"]
    return BESIDE if is_due_otherwise else pack.raw["actions"][assessment["next_step"]]


EVIDENCE = """
select * from explaining.evidence
order by fact, standing = 'era' desc, on_day desc nulls last, file, line
"""
FLAG_ROWS = """
select flag, on_day, reported, file, line from explaining.flag_row
order by flag, on_day desc nulls last, file, line
"""
EVIDENCE_OF = {  # facts that rest on another fact's evidence
    "neuro_300": "b12", "b12_500": "b12", "tested": "b12", "b12_timing": "b12",
    "mma_timing": "mma", "monitoring": "b12_therapy", "loading": "b12_therapy",
    "b12_supply": "b12_therapy", "therapy_began": "b12_therapy", "cyanocobalamin": "b12_therapy",
    "resection_length": "malabsorption", "absorption_lost": "malabsorption",
    "neuro_timing": "neuro",
}  # fmt: skip
DAY_OF = {  # fact: the day of the row that decides it, in an assessment or patient_evidence
    "b12": "b12_on", "active_b12": "active_b12_on", "mma": "mma_on", "neuro": "neuro_on",
    "neuro_timing": "last_sign_on", "malabsorption": "malabsorption_on",
    "absorption_lost": "absorption_lost_on", "renal": "kidney_on", "diet": "diet_on",
    "deficiency_before": "deficiency_on", "metformin": "metformin_since",
    "acid_suppressant": "acid_suppressant_since", "b12_therapy": "therapy_start_on",
}  # fmt: skip
COUNTS = ("usable", "counted", "active", "ended", "administered", "unknown")  # standings


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


def _rows_behind(pack, facts, days, evidence, when):
    """The delivered rows that decide each fact which a line reads, directly or through derived
    facts; a fact without a row of its own has none.

    days: the days on which the facts rest, by the names of DAY_OF.
    """
    rows = []
    for fact in dict.fromkeys(_base_facts(pack, facts, when)):
        known = EVIDENCE_OF.get(fact, fact)
        mine = [
            row
            for row in evidence
            if row["fact"] == known and row["file"] and row["standing"] in COUNTS
        ]
        if fact == "loading":
            rows += _loading_rows(pack, mine, days["therapy_start_on"])
        else:
            day = days[DAY_OF.get(fact) or DAY_OF[known]] if known in DAY_OF else None
            rows += ([row for row in mine if row["on_day"] == day] or mine)[:1]
    return [row for place, row in enumerate(rows) if row not in rows[:place]]


def _loading_rows(pack, rows, began_on):
    end = began_on + timedelta(days=pack.setting["loading_days"])
    return [row for row in rows if began_on <= row["on_day"] < end]


def _base_facts(pack, facts, when):
    for fact in when:
        if fact in pack.raw["derived"]:
            yield from _base_facts(pack, facts, decide(pack.decision(fact).rules, facts).when)
        elif fact in ("rule", "cause"):
            name = {"rule": "next_step"}.get(fact, fact)
            yield from _base_facts(pack, facts, decide(pack.decision(name).rules, facts).when)
        elif fact != "scope":
            yield fact
