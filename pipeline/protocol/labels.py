"""Codes as words for people, numbers and dates in their written form."""

import re
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup, escape

STATES = {
    "published": "Published",
    "closed": "Gate closed",
    "discarded": "Discarded",
    "superseded": "Superseded",
}
PRIORITIES = {1: "Urgent", 2: "Soon", 3: "Next weeks", 4: "Routine"}
KIDNEY = "raised; kidney function may explain it"  # protocol §2, of both
WORDS = {
    "MANUAL_REVIEW": "Review by hand", "TREAT_IM_NEURO": "Treatment option: IM, neurological",
    "TREAT_IM_STANDARD": "Treatment option: IM", "TREAT_ORAL_OR_IM": "Treatment option: oral or IM",
    "ORDER_MMA": "Missing test: MMA", "ORDER_B12": "Missing test: B12",
    "audit_export": "Audit exported", "audit_removed": "Audit past its retention removed",
    "refused_dismissed": "Refused file dismissed",
    "break_glass": "Patient of another site opened",
    "break_glass_failed": "Patient of another site: unknown ID",
    "TREAT_NEURO": "Treatment option: neurological", "TREAT_ORAL": "Treatment option: oral",
    "TREAT_ORAL_FOR_LIFE": "Treatment option: oral, for life",
    "TREAT_IM_FOR_LIFE": "Treatment option: IM, for life",
    "TREAT_IM_OR_ORAL": "Treatment option: IM or oral",
    "TREAT_BY_CAUSE": "Treatment option: by cause",
    "ORDER_ACTIVE_B12": "Missing test: active B12",
    "ORDER_HOMOCYSTEINE": "Missing test: homocysteine",
    "REVIEW_ACTIVE_B12": "Review: active B12", "REVIEW_INDETERMINATE": "Review: indeterminate B12",
    "REVIEW_HOMOCYSTEINE": "Review: homocysteine",
    "CONSIDER_MMA": "Consider MMA", "REVIEW_BORDERLINE": "Review: low by pmol/L only",
    "BAND_OF_OTHER_DATE": "Limits of another date",
    "REVIEW_MMA": "Review: raised MMA",
    "REVIEW_NEURO_BELOW_300": "Review: neurological, B12 below 300",
    "REVIEW_LOW_BEFORE": "Review: low B12 before", "CONTINUE_AND_MONITOR": "Continue and monitor",
    "NO_ACTION": "No further step", "EXCLUDED": "Not screened",
    "neuro_300": "B12 below 300 pg/mL", "neuro": "Neurological signs", "at_risk": "At risk",
    "tested": "B12 tested", "diet": "Diet", "renal": "Kidney function",
    "cause_tests": "Tests for the cause", "b12_timing": "Timing of the B12",
    "neuro_timing": "Timing of the sign", "n24_used": "Rule N24 in use",
    "patient_row": "Patient extract", "medications": "Medication extract",
    "conditions": "Condition extract", "deficiency_before": "Deficiency before",
    "treat_below_300": "Treat below 300 pg/mL", "total_b12": "B12", "off_list": "Not on the list",
    "stale": "out of date", "stale_borderline": "never followed up (borderline, out of date)",
    "treated_since": "from before a treatment that ended",
    "not_appropriate": "Not appropriate", "raised_renal": KIDNEY, "raised_renal_unknown": KIDNEY,
    "low_molar_only": "low by pmol/L only", "bariatric": "bariatric surgery",
    "crohn_ileal": "Crohn's disease of the ileum", "diabetic_only": "diabetic neuropathy only",
    "none": "none", "at_or_above_10": "10 or more", "below_10": "below 10",
    "FOLATE_BEFORE_B12": "Folic acid before B12",
    "FOLATE_B12_UNKNOWN": "Folic acid, B12 not settled",
    "CYANOCOBALAMIN_RENAL": "Cyanocobalamin with reduced kidney function",
    "CHECK_B12_FORM_RENAL": "Check the form of B12 and the kidney",
    "THERAPY_LAPSED": "B12 therapy lapsed", "THERAPY_STOPPED": "B12 therapy stopped",
    "LOW_ON_TREATMENT": "B12 low on treatment",
    "deficient": "B12 deficiency", "treated": "On B12", "rule": "Next step by rule",
    "low_on_therapy": "B12 low on therapy", "new_neuro_on_therapy": "New sign on therapy",
    "scope": "Screened", "mma_timing": "Timing of the MMA", "n23_used": "Rule N23 in use",
    "symptom_to_test": "Symptom that prompts a test", "therapy_began": "B12 therapy began",
    "b12_supply": "B12 supply", "loading": "Loading injections", "b12_500": "B12 above 500 pg/mL",
    "mma_raised_on_therapy": "MMA raised on therapy",
    "on_treatment": "taken on treatment", "due_3_months": "3-month check due",
    "due_6_months": "6-month check due", "due_12_months": "12-month check due",
    "due_annual": "yearly check due", "unit_mix_up": "unit mix-up", "too_few": "too few to compare",
    "patient_fact": "patient facts",
    "protocol_signed": "Protocol signed", "letter_signed": "Template of a letter signed",
    "letters": "Letters prepared", "clinician_letter": "Letter to the clinician",
    "mapped": "Code or unit mapped",
    "attempt": "Contact attempt", "undone": "Taken back", "sms": "SMS", "reached": "Reached",
    "booked": "Test or visit booked", "sent": "Sent", "no_answer": "No answer",
    "message_left": "Message left", "wrong_contact": "Wrong number or address",
    "returned": "Returned as undeliverable",
}  # fmt: skip
NONE: dict = {}
OWN: ContextVar[dict] = ContextVar("OWN", default=NONE)  # what the pack at hand calls its actions
QUIET = ("NO_ACTION", "EXCLUDED", "CONTINUE_AND_MONITOR")  # next steps that ask for nothing new
ASKS = {  # what an alert or a flag asks for, where it is the first thing to do
    "FOLATE_BEFORE_B12": "Treat B12 before folic acid",
    "FOLATE_B12_UNKNOWN": "Check B12: on folic acid",
    "CYANOCOBALAMIN_RENAL": "Review the form of B12: reduced kidney function",
    "CHECK_B12_FORM_RENAL": "Check the form of B12 and the kidney function",
    "THERAPY_LAPSED": "Review: lifelong B12 therapy has lapsed",
    "THERAPY_STOPPED": "Review: B12 therapy has stopped",
    "ORAL_IN_PERNICIOUS_ANAEMIA": "Review the route: oral B12 in pernicious anaemia",
    "PERNICIOUS_ANAEMIA_UNTREATED": "Review: pernicious anaemia without recorded B12",
    "ORAL_WHERE_IM_INDICATED": "Confirm the route: IM is indicated",
    "SYMPTOMS_RECUR": "Review the injection frequency: a new neurological sign",
    "LOW_ON_TREATMENT": "Review the treatment: B12 is low",
    "HOMOCYSTEINE_ABOVE_TARGET": "Review the treatment: homocysteine is above target",
    "LOADING_INCOMPLETE": "Review: the loading course is incomplete",
    "MMA_RAISED_ON_TREATMENT": "Review the treatment: MMA is raised",
    "LIFELONG_SUPPLEMENT_MISSING": "Review: no B12 recorded although absorption is lost",
    "REVIEW_ORAL_ROUTE": "Review the route: oral B12",
    "CHECK_ROUTE_NEURO": "Confirm the route: neurological signs",
    "FOLLOW_UP_DUE": "Follow-up of B12 treatment is due",
    "MONITORING_DUE": "Missing tests: B12, homocysteine and MMA",
    "INVESTIGATE_CAUSE": "Missing tests: the cause of the deficiency",
    "THERAPY_OVERDUE": "B12 dose or prescription overdue",
}
CAPITALS = {
    "b12": "B12", "mma": "MMA", "im": "IM", "ppi": "PPI", "p": "P", "cab": "CAB", "egfr": "eGFR",
    "mcv": "MCV", "loinc": "LOINC",
}  # fmt: skip
RULE = re.compile(r"[A-Z]\d+")
CODE = re.compile(r"[A-Za-z0-9_]+")  # anything else is free text and is not changed
MARK = re.compile(r"\[OURS\]|\((?:[^()]*guideline[^()]*)\)|\(?§[A-I]\)?")


NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")  # an action, an alert, a flag


@contextmanager
def named(labels):
    """Within it, codes have these labels, as of `Pack.labels`, before those of every pack."""
    before = OWN.set(labels)
    try:
        yield
    finally:
        OWN.reset(before)


def word(code):
    """A code in words, to stand at the beginning: from WORDS, else its parts with their usual
    capitals; – for none."""
    text = low(code)
    return text if text.startswith("eGFR") else text[0].upper() + text[1:]


def asked(code):
    """What is to be done, in words: a next step, or what an alert or a flag asks for."""
    return OWN.get().get(code) or ASKS.get(code) or word(code)


def low(code):
    """A code in words, to stand within a sentence."""
    if code is None or code == "":
        return "–"
    if text := OWN.get().get(code) or WORDS.get(str(code)):
        return within(text)
    if RULE.fullmatch(str(code)) or not CODE.fullmatch(str(code)):
        return str(code)
    return " ".join(CAPITALS.get(part, part) for part in str(code).lower().split("_"))


def within(text):
    """Words that stand at the beginning, to stand within a sentence: B12 stays as it is."""
    is_name = text[1:2].isupper() or text[1:2].isdigit() or text.startswith("Crohn")
    return text if is_name else text[:1].lower() + text[1:]


def unit(code):
    """A unit of UCUM as it is written: µmol/L, mL/min/1.73 m²."""
    return code.replace("umol", "µmol").replace("{1.73_m2}", "1.73 m²")


def spoken(text):
    """A change, `fact: before → after; …`, with its codes in words; any other text as it is."""
    return NAME.sub(
        lambda match: low(match[0]), "; ".join(_change(part) for part in text.split("; "))
    )


def _change(part):
    fact, _, answers = part.partition(": ")
    if " → " not in answers:
        return part
    name = word(fact) if CODE.fullmatch(fact) else fact
    return f"{name}: " + " → ".join(_listed(answer) for answer in answers.split(" → "))


def _listed(answer):
    "An answer with its value, or several answers"
    return ", ".join(_answered(piece) for piece in answer.split(", "))


def _answered(piece):
    "An answer, perhaps with words behind it: `headache_old since 2023-08-17`"
    code, blank, more = piece.partition(" ")
    return f"{low(code)} {more}" if blank and "_" in code else low(piece)


def marked(text):
    """A sentence of the protocol with its marks made visible: [OURS], another guideline, the
    section cited."""
    pieces, last = [], 0
    for match in MARK.finditer(text):
        kind = "ours" if "OURS" in match[0] else "other" if "guideline" in match[0] else "section"
        pieces += [
            escape(text[last : match.start()]),
            Markup('<span class="mark mark-{}">{}</span>').format(kind, match[0]),
        ]
        last = match.end()
    return Markup("").join([*pieces, escape(text[last:])])


def day(value):
    """A day as 2026-11-26; – for none."""
    return str(value)[:10] if value else "–"


def source_of(cite, sources):
    """What a citation such as `SEED §F` names in the sources of a pack, in full."""
    return sources.get(cite.split(" §")[0], "")
