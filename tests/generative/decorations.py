"""What real feeds put around ids, comparators and empty cells, and what §1 of the protocol says means nothing."""

ID = ("{}", "{}", " {}", "{} ", "{}\u200b", "\u00a0{}", "\ufeff{}", "{}\u200e", "'{}", '="{}"')
NOTHING = ("", "", "NULL", "N/A", "None", "(null)", "\\N", "NaN", "null", "#N/A", " ")
CODE = ("{}", "{}", "{}", " {}", "{}\u00a0", "'{}", '="{}"')
STATUSES = {  # of a result, in words of HL7 v2, FHIR and plain English
    "final": ("final", "F", "Final", "Final results", "verified", ""),
    "corrected": ("corrected", "amended", "C", "Correction to results"),
    "preliminary": ("preliminary", "P", "registered", "pending"),
    "entered-in-error": ("entered-in-error", "W", "D", "Entered in error"),
    "cancelled": ("cancelled", "X", "CANCELED"),
}
SPELLINGS = {  # of comparators, in a text
    "<": ("<", "< ", "&lt;", "&amp;lt;", "&#60;", "LESS THAN "),
    ">": (">", "> ", "&gt;", "&#x3E;", "GREATER THAN "),
    "<=": ("<=", "≤", "&le;", "&lt;=", "=<"),
    ">=": (">=", "≥", "&ge;", "&gt;=", "=> "),
    "": ("", "", "", " "),
}
IDS = ("patient_id", "result_id", "accession_id", "medication_id", "condition_id", "procedure_id", "merged_into")  # fmt: skip
VERBATIM = ("value",)  # where words stay words


def in_parts(value):
    "(comparator, number) of a value that is a number; (None, value) of any other"
    sign = next((sign for sign in (">=", "<=", "<", ">") if value.startswith(sign)), "")
    number = value.removeprefix(sign)
    is_number = number.isascii() and number.replace(".", "").isdigit()
    return (sign, number) if is_number else (None, value)


def as_printed(reported):
    "A reported value with its unit; its comparator as a sign, which each form spells in its own way"
    signs = {spelling.strip(): sign for sign in SPELLINGS for spelling in SPELLINGS[sign]}
    spelling = max(filter(reported.startswith, signs), key=len)
    return signs[spelling] + reported.removeprefix(spelling).strip()


def decorated_id(random, text):
    return random.choice(ID).format(text)


def decorated_code(random, code):
    return random.choice(CODE).format(code)


def _status(random, status):
    return random.choice(STATUSES[status])


def spelled(random, value):
    "A value as text, its comparator in any spelling"
    sign, number = in_parts(value)
    return value if sign is None else random.choice(SPELLINGS[sign]) + number


def decorated(random, row):
    "A row of text cells, decorated where that means nothing"
    decorate = {name: decorated_id for name in IDS if row.get(name)}
    decorate |= {"value": spelled, "code": decorated_code}
    decorate |= {"status": _status} if "result_id" in row else {}
    return {
        name: decorate[name](random, cell) if name in decorate else cell or random.choice(NOTHING)
        for name, cell in row.items()
    }
