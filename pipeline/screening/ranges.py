"""Into how many buckets a population is cut, and at which patient ids."""

from pipeline.core import ENTITIES, memory_in_bytes, settings

SAMPLED = 50_000  # rows of each table by which the edges are chosen
BYTES_A_ROW = 600  # of memory that a bucket needs for each row of patients it reads, measured


def edges_of(con):
    """The patient ids at which a bucket ends and the next begins, in order, of the lake and the
    merges that are attached: none for a population in one piece.

    There are as many as its patients and rows need, with about the same number of rows. The rows of
    one patient are never apart, so there may be fewer.
    """
    rows = {table: _count(con, f"select count(*) from lake.{table}") for table in ENTITIES}
    wanted = _number(con, sum(rows.values()))
    if wanted == 1:
        return ()
    found = con.execute(_EDGES.format(sampled=_sampled(rows)), [wanted]).fetchall()
    return tuple(edge for (edge,) in found)


def _number(con, rows):
    seen = " union all ".join(f"select patient_id from lake.{table}" for table in ENTITIES)
    patients = _count(con, f"select approx_count_distinct(patient_id) from ({seen})")
    by_patients = -(-patients // settings().bucket_patients)
    return max(1, by_patients, -(-rows * BYTES_A_ROW // memory_in_bytes()))


def _count(con, select):
    [[number]] = con.execute(select).fetchall()
    return number


def _sampled(rows):
    "A sampled row stands for as many as its table has for each of the sample"
    return " union all ".join(
        f"select patient_id, {max(1, number / SAMPLED)} as weight from (select patient_id from"
        f" lake.{table} using sample reservoir({SAMPLED} rows) repeatable (1))"
        for table, number in rows.items()
        if number
    )


_EDGES = """
with weighed as (
    select coalesce(merged_patient.surviving_id, sampled.patient_id) as patient_id,
        sum(sampled.weight) as weight
    from ({sampled}) as sampled
    left join clinical.merged_patient on merged_patient.patient_id = sampled.patient_id
    where sampled.patient_id is not null
    group by all
),

numbered as (
    select patient_id, cast(floor(
        $1 * (sum(weight) over (order by patient_id) - weight) / sum(weight) over ()
    ) as bigint) as bucket
    from weighed
)

select min(patient_id) as edge from numbered where bucket > 0 group by bucket order by edge
"""
