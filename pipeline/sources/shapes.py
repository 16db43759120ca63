"""What cells show of themselves: dates and their order, numbers and their mark, the system of a
code, by their shape alone."""

import re
from collections import Counter
from functools import cache

from pipeline.protocol import loinc_is_valid, snomed_is_valid, vocabulary

LONGEST = 200  # letters of a cell that are looked at for a code in it
MOST = 0.9  # of the cells that must have a shape
_TIME = r"(?:[T ]\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}")
_YMD = re.compile(rf"(?:\d{{4}}[/.]\d{{1,2}}[/.]\d{{1,2}}|(?:19|20)\d{{2}}[01]\d[0-3]\d){_TIME}")
_PARTS = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-]\d{{4}}{_TIME}")
_NAMED = re.compile(rf"\d{{1,2}}[- ]?[A-Za-z]{{3}}[- ]?\d{{4}}{_TIME}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_NUMBER = re.compile(r"[<>=~ ]*[-+]?\d+(?:[.,]\d+)*")
_SEPARATORS = re.compile(r"[\s_;,.:()-]+")  # as status_key of sql/macros.sql
SEXES = {  # as extracts write them; a number by the profile's author alone
    "f": "female", "female": "female", "w": "female", "woman": "female", "weiblich": "female",
    "femme": "female", "femenino": "female", "mujer": "female", "m": "male", "male": "male",
    "man": "male", "männlich": "male", "maennlich": "male", "homme": "male", "masculino": "male",
    "d": "other", "divers": "other", "x": "other", "other": "other", "o": "other",
    "u": "unknown", "unknown": "unknown", "unbekannt": "unknown",
}  # fmt: skip
FLAGS = {  # of a column that says yes or no
    "j": "true", "ja": "true", "y": "true", "yes": "true", "1": "true", "true": "true",
    "oui": "true", "n": "false", "nein": "false", "no": "false", "0": "false", "false": "false",
    "non": "false",
}  # fmt: skip
_CODES = {  # system: (what a code of it looks like, how surely that shows the system)
    "LOINC": (loinc_is_valid, 3),
    "ATC": (re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}").fullmatch, 3),
    "SNOMEDCT": (snomed_is_valid, 3),
    "NDC": (re.compile(r"\d{11}|\d{4,5}-\d{3,4}-\d{1,2}").fullmatch, 2),
    "ICD10": (re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?[-+*]?").fullmatch, 2),
    "ICD9CM": (re.compile(r"(\d{3}|V\d{2})(\.?\d{1,2})?|E\d{3}(\.?\d)?").fullmatch, 1),
    "HCPCS": (re.compile(r"[A-Z]\d{4}").fullmatch, 1),
    "CPT4": (re.compile(r"\d{5}|\d{4}[FTU]").fullmatch, 1),
    "READ2": (re.compile(r"[0-9A-Za-z]{1,5}\.{0,4}").fullmatch, 0),
    "RXNORM": (re.compile(r"\d{1,8}").fullmatch, 0),
}
_CODE = r"(?P<code>[A-Za-z0-9.-]*\d[A-Za-z0-9.-]*)"
_DECORATED = (  # what stands around a code, as a pattern of Python and of RE2
    rf"{_CODE}\s+[-:]\s+(?P<name>\S.*)",  # E11.9 - Type 2 diabetes mellitus
    rf"{_CODE}\s*\|\s*(?P<name>[^|]*[^| ])\s*\|?",  # 44054006 |Type 2 diabetes mellitus|
    rf"{_CODE}\^.*",  # 244.9^^2
    rf"(?P<name>\S.*)\s+[(\[]{_CODE}[)\]]",  # Type 2 diabetes mellitus (E11.9)
)
SYSTEMS_OF = {
    "lab_result": ("LOINC", "SNOMEDCT", "READ2"),
    "medication": ("ATC", "SNOMEDCT", "NDC", "RXNORM"),
    "condition": ("SNOMEDCT", "ICD10", "ICD9CM", "READ2"),
    "procedure": ("SNOMEDCT", "HCPCS", "CPT4", "READ2"),
    "patient": (),
}
OTHERS_OF = {"medication": ("PZN", "BNF"), "procedure": ("OPS", "OPCS4")}  # by their names alone
_WORD_ENDS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_AFTER_SYSTEM = r"(cm|gm|ct|who)?(v?\d+)?(code|codes|id|cd|key|nr|no|concept.*)?"
NAMED = {  # what a code column's name says of its codes
    "rxnorm": "RXNORM", "rxn": "RXNORM", "rxcui": "RXNORM", "atc": "ATC", "loinc": "LOINC",
    "icd10": "ICD10", "icd9": "ICD9CM", "icd": "ICD10", "snomed": "SNOMEDCT",
    "conceptid": "SNOMEDCT", "dmd": "SNOMEDCT", "cpt": "CPT4", "hcpcs": "HCPCS", "ndc": "NDC",
    "ctv3": "READ2", "read": "READ2", "pzn": "PZN", "ops": "OPS", "opcs": "OPCS4",
    "bnf": "BNF",
}  # fmt: skip


def share(test, cells):
    """Which part of the cells passes a test; 0 of none."""
    return sum(bool(test(cell)) for cell in cells) / len(cells) if cells else 0


def are_dates(cells):
    """Whether most cells are days or instants, in any order."""
    return share(_is_date, cells) >= 0.8


def are_times(cells):
    """Whether most cells are times of the day."""
    return share(_CLOCK.fullmatch, cells) >= 0.8


def are_years(cells):
    """Whether most cells are years of people's births."""
    return share(re.compile(r"(19|20)\d{2}").fullmatch, cells) >= 0.8


def are_ids(cells):
    """Whether most cells may be numbers of patients: they hold a digit, and are neither days nor
    units."""
    return share(re.compile(r"\d").search, cells) >= 0.5 and not (
        are_dates(cells) or are_units(cells)
    )


def numbers(cells):
    """Which part of the cells is a number, with or without a comparator."""
    return share(_NUMBER.fullmatch, cells)


def _is_date(cell):
    return any(form.fullmatch(cell) for form in (_ISO, _YMD, _PARTS, _NAMED))


def date_order(cells):
    """The order of dates that shows in cells, and why: None where nothing shows it, or where two
    contradict each other; "" where there is no date."""
    seen = Counter(filter(None, map(_order, cells)))
    if not seen:
        return "", "no column of dates"
    if seen["dmy"] and seen["mdy"]:
        return None, "days above 12 stand first in some of its dates, and second in others"
    for order in ("dmy", "mdy"):
        if seen[order]:
            return order, f"{seen[order]} of its dates have a day above 12"
    if seen["both"]:
        return None, "no day above 12 in its dates shows which number is the day"
    order = "ymd" if seen["ymd"] else "iso" if seen["iso"] and not seen["named"] else "dmy"
    return order, "its dates"


def _order(cell):
    if parts := _PARTS.fullmatch(cell):
        first, second = int(parts[1]) > 12, int(parts[2]) > 12
        return "both" if first == second else "dmy" if first else "mdy"
    forms = {"iso": _ISO, "ymd": _YMD, "named": _NAMED}
    return next((order for order, form in forms.items() if form.fullmatch(cell)), None)


def decimal_marks(cells):
    """The decimal mark that numbers show, and the mark of thousands, if any; None where none shows,
    or both do."""
    forms = {
        mark: re.compile(rf"[<>=~ ]*[-+]?(\d{{1,3}}(?:[{other}]\d{{3}})+|\d+)[{mark}]\d+")
        for mark, other in ((",", "."), (".", ","))
    }
    seen = {mark: [form.fullmatch(cell) for cell in cells] for mark, form in forms.items()}
    counts = {mark: sum(map(bool, found)) for mark, found in seen.items()}
    # 1.263 may be a number of four digits, or of one
    mark = max(counts, key=lambda mark: counts[mark])
    if not counts[mark] or all(counts.values()):
        return None, None
    grouped = any(found and not found[1].isdigit() for found in seen[mark])
    return mark, ("." if mark == "," else ",") if grouped else None


def decoration(cells):
    """The `code_pattern` that takes codes out of cells that hold more, such as `E11.9 - text`; None
    where most cells are plain codes."""
    beginnings = [cell[:LONGEST] for cell in cells]
    forms = (form for form in _DECORATED if share(re.compile(form).fullmatch, beginnings) >= MOST)
    return next(forms, None)


def undecorated(cells):
    """The codes in cells that hold more; the cells themselves where they are plain codes."""
    form = decoration(cells)
    found = [re.fullmatch(form, cell[:LONGEST]) for cell in cells] if form else []
    return [match["code"] for match in found if match] or cells


def code_system(entity, name, cells):
    """The system whose shape the codes of a column have, how sure that is (0 to 4), and why; None
    where none fits."""
    codes = [re.sub(r"^[A-Za-z0-9-]+:", "", cell) for cell in set(cells)]
    said = _named_system(entity, name)
    if said and said not in _CODES:
        return said, 2, "its name"
    if said and (fits := share(_CODES[said][0], codes)) >= MOST:
        return said, 4, f"its name, and {fits:.0%} of its codes have that shape"
    if said:
        return None, 0, f"its name says {said}, but its codes have another shape"
    for system in SYSTEMS_OF[entity]:
        test, sureness = _CODES[system]
        if sureness and (fits := share(test, codes)) >= MOST:
            return system, sureness, f"{fits:.0%} of its codes have that shape"
    return None, 0, "its codes have the shape of no system"


def _named_system(entity, name):
    """The system that a column's name says: as one of its words, `atc` in `source_atc_code`; a
    longer one also at its end, `diagnosisicd10`"""
    words = [word.lower() for word in _WORD_ENDS.split(name)]
    whole = "".join(words)
    for said, system in NAMED.items():
        form = re.compile(said + _AFTER_SYSTEM)
        is_word = any(form.fullmatch(word) for word in [*words, whole])
        is_end = len(said) > 3 and whole.endswith(said)
        if (is_word or is_end) and system in SYSTEMS_OF[entity] + OTHERS_OF.get(entity, ()):
            return system
    return None


def are_units(cells):
    """Whether most cells are units that the protocol knows."""
    return share(lambda cell: _spelled(cell) in _units(), cells) >= 0.6


def unknown_words(column, entity, cells):
    """How many distinct cells of a status, specimen or route the protocol does not know."""
    known = _known_words(column, entity)
    words = {_SEPARATORS.sub(" ", cell.lower()).strip() for cell in cells}
    return len(words - known), len(words)


@cache
def _known_words(column, entity):
    return {row[column] for row in vocabulary(column) if row.get("entity", entity) == entity}


def are_systems(cells):
    """Whether all cells name code systems that the protocol knows."""
    return bool(cells) and {cell.upper() for cell in cells} <= _systems()


def has_offset(cells):
    """Whether every time among the cells has an offset."""
    times = [cell for cell in cells if re.search(r"\d:\d{2}", cell)]
    return bool(times) and share(re.compile(r".*(Z|[+-]\d{2}:?\d{2})").fullmatch, times) == 1


def _spelled(unit):
    return re.sub(r"\s", "", unit).lower()


@cache
def _units():
    return {_spelled(row[key]) for row in vocabulary("unit_alias") for key in ("spelling", "unit")}


@cache
def _systems():
    return {row[key] for row in vocabulary("code_system") for key in ("alias", "code_system")}
