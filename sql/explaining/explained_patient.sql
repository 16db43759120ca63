-- One row per patient who is explained: everyone who was read. A night explains whom its worklist lists.
select patient_id from clinical.population
