"""Several delivered files of one profile and kind as the same landing relations: each row keeps its
file in its line."""

from pipeline.core import Refused
from pipeline.engine import quoted_text, scan_of_parquet
from pipeline.readers.fhir.load import load_resource_files
from pipeline.readers.hl7v2.load import load_message_files
from pipeline.readers.landed import land, landed, opened, prepare, read
from pipeline.readers.loaded import LINES
from pipeline.readers.unpack import is_gzip, is_zip

# The formats whose reader costs more than a small file
TOGETHER = {"hl7v2": load_message_files, "fhir": load_resource_files}
# Counted anew in each file, as if it had been read alone
_PLACE = "file_row_number - min(file_row_number) over (partition by file_number(line))"


def read_batch(con, paths, *, profile, kind, folder, references=()):
    """Create `landing.<entity>` and `landing.ragged` of several files, as `read` does of one; the
    lines of file n, counted from 0, begin above n * LINES.

    Returns number -> Landed, without the files that `read` refuses.
    """
    if load := TOGETHER.get(profile.format):
        return _together(con, load, paths, profile=profile, folder=folder)
    return _one_by_one(con, paths, profile=profile, kind=kind, folder=folder, references=references)


def _together(con, load, paths, *, profile, folder):
    "Read together: what a file of one message costs is less than a statement"
    prepare(con, profile)
    read_as, notes = {}, {}
    for number, path in enumerate(paths):
        try:
            own = _folder(folder, number) if is_gzip(path) or is_zip(path) else folder
            read_as[number], _, notes[number] = opened(path, profile, own)
        except Refused:
            continue
    loaded = load(con, read_as, profile=profile, folder=folder)
    if not loaded:
        return {}
    selects = next(iter(loaded.values())).selects
    entities = land(con, selects, profile=profile, folder=folder, place=_PLACE)
    return {number: landed(one, entities, notes[number]) for number, one in loaded.items()}


def _one_by_one(con, paths, *, profile, kind, folder, references):
    "Each as if it were alone, and its rows put aside; then the rows of all are one relation"
    read_as, entities, how = {}, (), {"profile": profile, "kind": kind, "references": references}
    for number, path in enumerate(paths):
        aside = _folder(folder, number)
        try:
            read_as[number] = read(con, path, folder=aside, **how)
        except Refused:
            continue
        entities = read_as[number].entities
        for name in ("ragged", *entities):
            _put_aside(con, name, aside, number)
    for name in ("ragged", *entities):
        rows = scan_of_parquet(_aside(_folder(folder, number), name) for number in read_as)
        if name != "ragged":
            con.execute(f"drop view landing.{name}")
        con.execute(f"create or replace table landing.{name} as from {rows}")
    return read_as


def _put_aside(con, name, folder, number):
    numbered = f"select * replace ({number * LINES} + line as line) from landing.{name}"
    target = quoted_text(_aside(folder, name))
    con.execute(f"copy ({numbered}) to {target} (format parquet, compression lz4_raw)")


def _aside(folder, name):
    return folder / f"aside_{name}.parquet"


def _folder(folder, number):
    own = folder / str(number)
    own.mkdir(exist_ok=True, mode=0o700)
    return own
