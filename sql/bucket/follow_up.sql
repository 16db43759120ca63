-- One row per patient of a bucket, kind and day: when their B12 status was tested, and when B12 was given or prescribed. From these days outcomes are told.
-- kind test: usable results of total B12, active B12 or MMA collected on that day, whatever the value, also one that decides nothing. kind treatment: the
-- start of a record that counts as B12 therapy, an injection claimed as a procedure too.
-- is_normal [OURS]: of the tests of that day one says that the deficiency is corrected (total B12 in the band above, active B12 not low, or MMA
-- not raised), and none contradicts it (total or active B12 low, MMA raised). Missing for a treatment. Nothing after the as-of date.
select
    patient_id, 'test' as kind, collected_on as happened_on,
    bool_or(case analyte when 'total_b12' then word = 'above' when 'active_b12' then word in ('indeterminate', 'above') else word = 'not_raised' end)
        is true and bool_or(word in ('low', 'low_molar_only', 'uncertain_low') or starts_with(word, 'raised')) is not true as is_normal
from clinical.result
where analyte in ('total_b12', 'active_b12', 'mma')
group by patient_id, collected_on
union all
select distinct patient_id, 'treatment', start_on, cast(null as boolean)
from clinical.medication_record
where class = 'b12_therapy'
order by patient_id, kind, happened_on
