"""Where a lake is: in the folder `lake` of its home, or below an address in an object store.

In a store, the object `lake.json` says below which prefix the tables are, so that one put replaces
a lake by another.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.core import LakeUnavailable, UsageError, exclusive_lock, read_text, replacing
from pipeline.lake.object_store import asked, unavailable

NOTE = "lake.json"
REMEMBERED = "lake-url"  # the file of a home whose lake is in a store


@dataclass(frozen=True)
class Folder:
    """A lake in a folder, which may not be there yet."""

    path: Path

    def table(self, name):
        """The address of a table."""
        return str(self.path / name)

    def make_table(self, name):
        """Make the folder of a table."""
        (self.path / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def missing(self, _home, paths):
        """How many of these files are gone."""
        return sum(not Path(path).exists() for path in paths)


@dataclass(frozen=True)
class Prefix:
    """A lake in an object store. url: below which its tables are. form: of the lake."""

    url: str
    form: int

    def table(self, name):
        """The address of a table."""
        return f"{self.url}/{name}"

    def make_table(self, name):
        """A store has no folders."""

    def missing(self, home, paths):
        """How many of these files are gone."""
        folders = {path.rsplit("/", 1)[0] for path in paths}
        with asked(home) as files:
            held = {f"s3://{key}" for folder in folders for key in files.find(folder)}
        return len(set(paths) - held)


def place_of(home):
    """The Folder or Prefix of a home's lake; None where a store has none yet. Where a replay was
    killed between its renames, the old folder is put back, and one under way is waited for. Raises
    LakeUnavailable, and UsageError where the home's lake is elsewhere than the settings say."""
    _check_remembered(home)
    if home.lake_url:
        return prefix_of(home)
    if not home.lake.exists() and home.old_lake.exists():
        with exclusive_lock(home, "swap"):
            if not home.lake.exists() and home.old_lake.exists():
                home.old_lake.replace(home.lake)
    return Folder(home.lake)


def prefix_of(home):
    """The Prefix of a lake in an object store; None where there is none yet. Raises
    LakeUnavailable."""
    note = read_note(home)
    if note is None and home.lake.exists():
        raise UsageError(
            f"$B12_LAKE_URL is set, but the lake of this home is the folder {home.lake}. To move"
            " it: b12 backup without B12_LAKE_URL, then b12 restore with it, into a new home."
        )
    return Prefix(f"{home.lake_url}/{note['lake']}", note["form"]) if note else None


def _check_remembered(home):
    "An ingest into another, empty lake would know nothing of the rows before"
    path = home.root / REMEMBERED
    if path.exists() and (url := read_text(path).strip()) != home.lake_url:
        raise UsageError(
            f"The lake of {home.root} is at {url}. Set B12_LAKE_URL to that address or, if its"
            f" objects were moved, write the new one into {path}."
        )


def check_is_ours(home):
    """Raises UsageError where a lake in a store was made by another home."""
    path = home.root / REMEMBERED
    if home.lake_url and not path.exists():
        raise UsageError(
            f"The lake at {home.lake_url} was made by another home, which alone may change it:"
            " their locks do not know each other. If this home takes the place of that one, write"
            f" the address into {path}."
        )


def remember(home):
    """Let a home know that its lake is in a store."""
    with replacing(home.root / REMEMBERED) as part:
        part.write_text(f"{home.lake_url}\n", encoding="utf-8")


def exists(home):
    """Whether there is a lake, in which nothing may be yet."""
    place = place_of(home)
    return place.path.is_dir() if isinstance(place, Folder) else place is not None


def read_note(home):
    """What a store says of its lake, as `{"form", "lake"}`, or None. Raises LakeUnavailable."""
    try:
        with asked(home) as files:
            note = json.loads(files.cat_file(f"{home.lake_url}/{NOTE}"))
        assert {"form", "lake"} <= set(note) and isinstance(note["form"], int)
        return note
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AssertionError):
        raise LakeUnavailable(
            f"{home.lake_url}/{NOTE} cannot be read. Restore the lake from a backup into another"
            " prefix: b12 restore"
        ) from None


def make_prefix(home, form):
    """Begin a lake in a store, unless another process does just now; returns its Prefix. Raises
    LakeUnavailable where the store would lose one of two commits at once."""
    _check_conditional_put(home)
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    remember(home)
    note_prefix(home, new_name(), form=form)
    place = prefix_of(home)
    assert place
    return place


def new_name(kind="lake"):
    """A prefix under which there is nothing."""
    return f"{kind}-{os.urandom(6).hex()}"


def note_prefix(home, name, *, form, is_new=True):
    """Say that a prefix below the address is the lake. is_new: unless there is one."""
    content = json.dumps({"form": form, "lake": name}).encode()
    try:
        with asked(home) as files:
            mode = "create" if is_new else "overwrite"
            files.pipe_file(f"{home.lake_url}/{NOTE}", content, mode=mode)
    except FileExistsError:
        return


def keeps_old_objects(home):
    """Whether the store keeps what is overwritten or deleted, so that an erased patient stays in
    it. Raises LakeUnavailable."""
    bucket = home.lake_url.removeprefix("s3://").split("/")[0]
    with asked(home) as files:
        return files.is_bucket_versioned(bucket)


def _check_conditional_put(home):
    path = f"{home.lake_url}/{new_name('probe')}"
    with asked(home) as files:
        try:
            files.pipe_file(path, b"1", mode="create")
        except FileNotFoundError:  # the bucket
            raise unavailable(home) from None
        try:
            files.pipe_file(path, b"2", mode="create")
        except FileExistsError:
            return
        finally:
            files.rm_file(path)
    raise LakeUnavailable(
        f"The object store of {home.lake_url} has no conditional put (If-None-Match), without which"
        " one of two commits at once would be lost. Use a store or a version that has it."
    )
