"""User names are one whatever their case, and none is what the program calls itself."""

import unicodedata

LONGEST, LONGEST_FOLDED = 100, 300  # characters, as the store has room for
UNKNOWN = "unknown user"
BY_PROVIDER = "single sign-on"
NIGHT = "nightly run"
OWN = (UNKNOWN, BY_PROVIDER, NIGHT, "command line")  # what history and audit call others than users


def fold(name):
    """A name as it is compared: Ann, ANN and ann are one user."""
    plain = unicodedata.normalize("NFKC", name.strip())  # codespell:ignore normalize
    return plain.casefold()


def is_name(name):
    """Whether a user can have this name: text that shows as it is, without characters that have no
    width or turn the direction of writing, and none of OWN."""
    folded = fold(name)
    return (
        0 < len(name.strip()) <= LONGEST
        and 0 < len(folded) <= LONGEST_FOLDED
        and name.strip().isprintable()
        and " ".join(folded.split()) not in OWN
    )
