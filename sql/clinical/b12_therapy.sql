-- One row per patient who ever had B12: the therapy on the as-of date, its start (T0), form and route.
-- Several at once: an injection before oral before an unknown route. A form that is or may be cyanocobalamin is said so.
with active_record as (
    select
        medication_record.patient_id,
        bool_or(medication_record.route = 'injection') as is_injected,
        bool_or(medication_record.route = 'oral') as is_oral,
        bool_or(medication_record.means = 'cyanocobalamin') as is_cyanocobalamin,
        bool_or(medication_record.means = 'form_unknown') as is_form_unknown
    from clinical.medication_record
    cross join protocol.run
    where medication_record.class = 'b12_therapy' and medication_record.end_on >= run.as_of
    group by medication_record.patient_id
),

era as (
    select
        medication_era.patient_id,
        max(medication_era.start_on) filter (medication_era.end_on >= run.as_of) as therapy_start_on,
        max(medication_era.start_on) as b12_era_on,
        max(medication_era.end_on) as last_covered_on
    from clinical.medication_era
    cross join protocol.run
    where medication_era.class = 'b12_therapy'
    group by medication_era.patient_id
)

select
    era.patient_id, era.therapy_start_on, era.b12_era_on, era.last_covered_on,
    case
        when era.therapy_start_on is null then 'lapsed'
        when active_record.is_injected then 'im'
        when active_record.is_oral then 'oral'
        else 'route_unknown'
    end as b12_therapy,
    case
        when active_record.is_cyanocobalamin then 'yes'
        when active_record.is_form_unknown then 'form_unknown'
        else 'no'
    end as cyanocobalamin
from era
left join active_record using (patient_id)
