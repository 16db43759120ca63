"""The address of a patient in another system, such as the electronic health record, by a template
of the site."""

import re
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator

PLACEHOLDERS = ("patient_id", "system")
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\\"'<>`]")
_NO_SEGMENT = (".", "..")  # which a browser resolves, however they are written


def check_patient_url(template):
    """A template as it is. Raises ValueError where it is not one of https or http with the two
    PLACEHOLDERS alone, behind the host name."""
    try:
        parts = urlsplit(template)
        host = parts.hostname
    except ValueError:
        host = parts = None
    if parts is None or parts.scheme not in ("https", "http") or not host or "@" in parts.netloc:
        raise ValueError("write an address that begins with https:// and a host name")
    if _UNSAFE.search(template) or "{" in parts.netloc or "}" in parts.netloc:
        raise ValueError("the host name has no placeholder, and the address no quotes or spaces")
    names = [found[1] for found in _BRACES.finditer(template)]
    if "patient_id" not in names or set(names) - set(PLACEHOLDERS):
        raise ValueError("its placeholders are {patient_id} and, where it is needed, {system}")
    return template


PatientUrl = AfterValidator(check_patient_url)


def filled_patient_url(template, *, patient_id, system):
    """The address of a patient, each value percent-encoded; None where it cannot be one."""
    values = {"patient_id": patient_id, "system": system or ""}
    if any(value in _NO_SEGMENT for value in values.values()):
        return None
    if not values["system"] and "{system}" in template:
        return None
    return _BRACES.sub(lambda found: quote(values[found[1]], safe=""), template)
