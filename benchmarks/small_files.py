"""Many files of one message against one file of the same messages, for HL7 v2, FHIR and CSV; each
ingest is a process of its own, in one run.

The seconds of the first are told as a multiple of the second's.
"""

import argparse
import json
import tempfile
from itertools import chain
from pathlib import Path

from benchmarks.processes import B12, compared, timed, verdict

TARGET = 3
DAY = "2026-01-10"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--folder", type=Path, help="on the disk that is measured")
    given = options.parse_args()
    for source, (name, record, joined) in FORMS.items():
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            measure(Path(folder), given.files, source, name, record, joined)


def measure(folder, files, source, name, record, joined):
    """Print the Cost of one file, and of as many files as it has records."""
    records, costs = [record(number) for number in range(files)], []
    deliveries = {"one file": [records], f"{files:,} files": [[each] for each in records]}
    for what, parts in deliveries.items():
        place = folder / what.replace(" ", "-")
        place.mkdir()
        for number, part in enumerate(parts):
            (place / name.format(f"{number:06}")).write_text(joined(part), encoding="utf-8")
        words = ["--home", folder / f"home-{place.name}", "ingest", place, "--source", source]
        costs.append(timed(f"{source}, {what}", [*B12, *map(str, words)]))
    print(f"  {compared(costs[1], costs[0])}")
    verdict("  times the seconds", costs[1].seconds / costs[0].seconds, TARGET)


def message(number):
    """An HL7 v2 message with one B12 result."""
    day = DAY.replace("-", "")
    return (
        f"MSH|^~\\&|LAB|NORTH|B12|CLINIC|{day}1500||ORU^R01|M{number}|P|2.5.1\r"
        f"PID|1||P{number}^^^NORTH^MR||||19500615|F\r"
        f"OBR|1||S{number}|2132-9^Vitamin B12^LN|||{day}0900\r"
        f"OBX|1|NM|2132-9^Vitamin B12^LN||{100 + number % 300}|pg/mL|||||F\r"
    )


def entries(number):
    """The entries of a Bundle: a patient and a B12 result."""
    result = {
        "resourceType": "Observation", "id": f"o{number}", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]},
        "subject": {"reference": f"Patient/p{number}"}, "effectiveDateTime": DAY,
        "valueQuantity": {"value": 100 + number % 300, "code": "pg/mL"},
    }  # fmt: skip
    patient = {"resourceType": "Patient", "id": f"p{number}", "birthDate": "1950-06-15"}
    return [{"resource": patient}, {"resource": result}]


def bundle(records):
    return json.dumps({"resourceType": "Bundle", "entry": [*chain.from_iterable(records)]})


def row(number):
    """A line of the canonical CSV of lab results."""
    return f"P{number},R{number},2132-9,{100 + number % 300},pg/mL,{DAY}\n"


def table(records):
    return "patient_id,result_id,code,value,unit,collected_at\n" + "".join(records)


FORMS = {  # source: name of a file, a record, a file of records
    "hl7v2": ("{}.hl7", message, "".join),
    "fhir_r4": ("{}.json", entries, bundle),
    "canonical": ("lab_result_{}.csv", row, table),
}

if __name__ == "__main__":
    main()
