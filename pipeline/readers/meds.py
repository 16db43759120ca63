"""MEDS event tables: events become rows of the entities by the SELECTs in `sources/meds/`."""

from pipeline.config import SOURCES
from pipeline.errors import Refused
from pipeline.readers.table import load_table


def load_events(con, path, *, profile, reference, folder):
    """Create `landing.event` and `landing.event_code`, and from them the entities' landing tables by `sources/meds/*.sql`.

    reference: the archived `codes.parquet`, or None. Each subject's events are moved by whole days so that the last falls
    on the profile's `align_last_event_on`; how far is kept in `shifted_days`.
    """
    if reference is None:
        raise Refused("its metadata/codes.parquet was never delivered; deliver it with the events")
    load_table(
        con, path, columns=profile.columns["event"], dialect=profile.dialect, into="landing.delivered_event",
        folder=folder, others_ignored=True,
    )  # fmt: skip
    con.execute(
        "create or replace table landing.event_code as "
        "select code, any_value(description) as description, "
        "any_value(list_filter(parent_codes, lambda parent: starts_with(parent, 'LOINC/'))[1][7:]) as loinc "
        f"from read_parquet('{str(reference).replace(chr(39), chr(39) * 2)}') group by code"
    )
    con.execute("create or replace table landing.event as " + _ALIGNED, [profile.align_last_event_on])
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((SOURCES / "meds").glob("*.sql"))}


_ALIGNED = """
with last as (
    select subject_id, date_diff('day', max(cast(try_cast("time" as timestamp) as date)), cast($1 as date)) as days
    from landing.delivered_event
    group by subject_id
)

select
    delivered_event.*, coalesce(last.days, 0) as shifted_days,
    strftime(try_cast("time" as timestamp) + to_days(coalesce(last.days, 0)), '%Y-%m-%dT%H:%M:%S') as aligned_at
from landing.delivered_event
left join last using (subject_id)
"""
