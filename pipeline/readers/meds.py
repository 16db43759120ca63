"""MEDS event tables: events become rows of the entities by the SELECTs in `sources/meds/`."""

from datetime import date

from pipeline.core import Refused
from pipeline.readers.loaded import Loaded
from pipeline.readers.options import Options, read_options
from pipeline.readers.table import load_table


class MedsOptions(Options):
    """align_last_event_on: the day that each patient's last event is moved to; see
    sources/meds.yaml."""

    align_last_event_on: date | None = None


def load_events(con, path, *, profile, reference, folder):
    """Create `landing.event` and `landing.event_code`; returns the SELECTs of `sources/meds/event/`
    as Loaded.

    reference: the archived `codes.parquet`, or None. Each subject's events are moved by whole days
    so that the last falls on the profile's `align_last_event_on`; how far is kept in
    `shifted_days`.
    """
    if reference is None:
        raise Refused("its metadata/codes.parquet was never delivered; deliver it with the events")
    columns = profile.delivered_columns("event")
    load_table(
        con, path, columns=columns, profile=profile, into="landing.delivered_event", folder=folder
    )
    con.execute(
        "create or replace table landing.event_code as select code, any_value(description) as"
        " description, any_value(list_filter(parent_codes, lambda parent: starts_with(parent,"
        " 'LOINC/'))[1][7:]) as loinc from read_parquet($1) group by code",
        [str(reference)],
    )
    con.execute(
        "create or replace table landing.event as " + _ALIGNED,
        [read_options(MedsOptions, profile).align_last_event_on],
    )
    rows = con.execute("select count(*) from landing.raw").fetchone()[0]
    return Loaded(profile.selects_of("event"), rows, other=None)


_ALIGNED = """
with last as (
    select
        subject_id,
        date_diff('day', max(cast(try_cast("time" as timestamp) as date)), cast($1 as date)) as days
    from landing.delivered_event
    group by subject_id
)

select
    delivered_event.*, coalesce(last.days, 0) as shifted_days,
    strftime(
        try_cast("time" as timestamp) + to_days(coalesce(last.days, 0)), '%Y-%m-%dT%H:%M:%S'
    ) as aligned_at
from landing.delivered_event
left join last using (subject_id)
"""
