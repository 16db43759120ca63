-- One row per patient with a coded B12 deficiency: the one recorded first. One once coded was there before, resolved or not.
-- Source: protocol §2 deficiency_before; the codes that are not specific do not count.
select patient_id, min(began_on) as deficiency_on, arg_min(recorded, row(began_on, recorded)) as deficiency_recorded
from clinical.finding
where fact = 'deficiency_before'
group by patient_id
