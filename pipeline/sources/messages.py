"""Files of HL7 v2 messages or of FHIR resources: then the shipped profile of their format is
extended. Of messages it says in which field the patients' numbers stand."""

import gzip
import json
import re
import zlib
from collections import Counter, defaultdict
from pathlib import PurePosixPath

from pipeline.sources.columns import MANY
from pipeline.sources.sample import tables_among

HEAD, READ = 1 << 16, 1 << 20  # bytes of a file: to know its format, and to look into it
FILES = 1000  # that are looked into
PID_FIELDS = {"PID-3": 3, "PID-2": 2, "PID-4": 4}
# endings that may be written out: any other may be a part of a patient's name or number
ENDINGS = {
    "hl7v2": ("hl7", "hl7v2", "mllp", "er7", "msg", "txt", "dat"),
    "fhir_r4": ("json", "ndjson", "jsonl"),
}
OTHER_ENDINGS = (
    "csv", "doc", "docx", "html", "jpg", "log", "md5", "pdf", "png", "sha256", "xlsx", "xml", "zip",
)  # fmt: skip
_HL7 = re.compile(rb"\A[\s\x0b]*(MSH|FHS|BHS).", re.DOTALL)
_FHIR = re.compile(rb'\A\s*[{\[].*?"resourceType"', re.DOTALL)
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"(\w+)"')
_SEGMENT_END = re.compile(r"[\r\n]+")
_NAME = re.compile(r"[A-Za-z0-9 ._:-]*[A-Za-z][A-Za-z0-9 ._:-]*")  # of an authority


def message_draft(paths):
    """The YAML of a profile for files that are HL7 v2 messages, or FHIR resources, all or most of
    them; None where they are neither. No value of a patient is written, nor the name of a file."""
    files = list(tables_among(paths))
    kinds = [_kind(path) for path, _ in files]
    for kind, lines in (("hl7v2", _hl7_lines), ("fhir_r4", _fhir_lines)):
        if kinds.count(kind) * 2 > len(files):
            ours = [file for file, each in zip(files, kinds, strict=True) if each == kind]
            others = [name for (_, name), each in zip(files, kinds, strict=True) if each != kind]
            texts = (_read(path, READ).decode("latin-1") for path, _ in ours[:FILES])
            head = _top(kind, [name for _, name in ours])
            return "\n".join([*head, *lines(texts), *_ignored(others), ""])
    return None


def _kind(path):
    head = _read(path, HEAD)
    return "hl7v2" if _HL7.match(head) else "fhir_r4" if _FHIR.match(head) else None


def _read(path, most):
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if is_gzip else path.open("rb") as file:
        try:
            return file.read(most)
        except (OSError, EOFError, zlib.error):  # a damaged gzip
            return b""


def _hl7_lines(texts):
    yield "time_zone: TODO                   # of times that tell no zone: the laboratory's"
    patients, filled, numbers = 0, Counter(), defaultdict(set)
    for pid in (pid for text in texts for pid in _patients(text)):
        patients += 1
        filled.update(field for field in PID_FIELDS if _field(pid, field))
        for field in PID_FIELDS:
            for number in filter(None, _field(pid, field).split("~")):
                numbers[field, _authority(number)].add(number.partition("^")[0])
    shown = ", ".join(f"{field} in {filled[field]:,}" for field in PID_FIELDS)
    yield f"# Number of the patient: {shown} of {patients:,} PID segments."
    always = [field for field in PID_FIELDS if patients and filled[field] == patients]
    if not always:
        yield "patient_id: {from: TODO}  # no field is always filled: one patient could become two"
    elif always[0] != "PID-3":
        yield f"patient_id: {{from: [{always[0]}]}}       # guess: always filled, PID-3 is not"
    yield from _authorities(always[0] if always else "PID-3", numbers)


def _authorities(field, numbers):
    "Assigning authorities and types, where several patients have each: then they name a system"
    counts = {name: len(own) for (place, name), own in numbers.items() if place == field}
    named = [f"{name} {n:,}" for name, n in counts.items() if n >= MANY and _NAME.fullmatch(name)]
    if len(counts) > 1:
        others = len(counts) - len(named)
        listed = ", ".join([*sorted(named), *([f"{others} others"] if others else [])])
        yield f"# Its assigning authorities and types: {listed}. Choose:"
        yield "# patient_id: {authority: [...], type: [...]}"


def _authority(number):
    "CX-4 and CX-5"
    parts = [part.partition("&")[0].strip() for part in number.split("^")]
    return " ".join(filter(None, parts[3:5]))


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
    kinds = Counter(kind for text in texts for kind in _RESOURCE.findall(text))
    yield f"# Resources: {', '.join(f'{kind} {n:,}' for kind, n in kinds.most_common(12))}."
    if "Patient" not in kinds:
        yield "# No Patient is among them: births, deaths and merges must come from elsewhere."
    yield "time_zone: UTC                    # guess: FHIR times have an offset"


def _top(profile, names):
    what = {"hl7v2": "HL7 v2 messages", "fhir_r4": "FHIR resources"}[profile]
    kind = {"hl7v2": "message", "fhir_r4": "resource"}[profile]
    yield f"# {len(names)} files of {what}: the shipped profile {profile} reads them. Replace every"
    yield "# TODO, then type:  b12 source check THIS_FILE FOLDER"
    yield f"extends: {profile}"
    yield "profile: TODO                     # a name of letters, digits, _ and -"
    yield "# maps: [my_map.csv]              # local codes and units: b12 unmapped --format csv"
    endings = {_ending(name) for name in names}
    if endings <= {*ENDINGS[profile]}:
        listed = ", ".join(json.dumps(f"*.{ending}") for ending in sorted(endings))
        yield f"files: {{{kind}: [{listed}]}}"
    else:
        yield f"files: {{{kind}: TODO}}           # patterns that the names of all these files fit"


def _ending(name):
    return PurePosixPath(name.lower().removesuffix(".gz")).suffix.removeprefix(".")


def _ignored(names):
    if not names:
        return
    endings = {_ending(name) for name in names}
    known = sorted(endings & {*OTHER_ENDINGS})
    yield "ignore:"
    yield from (f'  - "{pattern}"' for pattern in ("README*", "LICENSE*", "*.md", ".*", "_*"))
    yield from (f'  - "*.{ending}"  # guess: of another kind' for ending in known)
    if endings - {*known}:
        yield "# Other files are of another kind too: add patterns for their names"
