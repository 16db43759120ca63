-- One row: how many patients there are, how many were assessed, and how many went missing between the two.
-- A lost assessment (a fact without an answer joins to no row) and a duplicate would cancel out; that patient ids are
-- unique is expected of screening.assessment itself.
select
    population.patients,
    assessment.assessed,
    population.patients - assessment.assessed as missing
from (select count(*) as patients from clinical.population) as population
cross join (select count(*) as assessed from screening.assessment) as assessment
