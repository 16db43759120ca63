"""Values in the texts of a pack: `{b12.value}` in a reason is the patient's own, as the laboratory
printed it."""

import re

NAMED = re.compile(r"\{([^{}]*)\}")
OF_RESULTS = ("value", "date", "age")
OF_RECORDS = ("sign", "since")
VALUES = {  # by fact, what a text may name; of a pack's own facts OF_RECORDS
    **dict.fromkeys(("b12", "active_b12", "mma", "homocysteine"), OF_RESULTS),
    **dict.fromkeys(("neuro", "malabsorption"), OF_RECORDS),
    **dict.fromkeys(
        ("metformin", "acid_suppressant", "folic_acid", "diet", "b12_therapy"), ("since",)
    ),
}
ABSENT = "not on file"


def with_values(text, values):
    """A text with the values of a patient. values: `placeholder=value` of each on file, as of
    `clinical.text_value`; any other placeholder is ABSENT."""
    known = dict(value.split("=", 1) for value in values or ())
    return NAMED.sub(lambda named: known.get(named[1], ABSENT), text)


def has_values(text):
    """Whether a text names values."""
    return bool(NAMED.search(text))


def without_values(text):
    """A text of no patient: `{b12.value}` is `(B12 value)`."""
    return NAMED.sub(lambda named: f"({named[1].replace('.', ' ').replace('_', ' ')})", text)


def placeholder_problems(pack, text):
    """What is wrong with the placeholders of a text, as sentences."""
    for name in NAMED.findall(text):
        fact, _, kind = name.partition(".")
        own = fact in pack.facts and isinstance(pack.raw["facts"][fact], dict)
        known = VALUES.get(fact, OF_RECORDS if own else ())
        if kind not in known:
            listed = ", ".join(f"{{{fact}.{each}}}" for each in known)
            yield f"{{{name}}} is no value that a text may name" + (
                f"; of {fact} it may name {listed}" if known else ""
            )
    if set("{}") & set(NAMED.sub("", text)):
        yield "a brace is open: a value is named as {b12.value}"
