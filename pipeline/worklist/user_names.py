"""User names are one whatever their case."""

import unicodedata


def fold(name):
    """A name as it is compared: Ann, ANN and ann are one user."""
    plain = unicodedata.normalize("NFKC", name.strip())  # codespell:ignore normalize
    return plain.casefold()
