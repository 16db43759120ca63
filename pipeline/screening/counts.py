"""What a run knows of its data, as counts: the relations of sql/reporting that a steward's and a
lead's pages read."""

from pipeline.engine import rows_of
from pipeline.screening.unmapped import unanswered

RELATIONS = (
    "lab_b12", "lab_b12_histogram", "source_volume", "completeness", "site_count", "testing",
    "rejection", "lab_b12_shift", "freshness", "new_delivery", "new_rejection",
)  # fmt: skip
UNMAPPED_SHOWN = 200


def report_counts(con, home):
    """`{relation: rows}` of what `screen.reported` built: counts and names of sources, files,
    laboratories, sites and codes; no patient.

    `unmapped` holds the unmapped codes and units, as of `unanswered`, the first 200.
    """
    found = {
        name: rows_of(con, f"select * from reporting.{name} order by all") for name in RELATIONS
    }
    ordered = "order by rows desc, source, entity, kind, code_system, delivered"
    unknown = unanswered(home, rows_of(con, f"select * from reporting.unmapped {ordered}"))
    return {**found, "unmapped": unknown[:UNMAPPED_SHOWN]}
