"""What a sender may put beside the files of a delivery: `_READY`, or a `_MANIFEST.json` that names them with size and SHA-256."""

import json
import os
from dataclasses import dataclass
from pathlib import PurePosixPath

READY, MANIFEST = "_READY", "_MANIFEST.json"
LARGEST = 1 << 24


@dataclass(frozen=True)
class Promise:
    """What a manifest says of one file. sha256: hex. manifest: the manifest's own name below the landing folder."""

    size: int
    sha256: str
    manifest: str
    is_kept: bool


def is_note(name):
    """Whether a file is a note on a delivery, and not itself data."""
    return PurePosixPath(name).name in (READY, MANIFEST)


def promises(landing, name):
    """The promises of a manifest by file name, below the landing folder; None where it cannot be read (not yet, or not at all).

    `{"files": [{"name": "lab_result.csv", "size": 1234, "sha256": "…"}]}`; names are below the manifest's own folder.
    """
    try:
        found = json.loads(_text(landing / name))
        folder, is_kept_already = PurePosixPath(name).parent, found.get("is_complete") is True
        return {
            (folder / one["name"]).as_posix(): Promise(int(one["size"]), str(one["sha256"]).lower(), name, is_kept_already)
            for one in found["files"]
        }  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _text(path):
    if path.stat().st_size > LARGEST:
        raise ValueError("no manifest is as large as that")
    return path.read_text(encoding="utf-8")


def is_kept(found, sizes, settled):
    """Whether everything that a manifest promises is there.

    sizes: of the files that are there, by name. settled: the names of those that do not change any more, whatever their size.
    """
    if any(promise.is_kept for promise in found.values()):
        return True  # some of it was claimed already
    return all(sizes.get(name) == promise.size or (name in sizes and name in settled) for name, promise in found.items())


def note_complete(landing, names):
    """Write into these manifests that everything was there once: their files may be claimed one by one now."""
    for name in names:
        path = landing / name
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # another claimed the last of its files meanwhile
        if found.get("is_complete") is not True:
            beside = path.with_name(f".{os.getpid()}.part")
            beside.write_text(json.dumps(found | {"is_complete": True}), encoding="utf-8")
            beside.replace(path)
