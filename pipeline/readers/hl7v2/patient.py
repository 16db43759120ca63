"""The patient rows of an HL7 v2 message: what PID says, and the merges of an ADT message."""

from pipeline.readers.hl7v2.fields import day, identifier, instant, text

MERGES = ("A18", "A34", "A36", "A40")  # A40 since HL7 2.3.1; the others are its older forms
UNLINK = "A37"
_SEX = {
    "F": "female",
    "M": "male",
    "O": "other",
    "A": "other",
    "N": "other",
}  # HL7 table 0001; U and anything else: unknown


def patient(pid, *, patient_id, recorded_at, zone):
    """What a PID says of its patient; of a merge it says nothing."""
    sex = text(pid, 8)
    return {
        "line": pid.line, "patient_id": patient_id, "birth_date": day(pid, 7),
        "sex": sex and _SEX.get(sex.upper(), "unknown"), "deceased_on": _deceased_on(pid, zone),
        "recorded_at": recorded_at,
    }  # fmt: skip


def _deceased_on(pid, zone):
    """PID-29, unless PID-30 says that the patient lives: a living patient left out is worse than a
    dead one listed"""
    told = (text(pid, 30) or "").upper()
    return "false" if told == "N" else instant(pid, 29, zone) or ("true" if told == "Y" else None)


def patient_id_of(pid, profile):
    """The patient's number in PID-3; in PID-2 (before HL7 2.3.1) only where PID-3 is empty and
    the profile asks for no authority or type."""
    wanted = profile.patient_id
    found = identifier(pid, 3, wanted.authority, wanted.type)
    is_any_wanted = not (wanted.authority or wanted.type)
    return found or (text(pid, 2) if is_any_wanted else None)


def merges(segments, *, profile, recorded_at):
    """One row for each MRG: the prior number stands for that of the PID above it from now on.
    Neither is guessed: a row without one of the two has no patient_id, and is rejected."""
    rows, surviving = [], None
    for segment in segments:
        if segment.name == "PID":
            surviving = patient_id_of(segment, profile)
        elif segment.name == "MRG":
            prior = identifier(segment, 1, profile.patient_id.authority, profile.patient_id.type)
            rows.append({
                "line": segment.line, "patient_id": surviving and prior, "merged_into": surviving,
                "recorded_at": recorded_at,
            })  # fmt: skip
    return rows


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
