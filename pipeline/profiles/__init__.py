"""Source profiles: what a YAML file in `sources/` says of the files of one source."""

from pipeline.profiles.check import canonical_tables, landed_columns
from pipeline.profiles.fields import fault_of
from pipeline.profiles.files import install_profile, read_profile, read_profile_if_there
from pipeline.profiles.ids import clean_id
from pipeline.profiles.languages import language_name, language_spellings
from pipeline.profiles.maps import (
    answerable_as,
    answered,
    digest_of,
    filled,
    known_units,
    shown,
    unit_key,
)
from pipeline.profiles.profile import PatientId, Profile
from pipeline.profiles.steward_map import (
    STEWARD_MAP,
    Answer,
    answers_of,
    steward_map,
    write_answers,
)
from pipeline.profiles.table import (
    IN_A_CODE,
    IN_A_VALUE,
    VERBATIM,
    Dialect,
    Owner,
    flat,
    groups_of,
    names_of,
)

__all__ = [
    "IN_A_CODE",
    "IN_A_VALUE",
    "STEWARD_MAP",
    "VERBATIM",
    "Answer",
    "Dialect",
    "Owner",
    "PatientId",
    "Profile",
    "answerable_as",
    "answered",
    "answers_of",
    "canonical_tables",
    "clean_id",
    "digest_of",
    "fault_of",
    "filled",
    "flat",
    "groups_of",
    "install_profile",
    "known_units",
    "landed_columns",
    "language_name",
    "language_spellings",
    "names_of",
    "read_profile",
    "read_profile_if_there",
    "shown",
    "steward_map",
    "unit_key",
    "write_answers",
]
