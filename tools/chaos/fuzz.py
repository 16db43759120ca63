"""Random bytes for every reader: samples of each format, changed by Hypothesis for a bounded time.
What may come out is rows that add up, or a refusal in our own words that quotes nothing.

`python -m tools.chaos.fuzz FORMAT SECONDS` tries one format; it ends with 1 when something else
came out.
"""

import io
import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.core import REPOSITORY, Home, OutOfMemory, Refused
from pipeline.engine import connect
from pipeline.ingest import DeliveredFile, validate_file
from pipeline.profiles import read_profile
from tools.chaos.faults import Row

DATA = REPOSITORY / "tests" / "data"
MARK = "ZQ7731"  # stands in every value of a sample
NAMES = ("patient_id", "code", "value", "unit", "collected_at", "comment")
CELLS = (MARK, "2132-9", f"{MARK}5", "pg/mL", "2026-01-10", f"words {MARK}")
RECEIVED_AT = datetime(2026, 11, 28, tzinfo=UTC)
TOKENS = (
    b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"|", b"^", b"~", b"\\", b"{", b"}", b"[",
    b"]", b"9" * 400, b"-1", b"1e999", b"null", b"MSH|", b"PK\x03\x04", b"PAR1", b"\x1f\x8b",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x98\x80", b"\xe2\x80\xae", b"'; drop table x; --", MARK.encode(),
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A format to try: its profile, the name of a file, and samples of it as bytes."""

    source: str
    name: str
    samples: tuple


def _csv():
    return (",".join(NAMES) + "\n" + (",".join(CELLS) + "\n") * 3).encode()


def _workbook():
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in (NAMES, CELLS, CELLS):
        book.active.append(row)
    book.save(packed)
    return packed.getvalue()


def _transport():
    frame = pd.DataFrame([CELLS] * 2, columns=NAMES)
    with tempfile.TemporaryDirectory() as folder:
        pyreadstat.write_xport(frame, Path(folder) / "a.xpt", file_format_version=8)
        return (Path(folder) / "a.xpt").read_bytes()


def _parquet(names, cells, **options):
    packed = io.BytesIO()
    pq.write_table(
        pa.table({name: [cell] * 3 for name, cell in zip(names, cells, strict=True)}),
        packed,
        **options,
    )
    return packed.getvalue()


def _message():
    return (
        f"MSH|^~\\&|LAB|H|B|C|20260101||ORU^R01|1|P|2.5\rPID|1||{MARK}^^^H^MR||{MARK}^A\r"
        f"OBR|1||A1|24323-8^x^LN|||20260101\rOBX|1|NM|2132-9^B12^LN||200|pg/mL|||||F\r"
        f"NTE|1||{MARK}\r"
    ).encode()


def _observation():
    coding = {"system": "http://loinc.org", "code": "2132-9", "display": MARK}
    return {
        "resourceType": "Observation", "id": MARK, "status": "final", "code": {"coding": [coding]},
        "subject": {"reference": f"Patient/{MARK}"}, "effectiveDateTime": "2026-01-10",
        "valueQuantity": {"value": 200, "unit": "pg/mL"}, "note": [{"text": MARK}],
    }  # fmt: skip


def _resources():
    one = _observation()
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one}] * 2}
    lines = "\n".join(json.dumps(each) for each in (one, one, bundle))
    return tuple(text.encode() for text in (lines, json.dumps(bundle), json.dumps(one, indent=1)))


def _concepts():
    head = "person_id,measurement_id,measurement_concept_id,measurement_date,value_as_number,"
    return f"{head}unit_concept_id\n{MARK},1,3000593,2026-01-10,200,8845\n".encode()


def formats():
    """The formats by name."""
    events = _parquet(
        ("subject_id", "time", "code", "numeric_value", "text_value"),
        (7731, RECEIVED_AT.replace(tzinfo=None), "LOINC//2132-9", 200.0, MARK),
    )
    plain = _parquet(NAMES, CELLS, compression="none", use_dictionary=False)
    table = "canonical", "lab_result.csv"
    return {
        "csv": Format(*table, (_csv(),)),
        "xlsx": Format(*table, (_workbook(),)),
        "xport": Format(*table, (_transport(),)),
        "parquet": Format("canonical", "lab_result.parquet", (_parquet(NAMES, CELLS), plain)),
        "fhir": Format("fhir_r4", "resources.ndjson", _resources()),
        "hl7v2": Format("hl7v2", "results.hl7", (_message(), *_messages())),
        "meds": Format("meds", "data/0.parquet", (events,)),
        "omop": Format("omop_cdm", "measurement.csv", (_concepts(),)),
    }


def _messages():
    files = sorted((DATA / "hl7v2_oru").glob("*.hl7"), key=lambda path: path.stat().st_size)
    return tuple(path.read_bytes() for path in files[:40:8])


@st.composite
def changed(draw, samples):
    """A sample with a few pieces cut out, put in, doubled or flipped."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        how = draw(
            st.sampled_from(("put in", "cut out", "doubled", "flipped", "random", "cut off"))
        )
        if how == "put in":
            data[at:at] = draw(st.sampled_from(TOKENS))
        elif how == "cut out":
            del data[at:end]
        elif how == "doubled":
            data[at:at] = data[at:end] * draw(st.sampled_from((1, 2, 50)))
        elif how == "flipped" and at < len(data):
            data[at] ^= draw(st.integers(1, 255))
        elif how == "random":
            data[at:end] = draw(st.binary(max_size=40))
        elif how == "cut off" and draw(st.integers(0, 3)) == 0:
            del data[at:]
    return bytes(data)


def read(form, data, folder):
    """What comes out of one file: an Account, or None where it is refused in our own words. Raises
    AssertionError where a refusal quotes the file, and whatever a reader should not raise."""
    path = folder / Path(form.name).name
    path.write_bytes(data)
    profile = read_profile(form.source, Home(folder))
    references = (folder / "codes.parquet",) if profile.reference and form.source == "meds" else ()
    file = DeliveredFile(
        path=path, name=form.name, sha256="0" * 64, kind=profile.kind_of_file(form.name),
        profile=profile, received_at=RECEIVED_AT, references=references,
    )  # fmt: skip
    with closing(connect(memory="500MB")) as con, tempfile.TemporaryDirectory(dir=folder) as work:
        try:
            _, account = validate_file(con, Home(folder), file, Path(work))
        except OutOfMemory:
            return None
        except Refused as refusal:
            assert MARK not in str(refusal), f"a refusal quotes the file: {refusal}"
            return None
    assert account.adds_up()
    assert not any(MARK in note for note in account.notes), "a note quotes the file"
    return account


def fuzz(name, seconds, folder):
    """Try a format for so many seconds; returns (tried, read). Raises what came out instead."""
    form, until, counts = formats()[name], time.monotonic() + seconds, [0, 0]
    codes = _parquet(
        ("code", "description", "parent_codes"), ("LOINC//2132-9", "B12", ["LOINC/2132-9"])
    )
    (folder / "codes.parquet").write_bytes(codes)

    @settings(
        max_examples=1_000_000, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    @given(changed(form.samples))
    def trial(data):
        if time.monotonic() > until:
            raise TimeoutError
        (folder / "last").write_bytes(data)
        counts[1] += read(form, data, folder) is not None
        counts[0] += 1

    with suppress(TimeoutError):
        trial()
    return counts


def fuzzed(scratch, *, seconds):
    """Yields a Row for each format, tried in a process of its own."""
    for name in formats():
        began = time.monotonic()
        folder = scratch / f"fuzz-{name}"
        folder.mkdir(parents=True)
        words = [sys.executable, "-m", "tools.chaos.fuzz", name, str(seconds), str(folder)]
        done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        tried = json.loads(done.stdout)[0] if done.returncode == 0 else 1
        if done.returncode:
            print(done.stderr[-2000:], file=sys.stderr)
        yield Row(
            f"bytes of {name} changed at random",
            tried=tried,
            different=int(done.returncode != 0),
            seconds=time.monotonic() - began,
        )


if __name__ == "__main__":
    print(json.dumps(fuzz(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))))
