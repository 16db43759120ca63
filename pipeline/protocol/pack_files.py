"""The files of a pack: its own, the table of concepts beside it, and the pack that it is based on;
where they are looked up, and how a run keeps them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.core import (
    PROTOCOL,
    YAML_ERRORS,
    InvalidProtocol,
    Malformed,
    fault,
    flush,
    parse_yaml,
    read_text,
)

PACK, CONCEPTS, BASED_ON = "pack", "concepts", "based_on"  # roles, in their order
KEPT = "protocol"  # the folder of a run that holds them


@dataclass(frozen=True)
class PackFile:
    """One file of a pack. role: PACK, CONCEPTS or BASED_ON. path: where it was read."""

    role: str
    path: Path
    text: str


def files_at(path):
    """The PackFiles of a pack at a path, the pack's own first. Raises FileNotFoundError, another of
    YAML_ERRORS for the pack's own file, and InvalidProtocol for another."""
    own = PackFile(PACK, path, read_text(path))
    found = [own, *_table_beside(path)]
    named = base_named(own.text)
    return (*found, _base(path, named)) if named else tuple(found)


def _table_beside(path):
    table = path.with_name(f"{path.stem}.concepts.csv")
    try:
        yield PackFile(CONCEPTS, table, read_text(table))
    except FileNotFoundError:
        return
    except (OSError, Malformed) as error:
        raise unreadable(table, error) from None


def unreadable(path, error):
    """The InvalidProtocol for one of YAML_ERRORS."""
    return InvalidProtocol(f"{path} cannot be read as a protocol pack: {fault(error)}.")


@lru_cache(16)
def raw_of(text):
    """What the YAML of a text holds; everybody shares it. Raises one of YAML_ERRORS."""
    return parse_yaml(text)


def base_named(text):
    """What a pack says that it is based on, or None."""
    raw = raw_of(text)
    return raw.get("based_on") if isinstance(raw, dict) else None


def _base(path, named):
    if not isinstance(named, str) or Path(named).is_absolute():
        raise InvalidProtocol(
            f"{path}: based_on must be the name of a pack, or the relative path of a YAML file."
        )
    name = named if named.endswith(".yaml") else f"{named}.yaml"
    places = [path.parent / name, PROTOCOL / name]
    place = next((each for each in places if each.is_file()), None)
    if place is None:
        raise InvalidProtocol(
            f"{path} is based on {named}, which is neither in {path.parent} nor in {PROTOCOL}."
        )
    base = _read_base(place)
    if place.samefile(path):
        raise InvalidProtocol(f"{path} is based on itself: name another pack in based_on.")
    if further := base_named(base.text):
        raise InvalidProtocol(
            f"{path} is based on {place}, which is itself based on {further}. Name a pack that is"
            " complete in one file."
        )
    return base


def _read_base(path):
    try:
        base = PackFile(BASED_ON, path, read_text(path))
        base_named(base.text)
    except YAML_ERRORS as error:
        raise unreadable(path, error) from None
    return base


def write_files(files, folder, *, name):
    """Keep the PackFiles of a pack of this name in a folder of a run, for `kept_files`."""
    for path, text in kept_as(files, name):
        place = folder / KEPT / path
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(text.encode())
        place.chmod(0o600)
        flush(place)


def kept_as(files, name):
    """The (path below the folder, text) of each PackFile."""
    places = {
        PACK: f"{name}.yaml", CONCEPTS: f"{name}.concepts.csv", BASED_ON: f"{BASED_ON}/base.yaml"
    }  # fmt: skip
    return tuple((places[file.role], file.text) for file in files)


def kept_files(folder):
    """The PackFiles that a run keeps in its folder; None of a run of an earlier version. Raises
    InvalidProtocol where they are damaged."""
    kept = folder / KEPT
    if not kept.is_dir():
        return None
    packs = sorted(kept.glob("*.yaml"))
    places = {
        PACK: packs, CONCEPTS: sorted(kept.glob("*.concepts.csv")),
        BASED_ON: sorted((kept / BASED_ON).glob("*.yaml")),
    }  # fmt: skip
    try:
        files = tuple(
            PackFile(role, path, read_text(path))
            for role, found in places.items()
            for path in found
        )
        if len(packs) != 1 or bool(base_named(files[0].text)) != bool(places[BASED_ON]):
            raise Malformed("a file of it is missing")
    except YAML_ERRORS as error:
        raise unreadable(kept, error) from None
    return files
