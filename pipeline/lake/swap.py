"""Replaces the lake by another one: a folder by two renames, and a process that starts between them
first puts the old one back; a prefix of an object store by one put."""

import shutil

from pipeline.core import Home, exclusive_lock
from pipeline.lake.object_store import asked
from pipeline.lake.places import NOTE, new_name, note_prefix, prefix_of

OURS = ("lake-", "beside-", "probe-")  # begin the names below the address that this program gives


def beside(home):
    """The home in which a replay makes the new lake."""
    url = home.lake_url and f"{home.lake_url}/{new_name('beside')}"
    root = home.root / "reingest"
    return Home(root, url, f"sqlite:///{root / 'worklist.db'}")


def swap(home, new):
    """Put the lake of another home into the place of the lake, and remove the old one."""
    if home.lake_url is None:
        _swap_folders(home, new.lake)
        return
    place = prefix_of(new)
    assert place, "a replay notes the form of the new lake first"
    name = place.url.removeprefix(f"{home.lake_url}/")
    note_prefix(home, name, form=place.form, is_new=False)
    remove_others(home)


def _swap_folders(home, folder):
    shutil.rmtree(home.old_lake, ignore_errors=True)
    with exclusive_lock(home, "swap"):
        home.lake.replace(home.old_lake)
        folder.replace(home.lake)
    shutil.rmtree(home.old_lake)


def remove_others(home):
    """Remove what a killed replay, or restore, left in an object store beside the lake. Where
    neither is under way."""
    if home.lake_url is None or not (place := prefix_of(home)):
        return
    root = home.lake_url.removeprefix("s3://") + "/"
    kept = place.url.removeprefix("s3://") + "/"
    with asked(home) as files:
        left = [
            key
            for key in files.find(home.lake_url)
            if key.removeprefix(root).startswith(OURS) and not key.startswith(kept)
        ]
        assert f"{root}{NOTE}" not in left
        if left:
            files.rm(left)
