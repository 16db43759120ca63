"""HL7 v2 messages (2.3 to 2.8): ORU gives patients and lab results, ADT^A40 merges, ADT^A23 and
A29 deletions; any other message is counted and skipped."""

from collections import Counter
from contextlib import ExitStack, contextmanager, suppress

from pipeline.core import Refused
from pipeline.engine import quoted_text
from pipeline.readers.hl7v2.contact import AROUND, contact, segments_around
from pipeline.readers.hl7v2.fields import first, known_instant, text, zone_of
from pipeline.readers.hl7v2.file import messages
from pipeline.readers.hl7v2.message import Broken, read_message
from pipeline.readers.hl7v2.patient import (
    DELETIONS,
    MERGES,
    UNLINK,
    deletions,
    merges,
    patient,
    patient_id_of,
    unlinks,
)
from pipeline.readers.hl7v2.result import orders, results
from pipeline.readers.hl7v2.rows import SCHEMAS, RowFile
from pipeline.readers.loaded import LINES, Loaded

_READ = {
    **dict.fromkeys(MERGES, merges),
    **dict.fromkeys(DELETIONS, deletions),
    UNLINK: unlinks,
}  # event of an ADT message -> what reads its rows
SELECTS = {name: f"select * from landing.hl7_{name}" for name in ("patient", "lab_result")}


def load_messages(con, path, *, profile, folder):
    """Land the messages of a file: `landing.hl7_patient`, `landing.hl7_lab_result`, and
    `landing.ragged` for what is not a message.

    An ORU message gives a patient row for each PID and a lab result row for each OBX, ADT^A40 (A18,
    A34, A36) a patient row for each prior number of an MRG, ADT^A37, A23 and A29 one for each PID;
    every other message is one row of no entity, an ORU with neither PID nor OBX too. The line of a
    row is that of its PID, OBX or MRG, of a broken message that of its MSH. Raises Refused,
    InvalidProtocol.
    """
    with _row_files(folder) as files:
        loaded = _read(path, files, profile=profile)
    _land(con, files, "true")
    return loaded


def load_message_files(con, paths, *, profile, folder):
    """Land the messages of several files as `load_messages` does those of one.

    paths: number of a file -> its path; `LINES` times that number is added to its lines. Returns
    number -> Loaded, without the files that cannot be read: their rows are not landed.
    """
    loaded = {}
    with _row_files(folder) as files:
        for number, path in paths.items():
            with suppress(Refused):
                loaded[number] = _read(path, files, profile=profile, above=number * LINES)
    read = ", ".join(map(str, loaded)) or "null"
    _land(con, files, f"line // {LINES} in ({read})")
    return loaded


@contextmanager
def _row_files(folder):
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(RowFile(folder / f"hl7_{name}.parquet", schema))
            for name, schema in SCHEMAS.items()
        }


def _read(path, files, *, profile, above=0):
    "The rows of a file's messages into the row files; above: what is added to its lines"
    read, other, notes, is_binding = 0, 0, [], profile.trailers == "refuse"
    for line, segments in messages(path, are_trailers_binding=is_binding, notes=notes):
        rows_by_entity = _rows(segments, profile) if segments else None
        if rows_by_entity is None:
            rows_by_entity = {"ragged": [{"line": line}]}
        count = sum(map(len, rows_by_entity.values()))
        other, read = other + (not count), read + (count or 1)
        size = sum([len(segment) for _, segment in segments or ()])
        for name, rows in rows_by_entity.items():
            for row in rows:
                row["line"] += above
            files[name].add(rows, size)
    return Loaded(SELECTS, read, other, notes=tuple(notes))


def _land(con, files, condition):
    con.execute(
        f"create or replace table landing.ragged as select line from {_scan(files['ragged'])}"
        f" where {condition}"
    )
    for name in SELECTS:
        scan = f"select * from {_scan(files[name])} where {condition}"
        con.execute(f"create or replace view landing.hl7_{name} as {scan}")


def _scan(file):
    return f"read_parquet({quoted_text(file.path)})"


def _rows(segments, profile):
    """The rows of a message by entity, none where it is of a type that is not read; None where it
    is broken"""
    try:
        header, *body = read_message(segments, profile.encoding)
    except Broken:
        return None
    code, event = text(header, 9), text(header, 9, 2)
    if text(header, 11) in profile.skip_processing:
        return {}
    zone = zone_of(text(header, 7)) if profile.times_without_zone == "message" else None
    if code == "ORU":
        return _reported(header, body, profile, zone)
    if code == "ADT" and event in _READ:
        told = [known_instant(segment, 2, zone) for segment in body if segment.name == "EVN"]
        recorded_at = first(*told, known_instant(header, 7, zone))
        rows = _READ[event](body, profile=profile, recorded_at=recorded_at)
        return {"patient": rows} if rows else None
    return {}


def _reported(header, body, profile, zone):
    patients, rows, seen, number = [], [], Counter(), None
    recorded_at, around = known_instant(header, 7, zone), segments_around(body)
    for order in orders([segment for segment in body if segment.name not in AROUND]):
        if order.pid and (not patients or order.pid.line != patients[-1]["line"]):
            number = patient_id_of(order.pid, profile)
            row = patient(order.pid, patient_id=number, recorded_at=recorded_at, zone=zone)
            patients.append(row | contact(order.pid, around[order.pid.line]))
        rows += results(header, order, patient_id=number, profile=profile, zone=zone, seen=seen)
    return {"patient": patients, "lab_result": rows}
