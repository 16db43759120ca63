-- One row per patient and flag that comes with the patient's rows: who the patient is, birth and death.
-- Source: the flags marked 'evidence' in the protocol file; protocol §1, Who. A birth known as a year or a month is partial.
select patient_id, 'DEATH_IMPLAUSIBLE' as flag from clinical.demography where is_death_implausible
union
select patient_id, 'IDENTITY_CONFLICT' from clinical.demography where is_identity_conflicting
union
select patient_id, 'PATIENT_DELETED' from clinical.demography where is_deleted
union
select patient_id, 'MERGE_CIRCLE' from clinical.merge_circle
union
select patient_id, 'DATE_PARTIAL' from clinical.demography where born_latest_on > born_on
