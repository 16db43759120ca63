"""The contents of a backup of a home, and its manifest."""

import os
from pathlib import Path

from pipeline.core import StorageError, is_part, read_json

MANIFEST, STORE = "backup.json", "worklist.db"
LARGEST = 1 << 30  # bytes of a manifest, which names every file
# what another command makes anew, what serves one process, the secrets of the pages and of the
# listener, which end with the machine, and the erasure key: beside the ledger it would tell who
# was erased
LEFT_OUT = {
    "work", "airflow", "demo", "locks", "reingest", "lake.old", "web-secret", "erasure-key",
    "attempts", "tls", "lake-url", "screening-failed.json",
}  # fmt: skip
BY_THEMSELVES = {"lake", "runs", "spool", "landing", "claimed", "archive"}


def walk(home, below):
    """The names of the files and links below a folder of the home, relative to the home; uploads
    and temporary files left out."""
    paths = []
    for root, folders, names in os.walk(home.root / below):
        folders.sort()
        inside = [
            Path(root) / name
            for name in (*names, *(name for name in folders if (Path(root) / name).is_symlink()))
        ]
        paths += [
            path.relative_to(home.root).as_posix()
            for path in sorted(inside)
            if not is_part(path) and path.suffix != ".tmp" and _has_content(path)
        ]
    return paths


def _has_content(path):
    "Not a pipe, in which a sender might let the backup wait for ever"
    return path.is_symlink() or path.is_file()


def rest_of(home):
    """Everything else: refused files, reference files, profiles and settings of the site, the
    ledger of erasures."""
    for path in sorted(home.root.iterdir()):
        if path.name in LEFT_OUT | BY_THEMSELVES or path.name.startswith((STORE, ".")):
            continue
        if path.is_dir():
            yield from walk(home, path.name)
        elif _has_content(path):
            yield path.name


def manifest_of(folder, *, is_needed=True):
    """The manifest of a backup. Raises StorageError if it is missing or unreadable."""
    try:
        manifest = read_json(folder / MANIFEST, most=LARGEST)
        assert all(isinstance(entry, dict) for entry in manifest["files"].values())
        assert manifest["store_sha256"]
        return manifest
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError,
        AssertionError,
    ):  # fmt: skip
        if is_needed:
            raise StorageError(
                f"{folder} is not a complete backup: its {MANIFEST} is missing or damaged. Choose"
                " another folder."
            ) from None
        return {}
