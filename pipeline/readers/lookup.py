"""What the rows of a table look up in reference files: the days of their encounter, and by how many
days their patient's are moved."""

from pipeline.core import Refused
from pipeline.engine import quoted_identifier
from pipeline.readers.cells import delivered_column
from pipeline.readers.convert import as_table
from pipeline.readers.table import MissingColumns, load_table
from pipeline.readers.unpack import unpacked

PREFIX = "lookup "  # of looked-up columns beside a row's own
PATIENT, KEY = "filled(clean_patient_id({cell}))", "filled(clean_id({cell}))"


def load_lookup(con, references, *, profile, columns, folder):
    """Create `landing.looked_up`, one row for each patient and key of the reference files with
    these columns; and `landing.shift`, by how many days a patient's are moved. Returns sentences on
    the files that could not be read.

    references: the archived files, newest first; those without the columns are left out. Where
    two tell of one key, the newer counts, and in one file the later row. Raises Refused where no
    file has the columns.
    """
    lookup, folder = profile.lookup, folder / "lookup"
    folder.mkdir(exist_ok=True)
    named = [lookup.key, lookup.patient_id, *columns]
    names = list(dict.fromkeys(name.lower() for name in [*named, lookup.last_event or lookup.key]))
    typed = ", ".join(f"{delivered_column(name)} varchar" for name in names)
    con.execute(f"create or replace table landing.reference_row ({typed}, age bigint, line bigint)")
    unread, are_found = [], []
    for age, path in enumerate(references):
        try:
            are_found.append(_load(con, path, age, names, profile, folder))
        except Refused as refusal:
            unread.append(f"a reference file was not read: {refusal}")
    if not any(are_found):
        raise Refused(
            f"no reference file with the columns {', '.join(names)} was delivered before it, or"
            " with it: the profile's lookup looks there"
        )
    con.execute(_looked_up(lookup, columns))
    con.execute(_shift(profile), [profile.align_last_event_on])
    return tuple(unread)


def _load(con, path, age, names, profile, folder):
    "Add the rows of one reference file; False where it is another table"
    own = profile.model_copy(update={"other_columns": "ignored"})
    columns, into = {"required": names, "optional": []}, "landing.reference_file"
    try:
        plain, own, _ = as_table(unpacked(path, folder), folder, own)
        load_table(con, plain, columns=columns, profile=own, into=into, folder=folder)
    except MissingColumns:
        return False
    listed = ", ".join(map(delivered_column, names))
    con.execute(f"insert into landing.reference_row select {listed}, {age}, line from {into}")
    return True


def _looked_up(lookup, columns):
    patient = PATIENT.format(cell=delivered_column(lookup.patient_id))
    key = KEY.format(cell=delivered_column(lookup.key))
    found = "".join(
        f", {delivered_column(name)} as {quoted_identifier(PREFIX + name.lower())}"
        for name in columns
    )
    return (
        "create or replace table landing.looked_up as from (select"
        f" {patient} as patient_id, {key} as key{found}, age, line from landing.reference_row)"
        " where patient_id is not null and key is not null qualify"
        " row_number() over (partition by patient_id, key order by age, line desc) = 1"
    )


def _shift(profile):
    lookup = profile.lookup
    patient = PATIENT.format(cell=delivered_column(lookup.patient_id))
    last = delivered_column(lookup.last_event or lookup.key)
    day = f"to_day(to_iso({last}, '{profile.date_order}'), '{profile.time_zone}')"
    return (
        f"create or replace table landing.shift as select {patient} as patient_id,"
        f" date_diff('day', max({day}), $1::date) as shifted_days from landing.reference_row"
        " group by all having shifted_days is not null"
    )


def with_looked_up(profile, number, columns):
    """The delivered rows as SQL, each with what it looks up: columns that begin with PREFIX, and
    `shifted_days`. number: the cell of the patient's number."""
    names = [quoted_identifier(PREFIX + name.lower()) for name in columns]
    found = "".join(f", looked_up.{name}" for name in names)
    patient = PATIENT.format(cell=number)
    key = KEY.format(cell=delivered_column(profile.lookup.key))
    by_key = (
        " left join landing.looked_up on looked_up.patient_id = delivered.the_patient and"
        " looked_up.key = delivered.the_key"
    )
    return (
        f"(select delivered.*{found}, shift.shifted_days from (select *, {patient} as the_patient,"
        f" {key if columns else 'null'} as the_key"
        f" from landing.delivered) as delivered{by_key if columns else ''} left join landing.shift"
        " on shift.patient_id = delivered.the_patient)"
    )
