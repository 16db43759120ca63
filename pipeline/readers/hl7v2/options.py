"""What a profile of format hl7v2 says beside the keys that every profile has."""

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.readers.options import Names, Options, unless_empty

Position = Literal["OBX-14", "OBR-7", "SPM-17"]


def _reads_a_header(encoding):
    try:
        is_ascii = codecs.encode("MSH|^~\\&", encoding) == b"MSH|^~\\&"
    except LookupError:
        raise ValueError("no such encoding is known") from None
    if not is_ascii:
        raise ValueError("its first 128 characters are not those of ASCII")
    return encoding


class PatientId(Options):
    """Which identifiers of PID-3 are the patient's: of these authorities (CX-4) and types (CX-5).
    Both empty: the first."""

    authority: Names = frozenset()
    type: Names = frozenset()


class Hl7v2Options(Options):
    """See sources/hl7v2.yaml, which explains each."""

    encoding: Annotated[str, AfterValidator(_reads_a_header)] = "utf-8"
    collected_from: Annotated[tuple[Position, ...], Field(min_length=1)] = (
        "OBX-14",
        "OBR-7",
        "SPM-17",
    )
    patient_id: Annotated[PatientId, BeforeValidator(unless_empty)] = PatientId()
    trailers: Literal["refuse", "reject"] = "refuse"
    times_without_zone: Literal["message", "profile"] = "message"
    skip_processing: Names = frozenset()
