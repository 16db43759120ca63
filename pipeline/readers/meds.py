"""MEDS event tables: events become rows of the entities by the SELECTs in `sources/meds/`."""

from pipeline.core import Refused
from pipeline.engine import create, quoted_text
from pipeline.readers.decoded import check_parquet
from pipeline.readers.limits import check_bytes
from pipeline.readers.loaded import Loaded
from pipeline.readers.table import load_table

REFERENCE = ("code", "description", "parent_codes")


def load_events(con, path, *, profile, reference, folder):
    """Create `landing.event` and `landing.event_code`; returns the SELECTs of `sources/meds/event/`
    as Loaded.

    reference: the archived `codes.parquet`, or None. Each subject's events are moved by whole days
    so that the last falls on the profile's `align_last_event_on`; how far is kept in
    `shifted_days`.
    """
    if reference is None:
        raise Refused("metadata/codes.parquet is missing; deliver it with the events")
    check_bytes(reference)
    check_parquet(reference)
    columns = profile.delivered_columns("event")
    load_table(
        con, path, columns=columns, profile=profile, into="landing.delivered_event", folder=folder
    )
    reference_view = "create or replace view landing.delivered_event_code as from read_parquet"
    con.execute(f"{reference_view}({quoted_text(reference)})")
    _check_reference(con)
    con.execute(
        "create or replace table landing.event_option as select $1::date as align_last_event_on",
        [profile.align_last_event_on],
    )
    create(con, "landing.event_code")
    create(con, "landing.event")
    rows = con.execute("select count(*) from landing.raw").fetchone()[0]
    return Loaded(profile.selects_of("event"), rows, other=None)


def _check_reference(con):
    described = con.execute("describe landing.delivered_event_code").fetchall()
    if missing := sorted(set(REFERENCE) - {name for name, *_ in described}):
        raise Refused(
            f"metadata/codes.parquet lacks {', '.join(missing)}: deliver it again, with the events"
        )
