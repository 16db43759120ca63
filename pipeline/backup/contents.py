"""The contents of a backup of a home, and its manifest."""

import json
import os
from pathlib import Path

from pipeline.core import StorageError, is_part

MANIFEST, STORE = "backup.json", "worklist.db"
# what another command makes anew, what serves one process, the secret of the pages, which ends
# with the machine, and the erasure key: beside the ledger it would tell who was erased
LEFT_OUT = {
    "work", "airflow", "demo", "locks", "reingest", "lake.old", "web-secret", "erasure-key",
    "attempts",
}  # fmt: skip
BY_THEMSELVES = {"lake", "runs", "landing", "claimed", "archive"}


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
            if not is_part(path) and path.suffix != ".tmp"
        ]
    return paths


def rest_of(home):
    """Everything else: refused files, reference files, profiles and settings of the site, the
    ledger of erasures."""
    for path in sorted(home.root.iterdir()):
        if path.name in LEFT_OUT | BY_THEMSELVES or path.name.startswith((STORE, ".")):
            continue
        yield from walk(home, path.name) if path.is_dir() else [path.name]


def manifest_of(folder, *, is_needed=True):
    """The manifest of a backup. Raises StorageError if it is missing or unreadable."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        assert all(isinstance(entry, dict) for entry in manifest["files"].values())
        assert manifest["store_sha256"]
        return manifest
    except (
        FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError,
        AssertionError,
    ):  # fmt: skip
        if is_needed:
            raise StorageError(
                f"{folder} is not a complete backup: its {MANIFEST} is missing or damaged. Choose"
                " another folder."
            ) from None
        return {}
