"""Rows of the canonical extracts in short, for the archetypes: each function gives a list of rows,
dated in days before"""


def lab(code, value, unit, ago, **extra):
    row = {
        "entity": "lab_result",
        "code_system": "LOINC",
        "code": code,
        "value": value,
        "unit": unit,
    }
    return [row | {"days_ago": ago, "status": "final", "specimen": "Serum"} | extra]


def b12(value, ago=40, unit="pg/mL", **extra):
    return lab("14685-2" if unit == "pmol/L" else "2132-9", value, unit, ago, **extra)


def mma(value, ago=40, unit="nmol/L", **extra):
    return lab("13964-2", value, unit, ago, **extra)


def egfr(value, ago=100):
    return lab("62238-1", value, "mL/min/1.73m2", ago)


def active_b12(value, ago=40):
    return lab("72160-5", value, "pmol/L", ago)


def homocysteine(value, ago):
    return lab("13965-9", value, "umol/L", ago)


def cause_tests(antibody, ago=45):
    return lab("31444-3", antibody, None, ago) + lab("2333-3", "45", "pg/mL", ago)


def all_three(ago):
    return b12("820", ago) + mma("150", ago) + homocysteine("7.5", ago)


def also_as(born_earlier=0, **extra):
    """A patient row beside the first one: of a birth so many days earlier, a status, a death, or an
    ID that was merged (merged_into: 'self' or 'prior'); whose: 'self', or 'prior' for the prior ID
    """
    row = {"entity": "patient", "days_ago": born_earlier, "whose": "self", "ended_ago": None}
    return [row | extra]


def died(ago):
    return also_as(ended_ago=ago)


def condition(code, ago=200, code_system="ICD10CM", **extra):
    row = {
        "entity": "condition",
        "code": code,
        "code_system": code_system,
        "days_ago": ago,
        "status": "active",
    }
    return [row | extra]


def local(code, ago=300):
    return condition(code, ago, "LOCAL")


def procedure(code, ago, code_system="CPT4"):
    return condition(code, ago, code_system, entity="procedure", status="completed")


def drug(code, since, until=0, code_system="ATC", route: str | None = "oral", **extra):
    row = {
        "entity": "medication",
        "code": code,
        "code_system": code_system,
        "days_ago": since,
        "status": "active",
    }
    return [
        row
        | {
            "name": code if code_system == "NAME" else None,
            "route": route,
            "days_supply": since - until + 30 * (until == 0),
        }
        | extra
    ]


def injections(since, until=0):
    doses = [
        drug("B03BA03", ago, route="im", strength_mg="1", status="completed")
        for ago in range(since, until, -60)
    ]
    return [dose | {"days_supply": None} for rows in doses for dose in rows]
