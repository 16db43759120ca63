"""The lab results of an ORU message: one row per OBX, each with what its order (ORC, OBR, SPM) says
of it.

A TX or FT without a code is a comment on the result above it. A textual OBX (ST, TX, FT) that
carries the code of a test beside its result is a comment too, and never a result:
- in the same order (the segments from one OBR to the next) some OBX of the same code holds a
  number; or one of the same code and sub-id holds a finding or a coded value, or stands before it
  with words, say `PENDING`;
- its own text reads neither as a number (`GREATER THAN 2000`) nor as a finding (`POSITIVE`);
- its status is missing, F, or that of such a result: a text that corrects, cancels or withdraws
  something is not a comment.
It is delivered as LOINC 48767-8 (comment), and its text is kept in the `comment` of the result, as
are NTE segments.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from pipeline.profiles import clean_id
from pipeline.readers.hl7v2.fields import (
    clean,
    codings,
    filled,
    first,
    instant,
    is_day,
    known_instant,
    text,
    whole,
    whole_id,
)
from pipeline.readers.hl7v2.message import Segment
from pipeline.readers.hl7v2.value import (
    CODED,
    FREE,
    TEXTUAL,
    is_numeric,
    is_result,
    range_of,
    status_of,
    units_of,
    value_of,
)

_NO_ORC, _NO_OBR = Segment("ORC", 0), Segment("OBR", 0)


@dataclass
class Order:
    """The segments of one order: from an ORC or OBR to the next. observations: (OBX, the NTE that
    follow it)."""

    pid: Segment | None = None
    orc: Segment = _NO_ORC
    obr: Segment = _NO_OBR
    observations: list = field(default_factory=list)
    specimens: list = field(default_factory=list)


def orders(segments):
    """The orders of a message, each with the PID above it; SPM stands after the OBX of its order
    (HL7 2.5.1, ORU^R01)."""
    order, notes = Order(), None
    for segment in segments:
        name = segment.name
        if name in ("PID", "ORC") or (name == "OBR" and (order.obr.line or order.observations)):
            yield order
            order = Order(pid=order.pid)
        if name == "OBX":
            notes = []
            order.observations.append((segment, notes))
        elif name == "NTE" and notes is not None:
            notes.append(segment)
        elif name != "NTE":
            notes = None
            _take(order, segment)
    yield order


def _take(order, segment):
    if segment.name == "SPM":
        order.specimens.append(segment)
    elif segment.name in ("PID", "ORC", "OBR"):
        setattr(order, segment.name.lower(), segment)


def results(header, order, *, patient_id, profile, zone, seen):
    """The rows of one order. zone: of times that tell none. seen: a Counter of the result ids that
    the message holds so far."""
    if not order.observations:
        return []
    shared = _shared(header, order, zone, profile.empty_words) | {"patient_id": patient_id}
    times = {f"OBR-{number}": instant(order.obr, number, zone) for number in (7, 14, 22)}
    times["SPM-17"] = _agreed([instant(each, 17, zone) for each in order.specimens])
    rows = []
    for obx, notes in order.observations:
        at = times | {"OBX-14": instant(obx, 14, zone)}
        row = (
            shared
            | _row(obx, notes, order.obr, profile.empty_words)
            | {"collected_at": _collected([at[name] for name in profile.collected_from])}
        )
        labs = (text(obx, 23), text(obx, 15, 2), text(obx, 15), shared["performing_lab"])
        row["performing_lab"] = next(
            (lab for lab in labs if filled(lab, profile.empty_words)), None
        )
        rows.append(row)
    _set_comments_apart(rows, [text(obx, 2) for obx, _ in order.observations])
    for row in rows:
        row["result_id"] = _result_id(row, seen)
    return rows


def _collected(times):
    "The first that is a day; where none is, the first that is given, which is then rejected"
    return next(filter(is_day, times), None) or first(*times)


def _shared(header, order, zone, empty_words):
    numbers = (
        (order.obr, 3),
        (order.orc, 3),
        (order.obr, 2),
        (order.orc, 2),
    )  # the filler's, else the placer's
    return {
        # `^LAB^1.2.3^ISO` names who numbers, without a number: all its orders would be one
        "accession_id": next(
            (
                whole_id(segment.fields[number][0], empty_words)
                for segment, number in numbers
                if filled(text(segment, number), empty_words)
            ),
            None,
        ),
        "specimen": _specimen(order),
        "reported_at": known_instant(order.obr, 22, zone) or known_instant(header, 7, zone),
        "performing_lab": first(text(header, 4), text(header, 4, 2)),
    }


def _row(obx, notes, obr, empty_words):
    (unit, printed), (low, high) = units_of(obx), range_of(obx)
    comments = [whole(repetition) for note in notes for repetition in note.fields[3]]
    sub_id = filled(whole(obx.fields[4][0]), empty_words) or ""
    return {
        "line": obx.line, "codings": codings(obx, 3), "value": value_of(obx), "unit": unit,
        "unit_printed": printed, "status": status_of(obx, obr, empty_words), "reference_low": low,
        "reference_high": high, "abnormal_flag": text(obx, 8), "method": _method(obx, empty_words),
        "comment": "\n".join(filter(None, comments)) or None,
        "key": (clean_id(first(text(obx, 3), text(obx, 3, 4)) or ""), sub_id),
    }  # fmt: skip


def _method(obx, empty_words):
    "OBX-17, by its text before its code"
    cells = (text(obx, 17, 2), text(obx, 17))
    return next((cell for cell in cells if filled(cell, empty_words)), None)


def _result_id(row, seen):
    """What a correction sends again: the order's number, the code and the sub-id; a second one in a
    message is told apart"""
    code, sub_id = row.pop("key")
    if not (row["accession_id"] and code):
        return None
    result_id = f"{row['accession_id']}|{code}|{sub_id}"
    seen[result_id] += 1
    return result_id if seen[result_id] == 1 else f"{result_id}#{seen[result_id]}"


def _specimen(order):
    """SPM-4 else OBR-15: its HL7 code (tables 0487, 0070) or its text; of several different ones
    all, which is not a specimen"""
    types = [
        _specimen_type([component[0] for component in segment.fields[4][0]])
        for segment in order.specimens
    ]
    return " and ".join(dict.fromkeys(filter(None, types))) or _specimen_type(
        order.obr.fields[15][0][0]
    )


def _specimen_type(cells):
    cells = [clean(cell) for cell in cells] + [None] * 9
    coded = [cells[at] for at in (0, 3) if cells[at + 2] in ("HL70487", "HL70070")]
    return first(*coded, cells[1], cells[4], cells[8], cells[0], cells[3])


def _agreed(times):
    return times[0] if times and len(set(times)) == 1 else None


def _set_comments_apart(rows, kinds):
    "See the head of this module"
    (numeric, found), above, comments = _told_of(rows, kinds), None, {}
    for row, kind in zip(rows, kinds, strict=True):
        code, _ = row["key"]
        is_text = kind in TEXTUAL and not is_result(row["value"])
        beside = (numeric[code], found[row["key"]])
        if kind in FREE and not row["codings"][0]["code"]:
            _keep_comment(row, above, comments)
        elif is_text and code and _is_comment(row, beside):
            _keep_comment(row, _commented(row, *beside), comments)
        else:
            above = row
            if is_text and row["value"]:
                found[row["key"]].add_words(row)
    for result, texts in comments.values():
        result["comment"] = "\n".join(filter(None, texts)) or None


def _told_of(rows, kinds):
    "The numbers by code, and the findings and coded values by code and sub-id, as _Results"
    numeric, found = defaultdict(_Results), defaultdict(_Results)
    for row, kind in zip(rows, kinds, strict=True):
        code, _ = row["key"]
        if is_numeric(row["value"], is_number_expected=kind in ("NM", "SN")):
            numeric[code].add(row)
        elif is_result(row["value"]) or (row["value"] and kind in CODED):
            found[row["key"]].add(row)
    return numeric, found


@dataclass
class _Results:
    """The results of one code, or of one code and sub-id, by their lines: a message may hold a
    hundred thousand. words: the last text that stands for itself."""

    rows: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    statuses: set = field(default_factory=set)
    words: dict | None = None

    def add(self, row):
        self.rows.append(row)
        self.lines.append(row["line"])
        self.statuses.add(row["status"])

    def add_words(self, row):
        self.words = row
        if not self.rows:
            self.add(row)
        self.statuses.add(row["status"])

    def before(self, line):
        "The last one before a line, or None; words are told of in the order of the lines"
        place = bisect_left(self.lines, line)
        return self.words or (self.rows[place - 1] if place else None)


def _is_comment(row, beside):
    are_there = any(results.rows for results in beside)
    statuses = set().union({"F", "unknown"}, *(results.statuses for results in beside))
    return are_there and row["status"] in statuses


def _commented(row, numeric, found):
    "The result that a text comments on: the last one above it, else the first"
    above = found.before(row["line"]) or numeric.before(row["line"])
    return above or (numeric.rows or found.rows)[0]


def _keep_comment(row, result, comments):
    if result:
        _, texts = comments.setdefault(id(result), (result, [result["comment"]]))
        texts += [row["value"], row["comment"]]
    row["codings"] = [{"system": "LN", "code": "48767-8", "name": row["codings"][0]["name"]}]
    row["key"] = (None, None)
