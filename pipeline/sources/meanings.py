"""What delivered codes stand for by a profile and its maps: by the relations of an ingest."""

from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from pipeline.core import ENTITIES
from pipeline.engine import build, connect, rows_of, with_dependencies
from pipeline.protocol import register_vocabulary
from pipeline.readers import prepare

CODED = tuple(entity for entity in ENTITIES if entity != "patient")


@dataclass(frozen=True)
class Meaning:
    """What a code stands for. concepts: joined by |. analyte: of a result. title, effect: in
    words."""

    concepts: str
    analyte: str | None
    title: str
    effect: str


def meanings(profile, entity, codes):
    """The Meaning of each of `(code system, code)` of an entity by a profile, as a dict; codes that
    stand for nothing are left out."""
    with closing(connect()) as con:
        register_vocabulary(con)
        _land(con, entity, codes)
        prepare(con, profile)
        build(con, with_dependencies(con, ["staging.delivered_code"]))
        rows = rows_of(con, _MEANT)
    return {
        (row["code_system"], row["code"]): Meaning(
            row["concepts"], row["analyte"], row["title"] or row["concepts"], row["effect"] or ""
        )
        for row in rows
    }


def _land(con, entity, codes):
    con.execute("create schema landing")
    systems, delivered = zip(*codes, strict=True) if codes else ((), ())
    asked = pa.table(
        {
            "line": pa.array(range(len(delivered)), pa.int64()),
            "code_system": pa.array(systems, pa.string()),
            "code": pa.array(delivered, pa.string()),
            "name": pa.array([None] * len(delivered), pa.string()),
        }
    )
    con.register("asked", asked)
    con.execute("create table landing.asked_code as from asked")
    con.unregister("asked")
    for other in CODED:
        limit = "" if other == entity else " where false"
        con.execute(f"create view landing.{other} as from landing.asked_code{limit}")


_MEANT = """
with single as (
    select code_system, code, analyte, concepts, unnest(string_split(concepts, '|')) as concept
    from staging.delivered_code where concepts is not null
)

select single.code_system, single.code, any_value(single.analyte) as analyte, single.concepts,
    string_agg(distinct
        case concept.fact when 'trap' then concept.wording else concept_meaning.title end, '; ')
        as title,
    string_agg(distinct concept_meaning.does, '; ') as effect
from single
left join protocol.concept on concept.concept = single.concept
left join protocol.concept_meaning
    on concept_meaning.fact = concept.fact and concept_meaning.means = concept.means
group by single.code_system, single.code, single.concepts
"""
