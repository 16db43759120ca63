"""Which codes of a site's list the protocol knows, by the relations that an ingest uses."""

from contextlib import closing
from dataclasses import dataclass, field

import pyarrow as pa

from pipeline.core import ENTITIES
from pipeline.engine import build, connect, rows_of, with_dependencies
from pipeline.protocol import (
    best_of,
    check_digit_is_wrong,
    code_system_names,
    proposals,
    rank,
    register_vocabulary,
)
from pipeline.sources.code_list import COLUMNS, read_code_list

CODED = tuple(entity for entity in ENTITIES if entity != "patient")
VERDICTS = ("known", "trap", "not known")


@dataclass(frozen=True)
class CheckedCodes:
    """A site's codes, each with what the protocol makes of it.

    codes: `{code_system, code, name, rows, verdict, entity, concepts, meaning, effect, how, remark,
    proposed_system, proposed, resembles, likeness}`, those that are not known first, the likeliest
    before the others. verdict: known, trap (recognised, never counted) or not known. how: by which
    row it is known. remark: why it is not known. columns, unread: as of CodeList.
    """

    codes: list
    columns: dict
    unread: list = field(default_factory=list)

    def count(self, verdict):
        """How many codes have this verdict."""
        return sum(row["verdict"] == verdict for row in self.codes)


def check_codes(path):
    """The CheckedCodes of a file: see `read_code_list`. Raises UsageError."""
    listed = read_code_list(path)
    with closing(connect()) as con:
        register_vocabulary(con)
        _land(con, listed.rows)
        build(con, with_dependencies(con, ["staging.delivered_code"]))
        rows = rows_of(con, _JUDGED)
        systems = {row["alias"] for row in rows_of(con, "select alias from protocol.code_system")}
    proposed = _proposals([row for row in rows if row["verdict"] == "not known"])
    codes = [_told(row, proposed.get(row["id"]), systems | code_system_names()) for row in rows]
    codes.sort(key=lambda row: (-VERDICTS.index(row["verdict"]), _rank(row), -(row["rows"] or 0)))
    return CheckedCodes(codes, listed.columns, listed.unread)


def _land(con, rows):
    "The list as the rows of each entity that they may be of, as a delivered file lands"
    con.execute("create schema landing")
    cells = pa.table(
        {
            name: pa.array([row[place] for row in rows], pa.string())
            for place, name in enumerate(COLUMNS)
        }
    )
    con.register("given", cells)
    con.execute(
        "create table landing.site_code as select row_number() over () as id, * from (select"
        " entity, code_system, unwrapped(code) as code, name, cast(sum(try_cast(rows as bigint)) as"
        " bigint) as rows from given group by all)"
    )
    con.unregister("given")
    for entity in CODED:
        con.execute(
            f"create view landing.{entity} as select id as line, code_system, code, name from"
            " landing.site_code"
            f" where coalesce(entity, '{entity}') = '{entity}'"
        )
    con.execute(
        "create table landing.local_code (entity varchar, code_system varchar, code varchar,"
        " to_system varchar, to_code varchar)"
    )


def _proposals(rows):
    "By id, the best Proposal for the name of a code, or for a code that is a name"
    found = {}
    for entity in CODED:
        ours = [row for row in rows if row["listed_entity"] in (None, entity)]
        proposed = proposals(entity, {text for row in ours for text in _texts(row)})
        for row in ours:
            best = best_of(proposed, _texts(row), ())
            found[row["id"]] = min(found.get(row["id"]), best, key=rank)
    return found


def _texts(row):
    return [text for text in (row["name"], row["code"]) if text]


def _told(row, proposal, systems):
    told = {name: row[name] for name in _SHOWN} | {"remark": None}
    if row["verdict"] == "not known":
        told["remark"] = _remark(row, systems)
    return told | {
        "proposed_system": proposal and proposal.code_system,
        "proposed": proposal and proposal.code,
        "resembles": proposal and proposal.name,
        "likeness": proposal and proposal.likeness,
    }


def _remark(row, systems):
    "Why a code is not known, where its system or its form says it"
    if row["is_scientific"]:
        return "in scientific notation: its digits are lost, export codes as text"
    system = row["code_system"]
    if system and system.strip().upper() not in systems:
        return f"{system} is not a code system of the protocol: name it under code_systems"
    return check_digit_is_wrong(row["spelled_system"], row["code"])


def _rank(row):
    return (row["likeness"] is None, -(row["likeness"] or 0))


_SHOWN = (
    "code_system", "code", "name", "rows", "verdict", "entity", "concepts", "meaning", "effect",
    "how",
)  # fmt: skip
_JUDGED = """
with found as (
    select site_code.id, delivered_code.* exclude (rows_by_file)
    from landing.site_code
    join staging.delivered_code
        on coalesce(site_code.entity, delivered_code.entity) = delivered_code.entity
        and delivered_code.code is not distinct from site_code.code
        and delivered_code.code_system is not distinct from site_code.code_system
        and (delivered_code.entity <> 'medication'
            or delivered_code.name is not distinct from site_code.name)
    -- a list without entities: a system that has codes of one entity alone says which
    anti join protocol.code_system_entity
        on site_code.entity is null and code_system_entity.entity <> delivered_code.entity
        and code_system_entity.code_system = delivered_code.spelled_system
),

single as (
    select *, unnest(string_split(concepts, '|')) as concept from found where concepts is not null
),

explained as (
    select single.id, single.entity,
        string_agg(distinct
            case concept.fact when 'trap' then concept.wording else concept_meaning.title end, '; ')
            as meaning,
        string_agg(distinct concept_meaning.does, '; ') as effect,
        bool_or(concept.fact = 'trap' or (concept.fact = 'lab' and analyte.analyte is null))
            as is_trap,
        bool_or(single.entity = case
            when concept.fact = 'lab' then 'lab_result'
            when concept.fact in ('metformin', 'acid_suppressant', 'b12_therapy', 'folic_acid')
                or concept.means = 'methotrexate' then 'medication'
            else 'condition'
        end) as is_at_home
    from single
    join protocol.concept on concept.concept = single.concept
    left join protocol.concept_meaning
        on concept_meaning.fact = concept.fact and concept_meaning.means = concept.means
    left join protocol.analyte on analyte.analyte = concept.means
    group by single.id, single.entity
),

listed as (
    select entity, code_system, code, name, string_agg(distinct in_system || ' ' || listed_as, ', '
        order by in_system || ' ' || listed_as) as how
    from staging.concept_by_code where is_agreed group by entity, code_system, code, name
),

named as (
    select entity, code_system, code, name,
        'the name ' || string_agg(distinct drug_name, ', ' order by drug_name) as how
    from staging.named_drug group by entity, code_system, code, name
),

judged as (
    select found.*, explained.meaning, explained.effect,
        case when found.concepts is null then 'not known' when explained.is_trap then 'trap'
            else 'known' end as verdict,
        case found.matched_by when 'code' then listed.how when 'name' then named.how
            when 'parent' then 'ICD10CM, by the same code' end as how
    from found
    left join explained on explained.id = found.id and explained.entity = found.entity
    left join listed on listed.entity = found.entity and listed.code is not distinct from found.code
        and listed.code_system is not distinct from found.code_system
        and listed.name is not distinct from found.name
    left join named on named.entity = found.entity and named.code is not distinct from found.code
        and named.code_system is not distinct from found.code_system
        and named.name is not distinct from found.name
    qualify row_number() over (partition by found.id order by found.concepts is null,
        found.matched_by <> 'code', not coalesce(explained.is_at_home, false), found.entity) = 1
)

select site_code.id, site_code.entity as listed_entity, site_code.code_system, site_code.code,
    site_code.name, site_code.rows, judged.verdict,
    case when judged.concepts is null then site_code.entity else judged.entity end as entity,
    judged.concepts, judged.meaning, judged.effect, judged.how, judged.spelled_system,
    coalesce(is_scientific(site_code.code), false) as is_scientific
from landing.site_code
join judged on judged.id = site_code.id
order by site_code.code_system, site_code.code, site_code.name
"""
