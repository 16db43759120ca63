-- One row per line of medication.csv: every refill of a course, and the archetypes' medicines.
-- Most refills carry days of supply, some an end date or both; some courses are one open record.
-- About 3 % of refills are missed. HCPCS injection claims go to procedure.csv.
with
refill as (
    select
        *,
        unnest(range(case
            when record = 'once' or style > 0.97 then 1
            else greatest(1, whole(ceil((start_ago - stop_ago) / supply)))
        end)) as refill_number,
        start_ago - refill_number * supply - whole(4 * u(n, refill_number, medicine || ' jitter')) as refill_ago,
        refill_ago - supply < stop_ago and stop_ago < 2 as is_running,
        style > 0.97 and record = 'refill' as is_open,
        u(n, refill_number, medicine || ' status') as fate,
    from course
    where product.code_system != 'HCPCS'
),

delivered as (
    select
        patient_id,
        printf('M%07d-%02d-%03d', person.n, medicine_number, refill_number) as medication_id,
        product.code, product.code_system, product.name,
        days_before(refill_ago) as start_on,
        case
            when record != 'administered' and style between 0.8 and 0.92 then days_before(refill_ago - supply + 1)
            when is_open and stop_ago > 1 then days_before(stop_ago)
        end as end_on,
        case when record != 'administered' and style not between 0.84 and 0.92 and not is_open then supply end as days_supply,
        case
            when fate < 0.003 then 'entered-in-error'
            when fate < 0.005 then 'on-hold'
            when fate < 0.007 then 'not-taken'
            when is_running or (is_open and stop_ago < 2) then 'active'
            else 'completed'
        end as status,
        product.route, product.strength_mg,
        person.n, medicine_number, refill_number, site_number,
        u(person.n, refill_number, medicine || ' defect') as misfortune,
    from refill
    join person on person.n = refill.n
    where refill_ago >= 1 and (refill_number = 0 or fate < 0.97)
    union all by name
    select
        patient_id,
        printf('M%07d-A%d', person.n, row) as medication_id,
        code, code_system, name, days_before(days_ago) as start_on, days_supply, status, route, strength_mg,
        person.n, 99 as medicine_number, row as refill_number, 1 as site_number, 1 as misfortune,
    from person
    join archetype_row on archetype_row.archetype = person.archetype and archetype_row.entity = 'medication'
)

select
    case when misfortune between 0.0010 and 0.0013 then null else patient_id end as patient_id,
    medication_id,
    case when misfortune between 0.0020 and 0.0023 then null else code end as code,
    code_system,
    -- Without a code the name still tells the drug: the row is lost only when both are missing.
    case when misfortune between 0.0020 and 0.0023 then null else name end as name,
    case
        when misfortune between 0.0030 and 0.0033 then null
        when misfortune between 0.0040 and 0.0043 then '31.12.20'
        when misfortune between 0.0050 and 0.0053 then strftime(start_on + interval '100 years', '%Y-%m-%d')
        when site_number = 4 then strftime(start_on, '%Y-%m-%dT09:00:00Z')
        else strftime(start_on, '%Y-%m-%d')
    end as start_on,
    strftime(end_on, '%Y-%m-%d') as end_on,
    days_supply,
    status,
    route,
    strength_mg,
    misfortune between 0.0060 and 0.0062 as is_ragged,
from (select *, unnest(range(case when misfortune between 0.7 and 0.7007 then 2 else 1 end)) as copy from delivered)
order by n, medicine_number, refill_number, copy
