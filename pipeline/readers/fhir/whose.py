"""Whose record each one of a FHIR file is, also of the kinds that no rows are made of."""

import json
import re

from pipeline.readers.fhir.load import load_resources, select_of_lookup
from pipeline.readers.fhir.places import places

_TYPED = re.compile(r"([A-Za-z]+/[^/#|?]+)(/_history/[^/]*)?$")
_SEARCH = re.compile(r"[A-Za-z]+\?identifier=[^&]+$")


def records_of(con, path, *, profile, ids, folder):
    """The Places of the records that are of patients with these ids (erasure's Ids).

    The reader's own answer decides. Where it has none, for a kind that is not read or a patient it
    does not know, the record is theirs if it points to them and to nobody else; where nothing can
    be read of it, if it names one of the ids.
    """
    load_resources(con, path, profile=profile, folder=folder)
    con.execute(f"create temp table whose as {select_of_lookup('whose')}")
    theirs = _column(con, "record from whose where patient_id in (select unnest($1))", ids)
    unknown = _column(con, "record from whose where patient_id is null")
    broken = _column(con, "record from whose where kind is null")
    keys = _column(con, "key from landing.fhir_key where patient_id in (select unnest($1))", ids)
    others = _column(
        con, "key from landing.fhir_key where patient_id not in (select unnest($1))", ids
    )
    pointers = _Pointers(ids, keys | _keys_of(ids, profile), others - keys)
    for number, place in enumerate(places(path), start=1):
        if number in theirs or (number in unknown and pointers.are_theirs(place)):
            yield place._replace(is_broken=number in broken)


def _column(con, select, ids=None):
    values = [sorted(ids.ids)] if ids else []
    rows = con.execute(f"select distinct {select}", values).fetchall()
    return {value for (value,) in rows if value is not None}


def _keys_of(ids, profile):
    "The keys by which a reference names them although the file has no Patient of theirs"
    system = profile.patient_id.identifier_system
    if system:
        return {f"Patient?identifier={system}|{each}" for each in ids.ids}
    return {f"{start}{each}" for each in ids.ids for start in ("Patient/", "urn:uuid:", "urn:oid:")}


class _Pointers:
    "Whom the references of a record lead to. keys: to these ids; others: to other patients"

    def __init__(self, ids, keys, others):
        self.ids, self.keys, self.others = ids, keys, others
        words = {*ids.ids, *keys, *(key.split("/")[-1] for key in keys)}
        self.needles = {*words, *(json.dumps(word)[1:-1] for word in words)}

    def are_theirs(self, place):
        text = place.text
        if not text or not ("\\u" in text or any(needle in text for needle in self.needles)):
            return False
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.ids.are_named_in(text)
        resource = value.get("resource") if place.is_entry and isinstance(value, dict) else value
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            return any(number in self.ids for number in _numbers(resource))
        pointed = set(_pointers(value))
        is_anothers = any(
            key in self.others or (key.startswith("Patient/") and key not in self.keys)
            for key in pointed
        )
        return bool(pointed & self.keys) and not is_anothers


def _numbers(patient):
    "The numbers of a Patient that the profile finds none in"
    listed = patient.get("identifier")
    identifiers = listed if isinstance(listed, list) else ()
    values = [each.get("value") for each in identifiers if isinstance(each, dict)]
    return [*values, patient.get("id")]


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
        if isinstance(node.get("url"), str):  # of a request that deletes
            yield from _key(node["url"].strip())
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _pointers(child)


def _key(reference):
    if reference.startswith("urn:"):
        yield reference
    elif found := (_SEARCH if "?" in reference else _TYPED).search(reference):
        yield found[1] if "?" not in reference else found[0]
