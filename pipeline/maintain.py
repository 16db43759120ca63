"""Looking after the lake: what was rejected, what nothing knows, replaying the archive, forgetting a patient."""

import os
import shutil

from pipeline import lake
from pipeline.database import connect
from pipeline.errors import UsageError
from pipeline.ingest import ingest_file


def rejected_rows(home, *, reason=None):
    """Every rejected row of the lake: source, file, line, entity, reason, code, unit and lab; no patient."""
    where = "where rejected_because = $1" if reason else ""
    return _query(home, f"select * from lake.rejected_row {where} order by source, file, line", [reason] if reason else [])


def unmapped_codes(home):
    """Codes and names that no code set knows, most frequent first; LOINC codes of other analytes are known and left out."""
    return _query(home, (
        "select source, entity, skipped_because, code_system, code, name, sum(rows)::bigint as rows from lake.unmapped_code "
        "where skipped_because = 'unmapped_code' group by all order by rows desc, source, entity, code_system, code, name"
    ), [])  # fmt: skip


def _query(home, select, values):
    con = connect()
    lake.attach(con, home)
    cursor = con.execute(select, values)
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    con.close()
    return rows


def reingest(home, progress=lambda account: None):
    """Replay every archived file into a new lake beside the old one, then put it in its place; returns the accounts.

    What the files mean is decided anew by today's profiles, codes and units. A crash leaves the old lake as it was.
    """
    beside = home.__class__(home.root / "reingest")
    if beside.root.exists():
        shutil.rmtree(beside.root)
    delivered = _query(
        home, "select source, sha256, file, received_at from lake.delivery where refused is null order by received_at, file", []
    )
    if not delivered:
        raise UsageError(f"The archive of {home.root} holds no delivery. Nothing to replay.")
    for folder in ("archive", "reference"):
        if (home.root / folder).is_dir():
            shutil.copytree(home.root / folder, beside.root / folder, copy_function=_link)
    accounts = []
    for one in delivered:
        found = next((beside.archive / one["source"]).glob(f"{one['sha256']}.*"))
        accounts.append(ingest_file(beside, path=found, source=one["source"], name=one["file"], received_at=one["received_at"]))
        progress(accounts[-1])
    old = home.root / "lake.old"
    shutil.rmtree(old, ignore_errors=True)
    home.lake.replace(old)
    beside.lake.replace(home.lake)
    shutil.rmtree(old)
    shutil.rmtree(beside.root)
    return accounts


def _link(source, target):
    "A second name for an archived file: nothing ever writes into one"
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
