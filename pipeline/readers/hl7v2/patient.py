"""The patient rows of an HL7 v2 message: what PID says, and the merges of an ADT message."""

from pipeline.readers.hl7v2.fields import day, identifiers, instant, is_day, is_partial, text

MERGES = ("A18", "A34", "A36", "A40")  # A40 since HL7 2.3.1; the others are its older forms
UNLINK = "A37"
DELETIONS = ("A23", "A29")
# a field that a profile may name -> its number in PID and, of a number that is merged, in MRG
_POSITIONS = {"PID-3": (3, 1), "PID-2": (2, 4), "PID-4": (4, 2)}
_SEX = {
    "F": "female",
    "M": "male",
    "O": "other",
    "A": "other",
    "N": "other",
}  # HL7 table 0001; U and anything else: unknown


def patient(pid, *, patient_id, recorded_at, zone):
    """What a PID says of its patient; it makes no statement on merges."""
    sex = text(pid, 8)
    return {
        "line": pid.line, "patient_id": patient_id, "birth_date": day(pid, 7),
        "sex": sex and _SEX.get(sex.upper(), "unknown"), "deceased_on": _deceased_on(pid, zone),
        "recorded_at": recorded_at,
    }  # fmt: skip


def _deceased_on(pid, zone):
    """PID-29, unless PID-30 says that the patient lives: a living patient left out is worse than a
    dead one listed. A death whose day cannot be read is a death."""
    told, died_at = (text(pid, 30) or "").upper(), instant(pid, 29, zone)
    if told == "Y" and not (is_day(died_at) or is_partial(died_at)):
        return "true"
    return "false" if told == "N" else died_at


def patient_id_of(pid, profile):
    """The patient's number, in the first of the profile's fields that holds one."""
    return next(iter(numbers_of(pid, profile)), None)


def numbers_of(segment, profile):
    """The numbers of a PID or MRG that count, in the first of the profile's fields that holds
    any."""
    wanted = profile.patient_id
    for name in wanted.positions:
        found = identifiers(
            segment,
            _POSITIONS[name][segment.name == "MRG"],
            authorities=wanted.authority,
            types=wanted.type,
            is_bare_known=name != "PID-3" and wanted.is_position_chosen,
            empty_words=profile.empty_words,
        )
        if found:
            return found
    return []


def merges(segments, *, profile, recorded_at):
    """One row for each prior number of an MRG: it stands for that of the PID above it from now on.
    Neither is guessed: a row without one of the two has no patient_id, and is rejected."""
    rows, surviving = [], None
    for segment in segments:
        if segment.name == "PID":
            surviving = patient_id_of(segment, profile)
        elif segment.name == "MRG":
            numbers = numbers_of(segment, profile) or [None]
            rows += [
                {
                    "line": segment.line, "patient_id": surviving and prior,
                    "merged_into": surviving, "recorded_at": recorded_at,
                }
                for prior in [each for each in numbers if each != surviving] or numbers
            ]  # fmt: skip
    return rows


def deletions(segments, *, profile, recorded_at):
    """One row for each PID: its patient is deleted."""
    return [
        {
            "line": segment.line, "patient_id": patient_id_of(segment, profile),
            "recorded_at": recorded_at, "status": "deleted",
        }
        for segment in segments
        if segment.name == "PID"
    ]  # fmt: skip


def unlinks(segments, *, profile, recorded_at):
    """One row for each PID: its number stands for itself again."""
    numbers = [
        (segment.line, patient_id_of(segment, profile))
        for segment in segments
        if segment.name == "PID"
    ]
    return [
        {"line": line, "patient_id": number, "merged_into": number, "recorded_at": recorded_at}
        for line, number in numbers
    ]
