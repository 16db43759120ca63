"""What a table is: of which entity, and which of its columns means what, by their names and by
their cells."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.core import ENTITIES
from pipeline.profiles import canonical_tables
from pipeline.protocol import code_in_units
from pipeline.sources.names import (
    analyte_of,
    entities_of,
    key_of,
    known_names,
    known_table,
    system_of,
)
from pipeline.sources.sample import Sample
from pipeline.sources.shapes import (
    FLAGS,
    are_dates,
    are_ids,
    are_systems,
    are_times,
    are_units,
    are_years,
    code_system,
    numbers,
    undecorated,
)

DATES = ("_on", "_at", "_date")
NUMBERS = ("days_supply", "strength_mg", "reference_low", "reference_high")
WORDS = {  # what a file's name says of it
    "lab_result": "lab result obs befund measure test", "medication": "med drug rx presc verordn",
    "condition": "diag cond problem icd", "procedure": "proc surg oper prozedur",
    "patient": "patient person demo stamm",
}  # fmt: skip
PATIENT_ID = re.compile(
    r"(pat|patient|subject|mrn)(id|no|nr|num|number|nummer|guid|key)?"
    r"|(person|hosp|hospital|nhs|unit)(id|no|nr|num|number|nummer|guid|key)"
)
COUNTED = 5  # rows, from which on numbers that follow one another are taken for a counter
AT_LEAST = 3  # points, below which a table is nothing of ours


@dataclass(frozen=True)
class Guess:
    """What a Sample is. entity: None for nothing of ours. why: the reason, for the draft.

    columns: canonical column -> (delivered name or names, why). system: (code system or None, why).
    wide: column -> (code, unit or None). doubts: sentences on what could not be guessed.
    is_by_name: whether names stand for its codes.
    """

    sample: Sample
    entity: str | None
    why: str
    columns: dict = field(default_factory=dict)
    system: tuple = (None, "")
    wide: dict = field(default_factory=dict)
    doubts: tuple = ()
    is_by_name: bool = False


def guesses_of(samples):
    """The Guess of each Sample, and the name of the system whose tables they are, or None."""
    system = system_of(samples)
    ids = _patient_ids([_guess(sample, system, {}) for sample in samples])
    return [_guess(sample, system, ids) for sample in samples], system


def patient_ids(guess):
    """The distinct patient ids of a Guess's first rows."""
    if "patient_id" not in guess.columns:
        return set()
    return set(guess.sample.columns[guess.columns["patient_id"][0]])


def _patient_ids(guesses):
    patients = [guess for guess in guesses if guess.entity == "patient"]
    return {each: guess.sample.name for guess in patients for each in patient_ids(guess)}


def _guess(sample, system, ids):
    table = known_table(sample.name, system)
    if table and not table["entity"]:
        return Guess(sample, None, table["note"] or "not needed")
    if wide := _wide(sample):
        return _wide_guess(sample, wide, system, ids)
    known = table["entity"] if table else None
    candidates = _candidates(sample, system, ids, known)
    points, guess = max(candidates, key=lambda candidate: candidate[0])
    if points < AT_LEAST:
        return Guess(sample, None, _why_not(candidates))
    return guess


def _candidates(sample, system, ids, known=None):
    return [_scored(sample, entity, system, ids, is_known=entity == known) for entity in ENTITIES]


def likeliest(sample):
    """The Guess of a table by itself that looks like nothing of ours: the entity that its columns
    and its name say most of, however little that is."""

    def says(candidate):
        points, guess = candidate
        return points, len(guess.columns), _is_named(sample, guess.entity)

    candidates = _candidates(sample, None, {})
    _, guess = max(candidates, key=says)
    others = ", ".join(entity for entity in ENTITIES if entity != guess.entity)
    return replace(guess, why=f"{_why_not(candidates)}; or {others}")


def _is_named(sample, entity):
    return any(word in sample.name.lower() for word in WORDS[entity].split())


def _why_not(candidates):
    if not any("patient_id" in guess.columns for _, guess in candidates):
        return "no column of patient ids"
    return "its columns are those of no extract"


def _scored(sample, entity, system, ids, *, is_known):
    columns = _by_name(sample, entity, system, ids)
    _by_cells(sample, entity, columns, ids)
    code = columns.get("code")
    coded = (None, 0, "") if not code else _coded(sample, entity, code[0])
    if coded[0] is None and entity != "patient":
        coded = _better_code(sample, entity, columns) or coded
    by_name = _name_as_code(columns)
    doubts = (
        *_doubts_of_names(sample),
        *(["no column of codes: its names stand for them"] * by_name),
    )
    coding = (coded[0], coded[2])
    guess = Guess(sample, entity, "", columns, coding, doubts=doubts, is_by_name=by_name)
    if not _is_enough(entity, columns):
        return 0, guess
    points, why = _points(sample, entity, columns, coded)
    if is_known:
        points, why = points + 10, f"a table of {system or 'this name'}"
    return points, replace(guess, why=why)


def _is_enough(entity, columns):
    needed = {"patient": ("birth_date", "sex"), "lab_result": ("value",)}.get(entity, ("code",))
    return "patient_id" in columns and any(name in columns for name in needed)


def _points(sample, entity, columns, coded):
    named = {name: why for name, (_, why) in columns.items() if why == "its name"}
    keys = {name: key_of(columns[name][0]) for name in named if isinstance(columns[name][0], str)}
    points = sum(1 / entities_of()[key] for key in keys.values() if key in entities_of())
    why = [f"{len(named)} column names"] if named else []
    required = canonical_tables()[entity].required
    points += 1.5 * all(name in columns for name in required)
    if _is_named(sample, entity):
        points, why = points + 2, [*why, "the file's name"]
    if coded[1] > 1:
        points, why = points + coded[1], [*why, f"codes of {coded[0]}"]
    if entity == "lab_result" and are_units(_cells(sample, columns.get("unit"))):
        points, why = points + 3, [*why, "units of laboratories"]
    ids = _cells(sample, columns["patient_id"])
    if entity == "patient" and len(set(ids)) == len(ids):
        points, why = points + 2, [*why, "one row a patient"]
    return points, ", ".join(why)


def _cells(sample, column):
    return sample.columns.get(column[0], []) if column and isinstance(column[0], str) else []


def _by_name(sample, entity, system, ids):
    "Canonical column -> (delivered name, why), by sources/column_names.csv, checked by their cells"
    twice = _named_twice(sample)
    keys = {key_of(name): name for name in reversed(sample.columns) if name.lower() not in twice}
    table, found = canonical_tables()[entity], {}
    for column in table.all:
        names = [keys[key] for key in known_names(entity, column, system) if key in keys]
        if column == "patient_id":
            names += [name for key, name in keys.items() if PATIENT_ID.fullmatch(key)]
        taken = {name for name, _ in found.values()}
        fitting = [
            name
            for name in dict.fromkeys(names)
            if name not in taken and _fits(column, sample.columns[name])
        ]
        if column == "patient_id":
            fitting = _of_patients(sample, entity, fitting, ids)
        if fitting:
            found[column] = (fitting[0], "its name")
    return found


def _named_twice(sample):
    "GENDER beside gender: a reader that knows no case cannot tell which is meant"
    names = Counter(name.lower() for name in sample.columns)
    return {name for name, count in names.items() if count > 1}


def _of_patients(sample, entity, names, ids):
    """Of the columns that may hold patients' numbers those that do, first the one most of whose
    numbers are in the table of patients. Numbers of the rows name records, never patients."""
    shares = {name: _share_of(sample.columns[name], ids) for name in names}
    if entity != "patient":
        names = [name for name in names if shares[name] >= 0.5 or not _counts(sample, name)]
    return sorted(names, key=lambda name: -shares[name])


def _counts(sample, name):
    "Whether a column numbers the rows, from 0 or 1 on"
    cells = sample.columns[name]
    if len(cells) < COUNTED or not all(cell.isdecimal() for cell in cells):
        return False
    return int(cells[0]) <= 1 and all(int(b) - int(a) == 1 for a, b in pairwise(cells))


def _share_of(cells, ids):
    distinct = set(cells)
    return len(distinct & ids.keys()) / len(distinct) if distinct else 0


def _fits(column, cells):
    if not cells:
        return True
    if column.endswith(DATES):
        return are_dates(cells) or (column == "birth_date" and are_years(cells))
    if column in NUMBERS:
        return numbers(cells) >= 0.5
    tests = {
        "patient_id": lambda: are_ids(cells),
        "sex": lambda: len(set(cells)) <= 8,
        "opted_out": lambda: {cell.lower() for cell in cells} <= FLAGS.keys(),
        "code": lambda: not are_dates(cells),
        "code_system": lambda: are_systems(cells) or set(cells) <= {"9", "10"},
        "name": lambda: numbers(cells) < 0.5,
        "unit": lambda: numbers(cells) < 0.5,
    }
    return column not in tests or tests[column]()


def _by_cells(sample, entity, columns, ids):
    "Adds what the names do not say and the cells show"
    free = {name: cells for name, cells in sample.columns.items() if cells}
    for name, _ in columns.values():
        free.pop(name, None)
    if "patient_id" not in columns and entity != "patient":
        shares = {name: _share_of(cells, ids) for name, cells in free.items()}
        best = max(shares, key=lambda name: shares[name], default=None)
        if best and shares[best] >= 0.5 and len(set(free[best])) > 2:
            columns["patient_id"] = (best, f"{shares[best]:.0%} of its ids are patients'")
            free.pop(best)
    required = list(canonical_tables()[entity].required)
    tests = {"unit": are_units, "value": lambda cells: numbers(cells) >= 0.8}
    if entity != "patient":
        tests[required[-1]] = are_dates
    for column, test in tests.items():
        if column in required and column not in columns:
            fitting = [name for name, cells in free.items() if test(cells)]
            if len(fitting) == 1:
                columns[column] = (fitting[0], "the only column with such cells")
                free.pop(fitting[0])
    _with_time(sample, columns)


def _with_time(sample, columns):
    "A column of days, and the column of times beside it, are one instant"
    names = list(sample.columns)
    for column, (name, why) in list(columns.items()):
        if not column.endswith("_at") or not isinstance(name, str):
            continue
        after = names[names.index(name) + 1 :][:1]
        is_day = all(":" not in cell for cell in sample.columns[name])
        if is_day and after and are_times(sample.columns[after[0]]):
            columns[column] = ([name, after[0]], why)


def _coded(sample, entity, name):
    return code_system(entity, name, undecorated(sample.columns[name]))


def _better_code(sample, entity, columns):
    "A column whose codes have the shape of a system, in place of one whose codes have none"
    taken = [name for column, (name, _) in columns.items() if column not in ("code", "name")]
    for name, cells in sample.columns.items():
        system, sureness, why = _coded(sample, entity, name)
        if name not in taken and sureness > 2 and cells:
            if columns.get("name", ("",))[0] == name:
                del columns["name"]
            columns["code"] = (name, why)
            return system, sureness, why
    return None


def _name_as_code(columns):
    "Whether a table without codes gives names, which are taken for its codes then"
    if "code" in columns or "name" not in columns:
        return False
    columns["code"] = columns.pop("name")
    return True


def _doubts_of_names(sample):
    if twice := sorted(_named_twice(sample)):
        yield f"the header names {', '.join(twice)} twice: not read until each has its own name"


def _wide(sample):
    "Column -> (code, unit or None), where a column's name is that of an analyte"
    found = {}
    for name, cells in sample.columns.items():
        if numbers(cells) >= 0.5 and (analyte := analyte_of(name)):
            code, unit = analyte
            found[name] = (code_in_units(code, [unit] if unit else []), unit)
    return found


def _wide_guess(sample, wide, system, ids):
    columns = _by_name(sample, "lab_result", system, ids)
    patient = _by_name(sample, "patient", system, ids)
    _by_cells(sample, "lab_result", columns, ids)
    kept = {name: columns[name] for name in ("patient_id", "collected_at") if name in columns}
    kept = {**{key: patient[key] for key in ("patient_id",) if key in patient}, **kept}
    if "patient_id" not in kept:
        return Guess(sample, None, "no column of patient ids")
    return Guess(sample, "lab_result", "columns named as analytes", kept, wide=wide)
