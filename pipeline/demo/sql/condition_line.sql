-- One row per line of condition.csv: diagnoses and the archetypes' conditions; a few refuted, entered in error or abated.
with delivered as (
    select
        patient_id,
        diagnosis,
        diagnosis as name,
        split_part(code, ' ', 1) as code_system,
        split_part(code, ' ', 2) as code,
        onset_ago,
        case
            when (diagnosis in ('headache', 'low back pain', 'upper respiratory infection')
                or u(person.n, diagnosis || ' abated') < 0.04)
                and onset_ago > 60 and diagnosis not like '%status' and diagnosis not like 'ileal%'
                then whole(onset_ago * u(person.n, diagnosis || ' abated on'))
        end as abated_ago,
        case
            when u(person.n, diagnosis || ' status') < 0.006 then 'refuted'
            when u(person.n, diagnosis || ' status') < 0.009 then 'entered-in-error'
            when abated_ago is not null then 'resolved'
            else 'active'
        end as status,
        case
            when code_system not in ('LOCAL', 'FHIR-DIET') then site
            when diagnosis like '%diet' then 'Demo questionnaire'
            else 'Demo clinician'
        end as recorded_by,
        person.n,
        u(person.n, diagnosis || ' defect') as misfortune,
    from diagnosis
    join person on person.n = diagnosis.n
    union all by name
    select
        patient_id, 'archetype ' || row as diagnosis, name, code_system, code, days_ago as onset_ago, ended_ago as abated_ago, day_length, status,
        'Demo clinician' as recorded_by, person.n, 1 as misfortune,
    from person
    join archetype_row on archetype_row.archetype = person.archetype and archetype_row.entity = 'condition'
)

select
    case when misfortune between 0.0010 and 0.0015 then null else patient_id end as patient_id,
    printf('C%07d-%02d', n, place) as condition_id,
    case
        when misfortune between 0.0020 and 0.0025 then null
        when misfortune between 0.0030 and 0.0035 then '1.09023E+15'
        else code
    end as code,
    code_system,
    name,
    case
        when misfortune between 0.0040 and 0.0045 then null
        when misfortune between 0.0050 and 0.0055 then '2024-00-00'
        else left(strftime(days_before(onset_ago), '%Y-%m-%d'), coalesce(day_length, 10))
    end as onset_on,
    strftime(days_before(abated_ago), '%Y-%m-%d') as abated_on,
    status,
    recorded_by,
    misfortune between 0.0060 and 0.0062 as is_ragged,
from (
    select
        *,
        row_number() over (partition by n order by diagnosis) as place,
        unnest(range(case when misfortune between 0.7 and 0.701 then 2 else 1 end)) as copy,
    from delivered
)
order by n, diagnosis, copy
