"""What a run knows of its data, as counts: the relations of sql/reporting that a steward's and a
lead's pages read."""

from pipeline.core import InvalidProtocol
from pipeline.engine import rows_of
from pipeline.profiles import answered, read_profile

RELATIONS = (
    "lab_b12", "lab_b12_histogram", "source_volume", "completeness", "site_count", "testing",
    "rejection", "lab_b12_shift", "freshness", "new_delivery", "new_rejection",
)  # fmt: skip
UNMAPPED_SHOWN = 200


def report_counts(con, home):
    """`{relation: rows}` of what `screened_population` built: counts and names of sources, files,
    laboratories, sites and codes; no patient.

    `unmapped` holds the most frequent unmapped codes and units, the unanswered ones.
    """
    found = {
        name: rows_of(con, f"select * from reporting.{name} order by all") for name in RELATIONS
    }
    unknown = without_answered(
        home,
        rows_of(
            con,
            "select * from reporting.unmapped order by rows desc, source, entity, kind, delivered",
        ),
    )
    return {**found, "unmapped": unknown[:UNMAPPED_SHOWN]}


def without_answered(home, rows):
    """The rows of reporting.unmapped without those that a map of their source's profile answers,
    and LOINC codes of other tests."""
    told = {source: _answered(home, source) for source in {row["source"] for row in rows}}
    return [row for row in rows if not _keys(row) & told[row["source"]]]


def _answered(home, source):
    try:
        maps = read_profile(source, home).maps
    except InvalidProtocol:  # the profile is gone; its rows are still there
        return set()
    return {answered(row) for row in maps}


def _keys(row):
    "An answer may be for the code under its system, or under any"
    return (
        {answered(row), answered({**row, "code_system": None})}
        if row["kind"] != "status"
        else set()
    )
