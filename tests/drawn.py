"""Patients drawn in a line each, screened by a shipped pack through the real SQL.

Records are separated by `;`. A laboratory test has a value: `total_b12 150`; a concept alone is a record of it: `coeliac`. Both may say
`on 2025-01-01`, a test also `at LABORATORY`, `by METHOD` and `limits 10-20`, a drug `to 2025-12-01` and `route oral`. A person is
`born 2015-01-01`, `sex female`, `died`, `opted out` or `deleted`. What is not said: born 1970, tests of 5 January 2026, diagnoses
since 2025-12-01, drugs since 2020 that are still taken.
"""

import re

from pipeline.protocol.concepts import common_concepts
from pipeline.protocol.pack import load
from pipeline.protocol.tables import register_pack
from tests.clinic import UNITS, build, clinic, insert, parse, select

DRUGS = ("metformin", "acid_suppressant", "b12_therapy", "folic_acid")
SHOWN_DRUGS = ("nice_risk_drug", "methotrexate")
WORD = re.compile(r"(?:^|\s)(on|at|by|limits|to|route)\s")
PERSON = {
    "died": {"deceased_on": "2025-12-01"},
    "opted out": {"is_opted_out": "yes"},
    "deleted": {"is_opted_out": "yes", "is_deleted": "yes"},
}


def drawn_clinic(name, drawn, **clinic_with):
    """A clinic under the pack of this name with the patients of a text table `who | records | …`, and the table's rows."""
    con, rows = clinic("2026-01-31", **clinic_with), parse(drawn)
    register_pack(con, load(name))
    for row in rows:
        _insert(con, row["who"], [part.strip() for part in (row["records"] or "").split(";")])
    return con, rows


def screened(name, drawn, **clinic_with):
    """The assessed rows of such patients, by patient, and the table's rows."""
    con, rows = drawn_clinic(name, drawn, **clinic_with)
    build(con)
    return {row["patient_id"]: row for row in select(con, "screening.assessment")}, rows


def _insert(con, who, records):
    person = {"patient_id": who, "birth_on": "1970-01-01"}
    for record in filter(None, records):
        if record in PERSON:
            person |= PERSON[record]
        elif record.startswith(("born ", "sex ")):
            key, value = record.split()
            person |= {{"born": "birth_on", "sex": "sex"}[key]: value}
        else:
            relation, row = _record(record)
            insert(con, relation, [{"patient_id": who, **row}])
    insert(con, "lake.patient", [person])


def _record(record):
    what, *said = WORD.split(record)
    says = {key: value.strip() for key, value in zip(said[::2], said[1::2], strict=True)}
    name, _, value = what.strip().partition(" ")
    if name in UNITS:
        return "lake.lab_result", _test(name, value, says)
    if common_concepts()[name].fact in DRUGS or name in SHOWN_DRUGS:
        return "lake.medication", _drug(name, says)
    return "lake.condition", {"concepts": name, "onset_on": says.get("on", "2025-12-01")}


def _test(analyte, value, says):
    low, _, high = says.get("limits", "").partition("-")
    return {
        "analyte": analyte,
        "value": value.lstrip("<>"),
        "comparator": value[0] if value[0] in "<>" else "=",
        "collected_on": says.get("on", "2026-01-05"),
        "performing_lab": says.get("at"),
        "method": says.get("by"),
        "reference_low": low or None,
        "reference_high": high or None,
    }


def _drug(name, says):
    ended = {"end_on": says["to"], "status": "ended"} if "to" in says else {"status": "active"}
    return {
        "concepts": name,
        "start_on": says.get("on", "2020-01-01"),
        "route": says.get("route", "unknown"),
        **ended,
    }
