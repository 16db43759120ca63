"""The ids of a person who is to be erased, however a delivered file writes them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pipeline.erasure.text_encoding import possible_spellings
from pipeline.profiles import PatientId, clean_id, read_profile_if_there

# of ASCII alone: where a text was read as Latin-1, the second byte of a letter in UTF-8 may look
# like a space
CELLS = re.compile(r"""[,;|^~&\t\r\n"<>{}\[\]\ufeff]+""", re.ASCII)
WORDS = re.compile(r"[\s'/:=]+", re.ASCII)
SPACE = " \t\v\f"
NOT_ALPHANUMERIC = bytes(code for code in range(128) if not chr(code).isalnum())


@dataclass(frozen=True)
class Ids:
    """The ids as the lake has them. `text in ids` asks whether a delivered cell is one of them.

    spelled: what makes an id out of a cell, as the source's profile says (`PatientId.clean`).
    """

    ids: frozenset
    spelled: Callable[[str], str] = clean_id

    @classmethod
    def of(cls, ids, patient_id):
        """The ids in a source whose profile has this PatientId."""
        return cls(frozenset(ids), clean_id if patient_id.is_plain else patient_id.clean)

    def __contains__(self, text):
        return isinstance(text, str) and (text in self.ids or self.spelled(text) in self.ids)

    def are_named_in(self, text):
        """Whether one of them stands in a text as a word."""
        if not self._may_be_named_in(text):
            return False
        # as the lake has it, or in other characters and with white space inside
        return bool(self._word.search(text)) or any(word in self for word in words_of(text))

    def _may_be_named_in(self, text):
        "No for nearly every text, at a fiftieth of the cost of looking at its words"
        if self._bare is None:
            return True
        bare = _bare(text)
        return any(each in bare for each in self._bare)

    @cached_property
    def _bare(self):
        """The letters and digits of each id, which stand in every text that names it; None where
        it may be written with others."""
        if self.spelled is not clean_id or not all(map(str.isascii, self.ids)):
            return None
        return tuple(map(_bare, self.ids))

    @cached_property
    def _word(self):
        spelled = {
            spelling
            for each in self.ids
            for written in forms_of(each)
            for spelling in (written, *possible_spellings(written, "latin-1"))
        }
        return word_pattern(spelled)


def _bare(text):
    "The letters and digits of ASCII in their order: cleaning an id changes only what is between"
    plain = unicodedata.normalize("NFD", text)  # codespell:ignore normalize
    return plain.encode("ascii", "ignore").translate(None, NOT_ALPHANUMERIC)


def forms_of(number):
    """An id with letters and accents as one character, and as two: how texts have it."""
    normal = unicodedata.normalize  # codespell:ignore normalize
    return {number, normal("NFC", number), normal("NFD", number)}


def word_pattern(words):
    """A regular expression that finds these as whole words: not within a longer id."""
    return re.compile(
        rf"(?<![\w-])(?<!\w\.)(?:{'|'.join(map(re.escape, sorted(words)))})(?:\.0)?(?![\w-]|\.\w)"
    )


def words_of(text):
    """The cells of a line, and the words of each."""
    words = set()
    for cell in CELLS.split(text):
        words |= {cell.strip(SPACE), clean_id(cell), *WORDS.split(cell)}
    return words


def patient_id_of(home, source):
    """How a source writes ids, by its profile; as usual where that cannot be read."""
    profile = read_profile_if_there(source, home)
    return profile.patient_id if profile else PatientId()
