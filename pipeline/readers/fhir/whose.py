"""Whose record each one of a FHIR file is, also of the kinds that no rows are made of."""

import json
import re

from pipeline.readers.cells import define_filled, define_patient_id
from pipeline.readers.fhir.load import load_resources, select_of_lookup
from pipeline.readers.fhir.places import places

ADDRESSES = ("url", "location", "fullUrl")  # of a request that deletes, of its answer, of an entry
_TYPED = re.compile(r"([A-Za-z]+/[^/#|?]+)(/_history/[^/]*)?$")
_SEARCH = re.compile(r"[A-Za-z]+\?identifier=[^&]+$")


def records_of(con, path, *, profile, ids, folder):
    """The Places of the records that are of patients with these ids (erasure's Ids).

    The reader's own answer decides. Where it has none, for a patient it does not know or a kind
    that is not read, the record is theirs if it points to them; of a kind that is not read, if it
    points to no other patient; where a Patient stands within it, if all that do are theirs; where
    nothing can be read of it, if it names one of the ids.
    """
    define_filled(con, profile.empty_words)
    define_patient_id(con, profile.patient_id)
    load_resources(con, path, profile=profile, folder=folder)
    con.execute(f"create temp table whose as {select_of_lookup('whose')}")
    theirs = _column(con, f"record from whose where {_OF_THEM}", ids)
    unknown = _column(con, "record from whose where coalesce(patient_id, '') = ''")
    read = _column(con, "record from whose where is_read")
    broken = _column(con, "record from whose where kind is null")
    pointers = _pointers_to(con, profile, ids)
    for number, place in enumerate(places(path), start=1):
        if number in theirs or (
            number in unknown and pointers.are_theirs(place, is_read=number in read)
        ):
            yield place._replace(is_broken=number in broken)


def _pointers_to(con, profile, ids):
    """Of the file's own keys those that lead to them, also beside others, and those that lead to
    others alone. An id of a Patient leads there on whichever server it is."""
    numbered = "(select key, clean_patient_id(patient_id) as patient_id from landing.fhir_key)"
    keys = _column(con, f"key from {numbered} where {_OF_THEM}", ids)
    keys |= _column(
        con, f"'Patient/' || own_id as key from whose where kind = 'Patient' and {_OF_THEM}", ids
    )
    others = _column(con, f"key from {numbered} where not {_OF_THEM}", ids)
    system = profile.patient_id.identifier_system
    return _Pointers(ids, keys, others - keys, system)


_OF_THEM = "list_contains($1::varchar[], patient_id)"


def _column(con, select, ids=None):
    values = [sorted(ids.ids)] if ids else []
    rows = con.execute(f"select distinct {select}", values).fetchall()
    return {value for (value,) in rows if value is not None}


class _Pointers:
    """Whom the references of a record lead to. keys: to these ids; others: to other patients.
    system: of the identifiers that are numbers, None where ids are."""

    def __init__(self, ids, keys, others, system):
        self.ids, self.keys, self.others, self.system = ids, keys, others, system

    def are_theirs(self, place, *, is_read):
        text = place.text or ""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.ids.are_named_in(text)
        resource = value.get("resource") if place.is_entry and isinstance(value, dict) else value
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if kind == "Patient":
            return any(number in self.ids for number in _numbers(resource))
        pointed = set(_pointers(value))
        within = [self._is_of_them(patient) for patient in _patients_in(value)]
        is_alone = all(within) and not any(map(self._leads_to_others, pointed))
        if any(map(self._leads_to_them, pointed)):
            return is_read or is_alone
        return any(within) and is_alone

    def _is_of_them(self, patient):
        "By the identifiers that are numbers, else by its id, where it has any; else by all it has"
        identifiers = [each for each in _identifiers(patient) if each.get("system") == self.system]
        told = [each.get("value") for each in identifiers] if self.system else [patient.get("id")]
        numbers = [number for number in told if number] or _numbers(patient)
        return any(number in self.ids for number in numbers)

    def _leads_to_them(self, key):
        if key in self.keys:
            return True
        start, number = _parted(key)
        if self.system:
            return start == f"Patient?identifier={self.system}|" and number in self.ids
        return start in ("Patient/", "urn:uuid:", "urn:oid:") and number in self.ids

    def _leads_to_others(self, key):
        is_patient = key in self.others or key.startswith("Patient/")
        return is_patient and not self._leads_to_them(key)


def _parted(key):
    "What a key begins with, and the number in it"
    for mark in ("|", "/", ":"):
        if mark in key:
            start, _, number = key.rpartition(mark)
            return start + mark, number
    return "", key


def _numbers(patient):
    "The numbers of a Patient that the profile finds none in"
    return [*(each.get("value") for each in _identifiers(patient)), patient.get("id")]


def _identifiers(patient):
    listed = patient.get("identifier")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _patients_in(node):
    "The Patients within a record: contained, in Parameters, in a Bundle there, as an outcome"
    if isinstance(node, dict):
        if node.get("resourceType") == "Patient":
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _patients_in(child)


def _pointers(node):
    "The keys of all references of a record, as `fhir_key` writes them"
    if isinstance(node, dict):
        reference, identifier = node.get("reference"), node.get("identifier")
        if isinstance(reference, str):
            yield from _key(reference.strip())
        elif isinstance(identifier, dict) and isinstance(identifier.get("value"), str):
            value, system = identifier["value"].strip(), identifier.get("system")
            yield f"Patient?identifier={value}"
            if isinstance(system, str):
                yield f"Patient?identifier={system.strip()}|{value}"
        for address in (node.get(name) for name in ADDRESSES):
            yield from _key(address.strip()) if isinstance(address, str) else ()
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _pointers(child)


def _key(reference):
    if reference.startswith("urn:"):
        yield reference
    elif found := (_SEARCH if "?" in reference else _TYPED).search(reference):
        yield found[1] if "?" not in reference else found[0]
