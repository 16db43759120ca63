-- One row per drug exposure. Its code: the source concept, else the standard concept, else the source value by code or name.
-- An end equal to the start, with no verbatim end, is how OMOP writes an end that is not known: it stays empty, and the supply, if
-- there is one, decides. A sentinel (9999-12-31) is an open end: still taken.
with named as (
    select
        delivered.*,
        source_concept.coding as source_coding, standard_concept.coding as standard_coding,
        route_concept.concept_name as route_name,
        nullif(whole(days_supply), '0') as supply
    from landing.delivered
    left join landing.concept as source_concept on source_concept.concept_id = nullif(whole(drug_source_concept_id), '0')
    left join landing.concept as standard_concept on standard_concept.concept_id = nullif(whole(drug_concept_id), '0')
    left join landing.concept as route_concept on route_concept.concept_id = nullif(whole(route_concept_id), '0')
)

select
    line, whole(person_id) as patient_id, whole(drug_exposure_id) as medication_id,
    omop_codings(source_coding, standard_coding, drug_concept_id, drug_source_value, coding('NAME', drug_source_value, drug_source_value)) as codings,
    drug_exposure_start_date as start_on,
    coalesce(verbatim_end_date, nullif(drug_exposure_end_date, drug_exposure_start_date)) as end_on,
    supply as days_supply,
    case
        when is_sentinel(coalesce(verbatim_end_date, drug_exposure_end_date), 'UTC') then 'active'
        when whole(drug_type_concept_id) in ('32818', '38000179', '38000180', '43542358') then 'administered'
        else 'completed'
    end as status,
    coalesce(route_name, route_source_value) as route
from named
