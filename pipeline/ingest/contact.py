"""Contact data of delivered patient rows: cleaned beside what is checked, and kept in the worklist
database, never in the lake."""

from contextlib import closing

import pyarrow as pa

from pipeline.core import CONTACT
from pipeline.engine import select_of, view_of_parquet
from pipeline.profiles import language_spellings

NAME = "staging.contact"
AT_ONCE = 50_000  # rows of a transaction: others write to the same database meanwhile
_STATED = f"{NAME} where {' or '.join(f'{name} is not null' for name in CONTACT)}"
_IS_UNIQUE = f"select count(*) = count(distinct patient_id) from {_STATED}"
_CELLS = ", ".join(
    f"{name}, case when {name} is not null then epoch_us(known_at) end as {name}_at"
    for name in CONTACT
)
_ONLY = f"""
select patient_id, $1 as source, epoch_us(known_at) as known_at, {_CELLS}
from {_STATED} order by patient_id
"""
_OF_FILE = ", ".join(
    f"arg_max({name}, row(known_at, line, place)) as {name},"
    f" max(known_at) filter ({name} is not null) as {name}_at"
    for name in CONTACT
)
_OF_PATIENT = ", ".join(
    f"arg_max({name}, row({name}_at, {name})) as {name}, epoch_us(max({name}_at)) as {name}_at"
    for name in CONTACT
)
# In a file the later line counts of two rows of one time, between files the greater text: so the
# order in which they come does not matter
_LATEST = f"""
with of_file as (
    select patient_id, max(known_at) as known_at, {_OF_FILE}
    from {_STATED}
    group by patient_id, file_number(line)
)
select patient_id, $1 as source, epoch_us(max(known_at)) as known_at, {_OF_PATIENT}
from of_file group by patient_id order by patient_id
"""


def check_contact(con, folder):
    """Create `staging.contact` of what `landing.contact` holds."""
    con.execute(f"create or replace view {NAME} as {_without_rows()}")
    [[is_any]] = con.execute("select exists (from landing.contact)").fetchall()
    if is_any:
        register_languages(con)
        view_of_parquet(con, NAME, select_of(NAME), folder, is_ordered=False)


def _without_rows():
    cells = ", ".join(f"cast(null as varchar) as {name}" for name in CONTACT)
    return (
        "select cast(null as varchar) as patient_id, cast(null as bigint) as line, cast(null as"
        f" bigint) as place, cast(null as timestamptz) as known_at, {cells},"
        " cast(null as varchar[]) as blanked where false"
    )


def register_languages(con):
    """Create `landing.language`: the tag of a language by how it is spelled."""
    spellings, tags = zip(*language_spellings(), strict=True)
    con.register("spelled", pa.table({"spelling": spellings, "tag": tags}))
    con.execute("create or replace table landing.language as from spelled")
    con.unregister("spelled")


def keep_contact(con, home, source):
    """Put the contact data of the rows that were checked into the worklist database, where they
    are newer than what it holds.

    Done before the account of the files is written, and the same however often it is done: a
    delivery that was cut short is ingested again. Raises StorageError.
    """
    cursor = con.cursor()
    [[is_unique]] = cursor.execute(_IS_UNIQUE).fetchall()
    cursor.execute(_ONLY if is_unique else _LATEST, [source])  # at a third of the cost
    rows = cursor.fetchmany(AT_ONCE)
    if not rows:
        return
    from pipeline import worklist  # a third of a second, of which most deliveries have no need

    with closing(worklist.open_store(home)) as store:
        while rows:
            worklist.keep_contacts(store, rows)
            rows = cursor.fetchmany(AT_ONCE)


def replace_contacts(home, replayed, *, is_whole):
    """Put the contact data of a replay into the place of what the worklist database holds.

    replayed: its home. is_whole: every delivery was replayed. Raises StorageError.
    """
    from pipeline import worklist  # as above

    with closing(worklist.open_store(home)) as store, closing(worklist.open_store(replayed)) as new:
        worklist.replace_contacts(store, new, is_whole=is_whole)
