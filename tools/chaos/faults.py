"""A row of the table of faults, and how the state after a fault is compared with that of an
undisturbed run."""

from collections import Counter
from dataclasses import dataclass, replace

from pipeline import lake
from pipeline.core import Home
from pipeline.engine import connect

PUBLISHED = {
    "assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet",
    "listed_patient.parquet", "follow_up.parquet", "explanation.parquet", "summary.json",
    "site_summary.json", "quality.json", "validation.json", "report.json", "manifest.json",
    "protocol",
}  # fmt: skip
CLOSED = {
    "quality.json",
    "validation.json",
    "report.json",
    "manifest.json",
    "protocol",
}  # a gate closed it: whole, and not published
WHOLE = (PUBLISHED, PUBLISHED - {"explanation.parquet"}, CLOSED)  # not the newest: as it then is
ROOMS = ("landing", "claimed", "archive", "refused", "work")


@dataclass(frozen=True)
class Row:
    """What became of a fault, tried so many times: rows lost and doubled in the lake, runs half
    published, worklists that differ."""

    fault: str
    tried: int = 0
    lost: int = 0
    doubled: int = 0
    half_published: int = 0
    different: int = 0
    seconds: float = 0.0
    note: str = ""

    @property
    def is_sound(self):
        return not (self.lost or self.doubled or self.half_published or self.different)

    def __add__(self, other):
        names = ("tried", "lost", "doubled", "half_published", "different", "seconds")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})


def compared(fault, home, wanted, lake_url=None):
    """The Row of one trial: the state of a home against that of an undisturbed one, whose `state()`
    this is. lake_url: of a home whose lake is in an object store."""
    rows, files, worklist = state(home, lake_url)
    wanted_rows, wanted_files, wanted_worklist = wanted
    lost = sum((wanted_rows[table] - rows[table]).total() for table in wanted_rows)
    doubled = sum((rows[table] - wanted_rows[table]).total() for table in wanted_rows)
    different = int(worklist != wanted_worklist or files != wanted_files)
    return Row(
        fault,
        tried=1,
        lost=lost,
        doubled=doubled,
        half_published=half_published(home),
        different=different,
    )


def state(home, lake_url=None):
    """(rows of every lake table with how often each is there, but for when it was received; which
    files lie where; worklist.csv)."""
    con = connect()
    lake.attach(con, Home(home, lake_url))
    rows = {}
    for table, columns in lake.COLUMNS.items():
        kept = ", ".join(f'"{column}"' for column in columns if column != "received_at")
        rows[table] = Counter(con.execute(f"select {kept} from lake.{table}").fetchall())
    con.close()
    files = {
        room: sorted(
            str(path.relative_to(home / room))
            for path in (home / room).rglob("*")
            if path.is_file()
        )
        for room in ROOMS
    }
    latest = home / "runs" / "latest" / "worklist.csv"
    return rows, files, latest.read_bytes() if latest.exists() else None


def half_published(home):
    """How many runs can be seen that are not whole, and whether `latest` leads nowhere."""
    runs = (
        [path for path in (home / "runs").glob("[!.]*") if not path.is_symlink()]
        if (home / "runs").is_dir()
        else []
    )
    link = home / "runs" / "latest"
    broken = sum({file.name for file in path.iterdir()} not in WHOLE for path in runs)
    return broken + (link.is_symlink() and not link.exists())


def as_table(rows):
    """The rows as a Markdown table."""
    head = (
        "| fault | times tried | rows lost | rows doubled | half-published runs | other result |"
        " seconds |\n|---|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "".join(
        f"| {row.fault} | {row.tried:,} | {row.lost:,} | {row.doubled:,} | {row.half_published} |"
        f" {row.different} | {row.seconds:.0f} |\n"
        for row in rows
    )
