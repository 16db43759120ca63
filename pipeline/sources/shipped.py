"""Files of a data model that a shipped profile reads: then no profile is drafted, but that one is
extended."""

from itertools import chain

from pipeline.core import SOURCES
from pipeline.profiles import read_profile

MODELS = {
    "canonical": "canonical extracts",
    "synthea_csv": "Synthea",
    "omop_cdm": "the OMOP CDM",
    "meds": "MEDS",
}


def shipped_draft(samples):
    """The YAML of a profile that extends the shipped one whose files these are; None where they are
    of none, or less than half of them."""
    for name, title in MODELS.items():
        profile = read_profile(SOURCES / f"{name}.yaml")
        kinds = [_kind(profile, sample) for sample in samples]
        fitting = sum(kind is not None for kind in kinds)
        tables = {kind for kind in kinds if kind and kind != "ignored"}
        if fitting * 2 < len(samples) or len(tables) < min(len(samples), 2):
            continue
        strange = [sample.name for sample, kind in zip(samples, kinds, strict=True) if not kind]
        return "\n".join(_lines(name, title, fitting, strange, profile, len(samples)))
    return None


def _kind(profile, sample):
    "What a table is by its name and its columns; None where these contradict the profile"
    kind = profile.kind_of_file(sample.name)
    if kind in (None, "ignored", "reference"):
        return kind
    named = profile.delivered_columns(kind)
    header = {name.lower() for name in sample.columns}
    is_strange = profile.other_columns == "refused" and header - {*chain(*named.values())}
    return kind if set(named["required"]) <= header and not is_strange else None


def _lines(name, title, fitting, strange, profile, count):
    yield (
        f"# {fitting} of {count} files are those of {title}: the shipped profile reads them as they"
        " are."
    )
    yield f"#   b12 source check {name} FOLDER"
    yield "# Only where yours differ, extend it: replace the TODO, keep the lines that you need."
    yield f"extends: {name}"
    yield "profile: TODO                     # a name of letters, digits, _ and -"
    yield f"time_zone: {profile.time_zone}                    # of times without an offset"
    yield "# maps: [my_map.csv]              # local codes and units: b12 unmapped --format csv"
    if strange:
        yield f"ignore:                           # as {name}, and what is not one of its tables"
        yield from (f'  - "{pattern}"' for pattern in profile.ignore)
        yield from (f'  - "{each}"  # guess: not a table of {title}' for each in strange)
    yield ""
