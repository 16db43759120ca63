-- One row per line of procedure.csv: procedures, injection claims and the archetypes' procedures.
with
drawn as (
    select
        person.n,
        procedure_rate.*,
        gone_ago + whole(
            least(min_ago, history)
            + u(person.n, procedure || ' day') * (least(max_ago, history) - least(min_ago, history))
        ) as days_ago,
    from person
    join procedure_rate on person.age between procedure_rate.min_age and procedure_rate.max_age
    where person.archetype is null and u(person.n, procedure) < share
),

delivered as (
    select
        n, code, code_system, name, days_ago, procedure as kind, 0 as repeat,
        case when u(n, procedure || ' status') < 0.005 then 'entered-in-error' else 'completed' end as status,
        u(n, procedure || ' defect') as misfortune,
    from drawn
    where needs is null
        or exists (select 1 from diagnosis where diagnosis.n = drawn.n and diagnosis.diagnosis = drawn.needs)
        or exists (select 1 from drawn as needed where needed.n = drawn.n and needed.procedure = drawn.needs)
    union all by name
    select
        n, product.code, product.code_system, product.name, medicine as kind,
        unnest(range(greatest(1, whole(ceil((start_ago - stop_ago) / supply))))) as repeat,
        start_ago - repeat * supply as days_ago,
        'completed' as status,
        1 as misfortune,
    from course
    where product.code_system = 'HCPCS'
    union all by name
    select person.n, code, code_system, name, days_ago, 'archetype' as kind, row as repeat, status, 1 as misfortune,
    from person
    join archetype_row on archetype_row.archetype = person.archetype and archetype_row.entity = 'procedure'
)

select
    case when misfortune between 0.001 and 0.002 then null else patient_id end as patient_id,
    printf(
        'P%07d-%03d', delivered.n, row_number() over (partition by delivered.n order by kind, repeat)
    ) as procedure_id,
    case when misfortune between 0.002 and 0.003 then null else code end as code,
    code_system,
    name,
    case
        when misfortune between 0.003 and 0.004 then null
        when misfortune between 0.004 and 0.005 then '2023-06-31'
        else strftime(days_before(days_ago), '%Y-%m-%d')
    end as performed_on,
    status,
    misfortune between 0.006 and 0.007 as is_ragged,
from delivered
join person on person.n = delivered.n
order by delivered.n, kind, repeat
