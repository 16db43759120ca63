-- One row per line of patient.csv: the chunk's patients who have a patient row, a few without a birth date,
-- a few lines without an identifier, with an impossible birth date or twice; and the archetypes' further rows.
-- An archetype's prior ID is its own with the letter P before it. Names, numbers and addresses can be nobody's: numbers that are reserved
-- for fiction (020 7946 0xxx), the domain example.org, a postcode area that does not exist (ZZ); some patients have none.
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
    delivered.patient_id, birth_date, delivered.sex, deceased_on, delivered.site,
    case when delivered.is_opted_out then 'true' else 'false' end as opted_out,
    merged_into, status, is_ragged,
    printf('Demo Patient %07d', n) as name,
    case when u(n, 'phone') < 0.93 then printf('020 7946 0%03d', whole(1000 * u(n, 'number'))) end as phone,
    case when u(n, 'email') < 0.6 then printf('demo.patient.%07d@example.org', n) end as email,
    case
        when u(n, 'language') < 0.86 then 'en'
        when u(n, 'language') < 0.97 then pick(['pl', 'ur', 'bn', 'de', 'ro', 'ar'], u(n, 'other language'))
    end as preferred_language,
    printf('ZZ%d 1AA', site_number) as postcode_area,
    'Dr Demo ' || pick(['Adams', 'Brook', 'Clarke', 'Dean', 'Ellis', 'Frost'], (site_number - 1 + u(n, 'clinician')) / 7) as registered_clinician,
    case
        when u(n, 'ethnicity') < 0.9 then
            pick(['White', 'White', 'White', 'White', 'White', 'White', 'Asian', 'Asian', 'Black', 'Mixed', 'Other'], u(n, 'ethnic group'))
    end as ethnicity,
from delivered
join person using (n)
order by n, place
