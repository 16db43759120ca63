"""The vocabulary of an OMOP delivery: what its concept ids stand for."""

from pathlib import Path

from pipeline.core import Refused
from pipeline.engine import EngineError, is_disk_or_memory_error, quoted_text
from pipeline.readers.decoded import check_parquet
from pipeline.readers.limits import check_bytes
from pipeline.readers.rows.form import LONGEST

COLUMNS = ("concept_id", "vocabulary_id", "concept_code", "concept_name")


def load_concepts(con, reference):
    """Create `landing.concept`: one row per concept id, with its coding; from the delivered
    CONCEPT, where it is silent the built-in ids.

    reference: the archived CONCEPT (CSV with commas, as Athena's with tabs, or Parquet), or None.
    """
    columns = ", ".join(f"{name} varchar" for name in COLUMNS)
    con.execute(
        f'create or replace table landing.concept ({columns}, coding struct("system" varchar, code'
        ' varchar, "name" varchar))'
    )
    if reference is not None:
        names = ", ".join(f"cast({name} as varchar) as {name}" for name in COLUMNS)
        try:
            con.execute(
                f"insert into landing.concept {_CODED} from (select {names} from"
                f" {_scan(Path(reference))}) qualify {_ONCE}"
            )
        except EngineError as error:
            if is_disk_or_memory_error(error):
                raise
            raise Refused(
                "its CONCEPT table cannot be read: it needs the columns " + ", ".join(COLUMNS)
            ) from None
    con.execute(
        f"insert into landing.concept {_CODED} from protocol.omop_concept anti join landing.concept"
        " using (concept_id)"
    )


_CODED = f"select {', '.join(COLUMNS)}, coding(vocabulary_id, concept_code, concept_name)"
_ONCE = "row_number() over (partition by concept_id order by vocabulary_id, concept_code) = 1"


def _scan(path):
    quoted = quoted_text(path)
    check_bytes(path)
    if path.suffix == ".parquet":
        check_parquet(path)
        return f"read_parquet({quoted})"
    with path.open(encoding="utf-8", errors="replace") as file:
        is_athena = "\t" in file.readline(LONGEST)
    form = (
        "delim = '\t', quote = '', escape = ''"
        if is_athena
        else "delim = ',', quote = '\"', escape = '\"'"
    )
    return (
        f"read_csv({quoted}, auto_detect = true, header = true, all_varchar = true, {form},"
        " normalize_names = true)"
    )
