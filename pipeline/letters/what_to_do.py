"""What a patient is asked to do, in neutral words of each language; and the words that no unsigned
text may have."""

import csv
import re
import unicodedata

from pipeline.core import LETTERS, InvalidProtocol

FILE, WORDS = "what_to_do.csv", "clinical_words.csv"
ANY = "*"  # of an action that has no line of its own
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_JOINERS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f]")
SHORT = 3  # a word of so few letters must stand alone


def what_to_do(home):
    """(action, language) -> text, of the shipped file and over it of the site's own. Raises
    InvalidProtocol."""
    found = {}
    for folder in (LETTERS, home.letters):
        for row in _rows(folder / FILE, ("action", "language", "text")):
            found[row["action"], row["language"]] = row["text"]
    return found


def told(words, action, language):
    """What to do about an action in a language; None where there are no words for it."""
    return words.get((action, language)) or words.get((ANY, language))


def clinical_words(home):
    """The words of diagnoses and tests, in small letters, shipped and of the site. Raises
    InvalidProtocol."""
    folders = (LETTERS, home.letters)
    rows = [row for folder in folders for row in _rows(folder / WORDS, ("word", "language"))]
    return {_folded(row["word"]) for row in rows}


def clinical_word_in(text, words):
    """The first of the words that a text holds, else None; long ones also within another word."""
    folded = _folded(text)
    for word in sorted(words):
        edge = r"\b" if len(word) <= SHORT else ""
        if re.search(f"{edge}{re.escape(word)}{edge}", folded):
            return word
    return None


def _folded(text):
    """A text in small letters, each with its accent as one character, without what has no width: as
    it looks to a reader, however it is written."""
    shown = "".join(each for each in text if not _is_without_width(each))
    for _ in range(2):  # small letters may be composed anew
        shown = unicodedata.normalize("NFKC", shown).casefold()  # codespell:ignore normalize
    return _HYPHENS.sub("-", shown)


def _is_without_width(character):
    return unicodedata.category(character) == "Cf" or bool(_JOINERS.match(character))


def _rows(path, columns):
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error):
        rows = [{}]
    wrong = [line for line, row in enumerate(rows, 2) if not all(row.get(each) for each in columns)]
    if wrong:
        raise InvalidProtocol(
            f"{path.name} line {wrong[0]}: the columns {', '.join(columns)} must be filled in, as"
            " UTF-8 with commas. Compare it with the shipped file in letters/."
        )
    return rows
