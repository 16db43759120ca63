"""Replaces the lake by another one with two renames; a process that starts between them first
puts the old one back."""

import shutil

from pipeline.core import exclusive_lock


def swap(home, beside):
    """Put a folder into the place of the lake, and remove the old lake."""
    shutil.rmtree(home.old_lake, ignore_errors=True)
    with exclusive_lock(home, "swap"):
        home.lake.replace(home.old_lake)
        beside.replace(home.lake)
    shutil.rmtree(home.old_lake)


def folder_of(home):
    """The lake's folder; where a swap was killed between its renames, the old lake is put back, and
    one under way is waited for."""
    if not home.lake.exists() and home.old_lake.exists():
        with exclusive_lock(home, "swap"):
            if not home.lake.exists() and home.old_lake.exists():
                home.old_lake.replace(home.lake)
    return home.lake
