"""The answer to a fact in words that say what is on file, where the bare word would mislead."""

from pipeline.protocol import labels

MEASURED = ("b12", "active_b12", "mma", "homocysteine")
REMARKS = ("loading", "b12_supply", "b12_timing", "mma_timing", "neuro_timing")
DELIVERED = ("patient_row", "medications", "conditions", "n23_used", "n24_used")
AS_USUAL = ("loaded", "yes")
ANTIBODY, GASTRIN = "intrinsic_factor_antibody", "gastrin"
TESTS = {ANTIBODY: "intrinsic factor antibody", GASTRIN: "gastrin"}
USES = {  # what becomes of a delivered row; one that is simply used has no word
    "usable": "", "counted": "", "final": "", "era": "", "finalised": "",
    "administered": "given", "unknown": "status not known", "abated": "resolved",
    "held": "not final, not used", "superseded": "replaced by a later version",
    "retracted": "retracted by its source", "withdrawn": "retracted by its source",
    "refuted": "ruled out or not done", "not_counted": "does not count",
    "without_value": "no usable value", "after_as_of": "after the day of the screening",
}  # fmt: skip


def is_of_no_note(fact):
    """Whether a fact of an explanation is a remark of which there is none."""
    return fact["fact"] in REMARKS and fact["answer"] == "other"


def is_background(fact):
    """Whether a clinician can pass a fact over: a remark of which there is none, an extract that
    was loaded and a rule in use, as usual, or words derived from other answers."""
    is_usual = fact["fact"] in DELIVERED and fact["answer"] in AS_USUAL
    return fact["kind"] == "derived" or is_usual or is_of_no_note(fact)


def remarks(row, fact=None):
    """What to say of a row of evidence beside its day and value, as a list: what it is, where the
    fact it stands under does not say so, by which local limits it was judged, and what became of
    it, where it was not simply used."""
    what, *more = row["what"].split(", ")
    use = USES.get(row["standing"], labels.low(row["standing"]))
    said = [labels.low(what), *more, *_limits(row), use]
    return [text for text in said if text and text != labels.low(fact)]


def _limits(row):
    "The local rows of bands that judged a result"
    for judged_by in row.get("judged_by") or ():
        band, _, name = judged_by.partition("@")
        yield f"limits {name}{' (neurological symptoms)' if band == 'neuro_300' else ''}"


def answer(fact, facts):
    """The answer to one of the `facts` of an explanation: "Never measured" is only said of a
    patient without any result, and an incomplete set of tests names those that are missing."""
    if fact["answer"] == "never" and fact["fact"] in MEASURED:
        return _never(fact["evidence"])
    if is_of_no_note(fact):
        return "Nothing of note"
    if fact["fact"] == "renal" and fact["answer"] == "unknown":
        return _unknown_kidney(fact["evidence"])
    if fact["fact"] == "cause_tests" and fact["answer"] == "missing":
        return _incomplete(facts)
    return labels.word(fact["answer"])


def plain_answer(code, fact):
    """A code as an answer to a fact, to stand within a sentence and in a list."""
    if code == "other" and fact in REMARKS:
        return "nothing of note"
    if code == "never" and fact in MEASURED:  # one that is too old may be on file
        return "no current result"
    return labels.low(code).replace("; ", ", ")


def _never(evidence):
    return f"No current result{_last(evidence)}" if evidence else "Never measured"


def _unknown_kidney(evidence):
    measured = [row for row in evidence if row["what"].startswith("egfr")]
    return f"Unknown, no current eGFR{_last(measured)}" if measured else "Unknown, no eGFR"


def _last(evidence):
    "The last result that was not withdrawn, replaced or held, in brackets; else nothing"
    usable = [row for row in evidence if row["standing"] == "usable"]
    if not usable:
        return ""
    last = max(usable, key=lambda row: str(row["on_day"] or ""))
    return f" (last: {last['reported']}, {labels.day(last['on_day'])})"


def _incomplete(facts):
    on_file = {row["what"].split(",")[0] for fact in facts for row in fact["evidence"]}
    missing = [name for test, name in TESTS.items() if test not in on_file]
    return (
        f"Incomplete: {' and '.join(missing)} not on file"
        if missing
        else "Incomplete: antibody indeterminate"
    )
