-- One row per distinct code of the files at hand, with the concepts it stands for (joined by |), or none.
-- Source: protocol/codes/*.csv; drug names by whole words; ICD10 (WHO) by way of ICD10CM when it has no row of its own.
-- A code without a system is looked up in every system, spelled as in that system; it counts when all that know it agree on its meaning.
-- A code, or a name without a code, that the site's map answers for is looked up as what the map says; what was delivered stays in code and code_system.
with delivered as (
    select distinct 'lab_result' as entity, code_system, code, cast(null as varchar) as name from landing.lab_result
    union all
    select distinct 'medication', code_system, code, name from landing.medication
    union all
    select distinct 'condition', code_system, code, null from landing.condition
    union all
    select distinct 'procedure', code_system, code, null from landing.procedure
),

spelled as (
    select
        delivered.*, local_code.to_code,
        coalesce(
            mapped_system.code_system, upper(local_code.to_system), code_system.code_system,
            case when delivered.entity = 'lab_result' and delivered.code_system is null then 'LOINC' end, upper(delivered.code_system)
        ) as spelled_system
    from delivered
    left join protocol.code_system on code_system.alias = upper(trim(delivered.code_system))
    left join landing.local_code
        on local_code.entity = delivered.entity and local_code.code = upper(trim(coalesce(delivered.code, delivered.name)))
        and coalesce(local_code.code_system, '') in ('', upper(trim(delivered.code_system)), code_system.code_system)
    left join protocol.code_system as mapped_system on mapped_system.alias = upper(trim(local_code.to_system))
),

keyed as (
    select * exclude (to_code), coalesce(to_code, code) as looked_up_code, code_key(spelled_system, coalesce(to_code, code)) as code_key,
        ' ' || trim(regexp_replace(lower(coalesce(name, '') || ' ' || case when spelled_system = 'NAME' then coalesce(to_code, code, '') else '' end), '[^a-z0-9]+', ' ', 'g')) || ' ' as words
    from spelled
),

-- diagnoses alone have codes of diagnoses: a CPT code of five digits, say, is none of ICD-9-CM
tried as (
    select keyed.* exclude (code_key), system.code_system as in_system, code_key(system.code_system, keyed.looked_up_code) as code_key
    from keyed
    join (select distinct code_system from protocol.code) as system
        on system.code_system = keyed.spelled_system
        or (keyed.spelled_system is null and (keyed.entity = 'condition' or system.code_system not in ('ICD10CM', 'ICD10', 'ICD9CM')))
),

-- a longer number without a system that begins as an ICD code does is none
by_code as (
    select tried.entity, tried.code_system, tried.code, tried.name, code.concept, 'code' as matched_by, tried.in_system
    from tried
    join protocol.code on code.code_key = tried.code_key and not code.is_prefix and code.code_system = tried.in_system
    union
    select tried.entity, tried.code_system, tried.code, tried.name, code.concept, 'code', tried.in_system
    from tried
    join protocol.code on code.is_prefix and starts_with(tried.code_key, code.code_key) and code.code_system = tried.in_system
    where tried.spelled_system is not null or tried.in_system = 'LOCAL' or length(tried.code_key) <= length(code.code_key) + 2
),

agreed as (
    select entity, code_system, code, name, min(in_system) as in_system
    from (
        select
            by_code.entity, by_code.code_system, by_code.code, by_code.name, by_code.in_system,
            string_agg(distinct concept.fact || ' ' || coalesce(concept.means, ''), '|' order by concept.fact || ' ' || coalesce(concept.means, '')) as meanings
        from by_code
        left join protocol.concept on concept.concept = by_code.concept
        group by all
    )
    group by entity, code_system, code, name
    having count(distinct meanings) = 1
),

-- WHO ICD-10: the same code in ICD-10-CM, else the parent whose children all share one concept
by_parent as (
    select keyed.entity, keyed.code_system, keyed.code, keyed.name, code.concept, 'parent' as matched_by
    from keyed
    anti join by_code
        on by_code.entity = keyed.entity and by_code.code is not distinct from keyed.code
        and by_code.code_system is not distinct from keyed.code_system
    join protocol.code on code.code_system = 'ICD10CM' and not code.is_prefix and code.code_key = keyed.code_key
    where keyed.spelled_system = 'ICD10'
    union
    select keyed.entity, keyed.code_system, keyed.code, keyed.name, min(code.concept), 'parent'
    from keyed
    anti join by_code
        on by_code.entity = keyed.entity and by_code.code is not distinct from keyed.code
        and by_code.code_system is not distinct from keyed.code_system
    join protocol.code on code.code_system = 'ICD10CM' and starts_with(code.code_key, keyed.code_key)
    where keyed.spelled_system = 'ICD10' and length(keyed.code_key) >= 3
    group by keyed.entity, keyed.code_system, keyed.code, keyed.name
    having count(distinct code.concept) = 1 and not bool_or(code.code_key = keyed.code_key)
),

by_name as (
    select keyed.entity, keyed.code_system, keyed.code, keyed.name, drug_name.concept, 'name' as matched_by
    from keyed
    anti join by_code
        on by_code.entity = 'medication' and by_code.code is not distinct from keyed.code
        and by_code.code_system is not distinct from keyed.code_system
    join protocol.drug_name
        on contains(keyed.words, ' ' || trim(regexp_replace(drug_name.name, '[^a-z0-9]+', ' ', 'g')) || ' ')
    where keyed.entity = 'medication'
),

-- RxNorm 11248 alone means only "vitamin B12"; a name may say which form it is
form_of_vitamin_b12 as (
    select keyed.entity, keyed.code_system, keyed.code, keyed.name, coalesce(min(drug_name.concept), 'b12_form_unknown') as concept
    from keyed
    left join protocol.drug_name
        on drug_name.concept like 'b12\_%' escape '\' and drug_name.concept <> 'b12_form_unknown'
        and contains(keyed.words, ' ' || drug_name.name || ' ')
    where coalesce(keyed.spelled_system, 'RXNORM') = 'RXNORM' and keyed.code_key = '11248'
    group by keyed.entity, keyed.code_system, keyed.code, keyed.name
),

found as (
    select by_code.entity, by_code.code_system, by_code.code, by_code.name,
        coalesce(form_of_vitamin_b12.concept, by_code.concept) as concept, by_code.matched_by
    from by_code
    join agreed
        on agreed.entity = by_code.entity and agreed.in_system = by_code.in_system and agreed.code is not distinct from by_code.code
        and agreed.code_system is not distinct from by_code.code_system and agreed.name is not distinct from by_code.name
    left join form_of_vitamin_b12
        on form_of_vitamin_b12.entity = by_code.entity and form_of_vitamin_b12.code = by_code.code
        and form_of_vitamin_b12.code_system is not distinct from by_code.code_system
        and form_of_vitamin_b12.name is not distinct from by_code.name
    union
    select * from by_parent
    union
    -- a more exact name rules out "vitamin b12" beside it; a trap rules out everything
    select by_name.*
    from by_name
    where not (concept = 'b12_form_unknown' and exists (
        from by_name as other
        where other.code is not distinct from by_name.code and other.name is not distinct from by_name.name
            and other.code_system is not distinct from by_name.code_system
            and other.concept in ('b12_cyanocobalamin', 'b12_hydroxocobalamin', 'b12_mecobalamin', 'b12_cobamamide')
    ))
    and not (concept <> 'EXCLUDE_radiolabelled' and exists (
        from by_name as other
        where other.code is not distinct from by_name.code and other.name is not distinct from by_name.name
            and other.code_system is not distinct from by_name.code_system and other.concept = 'EXCLUDE_radiolabelled'
    ))
),

meaning as (
    select entity, code_system, code, name, string_agg(distinct concept, '|' order by concept) as concepts, min(matched_by) as matched_by
    from found
    group by entity, code_system, code, name
)

select
    keyed.entity, keyed.code_system, keyed.code, keyed.name, keyed.spelled_system,
    meaning.concepts,
    meaning.matched_by,
    regexp_full_match(keyed.code, '\s*\d+(\.\d+)?[eE]\+\d+\s*') as is_scientific,
    coalesce(keyed.spelled_system = 'LOINC' and regexp_full_match(trim(keyed.looked_up_code), '\d{1,7}-\d'), false) as is_loinc,
    concept.means as analyte,
    concept.wording as basis
from keyed
left join meaning
    on meaning.entity = keyed.entity and meaning.code is not distinct from keyed.code
    and meaning.code_system is not distinct from keyed.code_system and meaning.name is not distinct from keyed.name
left join protocol.concept on concept.fact = 'lab' and concept.concept = meaning.concepts
