"""The IDs under which a patient's rows were delivered."""

from pipeline.engine import build, with_dependencies
from pipeline.lake.object_store import lake_errors
from pipeline.lake.views import attach


def ids_of_patient(con, home, patient_id, *, versions=None):
    """The id that survives the merges of this one, and every id of that patient, the surviving one
    first.

    versions: the lake's table versions to read, else the newest. The merges of everyone stay in the
    connection, as `clinical.merged_patient` and `clinical.merge_circle`.
    """
    attach(con, home, versions=versions)
    with lake_errors(home):
        build(con, with_dependencies(con, ["clinical.merged_patient", "clinical.merge_circle"]))
    merged_patient = "from clinical.merged_patient where"
    row = con.execute(
        f"select surviving_id {merged_patient} patient_id = $1", [patient_id]
    ).fetchone()
    surviving = row[0] if row else patient_id
    merged = con.execute(
        f"select patient_id {merged_patient} surviving_id = $1 order by 1", [surviving]
    )
    return surviving, [surviving, *(merged_id for (merged_id,) in merged.fetchall())]
