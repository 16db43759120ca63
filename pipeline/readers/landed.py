"""A delivered file as the landing relations `landing.<entity>`: canonical columns as text, for
every format."""

from dataclasses import dataclass

from pipeline.core import ENTITIES
from pipeline.engine import create, view_of_parquet
from pipeline.profiles import VERBATIM, landed_columns
from pipeline.readers.cells import define_filled, define_patient_id
from pipeline.readers.contact import land_contact, land_no_contact
from pipeline.readers.convert import as_table
from pipeline.readers.fhir.load import load_resources
from pipeline.readers.hl7v2.load import load_messages
from pipeline.readers.limits import check_bytes
from pipeline.readers.loaded import Loaded
from pipeline.readers.lookup import load_lookup
from pipeline.readers.mapping import mappings, with_default
from pipeline.readers.meds import load_events
from pipeline.readers.notes import notes_on
from pipeline.readers.omop import load_concepts
from pipeline.readers.own_sql import load_selected
from pipeline.readers.table import load_table
from pipeline.readers.unpack import check_begins_zip, unpacked

TABLES = ("table", "meds")  # formats that load_table reads
CODED = ("code_system", "code", "name")
LATER = ("method",)  # columns that canonical rows did not have from the beginning
NOT_CELLS = ("codings", "line", "place", "shifted_days")
PATIENTS = ("patient_id", "merged_into")
IDS = (
    *PATIENTS, "result_id", "accession_id", "medication_id", "condition_id",
    "procedure_id",
)  # fmt: skip


@dataclass(frozen=True)
class Landed:
    """Which entities a file delivers, how many rows it has to account for, and how many of them are
    of no entity.

    other: None where the file's format does not say: it is what no entity took. not_understood:
    rows that may mean the opposite of what they seem to say. notes: sentences on what is odd about
    the file, or was not read.
    """

    entities: tuple
    rows: int
    other: int | None
    not_understood: int = 0
    notes: tuple[str, ...] = ()


def read(con, path, *, profile, kind, folder, references=()):
    """Create `landing.<entity>` for every entity from a file of this kind, and the profile's maps
    beside them; returns Landed.

    references: the reference files that were delivered, newest first. Every canonical column is
    text (null when empty); beside them `line`, `shifted_days`, and
    `row_key`, the MD5 of all canonical columns. Raises Refused when the file cannot be read whole.
    """
    prepare(con, profile)
    path, profile, notes = opened(path, profile, folder)
    how = {"profile": profile, "kind": kind, "references": references, "folder": folder}
    return read_opened(con, path, notes, **how)


def read_opened(con, path, notes, *, profile, kind, folder, references=()):
    """As `read`, of what `opened` returned, in a connection that `prepare` was given."""
    loaded = _load(con, path, profile=profile, kind=kind, references=references, folder=folder)
    entities = land(con, loaded.selects, profile=profile, folder=folder)
    return landed(loaded, entities, notes)


def prepare(con, profile):
    """Create what every file of a profile is read with: its code systems, maps and macros."""
    _code_systems(con, profile)
    _maps(con, profile)
    define_filled(con, profile.empty_words)
    define_patient_id(con, profile.patient_id)


def opened(path, profile, folder):
    """The path of what is read of a delivered file: itself, or what it holds packed or converted
    (in `folder`); the profile with that one's dialect; sentences on what is left out."""
    check_bytes(path)
    check_begins_zip(path)
    return as_table(unpacked(path, folder), folder, profile)


def land(con, selects, *, profile, folder, place="file_row_number"):
    """Create `landing.<entity>` for every entity, of no rows where it has no SELECT; returns the
    entities that have one. place: that of a record which its SELECT does not give."""
    land_no_contact(con)
    for entity in ENTITIES:
        columns = landed_columns(entity)
        if entity in selects:
            at = {"profile": profile, "folder": folder, "place": place}
            _land(con, entity, columns, selects[entity], **at)
        else:
            _land_nothing(con, entity, columns)
    return tuple(entity for entity in ENTITIES if entity in selects)


def landed(loaded, entities, notes):
    """What a reader Loaded of a file, as Landed."""
    said = notes + loaded.notes
    return Landed(entities, loaded.rows, loaded.other, loaded.not_understood, said)


def _land_nothing(con, entity, columns):
    empty = ", ".join(f'cast(null as varchar) as "{column}"' for column in columns)
    con.execute(
        f"create or replace table landing.{entity} as select {empty}, "
        "cast(0 as integer) as shifted_days, cast(0 as bigint) as place, "
        "cast(0 as bigint) as line, cast(null as blob) as row_key where false"
    )


def _load(con, path, *, profile, kind, references, folder):
    if profile.format == "hl7v2":
        return load_messages(con, path, profile=profile, folder=folder)
    if profile.format == "fhir":
        return load_resources(con, path, profile=profile, folder=folder)
    if profile.format == "meds":
        newest = next(iter(references), None)
        return load_events(con, path, profile=profile, reference=newest, folder=folder)
    return _load_rows(con, path, profile=profile, kind=kind, references=references, folder=folder)


def _load_rows(con, path, *, profile, kind, references, folder):
    "One row, one record: columns by the profile, or by the SELECTs in sources/<profile>/<kind>/"
    notes = ()
    if profile.lookup:
        columns = profile.looked_up_columns(kind)
        notes = load_lookup(con, references, profile=profile, columns=columns, folder=folder)
    named, into = profile.delivered_columns(kind), "landing.delivered"
    header = load_table(con, path, columns=named, profile=profile, into=into, folder=folder)
    selects, notes = profile.selects_of(kind), notes_on(header, profile, kind) + notes
    if selects:
        if profile.reference:
            load_concepts(con, next(iter(references), None))
        return Loaded(selects, _rows_read(con), _rows_of_nulls(con), notes=notes)
    if profile.columns[kind].sql:
        selects = load_selected(con, profile, kind, folder)
    else:
        selects = mappings(profile, kind, header.names)
    if profile.columns[kind].is_row_a_record:
        return Loaded(selects, _rows_read(con), _rows_of_nulls(con), notes=notes)
    return _of_records(con, selects, notes)


def _rows_read(con):
    [[rows]] = con.execute(
        "select (select count(*) from landing.raw) + (select count(*) from landing.ragged)"
    ).fetchall()
    return rows


def _rows_of_nulls(con):
    "Rows of a binary file that hold nothing: a blank line of it, such as an erasure leaves"
    [[rows]] = con.execute(
        "select (select count(*) from landing.raw) - (select count(*) from landing.delivered)"
    ).fetchall()
    return rows


def _of_records(con, selects, notes):
    "Where a row may give several records or none: the records, and the rows without any"
    lines = " union all ".join(f"select line from ({select})" for select in selects.values())
    [[records]] = con.execute(f"select count(*) from ({lines})").fetchall()
    [[other]] = con.execute(
        f"select count(*) from landing.delivered anti join ({lines}) using (line)"
    ).fetchall()
    [[ragged]] = con.execute("select count(*) from landing.ragged").fetchall()
    other += _rows_of_nulls(con)
    return Loaded(selects, records + other + ragged, other, notes=notes)


def _land(con, entity, columns, select, *, profile, folder, place):
    """A line may hold several records of FHIR, and several numbers of one HL7 v2 merge: then a
    record's place in the file tells them apart"""
    is_table, defaults = profile.format in TABLES, profile.defaults.get(entity, {})
    columns_read = [name for name, *_ in con.execute(f"describe {select}").fetchall()]
    select = _cleaned(select, columns_read, is_table)
    if "codings" in columns_read or not is_table:
        view_of_parquet(con, f"landing.mapped_{entity}", select, folder, is_numbered=True)
        select = f"from landing.mapped_{entity}"
    if "codings" in columns_read:
        select, columns_read = (
            _choose(con, entity),
            [name for name in columns_read if name != "codings"] + list(CODED),
        )
    numbered = "0 as place" if is_table else f"{place} as place"
    place = "place" if "place" in columns_read else numbered
    if entity == "patient":
        land_contact(con, select, columns_read, profile=profile, place=place)
    cells = ", ".join(
        f'{with_default(_cell(name, columns_read), defaults.get(name))} as "{name}"'
        for name in columns
    )
    shifted = "shifted_days" if "shifted_days" in columns_read else "0 as shifted_days"
    con.execute(
        f"create or replace view landing.{entity} as select *, {_row_key(columns)} as row_key"
        f" from (select {cells}, {shifted}, {place}, line from ({select}))"
    )


def _row_key(columns):
    "Rows without a cell in a column that came later keep the key they had before it was there"
    key = ", chr(31), ".join(f"coalesce(\"{name}\", '')" for name in columns if name not in LATER)
    later = "".join(f', chr(31) || "{name}"' for name in columns if name in LATER)
    return f"unhex(md5(concat({key}{later})))"


def _cell(name, delivered):
    return f'"{name}"' if name in delivered else "cast(null as varchar)"


def _cleaned(select, columns, is_table):
    """A SELECT with its cells as every format has them (protocol §1, Cells). Those of a table were
    trimmed and emptied when it was loaded, so that only ids and codes are left."""
    kept = [name for name in columns if name in NOT_CELLS]
    trimmed = {name: _trimmed(name, is_table) for name in columns if name not in NOT_CELLS}
    inner = ", ".join([*kept, *(f'{cell} as "{name}"' for name, cell in trimmed.items())])
    emptied = (f'{_emptied(name, is_table)} as "{name}"' for name in trimmed)
    # in two steps, as a macro repeats its argument wherever it names it
    return f"select {', '.join([*kept, *emptied])} from (select {inner} from ({select}))"


def _trimmed(name, is_table):
    if name in IDS:
        return f'clean_id("{name}")'
    cell = f'"{name}"' if is_table else f'trimmed("{name}")'
    return f"unwrapped({cell})" if name == "code" else cell


def _emptied(name, is_table):
    if name in VERBATIM:
        return f"nullif(\"{name}\", '')"
    if name in PATIENTS:
        return f'filled(spelled_patient_id("{name}"))'
    return f'filled("{name}")' if name in (*IDS, "code") or not is_table else f'"{name}"'


def _choose(con, entity):
    """Of several codings the one that counts, by `landing.chosen_coding`, looked up once for each
    distinct list"""
    con.execute(
        f"create or replace table landing.coding_list as select distinct '{entity}' as entity,"
        f" codings from landing.mapped_{entity}"
    )
    create(con, "landing.chosen_coding")
    chosen = _cleaned("from landing.chosen_coding", ["codings", *CODED], is_table=False)
    con.execute(f"create or replace table landing.chosen_{entity}_coding as {chosen}")
    return (
        "select mapped.* exclude (codings), chosen.code_system, chosen.code, chosen.name from"
        f" landing.mapped_{entity} as mapped left join landing.chosen_{entity}_coding as chosen on"
        " chosen.codings is not distinct from mapped.codings"
    )


def _code_systems(con, profile):
    "The source's names of code systems, before those that the protocol knows"
    for alias, code_system in profile.code_systems.items():
        con.execute("delete from protocol.code_system where alias = upper(trim($1))", [alias])
        con.execute(
            "insert into protocol.code_system values (upper(trim($1)), $2)", [alias, code_system]
        )


def _maps(con, profile):
    "The steward's answers: what a local code or unit stands for; null: a code that is not ours"
    con.execute(
        "create or replace table landing.local_code (entity varchar, code_system varchar, code"
        " varchar, to_system varchar, to_code varchar)"
    )
    con.execute("create or replace table landing.local_unit (spelling varchar, unit varchar)")
    for row in profile.maps:
        is_ours = row["map_to"].lower() != "none"
        if row["kind"] == "unit":
            if is_ours:
                con.execute(
                    "insert into landing.local_unit values (unit_key($1), $2)",
                    [row["delivered"], row["map_to"]],
                )
        else:
            con.execute(
                "insert into landing.local_code values ($1, upper($2), upper($3), $4, $5)",
                [
                    row["entity"],
                    row["code_system"],
                    row["delivered"],
                    row["map_to_system"] if is_ours else None,
                    row["map_to"] if is_ours else None,
                ],
            )
