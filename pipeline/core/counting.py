"""Numbers with their nouns, as people read them."""


def counted(number, one, many=None):
    """A number with the noun that fits it: `1 day`, `2 days`, `1,000 files are`. many: the noun of
    all other numbers, where it is not made with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
