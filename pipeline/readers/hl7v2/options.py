"""What a profile of format hl7v2 says beside the keys that every profile has."""

import codecs
from dataclasses import dataclass

from pipeline.core import InvalidProtocol

COLLECTED_FROM = ("OBX-14", "OBR-7", "SPM-17")
_KNOWN = (
    "encoding",
    "collected_from",
    "patient_id",
    "trailers",
    "times_without_zone",
    "skip_processing",
)


@dataclass(frozen=True)
class Options:
    """See sources/hl7v2.yaml, which explains each."""

    encoding: str = "utf-8"
    collected_from: tuple = COLLECTED_FROM
    authorities: frozenset = frozenset()
    types: frozenset = frozenset()
    are_trailers_binding: bool = True
    is_zone_of_message: bool = True
    skip_processing: frozenset = frozenset()


def options_of(profile):
    """The options of a profile. Raises InvalidProtocol."""
    said = profile.options or {}
    try:
        numbers = said.get("patient_id") or {}
        options = Options(
            encoding=said.get("encoding", "utf-8"),
            collected_from=tuple(said.get("collected_from", COLLECTED_FROM)),
            authorities=_texts(numbers.get("authority")),
            types=_texts(numbers.get("type")),
            are_trailers_binding={"refuse": True, "reject": False}[said.get("trailers", "refuse")],
            is_zone_of_message={"message": True, "profile": False}[
                said.get("times_without_zone", "message")
            ],
            skip_processing=_texts(said.get("skip_processing")),
        )
        wrong = [
            *(set(said) - set(_KNOWN)),
            *(set(numbers) - {"authority", "type"}),
            *(set(options.collected_from) - set(COLLECTED_FROM)),
        ]
        if (
            not options.collected_from
            or codecs.encode("MSH|^~\\&", options.encoding) != b"MSH|^~\\&"
        ):
            wrong.append("encoding" if options.collected_from else "collected_from")
    except (KeyError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise InvalidProtocol(
            f"The source profile {profile.name} cannot be read: {error!r}"
        ) from None
    if wrong:
        raise InvalidProtocol(
            f"The source profile {profile.name} says what format hl7v2 does not know:"
            f" {', '.join(map(str, wrong))}."
        )
    return options


def _texts(said):
    if isinstance(said, str):
        raise ValueError(f"{said} is no list")
    return frozenset(str(each).strip() for each in said or ())
