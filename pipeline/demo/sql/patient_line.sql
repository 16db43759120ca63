-- One row per line of patient.csv: the chunk's patients who have a patient row, a few without a birth date,
-- a few lines without an identifier, with an impossible birth date or twice.
select
    case when u(n, 'patient defect') < 0.0005 then null else patient_id end as patient_id,
    case
        when u(n, 'patient defect') between 0.001 and 0.0015 then '1970-02-31'
        when u(n, 'no birth date') < 0.002 and archetype is null then null
        else strftime(birth_on, '%Y-%m-%d')
    end as birth_date,
    sex,
    case when gone_ago > 0 then strftime(days_before(gone_ago), '%Y-%m-%d') end as deceased_on,
    site,
    case when is_opted_out then 'true' else 'false' end as opted_out,
    case when is_merged then printf('DEMO%07d', n - 1) end as merged_into,
    u(n, 'patient ragged') < 0.0002 as is_ragged,
from (select *, unnest(range(case when u(n, 'patient twice') < 0.0005 then 2 else 1 end)) as copy from person)
where not is_unloaded
order by n, copy
