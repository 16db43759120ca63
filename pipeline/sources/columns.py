"""What is in each column of a judged file, in counts and known words: never a value that identifies
anyone."""

from pipeline.engine import select_of
from pipeline.profiles import names_of

SHOWN = (
    "code", "code_system", "unit", "status", "specimen", "sex", "route", "site", "performing_lab",
    "method", "opted_out", "days_supply", "strength_mg",
)  # fmt: skip
# words that the protocol knows may be shown however rare; others only when several rows have them
KNOWN = {
    "code": "select code from staging.delivered_code where concepts is not null",
    "unit": (
        "select unit from landing.lab_result where unit_key(unit) in (select spelling from"
        " protocol.unit_alias)"
    ),
    "status": "select status from protocol.status",
    "specimen": "select specimen from protocol.specimen",
    "route": "select route from protocol.route",
}
MANY = 5
OURS = ("line", "place", "shifted_days", "row_key")  # columns of landing that no extract delivers


def columns_of(con, profile, kind, entity):
    """Of each canonical column of a judged file: `{entity, column, from, filled, distinct, holds}`.

    holds: words that the protocol knows or that many rows have, the years of dates, how many values
    are numbers.
    """
    is_mapped = kind in profile.columns and not profile.selects_folder
    rows = profile.parts_of(kind).get(entity) if is_mapped else None
    sources = rows.all if rows else {}
    names = [
        name
        for name, *_ in con.execute(f"describe landing.{entity}").fetchall()
        if name not in OURS
    ]
    counted = con.execute(
        f"select count(*), {', '.join(f'count({name}), count(distinct {name})' for name in names)}"
        f" from landing.{entity}"
    ).fetchone()
    for place, name in enumerate(names):
        filled, distinct = counted[1 + 2 * place], counted[2 + 2 * place]
        delivered = sources.get(name, [])
        yield {
            "entity": entity, "column": name,
            "from": (" or " if isinstance(delivered, dict) else " + ").join(names_of(delivered)),
            "filled": filled, "distinct": distinct,
            "holds": _holds(con, entity, name) if filled else "",
        }  # fmt: skip


def _holds(con, entity, name):
    if name in SHOWN:
        return _words(con, entity, name)
    if name == "value":
        numbers, censored, others = con.execute(select_of("landing.value_form")).fetchone()
        return f"{numbers:,} numbers, {censored:,} with a comparator, {others:,} others"
    if name.endswith(("_on", "_at", "_date")):
        unreadable, first, last = con.execute(_DAYS.format(entity=entity, name=name)).fetchone()
        return f"{first or '?'} to {last or '?'}" + (
            f", {unreadable:,} unreadable" if unreadable else ""
        )
    return ""


def _words(con, entity, name):
    rows = con.execute(
        _WORDS.format(entity=entity, name=name, many=MANY, known=KNOWN.get(name, "select null"))
    ).fetchall()
    named = [f"{word} {count:,}" for word, count in rows if word is not None]
    rare = sum(count for word, count in rows if word is None) + sum(
        count for word, count in rows[8:] if word is not None
    )
    return " · ".join([*named[:8], *([f"{rare:,} others"] if rare else [])])


_WORDS = """
with known as (select distinct lower(trim(word)) as word from ({known}) as listed(word)),
counted as (
    select {name} as word, count(*) as rows, count(distinct patient_id) as patients
    from landing.{entity} where {name} is not null group by word
),
showable as (
    select counted.rows,
        case when patients >= {many} or known.word is not null then counted.word end as shown
    from counted left join known on known.word = lower(trim(counted.word))
)
select shown, sum(rows)::bigint as rows from showable group by shown
order by shown is null, rows desc, shown
"""
_DAYS = """
select
    count(*) filter (
        to_day({name}, time_zone) is null and lower({name}) not in ('true', 'false')
    ),
    min(year(to_day({name}, time_zone))), max(year(to_day({name}, time_zone)))
from landing.{entity} cross join landing.file where {name} is not null
"""
