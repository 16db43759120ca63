"""An id as the SELECTs clean it (`clean_id` of sql/macros.sql), for code that compares ids outside
the engine."""

import re
import unicodedata

_PLAIN = re.compile(r"[0-9A-Za-z_-]*")
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_WHOLE = re.compile(r"([0-9]+)\.0+")
_SCIENTIFIC = re.compile(
    r"([A-Za-z]+/)?([0-9]+([.,][0-9]+)?[eE]\+[0-9]+|[0-9]+[.,][0-9]+[eE][0-9]+)(#[0-9]+)?"
)


def clean_id(text):
    """The id without white space, control characters and marks without width anywhere, without a
    leading apostrophe and `="…"`, 70003 for 70003.0, a letter with its accent as one character."""
    if _PLAIN.fullmatch(text):
        return text
    visible = "".join(char for char in text if not _is_invisible(char)).lstrip("'")
    if wrapped := _WRAPPED.fullmatch(visible):
        visible = wrapped[1]
    whole = _WHOLE.fullmatch(visible)
    if whole:
        return whole[1]
    return unicodedata.normalize("NFC", visible)  # codespell:ignore normalize


def is_scientific(number):
    """Whether a spreadsheet wrote an id, cleaned, in scientific notation (4.85778E+09)."""
    return _SCIENTIFIC.fullmatch(number) is not None


def _is_invisible(char):
    "White space, separators, controls, format marks"
    return char.isspace() or unicodedata.category(char) in (
        "Cc",
        "Cf",
        "Zs",
        "Zl",
        "Zp",
        "Co",
        "Cs",
    )
