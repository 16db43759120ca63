-- One row per line of patient.csv: the chunk's patients who have a patient row, a few without a birth date,
-- a few lines without an identifier, with an impossible birth date or twice; and the archetypes' further rows.
-- An archetype's prior ID is its own with the letter P before it.
with
drawn as (
    select *, unnest(range(case when u(n, 'patient twice') < 0.0005 then 2 else 1 end)) as place
    from person
    where not is_unloaded
),

delivered as (
    select
        n, place,
        case when u(n, 'patient defect') < 0.0005 then null else patient_id end as patient_id,
        case
            when u(n, 'patient defect') between 0.001 and 0.0015 then '1970-02-31'
            when u(n, 'no birth date') < 0.002 and archetype is null then null
            else strftime(birth_on, '%Y-%m-%d')
        end as birth_date,
        sex,
        case when gone_ago > 0 then strftime(days_before(gone_ago), '%Y-%m-%d') end as deceased_on,
        site, is_opted_out,
        case when is_merged then printf('DEMO%07d', n - 1) end as merged_into,
        null as status,
        u(n, 'patient ragged') < 0.0002 as is_ragged,
    from drawn
    union all by name
    select
        n, 2 + row as place,
        case whose when 'prior' then 'P' || patient_id else patient_id end as patient_id,
        strftime(birth_on - days_ago::integer, '%Y-%m-%d') as birth_date,
        sex,
        strftime(days_before(ended_ago), '%Y-%m-%d') as deceased_on,
        site, is_opted_out,
        case merged_into when 'prior' then 'P' || patient_id when 'self' then patient_id end as merged_into,
        status,
        false as is_ragged,
    from person
    join archetype_row on archetype_row.archetype = person.archetype and archetype_row.entity = 'patient'
)

select
    patient_id, birth_date, sex, deceased_on, site,
    case when is_opted_out then 'true' else 'false' end as opted_out,
    merged_into, status, is_ragged,
from delivered
order by n, place
