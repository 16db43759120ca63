"""What a run prepared of the patients on its worklist, so that their pages need not compute it."""

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import __version__
from pipeline.runs import parquet_files

EXPLANATION = "explaining.explanation"


def prepared_row(home, run, pack, patient_id):
    """The row of `explaining.explanation` of a patient as this run published it; None where it has
    none, or where another version of the program or of the protocol wrote it.

    run: the RunManifest. pack: the Pack of that name, as it is now.
    """
    if run.code_version != __version__ or run.protocol.sha256 != pack.sha256:
        return None
    for path in parquet_files(home.runs / run.run_id, "explanation"):
        try:
            with pq.ParquetFile(path) as file:
                if row := _row_in(file, patient_id):
                    return row
        except FileNotFoundError:  # a newer run is followed by now
            return None
    return None


def _row_in(file, patient_id):
    "Only the group of patients is read in which an ID is, by the statistics of the file"
    for number in range(file.metadata.num_row_groups):
        known = file.metadata.row_group(number).column(0).statistics
        if not (known and known.has_min_max) or known.min <= patient_id <= known.max:
            group = file.read_row_group(number, use_threads=False)
            for row in group.filter(pc.field("patient_id") == patient_id).to_pylist():
                return row
    return None
