"""Files of HL7 v2 messages or of FHIR resources: then the shipped profile of their format is
extended, with what the messages show of the patients' numbers."""

import gzip
import json
import re
import zlib
from collections import Counter
from pathlib import PurePosixPath

from pipeline.sources.sample import tables_among

READ = 1 << 20  # bytes of each file
PID_FIELDS = {"PID-3": 3, "PID-2": 2, "PID-4": 4}
_HL7 = re.compile(rb"\A[\s\x0b]*(MSH|FHS|BHS).", re.DOTALL)
_FHIR = re.compile(rb'\A\s*[{\[].*?"resourceType"', re.DOTALL)
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"(\w+)"')
_SYSTEM = re.compile(r'"system"\s*:\s*"([^"]+)"')
_SEGMENT_END = re.compile(r"[\r\n]+")
_NAME = re.compile(r"[A-Za-z0-9 ._:-]{1,60}")  # of an authority; anything else is not written out
_NUMBERED = re.compile(r"[\d_-]*\d[\d_-]*")


def message_draft(paths):
    """The YAML of a profile for files that are HL7 v2 messages, or FHIR resources, all or most of
    them; None where they are neither. No value of a patient is written."""
    heads = [(name, _head(path)) for path, name in tables_among(paths)]
    for form, draft in ((_HL7, _hl7_lines), (_FHIR, _fhir_lines)):
        texts = {name: head.decode("latin-1") for name, head in heads if form.match(head)}
        if texts and len(texts) * 2 > len(heads):
            others = [name for name, _ in heads if name not in texts]
            return "\n".join([*draft(texts), *_ignored(others), ""])
    return None


def _head(path):
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if is_gzip else path.open("rb") as file:
        try:
            return file.read(READ)
        except (OSError, EOFError, zlib.error):  # a damaged gzip
            return b""


def _hl7_lines(texts):
    patients = [pid for text in texts.values() for pid in _patients(text)]
    yield from _top("hl7v2", f"{len(texts)} files of HL7 v2 messages", texts)
    yield "time_zone: TODO                   # of times that tell no zone: the laboratory's"
    filled = Counter(field for pid in patients for field in PID_FIELDS if _field(pid, field))
    shown = ", ".join(f"{field} in {filled[field]:,}" for field in PID_FIELDS)
    yield f"# Of {len(patients):,} PID segments, the patient's number stands: {shown}."
    always = [field for field in PID_FIELDS if patients and filled[field] == len(patients)]
    if not always:
        yield "patient_id: {from: TODO}  # no field is always filled: a patient might be two"
    elif always[0] != "PID-3":
        yield f"patient_id: {{from: [{always[0]}]}}       # guess: always filled, PID-3 is not"
    yield from _authorities(patients, always[0] if always else "PID-3")


def _authorities(patients, field):
    "Assigning authorities and types name systems, not people"
    seen = Counter(
        _authority(number) for pid in patients for number in _field(pid, field).split("~") if number
    )
    if len(seen) > 1:
        named = [f"{name or 'none'} {n:,}" for name, n in seen.most_common(5)]
        yield f"# Its assigning authorities and types: {', '.join(named)}. Choose:"
        yield "# patient_id: {authority: [...], type: [...]}"


def _authority(number):
    "CX-4 and CX-5"
    parts = [part.partition("&")[0].strip() for part in number.split("^")]
    return " ".join(part for part in parts[3:5] if _NAME.fullmatch(part))


def _patients(text):
    "The fields of each PID segment"
    separator = "|"
    for segment in _SEGMENT_END.split(text):
        segment = segment.lstrip("\x0b\x1c ")
        if segment[:3] == "MSH":
            separator = segment[3:4] or "|"
        elif segment[:4] == f"PID{separator}":
            yield segment.split(separator)


def _field(pid, field):
    "The field where one of its numbers (CX-1) is filled; empty where none is"
    place = PID_FIELDS[field]
    numbers = pid[place].split("~") if place < len(pid) else []
    return "~".join(number for number in numbers if number.partition("^")[0].strip('" '))


def _fhir_lines(texts):
    yield from _top("fhir_r4", f"{len(texts)} files of FHIR resources", texts)
    kinds = Counter(kind for text in texts.values() for kind in _RESOURCE.findall(text))
    yield f"# Resources: {', '.join(f'{kind} {n:,}' for kind, n in kinds.most_common(12))}."
    if "Patient" not in kinds:
        yield "# No Patient is among them: births, deaths and merges must come from elsewhere."
    yield "time_zone: UTC                    # guess: FHIR times have an offset"


def _top(name, what, texts):
    yield f"# {what}: the shipped profile {name} reads them. Replace every TODO, then type:"
    yield "#   b12 source check THIS_FILE FOLDER"
    yield f"extends: {name}"
    yield "profile: TODO                     # a name of letters, digits, _ and -"
    yield "# maps: [my_map.csv]              # local codes and units: b12 unmapped --format csv"
    kind = "message" if name == "hl7v2" else "resource"
    patterns = sorted({_pattern(file) for file in texts})
    yield f"files: {{{kind}: [{', '.join(map(json.dumps, patterns))}]}}"


def _pattern(name):
    "All files with this ending or, of a name without one, its digits open"
    path = PurePosixPath(name.lower().removesuffix(".gz"))
    return f"*{path.suffix}" if path.suffix else _NUMBERED.sub("*", PurePosixPath(name).name)


def _ignored(names):
    if names:
        yield "ignore:"
        yield from (f'  - "{pattern}"' for pattern in ("README*", "LICENSE*", "*.md", ".*", "_*"))
        yield from (f"  - {json.dumps(name)}  # guess: of another kind" for name in names)
