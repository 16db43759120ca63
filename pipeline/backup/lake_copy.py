"""The lake in a backup: a folder, also where it lies in an object store."""

from functools import partial
from pathlib import Path

from pipeline import lake
from pipeline.backup.contents import walk
from pipeline.core import Home, LakeUnavailable
from pipeline.lake import TABLES

TRIES = 3


def copy_lake(mirror, home):
    """Copy every table, its log first and then its files. The accounts come first: each says that
    all rows of its file are in the other tables. Raises LakeUnavailable."""
    for table in TABLES:
        for _ in range(TRIES):
            _take(mirror, home, table, is_log=True)
            _take(mirror, home, table, is_log=False)
            if _is_whole(mirror, home, table):
                break
            mirror.drop(
                [name for name in mirror.files if name.startswith(f"lake/{table}/")]
            )  # a replay put another lake in its place
        else:
            raise LakeUnavailable(
                f"The lake table {table} changed during each of {TRIES} attempts to copy it. Type"
                " the command again."
            )
    if home.lake_url is None:
        mirror.take("lake/form.json")
    elif note := lake.note_of_form(home):
        write = partial(_write, note)
        mirror.take_from("lake/form.json", size=len(note), changed_ns=0, write=write)


def _write(content, path):
    path.write_bytes(content)


def _take(mirror, home, table, *, is_log):
    listed = _listed(mirror, home, table)
    names = [name for name in listed if ("/_delta_log/" in name) == is_log]
    for name in sorted(names, key=lambda name: (not name.endswith("_last_checkpoint"), name)):
        if not Path(name).name.startswith("_commit_"):
            listed[name]()


def _listed(mirror, home, table):
    "How to copy each file of a table, by its name in a home with the lake in a folder"
    if home.lake_url is None:
        return {name: partial(mirror.take, name) for name in walk(home, f"lake/{table}")}
    return {
        f"lake/{each.name}": partial(
            mirror.take_from, f"lake/{each.name}", size=each.size, changed_ns=each.changed_ns,
            write=partial(lake.fetch, home, each),
        )
        for each in lake.objects_of(home, table)
    }  # fmt: skip


def _is_whole(mirror, home, table):
    delta = lake.open_table(Home(mirror.folder), table)
    if delta is None:
        return lake.open_table(home, table) is None
    return all(Path(path).exists() for path in lake.file_paths(delta))
