"""Several delivered files of one profile and kind as the same landing relations: each row keeps its
file in its line."""

from contextlib import suppress
from dataclasses import dataclass, field

from pipeline.core import Refused
from pipeline.engine import quoted_text, scan_of_parquet
from pipeline.profiles import Profile
from pipeline.readers.fhir.load import load_resource_files
from pipeline.readers.hl7v2.load import load_message_files
from pipeline.readers.landed import land, landed, opened, prepare, read_opened
from pipeline.readers.loaded import LINES, Loaded
from pipeline.readers.mapping import mappings
from pipeline.readers.notes import notes_on
from pipeline.readers.table import load_surveyed, note_header, survey_csv

# The formats whose reader takes several files at once
LOADERS = {"hl7v2": load_message_files, "fhir": load_resource_files}
LARGEST = 5_000_000  # bytes to which a file of a batch may unpack
# Counted anew in each file, as if it had been read alone
_PLACE = "file_row_number - min(file_row_number) over (partition by file_number(line))"


def read_batch(con, paths, *, profile, kind, folder, references=()):
    """Create `landing.<entity>` and `landing.ragged` of several files, as `read` does of one; the
    lines of file n, counted from 0, begin above n * LINES.

    Returns number -> Landed, without the files that `read` refuses.
    """
    numbered = dict(enumerate(paths))
    if load := LOADERS.get(profile.format):
        return _together(con, load, numbered, profile=profile, folder=folder)
    return _in_groups(
        con, numbered, profile=profile, kind=kind, folder=folder, references=references
    )


def _together(con, load, paths, *, profile, folder):
    prepare(con, profile)
    files = _opened(paths, profile, folder)
    read_as = {number: path for number, (path, _, _) in files.items()}
    loaded = load(con, read_as, profile=profile, folder=folder)
    if not loaded:
        return {}
    selects = next(iter(loaded.values())).selects
    entities = land(con, selects, profile=profile, folder=folder, place=_PLACE)
    return {number: landed(one, entities, files[number][2]) for number, one in loaded.items()}


@dataclass
class _Group:
    "Files that are read with one statement. surveys: number -> Survey; notes: number -> sentences"

    names: list
    profile: Profile
    surveys: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)


def _in_groups(con, paths, *, profile, kind, folder, references):
    "CSV files of one header are a group, any other file is one; the rows of all are one relation"
    prepare(con, profile)
    groups, alone = _groups(_opened(paths, profile, folder), kind, folder)
    landed_files, asides = {}, []
    for group in groups:
        aside = _folder(folder, min(group.surveys))
        landed_files |= _put_aside(con, _read_group(con, group, kind, aside), aside)
        asides.append(aside)
    for number, (path, read_as, notes) in alone.items():
        aside = _folder(folder, number)
        how = {"profile": read_as, "kind": kind, "folder": aside, "references": references}
        try:
            one = read_opened(con, path, notes, **how)
        except Refused:
            continue
        landed_files |= _put_aside(con, {number: one}, aside, above=number * LINES)
        asides.append(aside)
    if landed_files:
        _join(con, _relations(landed_files), asides)
    return dict(sorted(landed_files.items()))


def _opened(paths, profile, folder):
    "number -> what `opened` returns, of the files that can be opened"
    files = {}
    for number, path in paths.items():
        with suppress(Refused):
            files[number] = _opened_small(path, profile, _folder(folder, number))
    return files


def _opened_small(path, profile, folder):
    "As `opened`. Raises Refused for what unpacks to more: read alone, it may be as large as any"
    found = opened(path, profile, folder)
    if found[0] != path and found[0].stat().st_size > LARGEST:
        found[0].unlink()
        raise Refused("it is not small")
    return found


def _groups(files, kind, folder):
    "The _Groups of the CSV files, each row of which is a record; and of `files` the others"
    groups, alone = {}, {}
    for number, (path, profile, notes) in files.items():
        if not _is_grouped(path, profile, kind):
            alone[number] = path, profile, notes
            continue
        columns, own = profile.delivered_columns(kind), _folder(folder, number)
        with suppress(Refused):
            names, surveyed = survey_csv(path, columns=columns, profile=profile, folder=own)
            key = (tuple(names), str(profile.dialect))
            group = groups.setdefault(key, _Group(names, profile))
            group.surveys[number], group.notes[number] = surveyed, notes
    return list(groups.values()), alone


def _is_grouped(path, profile, kind):
    if profile.format != "table" or profile.lookup or profile.selects_of(kind):
        return False
    return profile.columns[kind].is_row_a_record and path.suffix != ".parquet"


def _read_group(con, group, kind, folder):
    "number -> Landed"
    profile, columns = group.profile, group.profile.delivered_columns(kind)
    load_surveyed(
        con, group.surveys, group.names, columns=columns, profile=profile,
        into="landing.delivered", folder=folder,
    )  # fmt: skip
    header = note_header(con, group.names)
    selects, said = mappings(profile, kind, header.names), notes_on(header, profile, kind)
    entities = land(con, selects, profile=profile, folder=folder)
    return {
        number: landed(
            Loaded(selects, surveyed.records + len(surveyed.ragged), notes=said),
            entities,
            group.notes[number],
        )
        for number, surveyed in group.surveys.items()
    }


def _put_aside(con, landed_files, folder, above=0):
    "Keep the rows that are landed, `above` added to their lines, while others are landed"
    for name in _relations(landed_files):
        numbered = f"select * replace ({above} + line as line) from landing.{name}"
        target = quoted_text(folder / f"aside_{name}.parquet")
        con.execute(f"copy ({numbered}) to {target} (format parquet, compression lz4_raw)")
    return landed_files


def _relations(landed_files):
    entities = next(iter(landed_files.values())).entities
    return ("ragged", *(("contact",) if "patient" in entities else ()), *entities)


def _join(con, names, folders):
    for name in names:
        rows = scan_of_parquet(folder / f"aside_{name}.parquet" for folder in folders)
        if name != "ragged":
            con.execute(f"drop view landing.{name}")
        con.execute(f"create or replace table landing.{name} as from {rows}")


def _folder(folder, number):
    own = folder / str(number)
    own.mkdir(exist_ok=True, mode=0o700)
    return own
