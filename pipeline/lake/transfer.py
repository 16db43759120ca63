"""A lake of an object store as files: for a backup, which keeps every lake as a folder, and for a
restore, which puts one into a store."""

import json
import os
import shutil
from dataclasses import dataclass

from pipeline.core import LakeUnavailable, UsageError, read_json
from pipeline.lake.form import NOTE
from pipeline.lake.object_store import asked
from pipeline.lake.places import exists, new_name, note_prefix, prefix_of, remember


@dataclass(frozen=True)
class Stored:
    """An object of a lake. name: below the lake. key: in the store. size: bytes. changed_ns: when
    it was written, of which a store tells the second."""

    name: str
    key: str
    size: int
    changed_ns: int


def objects_of(home, table):
    """Every Stored of a table of a lake in an object store."""
    place = prefix_of(home)
    if place is None:
        return []
    root = place.url.removeprefix("s3://") + "/"
    with asked(home) as files:
        listed = dict(files.find(place.table(table), detail=True))
    return [
        Stored(
            key.removeprefix(root), key, each["size"], int(each["LastModified"].timestamp()) * 10**9
        )
        for key, each in sorted(listed.items())
    ]


def fetch(home, stored, path):
    """Copy an object into a file. Raises FileNotFoundError where it is gone."""
    with asked(home) as files:
        files.get_file(stored.key, str(path))
    os.utime(path, ns=(stored.changed_ns, stored.changed_ns))


def note_of_form(home):
    """What a lake in an object store says of its form, as a folder would; None without a lake."""
    place = prefix_of(home)
    return place and json.dumps({"form": place.form}).encode()


def check_is_free(home):
    """Raises UsageError where an object store already has a lake under this address."""
    if home.lake_url and exists(home):
        raise UsageError(
            f"{home.lake_url} already holds a lake. Set B12_LAKE_URL to another prefix, then"
            " restore again."
        )


def move_to_store(home):
    """Put the lake of a home's folder under the home's address in an object store, which has none;
    at its end the store has all of it, or nothing that counts."""
    name = new_name()
    with asked(home) as files:
        for path in sorted(home.lake.rglob("*")):
            if path.is_file() and path.name != NOTE:
                below = path.relative_to(home.lake).as_posix()
                files.put_file(str(path), f"{home.lake_url}/{name}/{below}")
    note_prefix(home, name, form=int(read_json(home.lake / NOTE)["form"]))
    if (place := prefix_of(home)) is None or not place.url.endswith(f"/{name}"):
        raise LakeUnavailable(f"Another lake appeared under {home.lake_url} meanwhile.")
    remember(home)
    shutil.rmtree(home.lake)
