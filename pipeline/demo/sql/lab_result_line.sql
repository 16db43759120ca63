-- One row per line of lab_result.csv: messages and archetype results, with the defects of real deliveries.
-- Each named defect befalls 0.05 % of the numeric results of analytes that the protocol knows, those of B12 and MMA
-- alone 0.2 % of theirs; 0.1 % of all lines come twice; a ragged line loses a column or splits one.
with
delivered as (
    select
        patient_id, result_id, printf('ACC%07d-%02d', n, visit) as accession_id, code, code_system, name, value, unit,
        status, specimen, collected_at, reported_at, reference_low, reference_high, lab as performing_lab,
        case when wording > 0.995 then 'Repeated, "confirmed", see report' end as comment,
        n, visit, step, analyte, site_number,
        u(n, 10 * visit + step, analyte || ' defect') as misfortune,
        case
            when analyte in ('b12', 'hemoglobin', 'mcv', 'creatinine', 'egfr', 'mma', 'homocysteine', 'active_b12')
                and status != 'cancelled'
                then coalesce(
                    getvariable('defects')[1 + whole(misfortune / 0.0005)],
                    case when analyte in ('b12', 'mma') and misfortune > 0.998 then 'wrong_specimen' end,
                    case when analyte = 'b12' and misfortune > 0.996 then 'wrong_scale_unit' end,
                )
        end as defect,
    from reported
    union all by name
    select
        person.patient_id,
        printf('R%07d-A%s', person.n, coalesce(same_as, cast(row as varchar))) as result_id,
        printf('ACC%07d-A%d', person.n, archetype_row.days_ago) as accession_id,
        code, code_system, name, value, unit, status, specimen,
        days_before(days_ago) + interval '8 hours' as collected_at,
        collected_at + to_hours(cast(4 + row as integer)) as reported_at,
        reference_high,
        case unit when 'pmol/L' then 'Demo Lab East' else 'Demo Lab North' end as performing_lab,
        person.n, 90 + row as visit, 0 as step, 'archetype' as analyte, 1 as site_number,
        1 as misfortune,
    from person
    join archetype_row on archetype_row.archetype = person.archetype and archetype_row.entity = 'lab_result'
)

select
    case when defect = 'missing_patient_id' then null else patient_id end as patient_id,
    result_id,
    accession_id,
    case
        when defect = 'missing_code' then null
        when defect = 'code_in_scientific_notation' then '8.2607E+04'
        -- A molar code on a mass unit: the unit decides and the disagreement is flagged.
        when analyte = 'b12' and misfortune between 0.5 and 0.501 then '14685-2'
        else code
    end as code,
    code_system,
    name,
    case
        when defect = 'empty_value' then null
        when defect = 'not_a_number' then pick(['NaN', 'see comment', '-', 'l65', '.'], u(n, visit, 'word'))
        when defect = 'pending_or_cancelled_text'
            then pick(['pending', 'QNS', 'hemolyzed', 'TNP', 'cancelled'], u(n, visit, 'word'))
        when defect = 'range_or_ratio' then pick(['150-200', '1:40', '180 - 350'], u(n, visit, 'word'))
        when defect = 'implausible_value'
            then case when analyte = 'b12' then '0.2' when analyte = 'mma' and unit ilike 'nmol/L' then '0.40' else '9999999' end
        else value
    end as value,
    case
        when defect = 'missing_unit' then null
        when defect = 'unknown_unit' then pick(['U/L', 'titer', 'mg%'], u(n, visit, 'word'))
        when defect = 'wrong_scale_unit' then pick(['ng/dL', 'ug/dL', 'nmol/L', 'pg/dL'], u(n, visit, 'word'))
        else unit
    end as unit,
    status,
    case when defect = 'wrong_specimen' then case analyte when 'mma' then 'Urine' else 'Whole blood' end
        else specimen end as specimen,
    case
        when defect = 'missing_date' then null
        when defect = 'bad_date' then pick(['2025-02-30', 'last week', '2024-13-01'], u(n, visit, 'word'))
        when defect = 'future_date' then strftime(collected_at + interval '100 years', '%Y-%m-%d')
        when performing_lab = 'Demo Lab West' then strftime(collected_at, '%Y-%m-%d')
        when performing_lab = 'Demo Lab South' then strftime(collected_at, '%Y-%m-%dT%H:%M:%S+01:00')
        else strftime(collected_at, '%Y-%m-%dT%H:%M:%SZ')
    end as collected_at,
    case
        when performing_lab = 'Demo Lab West' then strftime(reported_at, '%Y-%m-%d')
        when performing_lab = 'Demo Lab South' then strftime(reported_at, '%Y-%m-%dT%H:%M:%S+01:00')
        else strftime(reported_at, '%Y-%m-%dT%H:%M:%SZ')
    end as reported_at,
    reference_low,
    reference_high,
    performing_lab,
    comment,
    analyte != 'archetype' and u(n, 10 * visit + step, analyte || ' ragged') < 0.0002 as is_ragged,
from (select *, unnest(range(case when misfortune between 0.7 and 0.701 then 2 else 1 end)) as copy from delivered)
order by n, visit, analyte, step, copy
