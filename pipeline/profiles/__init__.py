"""Source profiles: what a YAML file in `sources/` says of the files of one source."""

from pipeline.profiles.check import canonical_tables
from pipeline.profiles.files import install_profile, read_profile
from pipeline.profiles.ids import clean_id
from pipeline.profiles.maps import answered
from pipeline.profiles.profile import EMPTY, VERBATIM, Dialect, Profile

__all__ = [
    "EMPTY",
    "VERBATIM",
    "Dialect",
    "Profile",
    "answered",
    "canonical_tables",
    "clean_id",
    "install_profile",
    "read_profile",
]
