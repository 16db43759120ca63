"""FHIR R4 resources: NDJSON, Bundles and single resources become rows of the entities by the
SELECTs in `sources/fhir_r4/`."""

import json
from contextlib import suppress
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core import SOURCES, Refused, read_yaml, settings
from pipeline.engine import EngineError, is_disk_or_memory_error, view_of_parquet, write_error
from pipeline.readers.cells import define_filled
from pipeline.readers.fhir.text import SCHEMA, Texts
from pipeline.readers.loaded import LINES, Loaded

FOLDER = SOURCES / "fhir_r4"
LOOKUPS = (
    "part",
    "home",
    "key",
    "patient",
    "replaced",
    "specimen",
    "medication",
    "owned",
    "resource",
)
VIEWS = ("key", "owned", "resource")  # read once, so that their rows are kept nowhere


def load_resources(con, path, *, profile, folder):
    """Create `landing.fhir_resource`, one row a record with its patient, and what others point to
    beside it; returns Loaded.

    Each record's text is parsed once, as it is read, into the elements of
    `sources/fhir_r4/elements.yaml`. A line is that of the file; in a Bundle the number of the
    entry. Raises Refused when the file cannot be read whole.
    """
    texts = Texts(path)
    return _load(con, {0: texts}, texts.reader(), profile=profile, folder=folder)[0]


def load_resource_files(con, paths, *, profile, folder):
    """As `load_resources` of several files, none of which sees what another holds.

    paths: number of a file -> its path; `LINES` times that number is added to its lines. Returns
    number -> Loaded, without the files that cannot be read.
    """
    read, batches = {}, []
    for number, path in paths.items():
        with suppress(Refused, ValueError, RecursionError):
            texts = Texts(path)
            batches += [_moved(batch, number) for batch in texts.reader()]
            read[number] = texts
    if not read:
        return {}
    reader = pa.RecordBatchReader.from_batches(SCHEMA, batches)
    return _load(con, read, reader, profile=profile, folder=folder)


def _moved(batch, number):
    "Records and lines of a file as those of file `number` of a batch"
    above = pa.scalar(number * LINES, pa.int64())
    for place, name in enumerate(("record", "line")):
        moved = pc.add(batch[name], above)  # pyright: ignore[reportAttributeAccessIssue]
        batch = batch.set_column(place, SCHEMA.field(name), moved)
    return batch


def _load(con, texts, reader, *, profile, folder):
    "number of a file -> Loaded; texts: number -> Texts, which the reader reads"
    _define(con, profile)
    _land_records(con, texts, reader, folder)
    for name in LOOKUPS:
        _look_up(con, name, folder)
    con.execute(
        "create or replace table landing.ragged as select line from landing.fhir_record where kind"
        " is null"
    )
    counted, selects = _counted(con), profile.selects_of("resource")
    return {
        number: Loaded(selects, *_counts(each.count, counted.get(number)), notes=_notes(each))
        for number, each in texts.items()
    }


def _land_records(con, texts, reader, folder):
    con.register("delivered_text", reader)
    try:
        view_of_parquet(con, "landing.fhir_record", _select("lookup/record"), folder)
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise write_error(folder, error) from None
        if refusal := next((each.refusal for each in texts.values() if each.refusal), None):
            raise Refused(refusal) from None
        raise
    finally:
        con.unregister("delivered_text")


def _notes(texts):
    if not texts.deep:
        return ()
    most = settings().file_nesting
    told = (
        f"{texts.deep:,} records were not read: their lists and objects are nested more than"
        f" {most:,} deep (B12_FILE_NESTING)"
    )
    return (told,)


def _look_up(con, name, folder):
    select = select_of_lookup(name)
    if name in VIEWS:
        con.execute(f"create or replace view landing.fhir_{name} as {select}")
    else:
        view_of_parquet(con, f"landing.fhir_{name}", select, folder)


def _define(con, profile):
    "The macros, the elements to read, and what the profile wants"
    define_filled(con, profile.empty_words)
    con.execute(_select("macros"))
    for name, structure in _elements().items():
        con.execute(f"create or replace macro fhir_{name}() as '{json.dumps(structure)}'")
    wanted = profile.patient_id
    con.execute(
        "create or replace table landing.fhir_option as select $1::varchar as identifier_system,"
        " $2::boolean as issued_as_collected, $3::varchar[] as base_urls",
        [wanted.identifier_system, profile.issued_as_collected, list(wanted.base_url) or None],
    )


@cache
def _elements():
    elements = read_yaml(FOLDER / "elements.yaml")
    chosen = {
        name: [{one: elements["resource"][one] for one in elements[name]}]
        for name in ("component", "contained")
    }
    return {**elements, **chosen}


def _counted(con):
    """Of each file with records: how many rows they give beyond one each, how many records are of
    no entity, and how many rows were not understood"""
    counted = con.execute(
        "select file, cast(coalesce(sum(row_count - 1), 0) as bigint),"
        " count(*) filter (kind is not null and is_understood and not fhir_is_read(kind)),"
        " cast(coalesce(sum(row_count) filter (not is_understood), 0) as bigint)"
        " from landing.fhir_record group by file"
    ).fetchall()
    return {file: counts for file, *counts in counted}


def _counts(records, counted):
    "Rows to account for, how many of them are of no entity, and how many were not understood"
    more, other, not_understood = counted or (0, 0, 0)
    return records + more, other, not_understood


def select_of_lookup(name):
    """The text of a SELECT of `sources/fhir_r4/lookup/`."""
    return _select(f"lookup/{name}")


def _select(name):
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
