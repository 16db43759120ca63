-- One row per LAB event. The code's LOINC comes from metadata/codes.parquet; the unit is the last part of the event's code,
-- UNK is not a unit. A text beside the number that says more (a comparator, a unit, a second number) is the value. A number is read as the 32-bit number it was written as: 6.1, not 6.099999904632568.
select
    event.line, event.subject_id as patient_id,
    cast(null as varchar) as result_id, cast(null as varchar) as accession_id,
    coalesce(event_code.loinc, event.code) as code,
    case when event_code.loinc is not null then 'LOINC' else 'LOCAL' end as code_system,
    event_code.description as name,
    case
        when says_more_than_a_number(event.text_value) then event.text_value
        else coalesce(event.numeric_value, event.text_value)
    end as value,
    nullif(array_to_string(string_split(event.code, '//')[3:], '//'), 'UNK') as unit,
    cast(null as varchar) as status, cast(null as varchar) as specimen, event.aligned_at as collected_at,
    cast(null as varchar) as reported_at, cast(null as varchar) as reference_low, cast(null as varchar) as reference_high,
    cast(null as varchar) as performing_lab, cast(null as varchar) as method, cast(null as varchar) as comment, event.shifted_days
from landing.event
left join landing.event_code on event_code.code = event.code
where starts_with(event.code, 'LAB//')
