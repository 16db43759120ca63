"""Readers: a delivered file, in whatever format, becomes the relations of the schema `landing`."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import yaml

from pipeline.config import SOURCES
from pipeline.errors import InvalidProtocol

FORMATS = ("table", "meds")


@dataclass(frozen=True)
class Profile:
    """What a source's YAML in `sources/` says of its files."""

    name: str
    format: str
    files: dict
    columns: dict
    time_zone: str = "UTC"
    dialect: dict = field(default_factory=dict)
    ignore: tuple = ()
    reference: tuple = ()
    align_last_event_on: object = None

    def entity_of(self, path):
        """The entity a file of this name holds, `reference`, `ignored`, or None when no pattern fits.

        path: relative, with slashes; a pattern fits from the end of the path, so `data/*.parquet` fits `x/data/y/0.parquet`.
        """
        if _fits(path, self.reference):
            return "reference"
        if _fits(path, self.ignore):
            return "ignored"
        return next((entity for entity, patterns in self.files.items() if _fits(path, patterns)), None)


def _fits(path, patterns):
    name = PurePosixPath(path).name
    return any(fnmatchcase(path, f"*/{pattern}") or fnmatchcase(path, pattern) or fnmatchcase(name, pattern) for pattern in patterns)


def profile(name, folder=SOURCES):
    """Read the profile of this name, or from a path ending in .yaml. Raises InvalidProtocol."""
    path = Path(name) if str(name).endswith(".yaml") else folder / f"{name}.yaml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _profile(raw)
    except FileNotFoundError:
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        raise InvalidProtocol(f"There is no source profile {name}. Known profiles: {known}.") from None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InvalidProtocol(f"The source profile {path} cannot be read: {error!r}") from None


def _profile(raw):
    if raw["format"] not in FORMATS:
        raise InvalidProtocol(f"The source profile {raw['profile']} has the format {raw['format']}; known: {', '.join(FORMATS)}.")
    return Profile(
        name=raw["profile"], format=raw["format"], files=raw["files"], columns=raw["columns"],
        time_zone=raw.get("time_zone", "UTC"), dialect=raw.get("dialect", {}), ignore=tuple(raw.get("ignore", ())),
        reference=tuple(raw.get("reference", ())), align_last_event_on=raw.get("align_last_event_on"),
    )  # fmt: skip
