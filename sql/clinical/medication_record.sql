-- One row per medication record and class that counts: from when to when it covers.
-- Source: protocol §2, Medication eras.
-- No end: start + days supply; with neither, an active record runs to the as-of date, any other covers 30 days; both flagged.
-- An end before its start does not count; both that and a start known as a year or a month are marked.
-- A record of an unknown status counts for a risk (metformin, acid suppressants) and not as treatment (B12, folic acid).
-- is_single_injection: an injection of B12 claimed as a procedure, or a record of one that ends within a day of its start, or has neither end nor supply
-- and is not active.
-- A multivitamin is B12 therapy or folic acid only from a recorded strength on; else it is class multivitamin, which only flags.
with classed as (
    select
        counted_medication.* exclude (end_on),
        case when counted_medication.end_on >= counted_medication.start_on then counted_medication.end_on end as end_on,
        coalesce(counted_medication.end_on < counted_medication.start_on, false) as is_end_before_start,
        case
            when not medication_class.is_multivitamin then medication_class.class
            when medication_class.concept_fact = 'b12_therapy' and counted_medication.strength_mg >= setting.multivitamin_b12_mg then medication_class.class
            when medication_class.concept_fact = 'folic_acid' and counted_medication.strength_mg >= setting.multivitamin_folic_acid_mg then medication_class.class
            else 'multivitamin'
        end as class,
        case when medication_class.means = 'multivitamin' then 'form_unknown' else medication_class.means end as means,
        medication_class.concept,
        medication_class.concept_fact = 'b12_therapy' and counted_medication.route = 'injection' as is_injection
    from clinical.counted_medication
    join clinical.medication_class on medication_class.concepts = counted_medication.concepts
    cross join protocol.setting
    where not (counted_medication.status = 'unknown' and medication_class.concept_fact in ('b12_therapy', 'folic_acid'))
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
    end_on is null and days_supply is null and not is_injection as is_end_assumed,
    is_injection and coalesce(end_on - start_on, days_supply, case when status <> 'active' then 0 end, 2) <= 1 as is_single_injection,
    is_end_before_start, start_latest_on is not null as is_start_partial, name, file, line
from classed
cross join protocol.run
cross join protocol.setting
