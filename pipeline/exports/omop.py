"""OMOP COHORT rows: who was in which cohort of the protocol on the as-of date."""

from pipeline.core import UsageError
from pipeline.exports.cells import cell
from pipeline.exports.text import write_lines

COLUMNS = (
    "cohort_definition_id",
    "subject_id",
    "cohort_start_date",
    "cohort_end_date",
    "person_source_value",
)
DEFINITIONS = {  # fixed for ever: a number once given out is in other people's tables
    "low_b12": 1201, "borderline_b12": 1202, "functional_deficiency": 1203,
    "metformin_long_term": 1204, "acid_suppressant_long_term": 1205,
    "post_bariatric": 1206, "other_malabsorption": 1207, "strict_vegetarian": 1208,
    "on_therapy": 1209,
}  # fmt: skip
BEGINS = {  # the date of the evidence for a cohort, if the row has it
    "low_b12": "b12_on", "borderline_b12": "b12_on", "functional_deficiency": "mma_on",
    "metformin_long_term": "metformin_since",
    "acid_suppressant_long_term": "acid_suppressant_since", "on_therapy": "therapy_start_on",
}  # fmt: skip
LARGEST = 2**63 - 1  # an OMOP subject_id is a bigint at most


def write_cohorts(rows, out, meta):
    """Write one line a patient and cohort as CSV into a binary file; without patients excluded from
    screening.

    subject_id is the patient id where that is a whole number, else empty: map person_source_value.
    Raises UsageError for a cohort without a number.
    """
    write_lines(
        out, COLUMNS, (line for row in rows if _is_screened(row) for line in _lines(row, meta))
    )


def _is_screened(row):
    return row["next_step"] != "EXCLUDED" and row.get("status") not in ("excluded", "merged")


def _lines(row, meta):
    for cohort in row["cohorts"] or ():
        if cohort not in DEFINITIONS:
            raise UsageError(
                f"The cohort {cohort} has no cohort_definition_id yet. Add one in"
                " pipeline/exports/omop.py."
            )
        begins = row.get(BEGINS.get(cohort)) or meta.as_of
        yield (
            DEFINITIONS[cohort],
            subject(row["patient_id"]),
            begins,
            meta.as_of,
            cell(row["patient_id"]),
        )


def subject(patient_id):
    """The patient id as a whole number that OMOP holds and that is written back as it was, else
    None."""
    is_whole = (
        patient_id.isascii() and patient_id.isdigit() and str(int(patient_id)) == patient_id
        if len(patient_id) < 20
        else False
    )
    return int(patient_id) if is_whole and int(patient_id) <= LARGEST else None
