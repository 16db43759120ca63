"""The ledger of erasures: time, account, and a keyed hash that recognises the patient ID again.

An id is kept as its HMAC-SHA256 under a key of the installation. The key is `$B12_ERASURE_KEY`,
else `erasure-key` in the home; it must last as long as the ledger, so it is never rotated with
other secrets.
"""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime

from pipeline.core import (
    Malformed,
    StorageError,
    UsageError,
    create_secret_file,
    read_text,
    revealed,
    settings,
)

LEDGER = "erasures.jsonl"
SHORTEST = 32  # characters
LARGEST = 1 << 30  # bytes of a ledger


def key_of(home):
    """The key as bytes; created once if it does not exist. Raises UsageError."""
    key = revealed(settings().erasure_key) or _kept(home.root / "erasure-key")
    if len(key) < SHORTEST:
        raise UsageError(
            f"The key of the erasure ledger is not text of at least {SHORTEST} characters. Correct"
            f" $B12_ERASURE_KEY if it is set. Otherwise restore {home.root / 'erasure-key'} from a"
            f" backup or, if {LEDGER} is still empty, delete it: a new one is made."
        )
    return key.encode()


def _kept(path):
    create_secret_file(path)
    try:
        return read_text(path).strip()
    except Malformed:
        return ""


def mark_of(key, patient_id):
    """The hash of a patient ID in the ledger, in hex."""
    return hmac.new(key, patient_id.encode(), hashlib.sha256).hexdigest()


def name_of(key):
    """What a line of the ledger says of the key it was made under."""
    return hashlib.sha256(b"b12 erasure ledger" + key).hexdigest()[:12]


def write(home, *, who, ids=(), rows=None):
    """Add a line of an erasure: before it, ids, all under which the patient was known; after it,
    rows, what went by place.

    What was cut short between the two is known by its ids.
    """
    key = key_of(home)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "who": who, "key": name_of(key),
        "ids": sorted(mark_of(key, patient_id) for patient_id in ids),
        "rows": {name: number for name, number in (rows or {}).items() if number},
    }  # fmt: skip
    append(home, [line])


def last_erasure(home, ids):
    """When the newest erasure of one of these ids began, in ISO 8601; None if there was none."""
    lines = entries(home.root / LEDGER)
    marks = {mark_of(key_of(home), patient_id) for patient_id in ids} if lines else set()
    return max((line["at"] for line in lines if marks & {*line["ids"]}), default=None)


def append(home, lines):
    """Add lines that are not in the home's ledger yet."""
    known = entries(home.root / LEDGER)
    with (home.root / LEDGER).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines if line not in known)
        file.flush()
        os.fsync(file.fileno())


def entries(path):
    """The lines of a ledger; [] if it does not exist. Raises StorageError."""
    if not path.exists():
        return []
    try:
        lines = [
            json.loads(line) for line in read_text(path, most=LARGEST).splitlines() if line.strip()
        ]
        return [
            {
                "at": entry["at"],
                "who": entry["who"],
                "key": entry["key"],
                "ids": entry["ids"],
                "rows": entry["rows"],
            }
            for entry in lines
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise StorageError(
            f"{path} is not an erasure ledger, or is damaged. Give an intact one: --ledger FILE."
        ) from None
