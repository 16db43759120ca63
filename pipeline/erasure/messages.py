"""Erase a patient from files of messages and resources: their lines stay empty, so all others keep
their line."""

import json
import re

from pipeline.core import replacing


def erase_messages(path, ids):
    """HL7 v2: every message whose PID-2, PID-3, PID-4, MRG-1, MRG-2 or MRG-4 is one of the Ids
    becomes blank lines; returns how many."""
    erased, out = 0, []
    text = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for message in re.split(
        rb"(?=^(?:\x0b)?(?:MSH|FHS|BHS|BTS|FTS)[^A-Za-z0-9])", text, flags=re.M
    ):
        if any(number in ids for number in _numbers(message)):
            erased, message = erased + 1, b"\n" * message.count(b"\n")
        out.append(message)
    if erased:
        with replacing(path) as part:
            part.write_bytes(b"".join(out))
    return erased


def _numbers(message):
    "The identifiers of a message's patients, by the message's own separators"
    head = message.lstrip(b"\x0b")
    bar, mark, again = head[3:4] or b"|", head[4:5] or b"^", head[5:6] or b"~"
    numbers = set()
    for line in message.split(b"\n"):
        fields = line.lstrip(b"\x0b").split(bar)
        places = {b"PID": (2, 3, 4), b"MRG": (1, 2, 4)}.get(fields[0], ())
        numbers |= {
            repetition.split(mark)[0].decode(errors="replace")
            for number in places
            if number < len(fields)
            for repetition in fields[number].split(again)
        }
    return numbers


def erase_resources(path, ids):
    """FHIR: a line of NDJSON becomes a blank line, an entry of a Bundle an empty one, a lone
    resource an empty Bundle; returns how many."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        whole = json.loads(text)
    except ValueError:
        lines = text.split("\n")
        kept = _blanked(lines, ids)
        erased = sum(old != new for old, new in zip(lines, kept, strict=True))
        text = "\n".join(kept)
    else:
        erased = _empty_entries(whole, ids)
        text = json.dumps(whole, ensure_ascii=False)
    if erased:
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    return erased


def _blanked(lines, ids):
    "Lines of NDJSON: those of the patient empty, also where only the resource's own id names them"
    resources = [_parsed(line) for line in lines]
    patients = [each for each in resources if each and _is_patient(each, ids) and "id" in each]
    known = ids.also(patient["id"] for patient in patients)
    return [
        "" if _is_of(resource, known) else line
        for line, resource in zip(lines, resources, strict=True)
    ]


def _parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def _empty_entries(whole, ids):
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        if not _is_of(whole, ids):
            return 0
        whole.clear()
        whole.update({"resourceType": "Bundle", "type": "collection", "entry": [{}]})
        return 1
    entries = whole.get("entry", [])
    patients = [entry for entry in entries if _is_patient(entry.get("resource"), ids)]
    known = ids.also(entry["resource"].get("id") for entry in patients)
    known = known.also(entry.get("fullUrl") for entry in patients)
    mine = [
        position for position, entry in enumerate(entries) if _is_of(entry.get("resource"), known)
    ]
    for position in mine:
        entries[position] = {}
    return len(mine)


def _is_patient(resource, ids):
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        return False
    numbers = [identifier.get("value") for identifier in resource.get("identifier", ())]
    return any(number in ids for number in (*numbers, resource.get("id")))


def _is_of(resource, ids):
    "Whether a resource is this patient, or is about them"
    return _is_patient(resource, ids) or any(
        _points_to(subject, ids) for subject in _subjects(resource)
    )


def _subjects(node):
    "What says whose a resource is, inside contained ones too"
    if isinstance(node, dict):
        yield from (
            node[name]
            for name in ("subject", "patient", "individual", "beneficiary")
            if isinstance(node.get(name), dict)
        )
        yield from (
            entry
            for link in node.get("link") or ()
            if isinstance(link, dict) and isinstance(entry := link.get("other"), dict)
        )
        node = [*(node.get("contained") or ()), *(node.get("entry") or ()), node.get("resource")]
    if isinstance(node, list):
        for child in node:
            yield from _subjects(child)


def _points_to(subject, ids):
    reference, identifier = subject.get("reference"), subject.get("identifier")
    if isinstance(reference, str):
        short = (
            re.sub(r"/_history/.*$", "", reference)
            .rsplit("Patient/", 1)[-1]
            .removeprefix("urn:uuid:")
        )
        named = (reference, short, reference.rsplit("|", 1)[-1])
        return any(each in ids for each in named)
    return isinstance(identifier, dict) and identifier.get("value") in ids
