-- One row per delivered patient row: typed and judged.
-- An optional date that is delivered and cannot be read is a rejection (bad_date), never an unknown.
select
    line, patient_id, to_day(birth_date, file.time_zone) as birth_on,
    case when lower(trim(sex)) in ('female', 'male', 'other') then lower(trim(sex)) else 'unknown' end as sex,
    to_day(deceased_on, file.time_zone) as deceased_on, site,
    coalesce(lower(trim(opted_out)) in ('true', 't', 'yes', 'y', '1'), false) as is_opted_out,
    merged_into, shifted_days, row_key,
    cast(null as varchar) as skipped_because,
    case
        when patient_id is null then 'missing_patient_id'
        when birth_date is not null and to_day(birth_date, file.time_zone) is null then 'bad_date'
        when patient.deceased_on is not null and to_day(patient.deceased_on, file.time_zone) is null then 'bad_date'
        when to_day(birth_date, file.time_zone) > file.today then 'future_date'
        when to_day(patient.deceased_on, file.time_zone) > file.today then 'future_date'
    end as rejected_because
from landing.patient
cross join landing.file
