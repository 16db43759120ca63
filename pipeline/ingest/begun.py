"""The files whose appends have begun, by their SHA-256, on disk before the first of them and until
the last. Read and written by who holds the lock `ingest`.

What a killed process leaves here is appended alone, and each append looks whether it happened.
"""

from contextlib import contextmanager

from pipeline.core import Malformed, read_json, write_json
from pipeline.lake import TABLES, query

_ROWS = " union ".join(
    f"select sha256 from lake.{table}" for table in TABLES if table != "delivery"
)
_WITHOUT_ACCOUNT = f"({_ROWS}) except select sha256 from lake.delivery where refused is null"


@contextmanager
def appending(home, sha256s):
    """Record files as begun while they are appended. They stay on record where that fails, or the
    process is killed."""
    others = begun(home)
    write_json(_file(home), sorted(others | {*sha256s}))
    yield
    write_json(_file(home), sorted(others - {*sha256s}))


def begun(home):
    """The SHA-256 of every file whose appends began and did not end. Where there is no record, as
    in a home of an earlier version or a restored one, the lake tells: rows without an account."""
    try:
        return set(read_json(_file(home)))
    except (FileNotFoundError, Malformed):
        return {row["sha256"] for row in query(home, _WITHOUT_ACCOUNT)}


def _file(home):
    return home.root / "locks" / "begun.json"
