"""The readers of HL7 v2 and FHIR on one core, against the parser's own limit and a bare DuckDB copy
of the same file.

HL7: messages a second of processor time, on the committed sample messages repeated; beside it what
`hl7.parse` alone takes for the same messages. FHIR: the reader, and the whole ingest, against
`read_json → Parquet` of the same NDJSON.
"""

import argparse
import contextlib
import io
import json
import re
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import hl7

from pipeline.core import Home
from pipeline.engine import connect
from pipeline.ingest import ingest_file
from pipeline.profiles import read_profile
from pipeline.protocol import register_vocabulary
from pipeline.readers import load_messages, load_resources

SAMPLES = Path(__file__).parents[1] / "tests" / "data" / "hl7v2_oru"
TARGETS = {"messages a second": 2000, "FHIR": 4.0}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--resources", type=int, default=500_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure_hl7(Path(folder), given.messages)
        measure_fhir(Path(folder), given.resources)


def measure_hl7(folder, wanted):
    """Messages a second of processor time: the library alone on whole messages, and the reader from
    file to Parquet"""
    found = samples(SAMPLES)
    messages = (found * (wanted // len(found) + 1))[:wanted]
    path = folder / "sample.hl7"
    path.write_text("\r".join(messages) + "\r", encoding="utf-8", newline="")
    with contextlib.redirect_stdout(io.StringIO()):
        parsed = _seconds(lambda: [hl7.parse(message) for message in messages[: wanted // 10]]) * 10
    read = _seconds(lambda: _load(load_messages, path, "hl7v2", folder / "hl7"))
    print(
        f"HL7, {wanted:,} messages of {path.stat().st_size / wanted / 1e3:.1f} kB, a second of one"
        " core:"
    )
    verdict = _verdict(wanted / read >= TARGETS["messages a second"])
    print(
        f"  hl7.parse alone {wanted / parsed:,.0f}, the reader {wanted / read:,.0f} (target 2,000:"
        f" {verdict})"
    )


def samples(folder):
    """The ORU messages of the sample files."""
    return [
        message
        for path in sorted(folder.glob("*.hl7"))
        for message in _messages(path)
        if "|ORU" in message
    ]


def _messages(path):
    text = (
        path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\r").replace("\n", "\r")
    )
    text = re.sub(r"(^|\r)(FHS|BHS|BTS|FTS)[^\r]*", "", text)
    return ["MSH" + part.rstrip("\r") for part in re.split(r"(?:^|\r)MSH", text)[1:]]


def measure_fhir(folder, resources):
    "The reader and the whole ingest, against a bare copy"
    path = folder / "observations.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for number in range(resources):
            file.write(json.dumps(_observation(number)) + "\n")
    copied = _elapsed(
        lambda: duckdb.connect().execute(
            f"copy (from read_json('{path}')) to '{folder}/copy.parquet' (compression zstd)"
        )
    )
    read = _elapsed(lambda: _load(load_resources, path, "fhir_r4", folder / "fhir"))
    size = path.stat().st_size
    path.rename(folder / "claimed.ndjson")
    home, claimed = Home(folder / "home"), folder / "claimed.ndjson"
    whole = _elapsed(
        lambda: ingest_file(home, path=claimed, source="fhir_r4", name="observations.ndjson")
    )
    print(f"FHIR, {resources:,} Observations, {size / 1e6:.0f} MB: bare copy {copied:.1f} s")
    verdict = _verdict(whole / copied <= TARGETS["FHIR"])
    print(
        f"  reader {read / copied:.1f} times, whole ingest {whole / copied:.1f} times (target 4:"
        f" {verdict})"
    )


def _observation(number):
    """As servers export it: with meta, category, subject, encounter, times, performer and reference
    range"""
    code, unit, value = (
        ("2132-9", "pg/mL", 100 + number % 900),
        ("718-7", "g/dL", 13.4),
        ("2093-3", "mg/dL", 180),
    )[number % 3]
    day = f"20{20 + number % 6}-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "resourceType": "Observation", "id": f"o{number}",
        "meta": {"lastUpdated": f"{day}T12:00:00Z", "versionId": "1"}, "status": "final",
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
        }]}],
        "code": {"coding": [
            {"system": "http://loinc.org", "code": code, "display": "a test"},
            {"system": "urn:lab", "code": "X"},
        ]},
        "subject": {"reference": f"Patient/p{number % 50_000}"},
        "encounter": {"reference": f"Encounter/e{number}"}, "effectiveDateTime": f"{day}T08:30:00Z",
        "issued": f"{day}T11:00:00Z", "performer": [{"display": "Central laboratory"}],
        "valueQuantity": {
            "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit,
        },
        "referenceRange": [
            {"low": {"value": 197, "unit": unit}, "high": {"value": 771, "unit": unit}},
        ],
    }  # fmt: skip


def _load(load, path, source, folder):
    folder.mkdir()
    con = connect(folder / "work.duckdb")
    register_vocabulary(con)
    con.execute("create schema landing")
    loaded = load(con, path, profile=read_profile(source), folder=folder)
    for entity, select in loaded.selects.items():
        con.execute(f"copy ({select}) to '{folder}/{entity}.parquet' (format parquet)")
    con.close()


def _seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started


def _elapsed(work):
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _verdict(is_met):
    return "met" if is_met else "not met"


if __name__ == "__main__":
    sys.exit(main())
