-- One row per medication record and class that counts: from when to when it covers.
-- Source: protocol §2, Medication eras. Not counted: retracted, not taken, not given, held, and future records.
-- Versions of one record id: the one recorded last; where they do not say when: a retraction, then one that ended, then one that is active; of these the latest end.
-- No end: start + days supply; with neither, an active record runs to the as-of date, any other covers 30 days; both flagged.
-- A multivitamin is B12 therapy or folic acid only from a recorded strength on; else it is class multivitamin, which only flags.
with record as (
    select
        coalesce(merged_patient.surviving_id, medication.patient_id) as patient_id,
        medication.* exclude (patient_id)
    from lake.medication
    left join clinical.merged_patient on merged_patient.patient_id = medication.patient_id
),

repeated as (
    select patient_id, source, medication_id
    from record
    where medication_id is not null
    group by all
    having count(*) > 1
),

version as (
    select record.source, record.sha256, record.line, record.place,
        row_number() over (
            partition by record.patient_id, record.source, record.medication_id
            order by
                case when record.status = 'retracted' and record.recorded_at is null then timestamptz 'infinity' else record.recorded_at end desc nulls last,
                case record.status when 'retracted' then 0 when 'not_counted' then 1 when 'ended' then 2 when 'administered' then 3 else 4 end,
                record.end_on desc nulls last, record.start_on, record.days_supply desc nulls last, record.row_key, record.file, record.line, record.sha256, record.place
        ) as rank
    from record
    join repeated using (patient_id, source, medication_id)
),

deletion as (
    select distinct source, medication_id from record where patient_id is null and medication_id is not null
),

counted as (
    select record.patient_id, record.concepts, record.matched_by, record.start_on, record.end_on, record.days_supply,
        record.status, record.route, record.strength_mg
    from record
    cross join protocol.run
    left join version on version.source = record.source and version.sha256 = record.sha256 and version.line = record.line and version.place = record.place
    anti join deletion on deletion.source = record.source and deletion.medication_id = record.medication_id
    where record.status in ('active', 'ended', 'administered') and record.start_on <= run.as_of and coalesce(version.rank, 1) = 1
    union all
    -- an injection that was claimed as a procedure; clinical.finding has taken out what was retracted or not done
    select patient_id, concept, matched_by, began_on, null, null, 'administered', 'injection', null
    from clinical.finding
    where entity = 'procedure' and concept = 'b12_injection_claim'
),

classed as (
    select
        counted.*,
        case
            when not medication_class.is_multivitamin then medication_class.class
            when medication_class.class = 'b12_therapy' and counted.strength_mg >= setting.multivitamin_b12_mg then 'b12_therapy'
            when medication_class.class = 'folic_acid' and counted.strength_mg >= setting.multivitamin_folic_acid_mg then 'folic_acid'
            else 'multivitamin'
        end as class,
        case when medication_class.means = 'multivitamin' then 'form_unknown' else medication_class.means end as means,
        medication_class.concept,
        medication_class.class = 'b12_therapy' and counted.route = 'injection' as is_injection
    from counted
    join clinical.medication_class on medication_class.concepts = counted.concepts
    cross join protocol.setting
)

select
    patient_id, class, means, concept, route, matched_by, start_on,
    greatest(
        start_on,
        case
            when end_on is not null then end_on
            when days_supply is not null then start_on + days_supply
            when status = 'active' then run.as_of
            when is_injection then start_on
            else start_on + setting.era_without_end_days
        end,
        case when is_injection then start_on + setting.injection_covers_days else start_on end
    ) as end_on,
    end_on is null and days_supply is null and not is_injection as is_end_assumed
from classed
cross join protocol.run
cross join protocol.setting
