"""The ids of a person who is to be erased, however a delivered file writes them."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.profiles import PatientId, clean_id, read_profile_if_there


@dataclass(frozen=True)
class Ids:
    """The ids as the lake has them. `text in ids` asks whether a delivered cell is one of them.

    spelled: what makes an id out of a cell, as the source's profile says (`PatientId.clean`).
    """

    ids: frozenset
    spelled: Callable[[str], str] = clean_id

    def __contains__(self, text):
        return isinstance(text, str) and (text in self.ids or self.spelled(text) in self.ids)

    def also(self, more):
        """These ids and others."""
        return Ids(self.ids | frozenset(more), self.spelled)


def patient_id_of(home, source):
    """How a source writes ids, by its profile; as usual where that cannot be read."""
    profile = read_profile_if_there(source, home)
    return profile.patient_id if profile else PatientId()
