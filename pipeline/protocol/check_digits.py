"""Check digits of the code systems that have one."""

# Verhoeff's tables: https://en.wikipedia.org/wiki/Verhoeff_algorithm
_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def loinc_is_valid(code):
    """Whether the last digit of a LOINC code (`2132-9`) is the mod-10 check digit of the others."""
    body, dash, digit = code.partition("-")
    if not (dash and body.isdigit() and digit.isdigit() and len(digit) == 1):
        return False
    doubled = int("".join(body[-1::-2])) * 2
    rest = sum(int(number) for number in body[-2::-2])
    total = sum(int(number) for number in str(doubled)) + rest
    return -total % 10 == int(digit)


def snomed_is_valid(code):
    """Whether a SNOMED CT concept id ends in its Verhoeff check digit."""
    if not (code.isdigit() and 6 <= len(code) <= 18):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        number = int(digit)
        for _ in range(place % 8):
            number = _PERMUTATION[number]
        check = _D5[check][number]
    return check == 0


def check_digit_is_wrong(system, code):
    """What is wrong with the code's check digit, in words, or None."""
    if system == "LOINC" and not loinc_is_valid(code):
        return f"LOINC {code}: wrong check digit (mod 10)"
    if system == "SNOMEDCT" and not snomed_is_valid(code):
        return f"SNOMED CT {code}: wrong check digit (Verhoeff)"
    return None
