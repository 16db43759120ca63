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
    raw = profile.options or {}
    try:
        options = _options(raw)
        unknown = [*_unknown(raw, options)]
    except (KeyError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise InvalidProtocol(
            f"The source profile {profile.name} cannot be read: {error!r}"
        ) from None
    if unknown:
        raise InvalidProtocol(
            f"The source profile {profile.name} has options that the format hl7v2 does not know: "
            f"{', '.join(map(str, unknown))}."
        )
    return options


def _options(raw):
    numbers = raw.get("patient_id") or {}
    binding, zones = {"refuse": True, "reject": False}, {"message": True, "profile": False}
    return Options(
        encoding=raw.get("encoding", "utf-8"),
        collected_from=tuple(raw.get("collected_from", COLLECTED_FROM)),
        authorities=_texts(numbers.get("authority")),
        types=_texts(numbers.get("type")),
        are_trailers_binding=binding[raw.get("trailers", "refuse")],
        is_zone_of_message=zones[raw.get("times_without_zone", "message")],
        skip_processing=_texts(raw.get("skip_processing")),
    )


def _unknown(raw, options):
    yield from set(raw) - set(_KNOWN)
    yield from set(raw.get("patient_id") or {}) - {"authority", "type"}
    yield from set(options.collected_from) - set(COLLECTED_FROM)
    if not options.collected_from:
        yield "collected_from"
    elif codecs.encode("MSH|^~\\&", options.encoding) != b"MSH|^~\\&":
        yield "encoding"


def _texts(said):
    if isinstance(said, str):
        raise ValueError(f"{said} is not a list")
    return frozenset(str(each).strip() for each in said or ())
