"""What a patient is asked to do, in neutral words of each language; and the words that no unsigned
text may have."""

import csv
import re

from pipeline.core import LETTERS, InvalidProtocol

FILE, WORDS = "what_to_do.csv", "clinical_words.csv"
ANY = "*"  # of an action that has no line of its own
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
    return {row["word"].casefold() for row in rows}


def clinical_word_in(text, words):
    """The first of the words that a text holds, else None; long ones also within another word."""
    folded = text.casefold()
    for word in sorted(words):
        edge = r"\b" if len(word) <= SHORT else ""
        if re.search(f"{edge}{re.escape(word)}{edge}", folded):
            return word
    return None


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
