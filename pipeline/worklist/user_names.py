"""User names are one whatever their case."""

import unicodedata


def fold(name):
    """A name as it is compared: Ann, ANN and ann are one user."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()
