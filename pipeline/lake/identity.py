"""Under which ids a patient's rows were delivered."""

from pipeline.engine import create
from pipeline.lake.tables import attach


def ids_of_patient(con, home, patient_id, *, versions=None):
    """The id that survives the merges of this one, and every id of that patient, the surviving one first.

    versions: the lake's table versions to read, else the newest.
    """
    attach(con, home, versions=versions)
    con.execute("create schema if not exists clinical")
    create(con, "clinical.merged_patient")
    found = con.execute("select surviving_id from clinical.merged_patient where patient_id = $1", [patient_id]).fetchone()
    surviving = found[0] if found else patient_id
    merged = con.execute("select patient_id from clinical.merged_patient where surviving_id = $1 order by 1", [surviving]).fetchall()
    return surviving, [surviving, *(one for (one,) in merged)]
