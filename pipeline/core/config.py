"""Paths: the folders of the repository and the state under `$B12_HOME`."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.environment import home_folder, lake_url

REPOSITORY = Path(__file__).resolve().parents[2]
PROTOCOL = REPOSITORY / "protocol"
SQL = REPOSITORY / "sql"
SOURCES = REPOSITORY / "sources"
EXPECTATIONS = REPOSITORY / "expectations"
LETTERS = REPOSITORY / "letters"
ENTITIES = ("patient", "lab_result", "medication", "condition", "procedure")
# columns of a patient row for display alone: never in the lake, only in the table `contact`
CONTACT = (
    "name", "phone", "email", "preferred_language", "postcode_area", "registered_clinician",
    "ethnicity",
)  # fmt: skip


@dataclass(frozen=True)
class Home:
    """The state of one installation; every path under one root. lake_url: where the lake is, if it
    is not below the root. database_url: of its worklist, where it is not the one of the settings:
    that of a replay."""

    root: Path
    lake_url: str | None = None
    database_url: str | None = None

    @classmethod
    def from_environment(cls, root=None):
        """The home that `$B12_HOME` names, or that at a root, with the lake that `$B12_LAKE_URL`
        names; what this process writes from now on is its owner's alone."""
        restrict_umask()
        return cls((root or home_folder()).absolute(), lake_url())

    @property
    def landing(self):
        return self.root / "landing"

    @property
    def spool(self):
        "Received messages that are not in `landing/` yet"
        return self.root / "spool"

    @property
    def claimed(self):
        return self.root / "claimed"

    @property
    def archive(self):
        return self.root / "archive"

    @property
    def refused(self):
        return self.root / "refused"

    @property
    def quarantine(self):
        "Files on which the ingest failed again and again"
        return self.root / "quarantine"

    @property
    def attempts(self):
        "How often an ingest of each claimed file was begun"
        return self.root / "attempts"

    @property
    def lake(self):
        "The lake's folder, of a home whose lake is not in an object store"
        return self.root / "lake"

    @property
    def lake_name(self):
        "Where the lake is, for messages"
        return self.lake_url or str(self.lake)

    @property
    def old_lake(self):
        "The old lake, while a replay replaces it"
        return self.root / "lake.old"

    @property
    def runs(self):
        return self.root / "runs"

    @property
    def outcomes(self):
        "What followed each identification of a patient, for analysts"
        return self.root / "outcomes"

    @property
    def sources(self):
        "A site's own profiles"
        return self.root / "sources"

    @property
    def letters(self):
        "A site's own templates of letters"
        return self.root / "letters"

    @property
    def work(self):
        return self.root / "work"


def restrict_umask():
    """Files that this process makes are 0600, and folders 0700."""
    # DuckDB, deltalake, SQLite and Airflow each write files with a mode of their own; the mask of
    # the process holds for all of them
    os.umask(0o077)
