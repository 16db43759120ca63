"""Profiles: what a source's YAML says of its files."""

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Profile:
    """What a source's YAML in `sources/` says of its files.

    files: kind of file -> patterns of its names. columns: kind -> `{"required": {name: delivered},
    "optional": …}`; what is delivered is a column's name, or a list of names that are joined by a
    space. maps: rows of the steward's maps, as dicts. options: what only this format's reader
    knows.
    """

    name: str
    format: str
    files: dict
    columns: dict
    time_zone: str = "UTC"
    date_order: str = "iso"
    decimal_mark: str = "."
    thousands_mark: str = ""
    dialect: dict = field(default_factory=dict)
    ignore: tuple = ()
    reference: tuple = ()
    are_others_ignored: bool = False
    defaults: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    maps: tuple = ()
    snapshot: str | None = None
    selects: Path | None = None
    patient_columns: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)

    def kind_of_file(self, path):
        """The kind of file a name stands for: a key of `files`, `reference`, `ignored`, or None
        when no pattern fits.

        path: relative, with slashes; a pattern fits from the end of the path, so `data/*.parquet`
        fits `x/data/y/0.parquet`. Case means nothing, and a last `.gz` neither.
        """
        path = path.lower().removesuffix(".gz")
        if _fits(path, self.reference):
            return "reference"
        if _fits(path, self.ignore):
            return "ignored"
        return next((kind for kind, patterns in self.files.items() if _fits(path, patterns)), None)

    @property
    def patterns(self):
        "The names that files of this source may have, in words"
        return ", ".join(pattern for found in self.files.values() for pattern in found)

    @property
    def number_marks(self):
        "The decimal mark, and the mark that groups thousands if there is one"
        return self.decimal_mark + self.thousands_mark

    def for_kind(self, kind):
        """The profile as it is for one kind of file, whose columns may bring a dialect, a date
        order and marks of their own"""
        own = self.columns.get(kind, {}).get("own", {})
        return replace(self, **{**own, "dialect": {**self.dialect, **own.get("dialect", {})}})

    def entity_of_kind(self, kind):
        "The entity that the rows of a kind of table become"
        return self.columns[kind]["entity"]

    def delivered_columns(self, kind):
        """The names a table of this kind must and may have, in lower case: `{required: [...],
        optional: [...]}`"""
        return {
            need: [name.lower() for name in _flat(self.columns[kind][need].values())]
            for need in ("required", "optional")
        }

    def selects_of(self, kind):
        "The SELECTs in `sources/<profile>/<kind>/`, by entity; none where the columns alone say it"
        return (
            {
                file.stem: file.read_text(encoding="utf-8")
                for file in sorted((self.selects / kind).glob("*.sql"))
            }
            if self.selects
            else {}
        )


def _flat(names):
    return [one for name in names for one in (name if isinstance(name, list) else [name])]


def _fits(path, patterns):
    name = PurePosixPath(path).name
    lowered = [pattern.lower() for pattern in patterns]
    return any(
        fnmatchcase(path, f"*/{pattern}")
        or fnmatchcase(path, pattern)
        or fnmatchcase(name, pattern)
        for pattern in lowered
    )
