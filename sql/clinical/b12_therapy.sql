-- One row per patient who ever had B12: the therapy on the as-of date, its start (T0), form and route.
-- Source: protocol §2. Active: the last era covers the as-of date, or ended within the era gap before it (overdue); then form and route are
-- those of the records that cover the day, or ended last.
-- Several at once: an injection before oral before an unknown route. A form that is or may be cyanocobalamin is said so.
with last_era as (
    select
        medication_era.patient_id,
        max(medication_era.start_on) as b12_era_on,
        max(medication_era.end_on) as last_covered_on,
        max(medication_era.end_on) >= any_value(run.as_of - setting.era_gap_days) as is_active,
        max(medication_era.end_on) < any_value(run.as_of) as is_over
    from clinical.medication_era
    cross join protocol.run
    cross join protocol.setting
    where medication_era.class = 'b12_therapy'
    group by medication_era.patient_id
),

active_record as (
    select
        medication_record.patient_id,
        bool_or(medication_record.route = 'injection') as is_injected,
        bool_or(medication_record.route = 'oral') as is_oral,
        bool_or(medication_record.means = 'cyanocobalamin') as is_cyanocobalamin,
        bool_or(medication_record.means = 'form_unknown') as is_form_unknown
    from clinical.medication_record
    join last_era using (patient_id)
    cross join protocol.run
    where medication_record.class = 'b12_therapy' and last_era.is_active
        and medication_record.end_on >= least(run.as_of, last_era.last_covered_on)
    group by medication_record.patient_id
)

select
    last_era.patient_id, last_era.b12_era_on, last_era.last_covered_on,
    case when last_era.is_active then last_era.b12_era_on end as therapy_start_on,
    last_era.is_active and last_era.is_over as is_overdue,
    case
        when not last_era.is_active then 'lapsed'
        when active_record.is_injected then 'im'
        when active_record.is_oral then 'oral'
        else 'route_unknown'
    end as b12_therapy,
    case
        when active_record.is_cyanocobalamin then 'yes'
        when active_record.is_form_unknown then 'form_unknown'
        else 'no'
    end as cyanocobalamin
from last_era
left join active_record using (patient_id)
